#!/bin/sh
# An archive's listing shows permissions and local times of its members. Causes: time-zone; umask.
rm -f member.txt
touch -d @1600000000 member.txt
ls -l --time-style=+%H:%M member.txt | awk '{ print $1, $6, $7 }' > listing.txt
