"""Files its results under a name made of a random identifier, and reports in the order of the names.

Cause: entropy; no run agrees with the one before.
"""
import csv
import uuid

with open("runs.csv", "w", newline="") as file:
    csv.writer(file).writerows(sorted((str(uuid.uuid4()), depth) for depth in (2, 4, 6, 8)))
