"""Reads workflows, actions, hooks, and the YAML that the documents show, as the service that runs them would: each has to parse,
every step has to run or use something, and what it asks of make or of repro has to exist. Prints a line for each fault; exit code 1
where there is one.

usage: workflows.py [FILE…]    (default: all of this repository, README.md and the articles of the documentation)
"""

import glob
import re
import sys

import yaml


def targets():
    found = set()
    for path in ["Makefile", *glob.glob("Tests/*/*.mk")]:
        with open(path, encoding="utf-8") as file:
            found |= set(re.findall(r"^([a-z-]+):", file.read(), re.MULTILINE))
    return found


def commands():
    """The names of repro's commands, from their specifications."""
    found = {"help"}
    for path in glob.glob("Sources/ReproCommand/**/*Command.swift", recursive=True):
        with open(path, encoding="utf-8") as file:
            found |= set(re.findall(r"CommandSpecification\(\s*name: \"([a-z]+)\"", file.read()))
    return found


def documents(path):
    """A YAML file, or the blocks of YAML in a Markdown file, each with a name for messages."""
    with open(path, encoding="utf-8") as file:
        text = file.read()
    if not path.endswith(".md"):
        return [(path, text)]
    blocks = re.finditer(r"^```yaml\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    return [(f"{path}:{text.count(chr(10), 0, block.start()) + 1}", block[1]) for block in blocks]


def steps(document):
    """The steps of a workflow for GitHub, an action, a pipeline for GitLab, hooks or a use of hooks; a list by itself is one of
    steps."""
    if isinstance(document, list):
        return [{"run": step["entry"]} if isinstance(step, dict) and "entry" in step else step for step in document]
    if not isinstance(document, dict):
        return None
    if "runs" in document:
        return document["runs"].get("steps")
    if "repos" in document:
        return [{"uses": hook["id"]} for use in document["repos"] for hook in use["hooks"]]
    if "jobs" not in document:
        jobs = [job for job in document.values() if isinstance(job, dict)]
        scripts = [{"run": "\n".join(job.get("before_script", []) + job["script"])} for job in jobs if "script" in job]
        return scripts + [{"uses": job["extends"]} for job in jobs if "extends" in job]
    if not document["jobs"]:
        return None
    # YAML 1.1 reads the key `on` as true.
    if True not in document and "on" not in document:
        return None
    return [step for job in document["jobs"].values() for step in job.get("steps", [])]


def faults(document):
    found = steps(document)
    if not found:
        yield "no workflow: it lacks what starts it, jobs or steps"
        return
    for step in found:
        if not isinstance(step, dict) or ("run" in step) == ("uses" in step):
            yield f"a step has to have either run or uses: {step}"
            continue
        for line in str(step.get("run", "")).replace("&&", "\n").splitlines():
            words = line.split()
            if words[:1] == ["make"]:
                for before, word in zip(words, words[1:]):
                    if not word.startswith("-") and before != "-C" and "=" not in word and word not in TARGETS:
                        yield f"the Makefile has no target '{word}'"
            elif words and words[0].split("/")[-1] == "repro":
                if len(words) < 2 or words[1] not in COMMANDS:
                    yield f"repro has no such command: {line.strip()}"


TARGETS = targets()
COMMANDS = commands()


def main():
    count = 0
    status = 0
    articles = sorted(glob.glob("Sources/**/*.docc/**/*.md", recursive=True))
    own = sorted(glob.glob(".github/workflows/*.yml") + glob.glob(".github/actions/*/action.yml"))
    own += [".ci/gitlab.yml", ".pre-commit-hooks.yaml"]
    for path in sys.argv[1:] or [*own, "README.md", *articles]:
        for name, text in documents(path):
            count += 1
            try:
                problems = list(faults(yaml.safe_load(text)))
            except yaml.YAMLError as error:
                problems = [f"no YAML: {error}"]
            for problem in problems:
                print(f"{name}: {problem}")
                status = 1
    if count == 0:
        print("no workflow to read")
        status = 1
    sys.exit(status)


main()
