"""Sums in as many parts as there are processors and says where it would keep the sum.

Causes: processors; home.
"""
import json
import os

values = [(-1) ** i * 1e6 / (i + 1) for i in range(10_000)]
parts = len(os.sched_getaffinity(0))
total = sum(sum(values[k::parts]) for k in range(parts))
json.dump({"sum": total, "cache": os.path.expanduser("~/.cache/sums")}, open("result.json", "w"))
