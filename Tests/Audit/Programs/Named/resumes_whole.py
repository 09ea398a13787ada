"""Keeps step, value and the generator's state: resumed, it goes on as if nothing had been."""
import json
import os
import random
import sys
import time

random.seed(7)
step, x = 0, 0.0
if "--resume" in sys.argv and os.path.exists("checkpoint.json"):
    step, x, (version, words, gauss) = json.load(open("checkpoint.json"))
    random.setstate((version, tuple(words), gauss))
elif os.path.exists("checkpoint.json"):
    os.remove("checkpoint.json")
while step < 60:
    step, x = step + 1, x * 0.9 + random.gauss(0, 1)
    json.dump([step, x, random.getstate()], open("next.json", "w"))
    os.replace("next.json", "checkpoint.json")
    time.sleep(0.02)
json.dump({"x": x}, open("model.json", "w"))
os.remove("checkpoint.json")
