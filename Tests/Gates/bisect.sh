#!/bin/sh
# Builds this tree with faults that happen to real numerical code, has `repro bisect` name the operation or the random stream of
# each, and has each build's own `repro check` say in every format where it left a golden of REPRO, and why.
#
#     sh Tests/Gates/bisect.sh REPRO
#
# A fault is a hook in the sources that -D REPRO_FAULT_NAME compiles in. Two builds hold all of them: faults share a build
# where one does not stand in the way of locating the other. The builds stay below .build/faults, so that the next run
# compiles what changed alone. A fault without effect fails, and so does a hook that no build here compiles in.
set -eu

repro=$(realpath "$1")
cd "$(dirname "$0")/../.."
scratch=$(mktemp -d)
report=$scratch/report
trap 'rm -rf "$scratch"' EXIT INT TERM
planted=
failed=0

fail() {
    printf '%s\n' "$*" >&2
    failed=1
}

# plant FOLDER FAULT…: builds $faulty, with these faults.
plant() {
    folder=.build/faults/$1
    shift
    flags=
    for fault; do flags="$flags -Xcc -DREPRO_FAULT_$fault -Xswiftc -DREPRO_FAULT_$fault"; done
    planted="$planted $*"
    # shellcheck disable=SC2086
    ${SWIFT:-swift} build -c release --product repro --scratch-path "$folder" $flags >"$report" 2>&1 || {
        cat "$report" >&2
        exit 1
    }
    faulty=$PWD/$folder/release/repro
}

# judge WHAT STAGE CAUSE EXPERIMENT…: the faulty build's check of a golden that REPRO made has to end with 1 and to name this
# stage and this cause in every format.
judge() {
    what=$1 expected=$2 cause=$3
    shift 3
    case $cause in
    arithmetic) sentence='arithmetic: options, data and random streams agree, and the numbers moved' ;;
    streams) sentence='streams: options and data agree, and the random numbers moved' ;;
    data) sentence='data: the files agree, and what was drawn or read from them moved' ;;
    esac
    rm -rf "$scratch/Goldens"
    # These goldens last as long as this script, so that no service need refuse them.
    env -u CI -u CONTINUOUS_INTEGRATION -u GITHUB_ACTIONS -u GITEA_ACTIONS -u GITLAB_CI \
        "$repro" bless "$@" --goldens "$scratch/Goldens" --reason "$what" --by gate --yes --quiet >"$report" 2>&1 || {
        fail "$what: no golden to judge by"
        cat "$report" >&2
        return
    }
    for format in text github junit json; do
        code=0
        "$faulty" check --goldens "$scratch/Goldens" --format $format --quiet --no-color >"$report" 2>&1 || code=$?
        said=$(tr '\n' ' ' <"$report")
        case $code,$said in
        1,*"$sentence"*"first stage"*"$expected  ("*"repro bisect --baseline PATH"*) ;;
        *)
            fail "$what: check --format $format ended with $code, and has to say '$sentence', first in '$expected':"
            cat "$report" >&2
            ;;
        esac
    done
}

# locate WHAT STAGE PATTERN CAUSE EXPERIMENT…: bisect has to name this stage, and an operation or a stream of this pattern.
locate() {
    what=$1 expected=$2 pattern=$3 cause=$4
    shift 4
    judge "$what" "$expected" "$cause" "$@"
    code=0
    "$repro" bisect --baseline "$faulty" "$@" --quiet --no-color >"$report" 2>&1 || code=$?
    stage=$(sed -n 's/^  stages  .* comparisons  //p' "$report")
    named=$(sed -n -e 's/^  operations  .* comparisons  //p' -e 's/^  streams  .*differ  //p' "$report")
    # No level may take more comparisons than 2 + log2 of what it searches.
    many=$(awk '$4 == "comparisons" && $3 > 2 + log($2) / log(2) { print $1 }' "$report")
    if [ "$code" -ne 1 ]; then
        fail "$what: exit code $code"
    elif [ "$stage" != "$expected" ] || ! printf '%s\n' "$named" | grep -Eq "$pattern"; then
        fail "$what: found in '$stage', '$named'; it stands in '$expected', $pattern"
    elif [ -n "$many" ]; then
        fail "$what: too many comparisons: $many"
    else
        printf '%-34s %s: %s\n' "$what" "$stage" "$(printf '%s' "$named" | tr '\n' ' ')"
        return
    fi
    cat "$report" >&2
}

shapes=Tests/Gates/shapes

# An inspection trains nothing, so that no shuffle comes before its chains.
plant chain-and-shuffle SPLIT_CHAIN SHUFFLE
locate "a chain split in two" evaluation '^lstm\.l0\[0\]\.pre$' arithmetic layers --seed 42
locate "another shuffle" "step 000000" '^stream\[2,0\]' streams classifier --seed 42

# A GRU has no gate that takes the library's tanh, and a wrong draw is a fault of seeds of its own.
plant tanh-contraction-and-draws LIBRARY_TANH CONTRACTION DRAW
# Where the C library rounds tanhf correctly (glibc 2.41 and later), there is nothing to find.
glibc=$(getconf GNU_LIBC_VERSION 2>/dev/null | sed 's/.* 2\.//')
if [ "${glibc:-41}" -lt 41 ]; then
    locate "tanhf of the C library" "step 000000" '^lstm\.l0\[[0-9]*\]\.g$' arithmetic roman --seed 42
else
    echo "skipped: tanhf of this C library may be correctly rounded"
fi
locate "contraction switched on" "step 000000" '^embedding\.weight$' arithmetic --config $shapes/gru-49.json --seed 42

# One draw too many, in each domain: parameters, generated data, order of examples, dropout, split. Only the stream shows it.
for place in 0:init 1:data "2:step 000000" "3:step 000000" 4:data; do
    domain=${place%%:*}
    experiment="--config $shapes/lstm-67.json"
    [ "$domain" -ne 4 ] || experiment=roman
    # shellcheck disable=SC2086
    locate "a draw too many, domain $domain" "${place#*:}" "^stream\\[$domain," streams $experiment --seed "91$domain"
done

# One draw skipped. An order is drawn by rejection, which can fall back into step with what would have been drawn, so that the
# stream ends where it should; the first tensor in that order then shows the fault. Elsewhere the stream is named.
locate "a draw skipped, domain 0" init '^stream\[0,' streams --config $shapes/lstm-67.json --seed 900
locate "a draw skipped, domain 1" data '^stream\[1,' streams last-states --seed 901
locate "a draw skipped, domain 2" "step 000000" '^batch\.inputs$' streams --config $shapes/lstm-67.json --seed 902
locate "a draw skipped, domain 3" "step 000000" '^stream\[3,' streams --config $shapes/lstm-67.json --seed 903
locate "a draw skipped, domain 4" data '^train\.inputs$' data roman --seed 904

# Every hook in the sources is compiled in by one of the builds, and every fault has a hook.
hooks=$(grep -rhoE 'REPRO_FAULT_[A-Z_]+' Sources | sed 's/REPRO_FAULT_//' | sort -u)
[ "$hooks" = "$(printf '%s\n' $planted | sort)" ] || fail "the hooks in Sources are not the faults planted:" $hooks

[ "$failed" -eq 0 ] && echo "every faulty build located"
exit "$failed"
