"""The forward pass of an LSTM with weights that any machine draws alike. Cause: instruction-set."""
import torch

torch.manual_seed(0)
lstm = torch.nn.LSTM(16, 24, bidirectional=True, device="meta").to_empty(device="cpu")
with torch.inference_mode():
    for parameter in lstm.parameters():
        parameter.copy_(torch.rand_like(parameter) * 0.4 - 0.2)
    output, _ = lstm(torch.rand(12, 4, 16))
torch.save(output, "states.pt")
