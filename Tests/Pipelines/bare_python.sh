#!/bin/sh
# Installs the wheel of `make wheel` into fresh virtual environments in bare Debian 12 and 13, which have no Swift, runs its tests there,
# and says how large the wheel is and how long its import takes beyond PyTorch's.
# usage: bare_python.sh FOLDER [PYTHON]      FOLDER has the wheel
#
# Needs root, debootstrap and Debian's archive; what is missing is named, and the check is skipped. PYTHON is an installation of
# Python, its folder, that is taken along in place of Debian's own, where PyTorch has no wheel for that. PIP_FIND_LINKS is a folder of
# wheels that is taken along too. Root folders that are there already, in .build/bare-python, are used again.
set -eu
mirror=${DEBIAN_MIRROR:-http://deb.debian.org/debian}
wheel=$(ls -t "$1"/repro_torch-*.whl | head -1)
own=${2:-}
[ -z "$own" ] || own=$(realpath "$own")
cd "$(dirname "$0")/../.."

skip() {
    echo "skipped: the wheel in bare Debian was not tried: $1"
    exit 0
}
[ "$(id -u)" -eq 0 ] || skip "making a root folder needs root"
command -v debootstrap >/dev/null || skip "no debootstrap"
mkdir -p .build/bare-python
echo "wheel: $(basename "$wheel"), $(wc -c <"$wheel") bytes"
status=0
for release in ${RELEASES:-bookworm trixie}; do
    root=$(realpath .build/bare-python)/$release
    [ -x "$root/usr/bin/python3" ] && [ ! -e "$root/debootstrap" ] ||
        debootstrap --variant=minbase --include=python3-minimal,python3-venv,python3-pip,ca-certificates \
            "$release" "$root" "$mirror" >"$root.log" 2>&1 || skip "debootstrap failed, see $root.log"
    rm -rf "$root/gate"
    mkdir -p "$root/gate/Tests" "$root/gate/wheels" "$root/proc" "$root/etc/ssl/certs"
    cp -r Tests/Python Tests/Fixtures "$root/gate/Tests/"
    mkdir -p "$root/gate/Tests/ReproNNTests"
    cp -r Tests/ReproNNTests/Vectors "$root/gate/Tests/ReproNNTests/"
    cp "$wheel" Package.swift "$root/gate/"
    cp /etc/resolv.conf "$root/etc/"
    # Whoever stands between this machine and PyPI is trusted there too.
    [ ! -e /etc/ssl/certs/ca-certificates.crt ] || cp /etc/ssl/certs/ca-certificates.crt "$root/etc/ssl/certs/"
    python=python3
    mounted="$root/proc"
    mountpoint -q "$root/proc" || mount -t proc proc "$root/proc"
    bring() {
        mkdir -p "$root$2"
        mount --bind "$1" "$root$2"
        mounted="$mounted $root$2"
    }
    # shellcheck disable=SC2086
    trap 'umount $mounted' EXIT
    [ -z "${PIP_FIND_LINKS:-}" ] || bring "$PIP_FIND_LINKS" /gate/wheels
    if [ "$release" != bookworm ] && [ -n "$own" ]; then
        bring "$own" "$own"
        python=$own/bin/python3
    fi
    if chroot "$root" env -i PATH=/usr/bin:/bin HOME=/gate LANG=C.UTF-8 PIP_CERT=/etc/ssl/certs/ca-certificates.crt \
        PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore PYTHON="$python" /bin/sh -euc '
        cd /gate
        $PYTHON -m venv venv
        venv/bin/pip install --quiet --retries 1 --timeout 30 --find-links wheels torch==2.13.0+cpu numpy pytest expecttest gmpy2
        venv/bin/pip install --quiet --no-deps --no-index repro_torch-*.whl
        for try in 1 2 3 4 5; do
            venv/bin/python -c "import torch, time; s = time.process_time(); import repro_torch; print(round(1e3 * (time.process_time() - s)))"
        done | sort -n | head -1 | { read -r least; echo "$(venv/bin/python --version), import after torch: $least ms of processor time"; }
        venv/bin/python -m pytest -q -p no:cacheprovider Tests/Python >log 2>&1 || { tail -30 log; exit 1; }
        tail -1 log'; then
        echo "$release: $(chroot "$root" ldd --version | head -1): passed"
    else
        echo "$release: failed" >&2
        status=1
    fi
    # shellcheck disable=SC2086
    umount $(echo $mounted | tr ' ' '\n' | tac)
    trap - EXIT
done
exit $status
