"""Starts each word's vector from the word's hash, as word2vec implementations do.

A seed was fixed and the vectors differ still: piskvorky/gensim#662. Cause: hash-seed.
"""
import random

words = ["county", "grand", "jury", "primary", "election", "voters"]
with open("vectors.txt", "w") as file:
    for word in words:
        generator = random.Random(hash(word + "42") & 0xFFFFFFFF)
        file.write(" ".join([word] + [f"{generator.uniform(-0.5, 0.5):.8f}" for _ in range(4)]) + "\n")
