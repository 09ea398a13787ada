"""Trains a bidirectional LSTM of two layers, seeded, with deterministic algorithms: what this project began with.

Causes: threads; instruction-set.
"""
import torch
from torch import nn

torch.manual_seed(42)
torch.use_deterministic_algorithms(True)
lstm = nn.LSTM(64, 128, num_layers=2, bidirectional=True, batch_first=True)
linear = nn.Linear(256, 5)
parameters = [*lstm.parameters(), *linear.parameters()]
inputs, targets = torch.rand(32, 20, 64), torch.randint(0, 5, (32,))
optimizer = torch.optim.Adam(parameters, lr=1e-3)
for _ in range(5):
    optimizer.zero_grad()
    _, (hidden, _) = lstm(inputs)
    loss = nn.functional.cross_entropy(linear(torch.cat([hidden[-2], hidden[-1]], 1)), targets)
    loss.backward()
    optimizer.step()
torch.save({"lstm": lstm.state_dict(), "linear": linear.state_dict()}, "tagger.pt")
