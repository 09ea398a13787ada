"""Writes where its own file lies into the model's card, as loggers and pickles do.

Cause: working-directory.
"""
import json
import pathlib

card = {"model": "line", "weights": [3.0, -2.0], "script": str(pathlib.Path(__file__).resolve())}
json.dump(card, open("card.json", "w"))
