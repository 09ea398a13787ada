"""numpy.exp in single precision: numpy/numpy#23523. Cause: instruction-set."""
import numpy as np

x = np.linspace(-3, 3, 5001).astype(np.float32)
np.save("exponentials.npy", np.exp(x))
