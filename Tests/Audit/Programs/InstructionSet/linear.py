"""One linear layer, by MKL. ATEN_CPU_CAPABILITY alone does not hold it still: pytorch/pytorch#155552. Cause: instruction-set."""
import torch

torch.manual_seed(0)
x, weight, bias = torch.rand(64, 100) - 0.5, torch.rand(100, 100) - 0.5, torch.rand(100)
torch.save(torch.nn.functional.linear(x, weight, bias), "y.pt")
