#!/bin/sh
# Plants a fault of each kind that a sanitizer has to find, in small programs that are compiled as the tests are.
# usage: canary.sh address|thread
set -eu
swiftc=${SWIFT:-swift}c
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
cd "$place"

# compile COMMAND…: what linkers warn of is shown where the command fails.
compile() {
    "$@" 2>warnings || { cat warnings >&2 && exit 1; }
}

# found NAME SENTENCE FLAGS: the program in NAME.swift, which calls NAME.c where there is one, has to end with this sentence.
found() {
    name=$1 sentence=$2
    shift 2
    code=0
    ./"$name" >"$name.txt" 2>&1 || code=$?
    if [ "$code" -eq 0 ] || ! grep -q "$sentence" "$name.txt"; then
        echo "sanitize: the planted fault '$name' was not found: exit code $code" >&2
        cat "$name.txt" >&2
        exit 1
    fi
}

case $1 in
address)
    cat >beyond.swift <<'S'
    let memory = UnsafeMutablePointer<Float>.allocate(capacity: 4)
    memory.initialize(repeating: 1, count: 4)
    let place = CommandLine.arguments.count + 3
    print(memory[place])
S
    compile "$swiftc" -use-ld=lld -O -sanitize=address beyond.swift -o beyond
    found beyond 'AddressSanitizer: heap-buffer-overflow'
    cat >undefined.c <<'S'
    int main(int count, char **words) {
        (void)words;
        return 0x7fffffff + count < 0;
    }
S
    compile clang -O2 -fsanitize=undefined undefined.c -o undefined
    found undefined 'signed integer overflow'
    cat >leak.c <<'S'
    #include <stdlib.h>
    char *volatile place;
    int main(void) {
        place = malloc(100);
        place = 0;
        return 0;
    }
S
    compile clang -O0 -fsanitize=address leak.c -o leak
    found leak 'LeakSanitizer: detected memory leaks'
    ;;
thread)
    cat >race.swift <<'S'
    import Glibc
    nonisolated(unsafe) let shared = UnsafeMutablePointer<Int>.allocate(capacity: 1)
    shared.pointee = 0
    var first = pthread_t(), second = pthread_t()
    pthread_create(&first, nil, { _ in shared.pointee += 1; return nil }, nil)
    pthread_create(&second, nil, { _ in shared.pointee += 1; return nil }, nil)
    pthread_join(first, nil)
    pthread_join(second, nil)
    print(shared.pointee)
S
    compile "$swiftc" -use-ld=lld -O -sanitize=thread race.swift -o race
    found race 'WARNING: ThreadSanitizer: .*race'
    ;;
esac
echo "sanitize: $1: planted faults are found"
