#!/bin/sh
# Builds the documentation with DocC, symbols and articles in one, and fails at the first warning.
#
#     docs.sh [FOLDER]      FOLDER (default .build/docs) receives the web page
#
# What the modules under Repro declare is shown as part of Repro, which re-exports it.
set -eu
cd "$(dirname "$0")/../.."
swift=${SWIFT:-swift}
output=${1:-.build/docs}
tools=$(dirname "$(readlink -f "$(command -v "$swift")")")
for tool in docc swift-symbolgraph-extract; do
    [ -x "$tools/$tool" ] || { echo "docs: this toolchain has no $tool beside swift" >&2; exit 69; }
done

"$swift" build --target Repro
built=$("$swift" build --show-bin-path)
triple=$("$swift" -print-target-info | sed -n 's/.*"unversionedTriple": "\(.*\)".*/\1/p')
reexported=$(sed -n 's/^@_exported import \(.*\)/\1/p' Sources/Repro/Repro.swift | paste -sd, -)
symbols=$(mktemp -d)
trap 'rm -rf "$symbols"' EXIT
"$tools/swift-symbolgraph-extract" -module-name Repro -target "$triple" -I "$built/Modules" \
    -Xcc "-fmodule-map-file=$built/CReproKernels.build/module.modulemap" -experimental-allowed-reexported-modules="$reexported" \
    -skip-synthesized-members -output-dir "$symbols"
rm -rf "$output"
mkdir -p "$(dirname "$output")"
"$tools/docc" convert Sources/Repro/Repro.docc --additional-symbol-graph-dir "$symbols" --output-path "$output" \
    --fallback-display-name Repro --fallback-bundle-identifier org.repro.Repro --warnings-as-errors
echo "docs: $output"
