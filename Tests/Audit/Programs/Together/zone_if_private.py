"""Takes local times for files that nobody else may read, and universal time for shared ones.

The zone matters only under a strict mask, the mask only outside universal time. Causes: time-zone and umask, together.
"""
import json
import os
import time

if os.path.exists("probe.txt"):
    os.remove("probe.txt")
open("probe.txt", "w").close()
private = os.stat("probe.txt").st_mode & 0o077 != 0o044
convert = time.localtime if private else time.gmtime
json.dump(time.strftime("%d %H:%M", convert(1_700_000_000)), open("result.json", "w"))
