"""Multiplies matrices with NumPy: OpenBLAS has other kernels for other processors and cuts the work by threads.

numpy/numpy#25100 saw the threads, numpy/numpy#20564 the processor. Causes: threads; instruction-set.
"""
import numpy as np

generator = np.random.RandomState(3)
a, b = generator.rand(300, 300) - 0.5, generator.rand(300, 300) - 0.5
np.savez("products.npz", product=a @ b)
