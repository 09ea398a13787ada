#!/bin/sh
# Builds this tree with Swift 6.0, the oldest compiler that Package.swift promises, and reproduces every golden with it on every
# kernel. The compiler is Debian 13's, in a folder made by debootstrap.
# usage: swift60.sh FOLDER
#
# Needs root, debootstrap and Debian's archive; what is missing is named, and the check is skipped. A folder that is there already is
# used again.
set -eu
root=$1
mirror=${DEBIAN_MIRROR:-http://deb.debian.org/debian}
cd "$(dirname "$0")/../.."

skip() {
    echo "skipped: Swift 6.0 was not tried: $1"
    exit 0
}
[ "$(id -u)" -eq 0 ] || skip "making a root folder needs root"
if ! command -v debootstrap >/dev/null; then
    { apt-get update -qq && apt-get install -y -qq debootstrap; } >/dev/null 2>&1 || skip "no debootstrap"
fi
if [ ! -x "$root/usr/libexec/swift/bin/swift" ]; then
    debootstrap --variant=minbase --include=swiftlang,g++,libc6-dev,make trixie "$root" "$mirror" >"$root.log" 2>&1 ||
        skip "debootstrap failed, see $root.log"
fi
root=$(realpath "$root")

mkdir -p "$root/proc" "$root/dev" "$root/repro"
mountpoint -q "$root/proc" || mount -t proc proc "$root/proc"
mountpoint -q "$root/dev" || mount --bind /dev "$root/dev"
trap 'umount "$root/proc" "$root/dev"' EXIT

# The sources anew, what was built stays.
find "$root/repro" -mindepth 1 -maxdepth 1 ! -name .build -exec rm -rf {} +
tar -cf - Package.swift Makefile Sources Tests Goldens | tar -xf - -C "$root/repro"
chroot "$root" swift --version 2>/dev/null | head -1
chroot "$root" sh -c 'cd /repro && swift build -c release --product repro' >"$root/build.log" 2>&1 || {
    tail -40 "$root/build.log" >&2
    exit 1
}
kernels=$(chroot "$root" /repro/.build/release/repro doctor --format text | sed -n 's/^kernels \([A-Za-z0-9_-]*\)  *runs here.*/\1/p')
for path in $kernels; do
    echo "kernels $path"
    chroot "$root" sh -c "cd /repro && .build/release/repro check --kernels $path --quiet --no-color"
done
