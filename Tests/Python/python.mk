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

test-python: ## the tests of repro_torch against the installed wheel
	@if sh Tests/Python/environment.sh $(WHEEL_VENV) $(TORCH_INDEX); then \
		$(MAKE) --no-print-directory wheel && \
		$(WHEEL_VENV)/bin/python -m pip install --quiet --no-deps --no-index --force-reinstall .build/dist/repro_torch-*.whl && \
		env -u REPRO_LIBRARY -u PYTHONPATH $(WHEEL_VENV)/bin/python -m pytest -q $(ARGS) Tests/Python; \
	else echo "skipped: every test of repro_torch, because PyTorch cannot be had here" >&2; fi

.PHONY: test-pytorch soak-threads asan-python
test-pytorch: library ## PyTorch's own tests of LSTM, GRU and RNN against ours: make test-pytorch PYTORCH_TESTS=FOLDER
	PYTHONPATH=$(abspath Sources) REPRO_LIBRARY=$(abspath $(LIBRARY)) $(TORCH_PYTHON) Tests/Peers/pytorch_tests.py $(PYTORCH_TESTS)

MINUTES ?= 60
soak-threads: library ## eight threads with an engine each do random work: no difference, no leak (MINUTES=60)
	PYTHONPATH=$(abspath Sources) REPRO_LIBRARY=$(abspath $(LIBRARY)) $(TORCH_PYTHON) Tests/Python/soak_threads.py $(MINUTES)

# Of the two run-times that are about, the one that GCC brings can be loaded before a program that was built without it.
SANITIZER ?= $(shell gcc -print-file-name=libasan.so.8)
CALLS ?= 10000
asan-python: ## random calls of the modules and of the C interface under the address sanitizer (CALLS=10000)
	$(SWIFT) build --product ReproC --sanitize=address --scratch-path .build/sanitize
	LD_PRELOAD=$(SANITIZER) ASAN_OPTIONS=detect_leaks=0 COUNT=$(CALLS) PYTHONPATH=$(abspath Sources) \
		REPRO_LIBRARY=$(abspath .build/sanitize/debug/libReproC.so) $(TORCH_PYTHON) -m pytest -q -p no:cacheprovider Tests/Python/test_hostile.py

.PHONY: bench-convert
bench-convert: library ## PyTorch's modules beside the converted ones, in one process, in turns: make bench-convert TREC=FOLDER
	PYTHONPATH=Sources REPRO_LIBRARY=$(abspath $(LIBRARY)) $(TORCH_PYTHON) Tests/Peers/bench_convert.py \
		$(if $(TREC),--trec $(TREC)) $(ARGS)
