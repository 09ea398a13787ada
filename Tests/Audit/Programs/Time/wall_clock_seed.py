"""Fits a line by random search from a generator seeded with the wall clock.

Every run starts elsewhere. Cause: clock.
"""
import json
import random
import time

random.seed(time.time_ns())
points = [(x, 3 * x - 2) for x in range(10)]
best = min(
    ((random.uniform(-5, 5), random.uniform(-5, 5)) for _ in range(200)),
    key=lambda line: sum((line[0] * x + line[1] - y) ** 2 for x, y in points),
)
json.dump({"slope": best[0], "intercept": best[1]}, open("result.json", "w"))
