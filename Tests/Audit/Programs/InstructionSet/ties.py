"""Ranks scores with many ties by numpy.argsort, which is not stable unless asked; which algorithm sorts is the processor's.

Cause: instruction-set.
"""
import json
import numpy as np

scores = np.random.RandomState(3).randint(0, 12, size=4000).astype(np.float32)
json.dump(np.argsort(scores)[-20:].tolist(), open("best.json", "w"))
