# make blesses: kills of `repro bless` in each stage of its work, and two at once. Takes some minutes; not part of what CI runs.
KILLS ?= 1000
.PHONY: blesses
blesses: build ## kill bless KILLS (1,000) times, in each of its stages, and run 200 pairs at once; each folder has to be whole
	python3 Tests/Gates/blesses.py $(REPRO) $(KILLS)
