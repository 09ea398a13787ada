# make tensorboard: event files of runs, killed ones too, read by TensorBoard itself; skipped by name where Python lacks it.
PYTHON ?= python3
.PHONY: tensorboard
tensorboard: build ## event files of runs, a killed one among them, read by TensorBoard itself
	$(PYTHON) Tests/Peers/tensorboard_events.py $(REPRO)
