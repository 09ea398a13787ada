# make audit-benchmark: `repro audit` on programs with a known fault, clean ones and ones that misbehave, all without PyTorch.
# make audit-torch: those with PyTorch, by TORCH_PYTHON (Tests/Fixtures/torch.mk); an hour or so.
AUDIT_PYTHON ?= python3
.PHONY: audit-benchmark audit-torch audit-hook
audit-benchmark: build ## audit programs whose fault is known: the right cause, no false alarm, few runs
	$(AUDIT_PYTHON) Tests/Audit/benchmark.py --repro $(REPRO) --without-torch --jobs 3 $(if $(ONLY),--only $(ONLY))

audit-torch: build $(filter $(TORCH)/%,$(TORCH_PYTHON)) ## the same for programs with PyTorch, and the first operation
	$(TORCH_PYTHON) Tests/Audit/benchmark.py --repro $(REPRO) --torch-alone $(if $(ONLY),--only $(ONLY))

audit-hook: ## what the Python hook of `repro audit` promises, on real programs; without PyTorch, the part that needs none
	$(AUDIT_PYTHON) Tests/Audit/hook_tests.py $(ONLY)
