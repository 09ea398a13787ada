#!/bin/sh
# Splits events by calendar day with date(1); the day of an event near midnight is the zone's. strace/strace#68 is a build that
# did so. Cause: time-zone.
for instant in 1600041600 1600045200 1600127999 1600171200; do
    printf '%s,%s\n' "$(date -d "@$instant" +%F)" "$instant"
done > days.csv
