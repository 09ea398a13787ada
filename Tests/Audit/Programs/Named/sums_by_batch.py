"""Adds up single-precision losses batch by batch. Cause: batch."""
import sys
import numpy as np

losses = np.random.RandomState(1).rand(3000).astype(np.float32)
total = np.zeros(8, dtype=np.float32)
for start in range(0, len(losses), int(sys.argv[1])):
    total += losses[start : start + int(sys.argv[1])].sum(dtype=np.float32) * np.arange(1, 9, dtype=np.float32)
np.save("total.npy", total)
