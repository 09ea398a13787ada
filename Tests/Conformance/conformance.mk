# make conformance: the kit against the engine in each kernel that runs here, and against the second implementation of the contract
# where Python has NumPy and gmpy2 (`make contract` makes an environment that has).
# make mutants: how much the kit sees. JOBS=N runs so many mutants at a time.
JOBS ?= 2
CONFORMANCE := Tests/Conformance
KERNELS ?= $(shell $(REPRO) doctor --format json 2>/dev/null | \
	python3 -c 'import json, sys; print(*[k["name"] for k in json.load(sys.stdin)["kernels"] if k["supported"]])')

.PHONY: conformance mutants
conformance: build ## the conformance kit: its rules, its canary, the engine in each kernel, its vectors and contract.py
	python3 $(CONFORMANCE)/rules.py --quiet
	python3 $(CONFORMANCE)/canary.py
	@test -n "$(KERNELS)" || { echo "conformance: repro doctor names no kernel" >&2; exit 1; }
	set -e; for kernels in $(KERNELS); do echo "kernels $$kernels:"; \
		python3 $(CONFORMANCE)/run.py -- $(REPRO) conformance --kernels $$kernels; done
	set -e; if $(CONTRACT_PYTHON) -c 'import gmpy2, numpy' 2>/dev/null; then \
		$(CONTRACT_PYTHON) $(CONFORMANCE)/make_vectors.py --check; \
		$(CONTRACT_PYTHON) $(CONFORMANCE)/run.py -- $(CONTRACT_PYTHON) $(CONFORMANCE)/contract_speaker.py; \
	else echo "skipped: the second implementation, since $(CONTRACT_PYTHON) has no NumPy and gmpy2" >&2; fi

mutants: ## measure the conformance kit: every mutant of the contract is killed
	$(if $(filter $(CONTRACT_VENV)/%,$(CONTRACT_PYTHON)),@$(MAKE) --no-print-directory $(CONTRACT_PYTHON))
	$(CONTRACT_PYTHON) $(CONFORMANCE)/mutants.py --jobs $(JOBS)
