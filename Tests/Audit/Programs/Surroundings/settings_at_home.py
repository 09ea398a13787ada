"""Draws a split from a seed that is made of the path of the user's folder of settings.

Cause: home.
"""
import json
import pathlib
import random
import zlib

settings = pathlib.Path("~/.config/split.ini").expanduser()
generator = random.Random(zlib.crc32(str(settings).encode()))
json.dump(sorted(generator.sample(range(100), 20)), open("split.json", "w"))
