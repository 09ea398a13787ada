"""Draws normal numbers from a fixed seed: the uniform ones agree, their logarithms and cosines do not.

Cause: instruction-set.
"""
import torch

torch.manual_seed(0)
torch.save({"uniform": torch.rand(500), "normal": torch.randn(500)}, "weights.pt")
