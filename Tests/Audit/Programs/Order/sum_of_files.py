"""Adds up numbers from the files of a folder in the order in which the system lists them.

Addition in floating point is not associative, so the order is in the sums: huggingface/datasets#3857. Cause: file-order.
"""
import json
import math
import os

os.makedirs("parts", exist_ok=True)
for i in range(60):
    with open(f"parts/{i:02}.txt", "w") as file:
        file.write(" ".join(repr(math.tan(0.7 * i + k)) for k in range(8)))
totals = [0.0] * 8
for name in os.listdir("parts"):
    for k, word in enumerate(open(os.path.join("parts", name)).read().split()):
        totals[k] += float(word)
json.dump(totals, open("result.json", "w"))
