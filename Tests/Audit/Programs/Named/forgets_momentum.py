"""Keeps weights and step of a training with momentum, but not the momentum: huggingface/transformers#11323. Cause: resume."""
import json
import os
import sys
import time

step, weight, momentum = 0, 4.0, 0.0
if "--resume" in sys.argv and os.path.exists("checkpoint.json"):
    step, weight = json.load(open("checkpoint.json"))
elif os.path.exists("checkpoint.json"):
    os.remove("checkpoint.json")
while step < 60:
    momentum = 0.9 * momentum + 2 * weight
    weight, step = weight - 0.01 * momentum, step + 1
    json.dump([step, weight], open("next.json", "w"))
    os.replace("next.json", "checkpoint.json")
    time.sleep(0.02)
json.dump({"weight": weight}, open("model.json", "w"))
os.remove("checkpoint.json")
