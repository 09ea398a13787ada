#!/bin/sh
# Days of instants, in universal time and plain words, whatever zone and language the user has.
for instant in 1600041600 1600045200 1600127999; do
    LC_ALL=C TZ=UTC0 date -d "@$instant" '+%a %F %H:%M'
done > days.txt
