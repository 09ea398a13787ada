"""Prints without end."""
import sys

while True:
    sys.stdout.write("all work and no play\n" * 1000)
