#!/bin/sh
# Counts characters with wc -m; in the C locale a character is a byte. Cause: locale.
for word in naïve café Übung word; do
    printf '%s\t%s\n' "$word" "$(printf '%s' "$word" | wc -m)"
done > lengths.tsv
