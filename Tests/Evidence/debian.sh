#!/bin/sh
# Makes folders that hold Debian 13 with its Swift 6.0.3, from Debian's archive, and enters them.
#
#     debian.sh make ARCHITECTURE FOLDER PACKAGE…     unpacks the packages and all that they need; what is there is used again
#     debian.sh enter FOLDER COMMAND…                 runs the command with FOLDER as root and this checkout where it stands
#
# Packages are unpacked and nothing of them is run, so that folders of another architecture are made in the same way, and neither
# root nor debootstrap is needed; apt checks the archive's signatures. Entering takes root or a user namespace. Exit code 69 and a line
# on standard error say what is missing.
set -eu
mirror=${DEBIAN_MIRROR:-http://deb.debian.org/debian}

skip() {
    echo "$1" >&2
    exit 69
}

make_folder() {
    architecture=$1 folder=$2
    shift 2
    [ ! -e "$folder/.whole" ] || exit 0
    for tool in apt-get dpkg-deb; do
        command -v $tool >/dev/null || skip "no $tool"
    done
    rm -rf "$folder"
    mkdir -p "$folder.apt/lists/partial" "$folder.apt/archives/partial" "$folder"
    state=$(realpath "$folder.apt")
    : >"$state/status"
    echo "deb $mirror trixie main" >"$state/sources.list"
    # Settings of this machine's apt, a proxy for instance, hold; its packages and sources do not.
    apt() {
        apt-get -qq -o APT::Architecture="$architecture" -o APT::Architectures="$architecture" -o APT::Install-Recommends=false \
            -o Dir::State="$state" -o Dir::State::lists="$state/lists" -o Dir::State::status="$state/status" \
            -o Dir::Etc::sourcelist="$state/sources.list" -o Dir::Etc::sourceparts=/dev/null -o Dir::Cache="$state" \
            -o Dir::Cache::archives="$state/archives" -o APT::Sandbox::User="$(id -un)" -o Debug::NoLocking=true "$@"
    }
    apt update >"$state/log" 2>&1 || skip "Debian's archive cannot be had: $(tail -1 "$state/log")"
    # Debian's folders first: bin is a link to usr/bin in its base-files.
    apt install -y --download-only base-files "$@" >>"$state/log" 2>&1 || skip "packages cannot be had: $(tail -1 "$state/log")"
    for package in "$state"/archives/base-files_*.deb "$state"/archives/*.deb; do
        dpkg-deb --fsys-tarfile "$package" | tar -xf - -C "$folder" --no-same-owner --no-same-permissions --keep-directory-symlink
    done
    rm -rf "$state"
    mkdir -p "$folder/proc" "$folder/dev" "$folder/tmp" "$folder/root"
    echo 'root:x:0:0:root:/root:/bin/sh' >"$folder/etc/passwd"
    : >"$folder/.whole"
}

enter_folder() {
    folder=$(realpath "$1")
    here=$(realpath "$(dirname "$0")/../..")
    place=$PWD
    shift
    mkdir -p "$folder$here"
    if [ "$(id -u)" -eq 0 ]; then spaces=--mount; else spaces="--mount --user --map-root-user"; fi
    # The mounts are this process's own and end with it.
    # shellcheck disable=SC2086,SC2016
    exec unshare $spaces sh -c '
        folder=$1 here=$2 place=$3
        shift 3
        mount --rbind /proc "$folder/proc" && mount --rbind /dev "$folder/dev" && mount --rbind "$here" "$folder$here" || exit 69
        exec chroot "$folder" /usr/bin/env -i HOME=/root PATH=/usr/libexec/swift/bin:/usr/bin:/usr/sbin LC_ALL=C.UTF-8 \
            /bin/sh -c '\''cd "$1" && shift && exec "$@"'\'' sh "$place" "$@"' sh "$folder" "$here" "$place" "$@"
}

verb=$1
shift
case $verb in
make) make_folder "$@" ;;
enter) enter_folder "$@" ;;
*) skip "usage: debian.sh make ARCHITECTURE FOLDER PACKAGE… | enter FOLDER COMMAND…" ;;
esac
