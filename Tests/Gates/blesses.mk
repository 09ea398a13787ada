# make blesses: kills of `repro bless` at random moments, and two at once. Takes some minutes; not part of what CI runs.
.PHONY: blesses
blesses: build ## kill bless 1,000 times and run 200 pairs at once; each folder has to be whole
	python3 Tests/Gates/blesses.py $(REPRO)
