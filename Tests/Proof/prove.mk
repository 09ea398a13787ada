# make prove: all 2^32 inputs of every elementary function on every path that runs here; about five minutes on two
# cores. Needs clang (Swift's own will do) and Debian's libmpfr-dev, which nothing else in the project uses.
#
# make prove-quick: a range with subnormal, ordinary and saturated results, in seconds. make prove-canary: one planted
# fault in each function and path must turn the proof red.
#
# make prove-neon: the kernels of 64-bit ARM on an emulated processor, every STRIDE-th input and all hard cases, in ranges that an
# interrupted call keeps. On ARM hardware `make prove` takes all 2^32.
CLANG ?= clang
PROOF_THREADS ?= 2
PROOF := .build/proof/prove
STRIDE ?= 257

.PHONY: prove prove-quick prove-canary prove-neon
prove: $(PROOF) ## prove the elementary functions for all 2^32 inputs against MPFR
	$(PROOF) --threads $(PROOF_THREADS)

prove-quick: $(PROOF)
	$(PROOF) --threads $(PROOF_THREADS) --first 3f000000 --last 42ffffff
	$(PROOF) --threads $(PROOF_THREADS) --first c2800000 --last c2ffffff

prove-canary: $(PROOF)
	$(PROOF) --first 3f000000 --last 3f000fff --plant > .build/proof/canary.txt; test $$? -eq 1
	! grep -q 'mismatches 0' .build/proof/canary.txt

prove-neon: ## prove the kernels of 64-bit ARM on an emulated processor: every STRIDE-th (257th) input, and all hard cases
	python3 Tests/Proof/emulated.py --threads $(PROOF_THREADS) --plant
	python3 Tests/Proof/emulated.py --threads $(PROOF_THREADS) --stride $(STRIDE)

$(PROOF): $(wildcard Tests/Proof/*.[ch] Sources/CReproKernels/src/*/* Sources/CReproKernels/include/*)
	mkdir -p $(@D)
	$(CLANG) -O2 -ISources/CReproKernels/include Tests/Proof/*.c Sources/CReproKernels/src/*/*.c -lmpfr -lgmp -lpthread -o $@
