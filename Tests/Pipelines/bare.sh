#!/bin/sh
# Unpacks the newest archive of `make dist` in bare Debian 12 and 13, which have no Swift, and reproduces every golden there.
# usage: bare.sh FOLDER      the folder of the archive
#
# Needs root, debootstrap and Debian's archive; what is missing is named, and the check is skipped. Root folders that are there
# already, in .build/bare, are used again.
set -eu
mirror=${DEBIAN_MIRROR:-http://deb.debian.org/debian}
archive=$(ls -t "$1"/*.tar.gz | head -1)
cd "$(dirname "$0")/../.."

skip() {
    echo "skipped: bare Debian was not tried: $1"
    exit 0
}
[ "$(id -u)" -eq 0 ] || skip "making a root folder needs root"
command -v debootstrap >/dev/null || skip "no debootstrap"
mkdir -p .build/bare
for release in bookworm trixie; do
    root=$(realpath .build/bare)/$release
    [ -x "$root/bin/sh" ] && [ ! -e "$root/debootstrap" ] || debootstrap --variant=minbase "$release" "$root" "$mirror" >"$root.log" 2>&1 ||
        skip "debootstrap failed, see $root.log"
    rm -rf "$root/gate"
    mkdir -p "$root/gate"
    cp -r Goldens "$root/gate/"
    tar -xzf "$archive" --strip-components=1 -C "$root/usr/local"
    mkdir -p "$root/proc"
    mountpoint -q "$root/proc" || mount -t proc proc "$root/proc"
    trap 'umount "$root/proc"' EXIT
    echo "$release: $(chroot "$root" ldd --version | head -1)"
    chroot "$root" env -i /bin/sh -c 'cd /gate && /usr/local/bin/repro check --quiet --no-color'
    umount "$root/proc"
    trap - EXIT
done
