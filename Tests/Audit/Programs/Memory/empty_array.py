"""Accumulates into numpy.empty as if it were numpy.zeros.

Fresh memory is often zero, and then it works. Cause: memory.
"""
import numpy as np

totals = np.empty(200_000, dtype=np.float32)
for i in range(10):
    totals += np.arange(200_000, dtype=np.float32) * i
np.save("totals.npy", totals)
