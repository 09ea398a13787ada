#!/bin/sh
# Keeps absolute paths below the user's home in what it writes. Cause: home.
printf 'cache = %s\ndata = data/train.txt\n' "$HOME/.cache/words" > paths.ini
