# make review-tty: `repro review` before a terminal, key by key. Skipped by name where tmux is absent; not part of what CI runs.
.PHONY: review-tty
review-tty: build ## walk `repro review` by keys in tmux, on a large terminal and a small one
	sh Tests/Gates/review_tty.sh $(REPRO)
