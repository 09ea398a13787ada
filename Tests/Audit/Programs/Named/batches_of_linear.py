"""Sends the same rows through one linear layer, in batches.

A row alone and a row among others take other kernels: pytorch/pytorch#136338, #124025, #51276. Cause: batch.
"""
import sys
import numpy as np
import torch

torch.manual_seed(0)
rows, weight = torch.rand(32, 1000) - 0.5, torch.rand(100, 1000) - 0.5
parts = [torch.nn.functional.linear(part, weight) for part in rows.split(int(sys.argv[1]))]
np.save("outputs.npy", torch.cat(parts).numpy())
