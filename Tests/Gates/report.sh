#!/bin/sh
# Makes pages of `repro report` and `repro audit`, opens each in headless Chromium, light and dark, narrow and wide, and fails on what a
# reader would trip over: see report_measure.js. Then plants faults in a page and fails unless each is found.
# usage: report.sh REPRO [FOLDER]; screenshots stay in FOLDER (default .build/report)
set -eu
repro=$(cd "$(dirname "$1")" && pwd)/$(basename "$1")
gates=$(cd "$(dirname "$0")" && pwd)
browser=$(command -v chromium || command -v chromium-browser || command -v google-chrome) || browser=
if [ -z "$browser" ] || ! command -v python3 >/dev/null; then
    echo "skipped: report-check needs chromium and python3"
    exit 0
fi
folder=${2:-.build/report}
mkdir -p "$folder"
cd "$folder"
rm -rf -- *

run() { "$repro" run "$@" --quiet >/dev/null; }
fault='step 000007/grad.lstm.weight_hh_l0:17:0'
run --seed 42 --trace tensor --output baseline
run --seed 42 --trace tensor --output perturbed --perturb "$fault"
run --seed 42 --trace tensor --output portable --kernels portable --threads 1
run --seed 42 --output untraced
run --seed 42 --output untraced-perturbed --perturb "$fault"
run classifier --seed 43 --trace tensor --output other-experiment
run layers --seed 42 --output inspection
# A model over texts and labels that act on a page, or on its reader, where they are not escaped.
python3 - <<'END'
labels = ["<b>a</b>", "\u202eb"]
texts = ["</div></td><script>alert(1)</script> <img src=x onerror=alert(1)> &lt;&amp; \" '", "x" * 5000,
         "\u202edesrever \u2066isolated \u200f\x1b[31m", "\u05e9\u05dc\u05d5\u05dd a\\tb", "one\ttab", "<style>*{display:none}</style>"]
with open("train.tsv", "w") as file:
    file.writelines(f"{labels[n % 2]}\tw{n % 2} w{n}\n" for n in range(8))
with open("test.tsv", "w") as file:
    # Under either label, so that each text is wrong once.
    file.writelines(f"{label}\tw{n % 2} {text}\n" for n, text in enumerate(texts) for label in labels)
END
cat >hostile.json <<'END'
{"name": "hostile", "task": "classification",
 "data": {"format": "tsv", "train": "train.tsv", "validation": "test.tsv", "test": "test.tsv"},
 "model": {"embedding": 4, "hidden": 5},
 "training": {"optimizer": "adam", "learningRate": 0.05, "batchSize": 4, "epochs": 4, "validate": "epoch"}}
END
run --config hostile.json --seed 7 --output model
run --config hostile.json --seed 8 --output model-8
"$repro" evaluate --run model --data test.tsv --predictions predictions.tsv --quiet >/dev/null

page() {
    name=$1
    shift
    "$repro" report "$@" --output "$name.html" --quiet >/dev/null
}
page differing baseline perturbed portable
page equal baseline portable
page untraced untraced untraced-perturbed
page mixed baseline other-experiment
page inspection inspection
page model model --predictions predictions.tsv
page models model model-8 --predictions predictions.tsv

# An audited program whose words act on a page where they are not escaped; it exits with 3.
audit() {
    name=$1
    shift
    "$repro" audit --report "$name.html" --quiet "$@" >/dev/null && code=0 || code=$?
    [ $code = 3 ] || [ $code = 0 ] || exit $code
}
audit audit --vary umask --vary home --vary time-zone -- sh -c 'umask; echo "<script>alert(1)</script> $(date +%Z)" # <b>&'
audit repeatable --vary umask -- echo 1

# A frame has any width; a window of the browser may not be as narrow.
measure() {
    python3 "$gates/report_frame.py" "$gates/report_measure.js" "$1.html" "$2" >frame.html
    "$browser" --headless --no-sandbox --disable-gpu --hide-scrollbars --user-data-dir="$PWD/profile" --allow-file-access-from-files \
        --blink-settings=preferredColorScheme="$3" --window-size=1500,1000 --enable-logging=stderr --dump-dom \
        "file://$PWD/frame.html" >dom.txt 2>log.txt
    grep 'INFO:CONSOLE' log.txt || true
    sed -n 's|.*<pre id="result">\(.*\)|\1|p' dom.txt | sed '/<\/pre>/,$s|</pre>.*||'
}
screenshot() {
    python3 "$gates/report_frame.py" --plain "$1.html" "$2" >frame.html
    "$browser" --headless --no-sandbox --disable-gpu --user-data-dir="$PWD/profile" --hide-scrollbars \
        --allow-file-access-from-files --blink-settings=preferredColorScheme="$3" --window-size="$2,2400" \
        --screenshot="$1-$2-$4.png" "file://$PWD/frame.html" >/dev/null 2>&1
}

status=0
for name in differing equal untraced mixed inspection model models audit repeatable; do
    for width in 320 1440; do
        for scheme in 1 0; do
            result=$(measure $name $width $scheme)
            mode=$([ $scheme = 1 ] && echo light || echo dark)
            case $result in
            "ok "*) echo "$name, $width px, $mode: $result" ;;
            *)
                echo "report-check: $name, $width px, $mode: ${result:-the page was not measured}" >&2
                status=1
                ;;
            esac
        done
    done
done
for width in 360 1440; do
    screenshot differing $width 1 light
    screenshot differing $width 0 dark
    screenshot model $width 1 light
done

# Planted faults: each has to be found. The third argument is the page, equal.html unless it says another.
plant() {
    sed "$2" "${3:-equal.html}" >planted.html
    if cmp -s "${3:-equal.html}" planted.html; then
        echo "report-check: the fault '$1' found no place" >&2
        status=1
        return
    fi
    result=$(measure planted 320 1)
    case $result in
    *"$1"*) echo "caught  $1" ;;
    *)
        echo "report-check: a planted fault ($1) was not found: $result" >&2
        status=1
        ;;
    esac
}
plant 'wider than' 's|<h2 id="digests-title">|<h2 id="digests-title" style="width:900px">|'
plant 'contrast' 's|--quiet:#52606d|--quiet:#b8c0c8|'
plant 'no header' 's|scope="col"||'
plant 'no name' 's|role="region" aria-label="[^"]*"|role="region"|'
plant 'duplicate id' 's|id="loss"|id="digests"|'
plant 'leads nowhere' 's|href="#loss"|href="#nowhere"|'
plant 'heading' 's|<h2 id="digests-title">Digests</h2>|<h5 id="digests-title">Digests</h5>|'
plant 'loads' 's|</footer>|<img alt="" src="missing.png"></footer>|'
plant 'CONSOLE' 's|</footer>|<style>@import url(file:///nowhere.css);</style><script>console.error("x")</script></footer>|'
plant 'loads or runs: script' 's|&lt;script&gt;alert(1)&lt;/script&gt;|<script></script>|' model.html
plant 'turns text' "s|<bdi>�|<bdi>$(printf '\342\200\256')|" model.html
plant 'no curve' 's|<path class="line s1" d="M0[^"]*L|<path class="line s1" data-d="M0L|g' model.html
plant 'half a ground' 's|\.miss{background:var(--bad-ground)}|.miss{background:#b3261e80}|' model.html
plant 'loads or runs: script' 's|&lt;script&gt;alert(1)&lt;/script&gt;|<script></script>|' audit.html
plant 'duplicate id' 's|id="cause-2"|id="cause-1"|' audit.html
exit $status
