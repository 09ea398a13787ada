# make forgeries: planted forgeries of committed runs. COUNT says how many; without it 200.
.PHONY: forgeries
forgeries: build ## forge committed runs in COUNT (200) ways, digests consistent afterwards; verify has to catch what it draws
	python3 Tests/Gates/forgeries.py $(REPRO) $(if $(filter command line,$(origin COUNT)),$(COUNT),200)
