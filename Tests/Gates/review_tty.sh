#!/bin/sh
# Walks `repro review` by keys in a terminal of tmux, as somebody does who has just changed three experiments: one golden is
# accepted, one rejected, one skipped; Ctrl-C in the middle loses nothing; and after every step the folder holds whole goldens.
# usage: review_tty.sh REPRO
set -eu

command -v tmux >/dev/null || { echo "skipped: review in a terminal: no tmux"; exit 0; }
repro=$(realpath "$1")
scratch=$(mktemp -d)
number=0
socket=repro-review-$$-$number
trap 'tmux -L "$socket" kill-server 2>/dev/null || true; rm -rf "$scratch"' EXIT INT TERM
cd "$scratch"
unset CI CONTINUOUS_INTEGRATION GITHUB_ACTIONS GITEA_ACTIONS GITLAB_CI NO_COLOR 2>/dev/null || true

fail() {
    printf 'review: %s; the terminal shows:\n' "$1" >&2
    tmux -L "$socket" capture-pane -p -S - -t review >&2 || true
    exit 1
}

# experiments: goldens `calm`, `mood` and `warm`, then a change of each, and what a check left of that.
experiments() {
    rm -rf Goldens Results ./*.json
    printf 'good\ta fine day\nbad\ta grey day\ngood\tfine weather\nbad\tgrey rain\n' >train.tsv
    for name in calm mood warm; do
        cat >$name.json <<CONFIG
{"name": "$name", "task": "classification", "data": {"format": "tsv", "train": "train.tsv"},
 "model": {"cell": "lstm", "embedding": 4, "hidden": 4}, "training": {"optimizer": "sgd", "learningRate": 0.1, "batchSize": 2, "epochs": 2}}
CONFIG
        "$repro" bless --config $name.json --seed 7 --reason first --by me --yes --quiet >/dev/null
        sed 's/0\.1/0.2/' $name.json >changed && mv changed $name.json
    done
    "$repro" check --results Results --quiet >/dev/null && fail "a changed option is no drift"
    cp -r Goldens before
}

# terminal COLUMNS ROWS WORD…: begins a review on a terminal of this size.
terminal() {
    # A server of its own each time: one that is just ending takes nobody in.
    tmux -L "$socket" kill-server 2>/dev/null || true
    number=$((number + 1))
    socket=repro-review-$$-$number
    rm -f ending
    place="-x $1 -y $2"
    shift 2
    # shellcheck disable=SC2086
    tmux -L "$socket" -f /dev/null new-session -d $place -s review "'$repro' review Results --by me $*; echo \$? >ending; sleep 600"
}

press() { tmux -L "$socket" send-keys -t review "$@"; }

# shown TEXT: waits until the terminal shows it, lines joined as they were before they were wrapped.
shown() {
    tries=0
    until tmux -L "$socket" capture-pane -p -J -S - -t review | grep -qF "$1"; do
        tries=$((tries + 1))
        [ $tries -lt 200 ] || fail "nothing shows '$1'"
        sleep 0.05
    done
}

# ended CODE: waits for the end of the review.
ended() {
    tries=0
    until [ -s ending ]; do
        tries=$((tries + 1))
        [ $tries -lt 200 ] || fail "it does not end"
        sleep 0.05
    done
    [ "$(cat ending)" -eq "$1" ] || fail "it ended with $(cat ending) where $1 was due"
}

# whole COUNT: all goldens are whole, and so many of them are what their experiments give now.
whole() {
    "$repro" check --format json >report 2>/dev/null || true
    [ "$(grep -c '"verdict": "reproduced"' report)" -eq "$1" ] || fail "not $1 goldens are reproduced"
    [ "$(grep -c '"verdict": "drift"' report)" -eq $((3 - $1)) ] || fail "a golden cannot be judged"
}

for size in "120 40" "40 10"; do
    experiments
    # shellcheck disable=SC2086
    terminal $size
    shown 'calm: accept (a), reject (r), skip (s), quit (q)?'
    press Up x a
    shown 'why? (recorded in each golden that you accept)'
    press 'a larger step' Enter
    shown 'accepted: Goldens/calm.json, because: a larger step'
    shown 'mood: accept (a)'
    whole 1
    press C-c
    ended 130
    whole 1
    cmp -s Goldens/mood.json before/mood.json || fail "Ctrl-C changed a golden"

    # What was decided stays decided.
    # shellcheck disable=SC2086
    terminal $size --no-color
    shown '1 of 2  mood'
    shown 'mood: accept (a)'
    [ -z "$(tmux -L "$socket" capture-pane -p -e -S - -t review | tr -cd '\033')" ] || fail "--no-color shows colours"
    press r
    shown 'rejected: mood stays as it was blessed'
    shown 'warm: accept (a)'
    press s
    shown 'skipped: warm'
    shown 'the rest: repro review Results'
    ended 0
    whole 1

    # shellcheck disable=SC2086
    terminal $size --reason seen
    shown '1 of 1  warm'
    shown 'warm: accept (a)'
    press a
    shown 'accepted: Goldens/warm.json, because: seen'
    ended 0
    whole 2
    cmp -s Goldens/mood.json before/mood.json || fail "a rejected golden was written"
    rm -rf before
    echo "reviewed on a terminal of $size"
done
