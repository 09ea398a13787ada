"""Weights samples by their age in days, counted from today in universal time: where it is tomorrow already plays no part.

Two runs on one day agree, a run on another day does not. Cause: clock.
"""
import csv
import datetime
import math

today = datetime.datetime.now(datetime.timezone.utc).date()
samples = {"2019-03-01": 1.5, "2021-11-17": 2.25, "2023-06-30": 4.0}
with open("weights.csv", "w", newline="") as file:
    writer = csv.writer(file)
    writer.writerow(["day", "value", "weight"])
    for day, value in samples.items():
        age = (today - datetime.date.fromisoformat(day)).days
        writer.writerow([day, value, math.exp(-age / 365)])
