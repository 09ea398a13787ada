# make drift: what makes builds and processes drift apart is banned below the command: in sources, flags and the object files of the
# builds that are there. The canary plants each fault first.
.PHONY: drift
drift: build ## ban clocks, randomness, libm, Hasher, contraction … below the command, in sources and object files; with its canary
	python3 Tests/Gates/drift.py --canary
	python3 Tests/Gates/drift.py --objects $(wildcard .build/debug .build/release)
