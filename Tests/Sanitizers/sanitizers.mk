# make sanitize: the whole suite, and what it runs in processes of its own, with clang's sanitizers of addresses, leaks and undefined
# behaviour, then of threads. Optimised builds, since an unoptimised one would train for an hour. SANITIZERS=thread runs one of them.
SANITIZERS ?= address thread
.PHONY: sanitize
sanitize: ## every test with the sanitizers of addresses, leaks, undefined behaviour and threads; no finding
	sh Tests/Sanitizers/sanitize.sh $(SANITIZERS)
