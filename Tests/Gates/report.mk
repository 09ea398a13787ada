# make report-check: pages of `repro report` in a headless browser, light and dark, narrow and wide. Needs Debian's
# chromium and python3; skipped by name where they are absent.
.PHONY: report-check
report-check: build ## pages of repro report in a headless browser: overflow, contrast, names, landmarks
	sh Tests/Gates/report.sh $(REPRO)
