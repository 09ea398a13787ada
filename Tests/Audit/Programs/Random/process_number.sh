#!/bin/sh
# Seeds a generator with the number of its process, as many a cluster's job does. Cause: the process's number, which no
# variation holds still; no run agrees with the one before.
awk -v seed=$$ 'BEGIN { srand(seed); for (i = 0; i < 5; i++) print rand() }' > draws.txt
