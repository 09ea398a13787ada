"""Fails where a target imports a module that Package.swift does not give it, or gives it one that it may never see."""

import glob
import re
import sys

# Who judges traces, and who shows them, cannot know the model.
BLIND = {
    "ReproVerification": {"ReproNN", "ReproTraining", "ReproRandom", "ReproHarness", "ReproInterchange"},
    "ReproReport": {"ReproNN", "ReproTraining", "ReproRandom", "ReproHarness", "ReproInterchange"},
}


def names(text):
    return set(re.findall(r'"(C?Repro[A-Za-z]*)"', text))


def targets():
    """Each target of Package.swift with what it depends on."""
    with open("Package.swift", encoding="utf-8") as file:
        manifest = re.sub(r"//.*", "", file.read())
    libraries = names(re.search(r"let libraries.*?\[\n(.*?)\]", manifest, re.DOTALL)[1])
    found = {}
    for entry in re.split(r"\.(?:executableTarget|testTarget|target)\(", manifest)[1:]:
        name, rest = re.match(r'\s*name: "(\w+)"(.*)', entry, re.DOTALL).groups()
        found[name] = names(rest) | (libraries if "libraries" in rest else set())
    return found


def main():
    faults = []
    known = targets()
    for name, given in known.items():
        for other in sorted(given & BLIND.get(name, set())):
            faults.append(f"Package.swift gives {name} {other}, which it may never see")
        for path in sorted(glob.glob(f"Sources/{name}/**/*.swift", recursive=True)):
            with open(path, encoding="utf-8") as file:
                imported = re.findall(r"^(?:@\w+ )*import (\w+)", file.read(), re.MULTILINE)
            faults += [
                f"{path} imports {other}, which Package.swift does not give {name}"
                for other in imported
                if other in known and other not in given
            ]
    print("\n".join(faults))
    return 1 if faults else 0


sys.exit(main())
