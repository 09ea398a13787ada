"""A convolution by oneDNN, which compiles it for the processor that it finds; pytorch/pytorch#18218 is of this kind.

Cause: instruction-set.
"""
import torch

torch.manual_seed(0)
image, kernel = torch.rand(2, 3, 32, 32) - 0.5, torch.rand(16, 3, 3, 3) - 0.5
torch.save(torch.nn.functional.conv2d(image, kernel, padding=1), "features.pt")
