"""Trains by random steps and keeps where it is, but not its generator: resumed, it draws the first numbers again.

huggingface/accelerate#4232 describes a loader that does so. Cause: resume.
"""
import json
import os
import random
import sys
import time

random.seed(7)
state = {"step": 0, "x": 0.0}
if "--resume" in sys.argv and os.path.exists("checkpoint.json"):
    state = json.load(open("checkpoint.json"))
elif os.path.exists("checkpoint.json"):
    os.remove("checkpoint.json")
while state["step"] < 60:
    state = {"step": state["step"] + 1, "x": state["x"] * 0.9 + random.gauss(0, 1)}
    json.dump(state, open("next.json", "w"))
    os.replace("next.json", "checkpoint.json")
    time.sleep(0.02)
json.dump(state, open("model.json", "w"))
os.remove("checkpoint.json")
