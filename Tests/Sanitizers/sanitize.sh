#!/bin/sh
# Every test with sanitizers, which also see what the tests run in processes of their own.
# usage: sanitize.sh address|thread…
#
# address: addresses, leaks and, in C, undefined behaviour; thread: races. Each is a build of its own in .build/sanitize. What is known
# not to be ours stands in the files beside this one, each line with its reason; tests that cannot run so are named by Sanitizer in
# Tests/ReproTestSupport, with theirs. Arguments for `swift test` stand in ARGS. A planted fault of each kind has to be found first.
set -eu
cd "$(dirname "$0")/../.."
swift=${SWIFT:-swift}
here=$PWD/Tests/Sanitizers
status=0

for kind; do
    case $kind in
    # Swift has no sanitizer of undefined behaviour of its own, and its compiler refuses the word; the runtime of addresses holds the
    # one for C.
    address) flags="--sanitize=address -Xcc -fsanitize=undefined" ;;
    thread) flags="--sanitize=thread" ;;
    *)
        echo "sanitize: no sanitizer '$kind'; address or thread" >&2
        exit 64
        ;;
    esac
    sh "$here/canary.sh" "$kind"
    folder=.build/sanitize/$kind
    log=$folder.txt
    reports=$PWD/$folder.reports
    rm -rf "$reports"
    mkdir -p "$folder" "$reports"
    # shellcheck disable=SC2086
    "$swift" build -c release --build-tests $flags --scratch-path "$folder"
    # The first finding ends its process with a code that the command has not, and says so in a file: a test may well expect that a
    # process fails.
    each="log_path=$reports/report:exitcode=99"
    # By its path, since some tests leave a process without any: what is known is known by the names of functions.
    symbolizer=$(command -v llvm-symbolizer) || symbolizer=$(dirname "$(readlink -f "$(command -v "$swift")")")/llvm-symbolizer
    [ ! -x "$symbolizer" ] || each="$each:external_symbolizer_path=$symbolizer"
    code=0
    # shellcheck disable=SC2086
    ASAN_OPTIONS="$each:suppressions=$here/address.txt" LSAN_OPTIONS="suppressions=$here/leaks.txt:print_suppressions=0" \
        UBSAN_OPTIONS="$each:halt_on_error=1:print_stacktrace=1" TSAN_OPTIONS="$each:halt_on_error=1:suppressions=$here/threads.txt" \
        "$swift" test -c release --skip-build $flags --scratch-path "$folder" ${ARGS-} >"$log" 2>&1 || code=$?
    findings=$(find "$reports" -type f | wc -l)
    tail -1 "$log"
    if [ "$code" -ne 0 ] || [ "$findings" -ne 0 ]; then
        cat "$reports"/* 2>/dev/null | grep -hE 'ERROR: |WARNING: |: runtime error: |SUMMARY: ' | sort | uniq -c | head -40 >&2
        grep '^✘' "$log" | head -40 >&2 || true
        echo "sanitize: $kind: $findings findings in $folder.reports, exit code $code; all that was printed is in $log" >&2
        status=1
    else
        echo "sanitize: $kind: no finding"
    fi
done
exit $status
