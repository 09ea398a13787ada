# make evidence: one digest over processors, compilers and builds; its table goes into the documentation. ROWS=NAME,… measures these
# alone, of those that `make evidence ROWS=list` names; a row that was measured is kept until the sources change. EMULATION=no leaves
# out emulated processors. Not part of what CI runs: from nothing it takes an hour or so on two cores.
# make evidence-canary: a build that contracts products and sums has to be found.
EMULATION ?= yes
EVIDENCE = python3 Tests/Evidence/evidence.py --python $(CONTRACT_PYTHON)
# Made in the recipe, since the names of that file are read after this one. Where it cannot be, the random experiments are skipped.
CONTRACT_MADE = $(if $(filter $(CONTRACT_VENV)/%,$(CONTRACT_PYTHON)),-@$(MAKE) --no-print-directory $(CONTRACT_PYTHON))

.PHONY: evidence evidence-canary
evidence: ## one digest over processors, compilers and builds; the table goes into the documentation
	$(if $(filter list,$(ROWS)),,$(CONTRACT_MADE))
	@$(EVIDENCE) $(if $(filter list,$(ROWS)),--list,$(if $(ROWS),--only $(ROWS)) --write $(if $(filter no,$(EMULATION)),--without-emulation))

evidence-canary: ## make evidence finds a build whose arithmetic is wrong
	$(CONTRACT_MADE)
	@$(EVIDENCE) --canary
