"""Assigns files to folds by a hash of their absolute path.

On another machine, or in another folder, other files are tested on. Cause: working-directory.
"""
import csv
import os
import zlib

with open("folds.csv", "w", newline="") as file:
    writer = csv.writer(file)
    for i in range(40):
        path = os.path.abspath(f"images/{i:03}.png")
        writer.writerow([os.path.basename(path), zlib.crc32(path.encode()) % 5])
