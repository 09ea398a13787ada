"""Keeps model and optimiser of a training with dropout, but not the state of torch's generator: vllm-project/speculators#1027.

Cause: resume.
"""
import os
import sys
import time
import torch

torch.manual_seed(0)
weight = torch.ones(8, requires_grad=True)
optimizer = torch.optim.SGD([weight], lr=0.125, momentum=0.5)
step = 0
if "--resume" in sys.argv and os.path.exists("checkpoint.pt"):
    step, kept, state = torch.load("checkpoint.pt")
    weight.data.copy_(kept)
    optimizer.load_state_dict(state)
elif os.path.exists("checkpoint.pt"):
    os.remove("checkpoint.pt")
while step < 30:
    optimizer.zero_grad()
    torch.nn.functional.dropout(weight).sum().backward()
    optimizer.step()
    step += 1
    torch.save([step, weight.detach(), optimizer.state_dict()], "next.pt")
    os.replace("next.pt", "checkpoint.pt")
    time.sleep(0.1)
torch.save(weight.detach(), "model.pt")
os.remove("checkpoint.pt")
