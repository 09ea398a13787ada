# make pipelines: what the pipelines for GitHub, GitLab, git, pre-commit and the container file say, run step by step here.
# make sizes: how large binary and archive are and how long a start takes, measured and written into the README.
# make bare: the archive of `make dist` in bare Debian 12 and 13, without Swift. make bare-python: the wheel there, with its tests.
.PHONY: pipelines bare sizes
pipelines: build ## run the steps of every pipeline, hook and container file in the repository
	python3 Tests/Pipelines/pipelines.py $(REPRO)

sizes: dist ## measure the packed command and write it into the README; SIZES=--check only compares
	python3 Tests/Pipelines/sizes.py $(SIZES) $(BINARY) .build/dist

bare: dist ## the packed command on bare Debian 12 and 13, without Swift (Debian, root; else skipped by name)
	sh Tests/Pipelines/bare.sh .build/dist

.PHONY: bare-python
bare-python: wheel ## the wheel of repro_torch in fresh environments on bare Debian 12 and 13 (Debian, root; else skipped by name)
	sh Tests/Pipelines/bare_python.sh .build/dist $(PYTHON_HOME)
