"""Two faults that have nothing to do with each other: a set's order in one file, a folder's in the other.

Causes: hash-seed; file-order.
"""
import json
import os

json.dump([word for word in {"red", "green", "blue", "grey", "teal", "pink"}], open("words.json", "w"))
os.makedirs("parts", exist_ok=True)
for i in range(30):
    open(f"parts/{i:02}.txt", "w").close()
json.dump(os.listdir("parts"), open("files.json", "w"))
