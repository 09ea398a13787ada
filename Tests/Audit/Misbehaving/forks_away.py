"""Leaves its session and goes on in the background, where it would write a file after its parent has ended."""
import os
import time

open("result.txt", "w").write("1\n")
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        time.sleep(20)
        open("late.txt", "w").write("2\n")
    os._exit(0)
os.wait()
