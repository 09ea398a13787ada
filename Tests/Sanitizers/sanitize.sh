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
    address) flags="--sanitize=address --sanitize=undefined" ;;
    thread) flags="--sanitize=thread" ;;
    *)
        echo "sanitize: no sanitizer '$kind'; address or thread" >&2
        exit 64
        ;;
    esac
    # No file of symbols is asked of the network, and the first finding ends its process with 66.
    ASAN_OPTIONS="suppressions=$here/address.txt:detect_stack_use_after_return=0:exitcode=66"
    LSAN_OPTIONS="suppressions=$here/leaks.txt:print_suppressions=0"
    UBSAN_OPTIONS="halt_on_error=1:print_stacktrace=1"
    TSAN_OPTIONS="suppressions=$here/threads.txt:halt_on_error=1:exitcode=66"
    export ASAN_OPTIONS LSAN_OPTIONS UBSAN_OPTIONS TSAN_OPTIONS
    sh "$here/canary.sh" "$kind"
    folder=.build/sanitize/$kind
    log=$folder.txt
    mkdir -p "$folder"
    # shellcheck disable=SC2086
    "$swift" build -c release --build-tests $flags --scratch-path "$folder"
    code=0
    # shellcheck disable=SC2086
    "$swift" test -c release --skip-build $flags --scratch-path "$folder" ${ARGS-} >"$log" 2>&1 || code=$?
    findings=$(grep -cE 'ERROR: (Address|Leak)Sanitizer|WARNING: ThreadSanitizer|: runtime error: ' "$log") || true
    tail -1 "$log"
    if [ "$code" -ne 0 ] || [ "$findings" -ne 0 ]; then
        grep -E 'ERROR: (Address|Leak)Sanitizer|WARNING: ThreadSanitizer|: runtime error: |SUMMARY: |^✘' "$log" | head -40 >&2
        echo "sanitize: $kind: $findings findings, exit code $code; all of it is in $log" >&2
        status=1
    else
        echo "sanitize: $kind: no finding"
    fi
done
exit $status
