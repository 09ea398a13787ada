"""The likelihood of many observations as one product of factors near 1.

Cause: threads, which share the product out.
"""
import torch

torch.manual_seed(5)
factors = 1 + (torch.rand(9, 80_000) - 0.5) * 1e-3
likelihoods = torch.stack([row.prod() for row in factors])
torch.save({"likelihoods": likelihoods}, "likelihoods.pt")
