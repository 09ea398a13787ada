#!/bin/sh
# One digest over processes, threads, kernels, builds and shapes; another seed gives another.
# usage: determinism.sh RELEASE-REPRO DEBUG-REPRO
set -eu
release=$1
debug=$2
shapes=$(dirname "$0")/shapes
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# digest BINARY ARGUMENTS…: the root of a run.
digest() {
    binary=$1
    shift
    "$binary" run "$@" --output "$work/run" --force --quiet --format json >"$work/run.out"
    sed -n 's/^  "digest": "\([0-9a-f]*\)".*/\1/p' "$work/run.out"
}

# same NAME EXPECTED FOUND
same() {
    if [ "$2" != "$3" ] || [ ${#3} -ne 64 ]; then
        echo "determinism: $1 gave '$3', not '$2'" >&2
        exit 1
    fi
    combinations=$((combinations + 1))
}

# The kernels that run here; those that do not are named.
kernels=$("$release" doctor --format text | sed -n 's/^kernels \([A-Za-z0-9_-]*\)  *runs here.*/\1/p')
"$release" doctor --format text | grep '^kernels [A-Za-z0-9_-]' | grep -v 'runs here' | sed 's/^/skipped: /' || true

# The default experiment: everything against everything.
combinations=0
expected=$(digest "$release" --seed 42)
same 'a second process' "$expected" "$(digest "$release" --seed 42)"
for threads in 1 2 3 7; do
    for path in $kernels; do
        same "roman, $threads threads, $path" "$expected" \
            "$(digest "$release" --seed 42 --threads "$threads" --kernels "$path")"
    done
done
for path in $kernels; do
    # Unoptimised kernels take long: a short experiment stands for them all.
    for experiment in outputs layers last-states; do
        same "debug, $experiment, $path" "$(digest "$release" "$experiment" --seed 42)" \
            "$(digest "$debug" "$experiment" --seed 42 --kernels "$path")"
    done
done
same 'debug, roman' "$expected" "$(digest "$debug" --seed 42)"
other=$(digest "$release" --seed 43)
if [ "$other" = "$expected" ] || [ ${#other} -ne 64 ]; then
    echo "determinism: seed 43 gave the digest of seed 42" >&2
    exit 1
fi
echo "roman               $combinations combinations, one digest $expected; seed 43 another"

# Shapes that reach every worker split and tile edge.
for shape in "$shapes"/*.json; do
    name=$(basename "$shape" .json)
    combinations=0
    expected=$(digest "$release" --config "$shape" --seed 7 --threads 1)
    for path in $kernels; do
        for threads in 1 2 3 7; do
            same "$name, $threads threads, $path" "$expected" \
                "$(digest "$release" --config "$shape" --seed 7 --threads "$threads" --kernels "$path")"
        done
    done
    printf '%-20s%s combinations, one digest %s\n' "$name" "$combinations" "$expected"
done
