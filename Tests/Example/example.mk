# A package of its own that imports Repro, trains a classifier and checks its golden.

.PHONY: example

example: ## the example package: train a classifier, check its golden from its own tests
	$(SWIFT) test -c release --package-path Tests/Example --scratch-path .build/example
