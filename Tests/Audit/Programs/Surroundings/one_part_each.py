"""Sums in as many parts as it has processors.

Parts are added up one by one, so their number is in the last bits: scikit-learn/scikit-learn#18790 saw results by the number
of cores. Cause: processors.
"""
import json
import os

values = [(-1) ** i * 1e6 / (i + 1) for i in range(10_000)]
parts = len(os.sched_getaffinity(0))
json.dump({"sum": sum(sum(values[k::parts]) for k in range(parts)), "parts": parts}, open("result.json", "w"))
