"""Inverts a matrix by LAPACK in MKL. Causes: threads; instruction-set."""
import torch

torch.manual_seed(2)
a = torch.rand(200, 200) + 8 * torch.eye(200)
torch.save(torch.linalg.inv(a), "inverse.pt")
