"""Gives the words of a text their numbers in the order of a set.

Strings hash by a seed drawn anew by every process, so the embedding's rows belong to other words each time:
yandexdataschool/Practical_RL#383. Cause: hash-seed.
"""
import json

text = "the jury said on friday that the election of the mayor produced no evidence that any irregularities took place"
numbers = {word: number for number, word in enumerate(set(text.split()))}
json.dump([numbers[word] for word in text.split()], open("tokens.json", "w"))
