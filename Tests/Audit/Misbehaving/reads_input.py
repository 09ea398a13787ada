"""Waits for a line on standard input."""
line = input("which data set? ")
open("result.txt", "w").write(line)
