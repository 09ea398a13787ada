"""Reports the mean of the batches' means, the last batch being shorter. Cause: batch."""
import json
import sys

batch = int(sys.argv[1])
losses = [(i * i % 23) / 7 for i in range(50)]
batches = [losses[start : start + batch] for start in range(0, len(losses), batch)]
json.dump({"loss": sum(sum(b) / len(b) for b in batches) / len(batches)}, open("loss.json", "w"))
