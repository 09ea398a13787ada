"""Sums what the workers of a pool return, in the order in which they finish.

Cause: the order in which processes are scheduled, which no variation holds still; no run agrees with the one before.
"""
import json
import multiprocessing


def part(i):
    busy = sum(range(i * 37 % 1000))
    return (-1) ** i * 10.0 ** (i % 9) / (i + 3) + 0 * busy


if __name__ == "__main__":
    with multiprocessing.Pool(4) as pool:
        total, order = 0.0, []
        for value in pool.imap_unordered(part, range(400)):
            total += value
            order.append(value)
    json.dump({"total": total, "first": order[:40]}, open("result.json", "w"))
