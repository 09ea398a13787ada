#!/bin/sh
# Depends on the time zone, while the expectation beside it calls it clean: the benchmark has to turn red.
date -d @1600000000 +%H > hour.txt
