"""Augments in the data set's __getitem__, which workers of a DataLoader do with generators of their own.

The seed is fixed, and another num_workers gives other data: pytorch/pytorch#15170. Cause: workers.
"""
import sys
import numpy as np
import torch
from torch.utils.data import DataLoader, Dataset


class Noisy(Dataset):
    def __len__(self):
        return 12

    def __getitem__(self, i):
        return i + torch.rand(3)


if __name__ == "__main__":
    torch.manual_seed(0)
    np.save("batches.npy", torch.cat(list(DataLoader(Noisy(), batch_size=4, num_workers=int(sys.argv[1])))).numpy())
