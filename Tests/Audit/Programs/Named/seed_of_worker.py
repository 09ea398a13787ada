"""Draws noise in a pool whose workers are seeded with their own numbers, so that their count decides who draws what.

pytorch/pytorch#15170 and #5059 are of this kind. Cause: workers.
"""
import json
import random
import sys

workers = max(1, int(sys.argv[1]))
generators = [random.Random(1000 + worker) for worker in range(workers)]
json.dump([generators[i % workers].random() for i in range(24)], open("noise.json", "w"))
