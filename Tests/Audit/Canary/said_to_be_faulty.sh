#!/bin/sh
# Depends on nothing, while the expectation beside it names a cause: the benchmark has to turn red.
echo 1 > one.txt
