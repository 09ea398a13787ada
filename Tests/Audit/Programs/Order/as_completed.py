"""Writes one line for each task as it is completed by a pool of threads.

Cause: the order in which threads are scheduled, which no variation holds still; no run agrees with the one before.
"""
import concurrent.futures
import subprocess


def task(i):
    subprocess.run(["true"], check=True)
    return i


with concurrent.futures.ThreadPoolExecutor(8) as pool, open("done.txt", "w") as file:
    for future in concurrent.futures.as_completed([pool.submit(task, i) for i in range(24)]):
        file.write(f"{future.result()}\n")
