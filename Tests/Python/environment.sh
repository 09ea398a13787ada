#!/bin/sh
# Makes a virtual environment with PyTorch and what the tests of repro_torch need, or says why it cannot be had.
# usage: environment.sh FOLDER INDEX      INDEX has PyTorch's builds for processors alone
#
# What pip finds by itself is tried first; INDEX is asked for five seconds whether it is there. Exit code 1 where PyTorch cannot be had.
set -eu
folder=$1 index=$2
wanted="torch==${TORCH_VERSION:-2.13.0}+cpu"
[ "$(uname -s)" != Darwin ] || wanted="torch==${TORCH_VERSION:-2.13.0}"
packages="$wanted numpy pytest expecttest gmpy2"

is_complete() { "$folder/bin/python" -c 'import expecttest, gmpy2, numpy, pytest, torch' 2>/dev/null; }
fail() {
    echo "environment: $1" >&2
    exit 1
}

if is_complete; then exit 0; fi
[ -x "$folder/bin/pip" ] || python3 -m venv "$folder" || fail "python3 makes no virtual environment; install python3-venv"
# shellcheck disable=SC2086
install() { "$folder/bin/python" -m pip install --quiet --disable-pip-version-check --retries 0 --timeout 15 $packages "$@"; }
if install 2>"$folder/pip.log" && is_complete; then exit 0; fi
"$folder/bin/python" - "$index" <<'PROGRAM' || fail "pip has no $wanted, and $index cannot be reached; $folder/pip.log says more"
import sys, urllib.error, urllib.request
try:
    urllib.request.urlopen(sys.argv[1], timeout=5)
except urllib.error.HTTPError:
    pass
except OSError:
    sys.exit(1)
PROGRAM
install --extra-index-url "$index" 2>>"$folder/pip.log" || fail "pip failed; see $folder/pip.log"
is_complete || fail "what pip installed cannot be imported; see $folder/pip.log"
