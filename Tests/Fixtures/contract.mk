# make contract: experiments drawn over the whole option space, against the second implementation of the contract.
# Where Python lacks NumPy or gmpy2 a throw-away environment gets them. COUNT=N draws so many, DRAW_SEED=N others.
COUNT ?= 200
DRAW_SEED ?= 1
CONTRACT_VENV := .build/contract
CONTRACT_PYTHON ?= $(shell python3 -c 'import gmpy2, numpy' 2>/dev/null && echo python3 || echo $(CONTRACT_VENV)/bin/python)

.PHONY: contract
contract: build $(filter $(CONTRACT_VENV)/%,$(CONTRACT_PYTHON)) ## drawn experiments against a second implementation of the contract
	$(CONTRACT_PYTHON) Tests/Fixtures/random_experiments.py --repro $(REPRO) --count $(COUNT) --seed $(DRAW_SEED) $(ARGS)

$(CONTRACT_VENV)/bin/python:
	python3 -m venv $(CONTRACT_VENV)
	$@ -m pip install --quiet numpy gmpy2
