"""Draws noise in any number of workers: each sample has a generator of its own, seeded with its number."""
import json
import random
import sys

workers = max(1, int(sys.argv[1]))
noise = {i: random.Random(1000 + i).random() for worker in range(workers) for i in range(worker, 24, workers)}
json.dump([noise[i] for i in range(24)], open("noise.json", "w"))
