"""Discounts by a power, in Python alone; the C library has another pow for processors with fused multiplication.

Cause: instruction-set.
"""
import csv
import math

with open("discounts.csv", "w", newline="") as file:
    csv.writer(file).writerows([year, math.pow(1.03 + year / 977, 1.7), math.exp(-year / 7.3)] for year in range(1, 400))
