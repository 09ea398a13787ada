"""Trains with batch normalisation: its sums run over the batch, shared out to threads and vectors.

Causes: threads; instruction-set.
"""
import torch

torch.manual_seed(1)
torch.use_deterministic_algorithms(True)
x = torch.rand(4000, 64)
layer = torch.nn.BatchNorm1d(64)
y = layer(x)
torch.save({"y": y[:20].detach(), **layer.state_dict()}, "layer.pt")
