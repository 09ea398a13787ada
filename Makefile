# What a developer and CI call. `make help` lists the targets.

SWIFT ?= swift
PREFIX ?= /usr/local
REPRO := .build/release/repro
ARGS ?=
export REASON

.DEFAULT_GOAL := help
.PHONY: help build run test check canary canary-1000 bless bench bench-peers determinism prove format lint docs ci install clean

help: ## this list
	@awk -F':.*## ' '/^[a-z0-9.-]+:.*## /{printf "%-14s%s\n", $$1, $$2}' Makefile Tests/*/*.mk

build: ## build the command, optimised
	$(SWIFT) build -c release --product repro

run: build ## train the default experiment: repro run --seed 42
	$(REPRO) run --seed 42 $(ARGS)

test: ## run every test
	$(SWIFT) build -c release --build-tests
	$(SWIFT) test -c release --skip-build $(ARGS)

check: build ## run every golden again and compare
	$(REPRO) check $(ARGS)

canary: build ## plant faults in runs and in builds; fail unless each is caught and named
	sh Tests/Gates/canary.sh $(REPRO)
	$(REPRO) check --canary 60 --seed 1 --quiet
	sh Tests/Gates/bisect.sh $(REPRO)

canary-1000: build ## plant 1,000 faults in single operations, and make 1,000 clean runs
	$(REPRO) check --canary 1000 --seed 1

determinism: build ## one digest over processes, threads, kernels, builds and shapes
	$(SWIFT) build -c debug --product repro
	sh Tests/Gates/determinism.sh $(REPRO) .build/debug/repro

bless: build ## make goldens of what this build gives: make bless REASON='…'
	$(REPRO) bless --reason "$$REASON" $(ARGS)

bench: build ## engine speed
	$(REPRO) bench $(ARGS)

bench-peers: build ## engine speed beside PyTorch, in turns: make bench-peers TREC=FOLDER
	python3 Tests/Peers/bench_peers.py --repro $(REPRO) $(if $(TREC),--trec $(TREC))

format: ## format the sources
	$(SWIFT) format format -i -r Sources Tests Package.swift

lint: ## formatting, and the rules of the tree
	$(SWIFT) format lint --strict -r Sources Tests Package.swift
	sh Tests/Gates/lint.sh

docs: ## the documentation as a web page in .build/docs, from DocC, without a warning
	SWIFT=$(SWIFT) sh Tests/Gates/docs.sh

ci: ## what CI runs
	bash .ci/run

install: build ## copy the command to PREFIX/bin (default /usr/local)
	install -d $(DESTDIR)$(PREFIX)/bin
	install -m 755 $(REPRO) $(DESTDIR)$(PREFIX)/bin/repro

clean: ## remove what was built and run
	rm -rf .build .repro

include $(wildcard Tests/*/*.mk)
