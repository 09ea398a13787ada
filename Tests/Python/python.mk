# make library: the C interface as one file. make wheel: repro_torch with it, for this platform. make test-python: its tests against
# the installed wheel, in a virtual environment (WHEEL_VENV) that gets PyTorch from TORCH_INDEX; where it cannot be had they are
# skipped by name.
LIBRARY := .build/library/$(if $(filter Darwin,$(shell uname -s)),librepro.dylib,librepro.so)
WHEEL_VENV ?= .build/python

.PHONY: library wheel test-python
library: ## librepro, the C interface, as one file that needs no Swift where it runs, and its header
	SWIFT=$(SWIFT) sh .ci/library .build/library

wheel: library ## repro_torch with librepro as a wheel for this platform, in .build/dist
	rm -f .build/dist/repro_torch-*.whl
	python3 .ci/wheel $(LIBRARY) .build/dist

test-python: wheel ## the tests of repro_torch against the installed wheel
	@test -x $(WHEEL_VENV)/bin/python || python3 -m venv $(WHEEL_VENV)
	@if $(WHEEL_VENV)/bin/python -c 'import expecttest, gmpy2, numpy, pytest, torch' 2>/dev/null || $(WHEEL_VENV)/bin/python -m pip install \
			--quiet --retries 1 torch==2.13.0+cpu numpy pytest expecttest gmpy2 --extra-index-url $(TORCH_INDEX); then \
		$(WHEEL_VENV)/bin/python -m pip install --quiet --no-deps --force-reinstall .build/dist/repro_torch-*.whl && \
		env -u REPRO_LIBRARY -u PYTHONPATH $(WHEEL_VENV)/bin/python -m pytest -q $(ARGS) Tests/Python; \
	else echo "skipped: every test of repro_torch, because PyTorch cannot be had here" >&2; fi

.PHONY: bench-convert
bench-convert: library ## PyTorch's modules beside the converted ones, in one process, in turns: make bench-convert TREC=FOLDER
	PYTHONPATH=Sources REPRO_LIBRARY=$(abspath $(LIBRARY)) $(TORCH_PYTHON) Tests/Peers/bench_convert.py \
		$(if $(TREC),--trec $(TREC)) $(ARGS)
