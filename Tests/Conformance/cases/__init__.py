"""What the kit asks: every case but its answer, in the order of the vectors. `make_vectors.py` adds the answers.

The order carries meaning: a case rests on no rule but its own and those of cases before it, so that the first that fails
names the rule. Each module has `cases()`; a case's id is the rule's number, a slash and what it shows.
"""
