# make torch-matrix: every element of 262 configurations against PyTorch; a subset travels and runs in `make test`. Where
# Python lacks torch a throw-away environment gets it from TORCH_INDEX. TORCH_SEED=N measures other draws.
TORCH_SEED ?= 42
TORCH_INDEX ?= https://download.pytorch.org/whl/cpu
TORCH := .build/torch
TORCH_VECTORS := Tests/ReproNNTests/Vectors/torch-matrix.safetensors
TORCH_PYTHON ?= $(shell python3 -c 'import torch, numpy' 2>/dev/null && echo python3 || echo $(TORCH)/venv/bin/python)

.PHONY: torch-matrix
torch-matrix: $(filter $(TORCH)/%,$(TORCH_PYTHON)) ## every element of 262 configurations against PyTorch in binary64
	mkdir -p $(TORCH)
	$(TORCH_PYTHON) -W ignore Tests/Fixtures/torch_matrix.py --seed $(TORCH_SEED) \
		$(if $(filter 42,$(TORCH_SEED)),--errors $(TORCH_VECTORS)) --output $(TORCH)/matrix.safetensors
	$(SWIFT) build -c release --build-tests
	REPRO_TORCH_MATRIX=$(abspath $(TORCH)/matrix.safetensors) $(SWIFT) test -c release --skip-build \
		--filter everyElementOfEveryConfigurationAgreesWithPyTorch > $(TORCH)/matrix.txt; \
		status=$$?; cat $(TORCH)/matrix.txt; grep -q '^torch matrix:' $(TORCH)/matrix.txt && exit $$status

$(TORCH)/venv/bin/python:
	python3 -m venv $(TORCH)/venv
	$@ -m pip install --quiet torch==2.13.0+cpu numpy --extra-index-url $(TORCH_INDEX)
