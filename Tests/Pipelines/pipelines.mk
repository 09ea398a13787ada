# make pipelines: what the pipelines for GitHub, GitLab, git, pre-commit and the container file say, run step by step here.
# make bare: the archive of `make dist` in bare Debian 12 and 13, without Swift.
.PHONY: pipelines bare
pipelines: build ## run the steps of every pipeline, hook and container file in the repository
	python3 Tests/Pipelines/pipelines.py $(REPRO)

bare: dist ## the packed command on bare Debian 12 and 13, without Swift (Debian, root; else skipped by name)
	sh Tests/Pipelines/bare.sh .build/dist
