#!/usr/bin/env python3
"""Names each public declaration under Sources without a documentation comment; exit code 1 where there is one.

What a protocol requires takes its documentation over: functions of the package's own protocols, and what INHERITED names.
Initialisers without a comment store their parameters, which the properties describe.
"""
import pathlib
import re
import sys

DECLARATION = re.compile(
    r"^\s*(?:@\w+(?:\([^)]*\))?\s+)*public\s+(?:internal\(set\)\s+|private\(set\)\s+|fileprivate\(set\)\s+)?"
    r"(?:(?:static|final|mutating|nonmutating|override|convenience|indirect|consuming|borrowing)\s+)*"
    r"(?P<kind>class|struct|enum|protocol|actor|func|var|let|init|subscript|typealias|case)\b\s*(?P<name>[A-Za-z_]\w*|\S*)")
INHERITED = {"description", "json", "==", "<", "hash", "startIndex", "endIndex", "withContiguousStorageIfAvailable", "paths",
             "mappingPaths", "recurrent"}


ATTRIBUTES = re.compile(r"(?:@\w+(?:\([^)]*\))?\s*)+$")


def documented(lines, number):
    """Whether a documentation comment stands above a line, attributes between them passed over."""
    number -= 1
    while number >= 0 and (ATTRIBUTES.match(lines[number].strip()) or lines[number].strip().startswith("#if")):
        number -= 1
    return number >= 0 and lines[number].strip().startswith("///")


def main():
    found = []
    text = "\n".join(path.read_text(encoding="utf-8") for path in sorted(pathlib.Path("Sources").rglob("*.swift")))
    required = set()
    for protocol in re.findall(r"^public protocol \w+.*?^}", text, re.M | re.S):
        required.update(re.findall(r"^    func (\w+)", protocol, re.M))
    for path in sorted(pathlib.Path("Sources").rglob("*.swift")):
        if path.parts[1] == "ReproCommand":
            continue
        lines = path.read_text(encoding="utf-8").split("\n")
        for number, line in enumerate(lines):
            match = DECLARATION.match(line)
            if not match or match["name"] in INHERITED or match["kind"] == "init":
                continue
            if match["kind"] == "func" and match["name"] in required:
                continue
            if not documented(lines, number):
                found.append(f"{path}:{number + 1}: {line.strip()}")
    for line in found:
        print(line)
    return 1 if found else 0


sys.exit(main())
