#!/bin/sh
# Plants one-bit faults, one at a time, and fails unless `repro check` exits with 1 and names the stage of each.
# usage: canary.sh REPRO
set -eu
repro=$1
report=$(mktemp)
trap 'rm -f "$report"' EXIT
caught=0

# experiment, fault (STAGE/TENSOR:ELEMENT:BIT), reach. A fault whose reach is `readers` is large enough that later stages, which
# read the tensor, have to differ too: it changes the number, not only the digest. Small ones may be absorbed by rounding.
while IFS='|' read -r experiment fault reach; do
    stage=${fault%%/*}
    status=0
    "$repro" check "$experiment" --perturb "$fault" >"$report" 2>&1 || status=$?
    if [ "$status" -ne 1 ]; then
        echo "canary: the fault '$fault' in $experiment ended with $status, not with 1:" >&2
        cat "$report" >&2
        exit 1
    fi
    if ! grep -q "first stage  *$stage " "$report"; then
        echo "canary: the fault '$fault' in $experiment was caught and not located in '$stage':" >&2
        cat "$report" >&2
        exit 1
    fi
    if [ "$reach" = readers ] && grep -q '(1 of [0-9]* stages differ)' "$report"; then
        echo "canary: the fault '$fault' in $experiment changed a digest and nothing that reads the tensor:" >&2
        cat "$report" >&2
        exit 1
    fi
    echo "caught  $experiment  $fault"
    caught=$((caught + 1))
done <<FAULTS
roman|init/lstm.weight_hh_l0:7:20|readers
roman|step 000000/grad.lstm.weight_ih_l0:17:0|digest
roman|step 000000/grad.lstm.weight_ih_l0:17:20|readers
classifier|step 000001/logits:5:20|readers
classifier|step 000000/embedding.weight:40:0|readers
classifier|evaluation/test.logits:3:0|digest
sigmoid-classifier|data/train.inputs:11:20|readers
sigmoid-classifier|step 000000/batch.inputs:7:20|readers
sigmoid-classifier|step 000002/loss:0:0|digest
sigmoid-classifier|final/linear.bias:0:0|digest
outputs|evaluation/lstm.h_n:4:0|digest
layers|init/lstm.weight_ih_l1_reverse:2:0|readers
last-states|data/input:9:0|readers
FAULTS

status=0
"$repro" check >"$report" 2>&1 || status=$?
if [ "$status" -ne 0 ]; then
    echo "canary: a clean check ended with $status:" >&2
    cat "$report" >&2
    exit 1
fi

# A planted fault must never become a golden.
status=0
env -u CI "$repro" bless outputs --seed 42 --reason canary --yes --perturb 'init/lstm.bias_ih_l0' >"$report" 2>&1 || status=$?
if [ "$status" -ne 64 ] || ! grep -q 'refuses --perturb' "$report"; then
    echo "canary: bless did not refuse a planted fault (exit $status)" >&2
    exit 1
fi
echo "$caught of $caught caught; bless refuses"
