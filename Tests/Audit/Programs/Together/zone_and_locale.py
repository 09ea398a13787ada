"""Writes universal time where the language is the house's own, C.UTF-8, and local times elsewhere.

The zone matters only in another locale, the locale only outside universal time. Causes: locale and time-zone, together.
"""
import json
import os
import time

language = os.environ.get("LC_ALL") or os.environ.get("LC_TIME") or os.environ.get("LANG")
convert = time.gmtime if language == "C.UTF-8" else time.localtime
json.dump([time.strftime("%H:%M", convert(1_700_000_000 + 3000 * i)) for i in range(6)], open("times.json", "w"))
