"""Asks sets what they hold and never for an order; counts are whole numbers, which add up alike in any order."""
import json

known = {"red", "green", "blue"}
words = "red sky green sea blue red rust".split()
counts = {}
for word in set(words):
    counts[word] = words.count(word)
json.dump({"known": [word in known for word in words], "all": sum(counts.values())}, open("counts.json", "w"))
