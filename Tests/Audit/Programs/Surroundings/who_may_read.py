"""Leaves out the records that others could not read, and writes records with the permissions it was given.

Cause: umask.
"""
import json
import os

if os.path.exists("record.txt"):
    os.remove("record.txt")
open("record.txt", "w").close()
mode = os.stat("record.txt").st_mode & 0o777
json.dump({"mode": oct(mode), "shared": bool(mode & 0o004)}, open("result.json", "w"))
