"""Seeds the global generators and then draws from a new one: the seed is fixed and the numbers are not.

Cause: entropy; no run agrees with the one before.
"""
import random

import numpy as np

random.seed(7)
np.random.seed(7)
np.save("noise.npy", np.random.default_rng().normal(size=30))
