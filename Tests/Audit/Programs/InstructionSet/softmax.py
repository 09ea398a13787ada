"""Probabilities by softmax; exponentials are approximated by other polynomials for other instruction sets.

Two machines, two results: pytorch/pytorch#54684, #155423. Cause: instruction-set.
"""
import numpy as np
import torch

torch.manual_seed(0)
scores = torch.rand(20, 50) * 6 - 3
np.save("probabilities.npy", torch.softmax(scores, dim=1).numpy())
