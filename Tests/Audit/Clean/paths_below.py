"""Uses scratch files, the home and the working directory, and keeps none of their paths."""
import json
import os
import tempfile

with tempfile.TemporaryDirectory() as folder:
    path = os.path.join(folder, "numbers.txt")
    with open(path, "w") as file:
        file.write(" ".join(map(str, range(10))))
    numbers = [int(word) for word in open(path).read().split()]
has_home = os.path.isdir(os.path.expanduser("~"))
json.dump({"numbers": numbers, "home": has_home, "here": os.path.relpath(os.getcwd())}, open("result.json", "w"))
