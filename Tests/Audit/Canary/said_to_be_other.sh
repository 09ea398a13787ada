#!/bin/sh
# Depends on the home, while the expectation beside it names the umask: the benchmark has to turn red.
echo "$HOME" > home.txt
