"""Accumulates gradients of repeated words with index_put_, whose threads add to one row at the same time.

No run agrees with the one before, on the CPU: pytorch/pytorch#51366. Cause: threads; with one there is one order.
"""
import torch

torch.manual_seed(5)
words = torch.randint(0, 50, (200_000,))
gradients = torch.rand(200_000) - 0.5
table = torch.zeros(50)
table.index_put_((words,), gradients, accumulate=True)
torch.save(table, "table.pt")
