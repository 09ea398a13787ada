# make fuzz: libFuzzer against the readers of files, for FUZZ_SECONDS. Needs NumPy for the seeds.
FUZZ_SECONDS ?= 60

.PHONY: fuzz
fuzz: ## mutate files against the readers
	$(SWIFT) build --package-path Tests/Fuzz --scratch-path .build/fuzz -c release --sanitize fuzzer
	python3 Tests/Fixtures/formats_vectors.py --corpus .build/fuzz/corpus
	.build/fuzz/release/FuzzFormats -rss_limit_mb=512 -max_len=4096 -max_total_time=$(FUZZ_SECONDS) .build/fuzz/corpus

# make damage: mutated archives and pickles against their readers. COUNT says how many; without it 10,000.
.PHONY: damage
damage: ## mutate archives and pickles in COUNT (10000) ways; each is an error or is read
	REPRO_DAMAGE_COUNT=$(if $(filter command line,$(origin COUNT)),$(COUNT),10000) $(SWIFT) test --filter AttackTests
