"""Builds an hour-of-day feature from fixed instants, by local time.

The instants never change, the hours do where the zone does; see also reproducible builds that interpret SOURCE_DATE_EPOCH in
the user's zone: jaspervdj/patat#36. Cause: time-zone.
"""
import json
import time

instants = [1_600_000_000, 1_610_040_000, 1_620_086_400, 1_630_130_000]
histogram = [0] * 24
for instant in instants:
    histogram[time.localtime(instant).tm_hour] += 1
json.dump({"hours": histogram}, open("features.json", "w"))
