"""Shuffles with a generator that nobody seeded.

Cause: entropy; no run agrees with the one before.
"""
import json
import random

rows = list(range(50))
random.shuffle(rows)
json.dump(rows, open("rows.json", "w"))
