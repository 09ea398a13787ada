"""Shuffles with PyTorch and never seeds it: its generator begins anywhere, in each process.

Cause: the program itself, since PyTorch may ask the processor for its seed, where nothing can stand in front of it.
"""
import torch

order = torch.randperm(1000)
torch.save({"order": order}, "order.pt")
