"""Compresses its result; the container holds the time at which it was written, the content does not."""
import gzip
import json
import time

with gzip.GzipFile("result.json.gz", "wb", mtime=time.time()) as file:
    file.write(json.dumps({"loss": [0.5, 0.25, 0.125]}).encode())
