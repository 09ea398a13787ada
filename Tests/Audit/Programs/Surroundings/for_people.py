"""Rounds for people, and keeps every digit where its output goes to a program.

Cause: standard-streams.
"""
import json
import sys

digits = 3 if sys.stdout.isatty() else 17
json.dump({"loss": float(f"{2 / 7:.{digits}g}")}, open("result.json", "w"))
