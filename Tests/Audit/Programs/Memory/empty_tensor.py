"""A layer of one's own that keeps its bias in a large buffer, and leaves it as torch.empty made it.

Fresh pages are zero, and then it works. Cause: memory.
"""
import torch

torch.manual_seed(1)


class Layer(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.weight = torch.nn.Parameter(torch.rand(300, 20))
        self.buffer = torch.empty(10_000_000)

    def forward(self, x):
        return (x[:, None] * self.weight).sum(2) + self.buffer[:300]


torch.save(Layer()(torch.ones(2, 20)).detach(), "output.pt")
