"""Four threads append what they compute to one list without a common order.

Which thread is first is the scheduler's choice. Cause: the order in which threads are scheduled, which no variation holds
still; no run agrees with the one before. Python's threads take turns by the clock, though: where clock or processors are pinned
they may run one after another, which is then what is found.
"""
import json
import threading

found = []


def search(start):
    for n in range(start, 150_000, 4):
        if all(n % d for d in range(2, int(n**0.5) + 1)):
            found.append(n)


threads = [threading.Thread(target=search, args=(start,)) for start in (2, 3, 4, 5)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
json.dump(found, open("primes.json", "w"))
