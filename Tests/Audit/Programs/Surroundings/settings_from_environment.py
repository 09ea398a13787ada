"""Reads settings from all variables that begin with AUDITED_, whatever their case, the last one winning.

Which one is last is their order in the environment. Cause: environment.
"""
import json
import os

settings = {"rate": "0.1"}
for name, value in os.environ.items():
    if name.upper().startswith("AUDITED_"):
        settings[name[len("AUDITED_"):].lower()] = value
json.dump(settings, open("settings.json", "w"))
