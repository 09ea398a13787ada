# make soak: runs that are killed at random moments and gone on with. COUNT says how many; CI takes 50 with `make canary`.
.PHONY: soak
COUNT ?= 1000
soak: build ## kill runs at random moments and resume them with other threads and kernels: one digest (COUNT=1000)
	python3 Tests/Gates/soak.py $(REPRO) $(COUNT)
