#!/bin/sh
# Ends while a child of it still runs.
echo 1 > result.txt
sleep 30 > /dev/null 2>&1 &
