#!/bin/sh
# Plants one-bit faults, one at a time, and fails unless `repro check` exits with 1 and names the stage of each.
# usage: canary.sh REPRO
set -eu
repro=$1
report=$(mktemp)
trap 'rm -f "$report"' EXIT
caught=0

# experiment, fault (STAGE/TENSOR:ELEMENT:BIT): init, data, forward, loss, gradient, parameter, evaluation, final
while IFS='|' read -r experiment fault; do
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
    echo "caught  $experiment  $fault"
    caught=$((caught + 1))
done <<FAULTS
roman|init/lstm.weight_hh_l0:7:0
roman|step 000000/grad.lstm.weight_ih_l0:17:0
classifier|step 000001/logits:5:0
classifier|step 000000/embedding.weight:40:0
classifier|evaluation/test.logits:3:0
sigmoid-classifier|data/train.inputs:11:0
sigmoid-classifier|step 000002/loss:0:0
sigmoid-classifier|final/linear.bias:0:0
outputs|evaluation/lstm.h_n:4:0
layers|init/lstm.weight_ih_l1_reverse:2:0
last-states|data/input:9:0
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
