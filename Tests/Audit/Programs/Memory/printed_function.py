"""Writes its settings down with str, and for a method of a type that holds the type's address.

Cause: address-layout; no run agrees with the one before.
"""
import json

settings = {"rate": 0.1, "parse": float.fromhex, "loss": [0.5, 0.25]}
json.dump(settings, open("settings.json", "w"), default=str)
