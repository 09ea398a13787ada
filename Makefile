# What a developer and CI call. `make help` lists the targets.

SWIFT ?= swift
PREFIX ?= /usr/local
REPRO := .build/release/repro
# One file that runs where there is no Swift: on Linux Swift's own libraries are linked into it.
STATIC := .build/static/release/repro
BINARY ?= $(STATIC)
SHARE = $(DESTDIR)$(PREFIX)/share
ARGS ?=
export REASON

.DEFAULT_GOAL := help
.PHONY: help build run test check canary canary-1000 bless bench bench-peers determinism prove format lint docs ci static install dist clean

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
	! command -v python3 >/dev/null || python3 Tests/Gates/soak.py $(REPRO) 50

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

static: ## build the command as one file that needs no Swift where it runs
	$(SWIFT) build -c release --product repro --scratch-path .build/static \
		$(if $(filter Linux,$(shell uname -s)),--static-swift-stdlib -Xlinker -s)

install: $(if $(filter $(STATIC),$(BINARY)),static) ## the command, its manual and completions below PREFIX (default /usr/local)
	install -d $(DESTDIR)$(PREFIX)/bin $(SHARE)/man/man1 $(SHARE)/bash-completion/completions \
		$(SHARE)/zsh/site-functions $(SHARE)/fish/vendor_completions.d
	install -m 755 $(BINARY) $(DESTDIR)$(PREFIX)/bin/repro
	$(BINARY) manual > $(SHARE)/man/man1/repro.1
	$(BINARY) completion bash > $(SHARE)/bash-completion/completions/repro
	$(BINARY) completion zsh > $(SHARE)/zsh/site-functions/_repro
	$(BINARY) completion fish > $(SHARE)/fish/vendor_completions.d/repro.fish

dist: $(if $(filter $(STATIC),$(BINARY)),static) ## pack command, manual and completions for machines without Swift, in .build/dist
	sh .ci/dist $(BINARY)

clean: ## remove what was built and run
	rm -rf .build .repro

include $(wildcard Tests/*/*.mk)
