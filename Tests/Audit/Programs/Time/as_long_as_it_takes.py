"""Improves a guess for a twentieth of a second, then writes it: the number of steps is the machine's speed that moment.

Cause: clock, and no run agrees with the one before.
"""
import json
import time

deadline = time.perf_counter() + 0.05
guess, steps = 1.0, 0
while time.perf_counter() < deadline:
    guess += 1e-6 * (2.0 - guess)
    steps += 1
json.dump({"guess": guess, "steps": steps}, open("result.json", "w"))
