"""Sums what a pool of processes returns as they finish, but by math.fsum, whose sum has one rounding and so no order."""
import json
import math
import multiprocessing


def part(i):
    return (-1) ** i * 10.0 ** (i % 9) / (i + 3)


if __name__ == "__main__":
    with multiprocessing.Pool(4) as pool:
        json.dump({"total": math.fsum(pool.imap_unordered(part, range(200)))}, open("result.json", "w"))
