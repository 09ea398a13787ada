"""Groups labels in a dictionary of sets and takes the first label of each set for the main one.

A dictionary keeps its order, a set does not: etsap-TIMES/xl2times#67. Cause: hash-seed.
"""
import json

events = [(user, label) for user in ("ann", "bob", "cy") for label in ("red", "green", "blue", "grey", "teal", "pink")]
labels = {}
for user, label in events:
    labels.setdefault(user, set()).add(label)
with open("main.jsonl", "w") as file:
    for user, group in labels.items():
        file.write(json.dumps({"user": user, "main": next(iter(group))}) + "\n")
