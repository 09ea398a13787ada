# make large-data: a run over a file of SIZE megabytes, which may take at most 1,500 of memory. Needs as much disk as the file takes.
.PHONY: large-data
SIZE ?= 1000
large-data: build ## train on a file of SIZE (1,000) megabytes in less memory than 1,500
	python3 Tests/Gates/large_data.py $(REPRO) $(SIZE)
