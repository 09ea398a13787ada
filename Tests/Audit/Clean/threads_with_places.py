"""Threads race, but each writes to its own place."""
import json
import threading

found = [None] * 4


def search(place):
    found[place] = [n for n in range(2 + place, 20_000, 4) if all(n % d for d in range(2, int(n**0.5) + 1))]


threads = [threading.Thread(target=search, args=(place,)) for place in range(4)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
json.dump(found, open("primes.json", "w"))
