"""Takes the first four fifths of the files that glob finds for training and the rest for testing.

glob gives them in the folder's order, and two machines train on other files: ByteDance-Seed/VeOmni#330. Cause: file-order.
"""
import csv
import glob
import os

os.makedirs("records", exist_ok=True)
for i in range(30):
    open(f"records/sample-{i:03}.txt", "w").write(str(i * i % 17))
files = glob.glob("records/*.txt")
cut = len(files) * 4 // 5
with open("split.csv", "w", newline="") as file:
    writer = csv.writer(file)
    for part, names in (("train", files[:cut]), ("test", files[cut:])):
        writer.writerows([part, os.path.basename(name), open(name).read()] for name in names)
