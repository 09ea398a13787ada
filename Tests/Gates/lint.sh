#!/bin/sh
# Rules of the tree that a formatter does not know.
set -eu
cd "$(dirname "$0")/../.."
status=0
fail() {
    echo "lint: $1" >&2
    status=1
}

# Tracked files, or, outside a checkout, all of them.
files=$(git ls-files --cached --others --exclude-standard 2>/dev/null) || files=$(find . -type f | sed 's|^\./||')

extra=$(printf '%s\n' "$files" | cut -d/ -f1 | sort -u |
    grep -vxE 'Package\.swift|Sources|Tests|Goldens|Makefile|README\.md|LICENSE|CHANGELOG\.md|\..*') || true
[ -z "$extra" ] || fail "the top level holds more than it should: $extra"

# Names that differ in case alone collide on some file systems.
collisions=$(printf '%s\n' "$files" | tr 'A-Z' 'a-z' | sort | uniq -d)
[ -z "$collisions" ] || fail "names differ in case alone: $collisions"

marks=$(grep -rnE '\b(TODO|FIXME|XXX|HACK)\b' Sources Tests --include='*.swift' --include='*.[ch]' --include='*.inc' \
    --include='*.py' | head -5) || true
[ -z "$marks" ] || fail "unfinished marks: $marks"

# A file opens, after its imports, with a comment that says what it converts, owns or guarantees; a comment stands for itself.
silent=$(printf '%s\n' "$files" | grep -E '^Sources/.*\.swift$' | while read -r file; do
    awk '/^$/ || /^#/ || /^ *(@[a-z]+ |package |public )?import / { next } !/^\/\// { print FILENAME } { exit }' "$file"
done)
[ -z "$silent" ] || fail "no comment before the first declaration: $silent"
leaning=$(grep -rn '/// As above' Sources Tests --include='*.swift' --include='*.[ch]' --include='*.inc' | head -5) || true
[ -z "$leaning" ] || fail "say what it does instead of 'As above': $leaning"

# One direction of dependency: a target imports only what Package.swift gives it; a stale build folder lets more pass.
grep -q 'dependencies: \[\]' Package.swift || ! grep -q '\.package(' Package.swift || fail "Package.swift has a package dependency"
if command -v python3 >/dev/null; then
    imports=$(python3 Tests/Gates/imports.py 2>&1) || fail "imports:
$imports"
else
    echo "lint: skipped the imports: no python3" >&2
fi

# Every public declaration says what it is.
if command -v python3 >/dev/null; then
    undocumented=$(python3 Tests/Gates/documented.py 2>&1 | head -5) || true
    [ -z "$undocumented" ] || fail "public without a documentation comment:
$undocumented"
else
    echo "lint: skipped the documentation comments: no python3" >&2
fi

# What the command prints passes through a sink of Rendering/Sinks, which escapes it; these two files alone write.
printing=$(grep -rnE '(^|[^.A-Za-z])print\(|FileHandle\.standard(Output|Error)|\bfputs\(|\bfwrite\(|Foundation\.write\(' \
    Sources/ReproCommand --include='*.swift' | grep -vE '/(Terminal|Renderer)\.swift:|try print\(|func print\(' | head -5) || true
[ -z "$printing" ] || fail "printed past the sinks; use context.write, Output or Messages:
$printing"

# A broken precondition of a public entry says so in optimised builds too; these two files hold inner loops.
silent=$(grep -rnE '\bprecondition(Failure)?\(' Sources/ReproRandom Sources/ReproNumerics Sources/ReproTrace Sources/ReproNN \
    Sources/ReproTraining --include='*.swift' | grep -vE '/(Views|ByteView)\.swift:' | head -5) || true
[ -z "$silent" ] || fail "precondition says nothing in release builds; use require or fatalError:
$silent"

# Below the command line: nothing that differs from process to process or machine to machine. `make drift` looks at object files too.
if command -v python3 >/dev/null; then
    drift=$(python3 Tests/Gates/drift.py 2>&1) || fail "what makes builds drift:
$drift"
else
    echo "lint: skipped what makes builds drift: no python3" >&2
fi

# Workflows: YAML that parses, steps that call what there is.
if python3 -c 'import yaml' 2>/dev/null; then
    workflows=$(python3 Tests/Gates/workflows.py 2>&1) || fail "workflows:
$workflows"
else
    echo "lint: skipped the workflows: no python3 with PyYAML" >&2
fi

exit $status
