"""Lists a folder, and sorts what it finds."""
import json
import os

os.makedirs("parts", exist_ok=True)
for i in range(30):
    open(f"parts/{i:02}.txt", "w").close()
json.dump(sorted(os.listdir("parts")), open("files.json", "w"))
