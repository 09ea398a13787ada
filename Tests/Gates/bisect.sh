#!/bin/sh
# Builds this tree with faults that happen to real numerical code, and has `repro bisect` name the operation in each.
#
#     sh Tests/Gates/bisect.sh REPRO
#
# Each fault is an edit that has to find its place; a fault without a place fails.
set -eu

REPRO=$(realpath "$1")
SWIFT=${SWIFT:-swift}
TREE=$(mktemp -d "${TMPDIR:-/tmp}/repro-faults.XXXXXX")
trap 'rm -rf "$TREE"' EXIT INT TERM
cd "$(dirname "$0")/../.."
tar -cf - Package.swift Sources Tests/*/*.swift $(ls -d Tests/Repro*Tests) | tar -xf - -C "$TREE"
SOURCES=$TREE/Sources
failed=0

fail() {
    printf '%s\n' "$*" >&2
    failed=1
}

# edit FILE SED-SCRIPT: changes a file, which has to change.
edit() {
    cp "$1" "$1.before"
    sed -e "$2" "$1.before" >"$1"
    if cmp -s "$1" "$1.before"; then
        echo "the fault finds no place in ${1#"$TREE"/}: this script has to follow the sources" >&2
        exit 1
    fi
}

build() {
    (cd "$TREE" && $SWIFT build -c release --product repro >build.log 2>&1) || { cat "$TREE/build.log" >&2; exit 1; }
}

# Undoes all edits. The time of a restored file is new, so that the build sees it.
restore() {
    find "$SOURCES" -name '*.before' | while read -r file; do
        cat "$file" >"${file%.before}"
        rm "$file"
    done
}

# locate WHAT EXPERIMENT STAGE PATTERN: bisect has to name this stage and an operation or a stream of this pattern.
locate() {
    build
    code=0
    "$REPRO" bisect --baseline "$TREE/.build/release/repro" "$2" --seed 42 --quiet --no-color \
        >"$TREE/out" 2>&1 || code=$?
    stage=$(sed -n 's/^  stages  .* comparisons  //p' "$TREE/out")
    named=$(sed -n -e 's/^  operations  .* comparisons  //p' -e 's/^  streams  .*differ  //p' "$TREE/out")
    # No level may take more comparisons than 2 + log2 of what it searches.
    many=$(awk '$4 == "comparisons" && $3 > 2 + log($2) / log(2) { print $1 }' "$TREE/out")
    if [ "$code" -ne 1 ]; then
        fail "$1: exit code $code"
    elif [ "$stage" != "$3" ] || ! printf '%s\n' "$named" | grep -Eq "$4"; then
        fail "$1: found in '$stage', '$named'; it stands in '$3', $4"
    elif [ -n "$many" ]; then
        fail "$1: too many comparisons: $many"
    else
        printf '%-34s %s: %s\n' "$1" "$stage" "$(printf '%s' "$named" | tr '\n' ' ')"
        restore
        return
    fi
    cat "$TREE/out" >&2
    restore
}

edit "$SOURCES/CReproKernels/src/matrix/tile.inc" '
    s/^    const size_t b_panel = .*;$/&\
    vf odd[TILE_ROWS][SPAN_MOST * PANEL_VECTORS] = {0};/
    s/acc\[m\]\[v\] = vfma(x, bv\[v\], acc\[m\]\[v\]);/{ vf *chain = k % 2 ? \&odd[m][v] : \&acc[m][v]; *chain = vfma(x, bv[v], *chain); }/
    s/acc\[m\]\[v\] = vfma(x\[m\], bv, acc\[m\]\[v\]);/{ vf *chain = k % 2 ? \&odd[m][v] : \&acc[m][v]; *chain = vfma(x[m], bv, *chain); }/
    /asked += asked_step;$/{
        n
        s/$/\
    UNROLL for (size_t m = 0; m < mr; m++) {\
        UNROLL for (size_t v = 0; v < nv; v++) acc[m][v] += odd[m][v];\
    }/
    }'
locate "a chain split in two" roman "step 000000" '^lstm\.l0\[0\]\.pre$'

# Where the C library rounds tanhf correctly (glibc 2.41 and later), there is nothing to find.
tanhf() {
    edit "$SOURCES/CReproKernels/src/cells/lstm.inc" '
        s/^#pragma STDC FP_CONTRACT OFF$/&\
extern float tanhf(float);\
VINLINE vf library_tanh(vf x) {\
    for (int lane = 0; lane < VF; lane++) x[lane] = tanhf(x[lane]);\
    return x;\
}/
        s/^.* x\[q\] = vload_part(gates + q \* hidden, n);$/&\
    const vf library = library_tanh(x[2]);/
        s/^.* vstore_part(gates + q \* hidden, x\[q\], n);$/    x[2] = library;\
&/'
    locate "tanhf of the C library" roman "step 000000" '^lstm\.l0\[[0-9]*\]\.g$'
}
glibc=$(getconf GNU_LIBC_VERSION 2>/dev/null | sed 's/.* 2\.//')
if [ "${glibc:-41}" -lt 41 ]; then tanhf; else echo "skipped: tanhf of this C library may be correctly rounded"; fi

for file in "$SOURCES"/CReproKernels/src/*/*; do
    if grep -q 'FP_CONTRACT OFF' "$file"; then edit "$file" 's/FP_CONTRACT OFF/FP_CONTRACT ON/'; fi
done
locate "contraction switched on" roman "step 000000" '^embedding\.weight$'

edit "$SOURCES/ReproRandom/Distributions.swift" \
    's/maximum <= UInt64(UInt32.max) ? UInt64(next32()) : next64()/next64() >> 32/'
locate "another shuffle" classifier "step 000000" '^stream\[2,0\]'

[ "$failed" -eq 0 ] && echo "every faulty build located"
exit "$failed"
