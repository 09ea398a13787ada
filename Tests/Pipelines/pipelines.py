"""Runs what the pipelines for GitHub, GitLab, git and pre-commit say, and the container file, step by step in checkouts of their
own, so that none of them rots. Needs PyYAML and git. Prints a line for each pipeline; exit code 1 where one does otherwise.

usage: pipelines.py REPRO      a built command; the archive that the pipelines take is made of it
"""

import hashlib
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile

import yaml

from github_job import Fault, Job

PACKAGE = os.path.realpath(os.path.join(os.path.dirname(__file__), "../.."))
ARTICLE = "Sources/Repro/Repro.docc/Using/ContinuousIntegration.md"
CONFIG = """{
  "name": "mood", "task": "classification",
  "data": {"format": "tsv", "train": "train.tsv"},
  "model": {"embedding": 8, "hidden": 8},
  "training": {"optimizer": "adam", "learningRate": 0.02, "batchSize": 2, "epochs": 3}
}
"""


def load(path):
    with open(os.path.join(PACKAGE, path), encoding="utf-8") as file:
        return yaml.safe_load(file)


def take(folder, *names):
    """Copies parts of the package into a folder."""
    os.makedirs(folder, exist_ok=True)
    for name in names:
        source = os.path.join(PACKAGE, name)
        (shutil.copytree if os.path.isdir(source) else shutil.copy)(source, f"{folder}/{name}")


class Place:
    """A folder with the archive, and checkouts of a repository that has this one as its submodule `repro`."""

    def __init__(self, folder, repro):
        self.folder, self.repro, self.count = folder, repro, 0
        keep = ("PATH", "LANG", "TMPDIR", "SWIFT")
        self.environment = {key: value for key, value in os.environ.items() if key in keep}
        # make takes the command as it is built, in place of building one.
        self.environment.update(HOME=folder, DIST_DYNAMIC="1", MAKEFLAGS=f"BINARY={repro}", GIT_CONFIG_NOSYSTEM="1")
        # What a container's package manager would do is not done here.
        os.mkdir(f"{folder}/tools")
        with open(f"{folder}/tools/apt-get", "w", encoding="utf-8") as file:
            file.write("#!/bin/sh\nexit 0\n")
        os.chmod(file.name, 0o755)
        self.environment["PATH"] = f"{folder}/tools:" + self.environment["PATH"]
        self.run(["git", "config", "--global", "user.email", "nobody@example.org"], folder)
        self.run(["git", "config", "--global", "user.name", "nobody"], folder)
        self.archive = self.dist("dist")

    def run(self, words, where, code=0, **more):
        """Runs a program, which has to end with `code`, and returns what it printed."""
        ended = subprocess.run(
            words, cwd=where, env={**self.environment, **more}, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            text=True, timeout=300)
        expect(ended.returncode == code, f"{words} exits with {ended.returncode}, not {code}:\n{ended.stdout}")
        return ended.stdout

    def dist(self, name):
        output = self.run([".ci/dist", self.repro, f"{self.folder}/{name}"], PACKAGE)
        return next(line for line in output.splitlines() if line.endswith(".tar.gz"))

    def scratch(self):
        self.count += 1
        path = f"{self.folder}/scratch-{self.count}"
        os.mkdir(path)
        return path

    def checkout(self, changed=False):
        """A repository with one golden; `changed`: the experiment is not what was blessed any more."""
        path = self.scratch()
        take(f"{path}/repro", ".ci", ".github", "Sources", "Makefile", "Package.swift", ".pre-commit-hooks.yaml")
        os.mkdir(f"{path}/mood")
        with open(f"{path}/mood/train.tsv", "w", encoding="utf-8") as file:
            file.write("good\ta fine day\nbad\ta grey day\ngood\tfine weather\nbad\tgrey rain\n")
        self.configure(path, CONFIG)
        bless = ["bless", "--config", "mood/mood.json", "--seed", "42", "--goldens", "mood/Goldens", "--yes"]
        self.run([self.repro, *bless, "--reason", "first result", "--by", "nobody"], path)
        if changed:
            self.configure(path, CONFIG.replace("0.02", "0.03"))
        os.mkdir(f"{path}/tools")
        shutil.copy(self.archive, f"{path}/tools/repro.tar.gz")
        return path

    def configure(self, path, text):
        with open(f"{path}/mood/mood.json", "w", encoding="utf-8") as file:
            file.write(text)

    def job(self, workspace):
        return Job(workspace, self.scratch(), self.environment)


def expect(condition, message):
    if not condition:
        raise Fault(message)


def archive(place):
    """The archive has what it should, twice the same, and its checksum."""
    with open(place.archive, "rb") as first, open(place.dist("again"), "rb") as second:
        content = first.read()
        expect(content == second.read(), "two archives of one binary differ")
    with open(place.archive + ".sha256", encoding="utf-8") as file:
        expect(file.read().split()[0] == hashlib.sha256(content).hexdigest(), "the checksum is another one")
    path = place.scratch()
    with tarfile.open(place.archive) as tar:
        tar.extractall(path, filter="data")
    root = f"{path}/{os.listdir(path)[0]}"
    for name in ("man/man1/repro.1", "bash-completion/completions/repro", "zsh/site-functions/_repro",
                 "fish/vendor_completions.d/repro.fish", "doc/repro/LICENSE", "doc/repro/README.md"):
        expect(os.path.getsize(f"{root}/share/{name}") > 500, f"share/{name} is empty")
    place.run(["env", "-i", f"{root}/bin/repro", "--version"], path)
    if shutil.which("groff"):
        faults = place.run(["groff", "-ww", "-Kutf8", "-Tutf8", "-man", "-z", f"{root}/share/man/man1/repro.1"], path)
        expect(faults == "", f"the manual page: {faults}")


def article(place):
    """The workflows of the article on continuous integration: green, red with its picture, and nothing to judge."""
    with open(os.path.join(PACKAGE, ARTICLE), encoding="utf-8") as file:
        blocks = [yaml.safe_load(block) for block in re.findall(r"^```yaml\n(.*?)^```", file.read(), re.M | re.S)]
    jobs = [job for block in blocks if "jobs" in block for job in block["jobs"].values()]
    expect(jobs, "the article shows no workflow")
    for steps in [job["steps"] for job in jobs]:
        green = place.job(place.checkout())
        expect(green.run(steps), green.log)
        expect("1 of 1 reproduced" in green.summary, f"the summary of a green build:\n{green.summary}")
        red = place.job(place.checkout(changed=True))
        expect(not red.run(steps) and "::error file=mood/Goldens/mood.json" in red.log, red.log)
        for part in ("learningRate 0.02 → 0.03", "first stage", "growth", "█"):
            expect(part in red.summary, f"no '{part}' in the summary of a red build:\n{red.summary}")
        expect(os.path.exists(f"{red.artifacts}/unreviewed/mood.json"), f"nothing to review was uploaded\n{red.log}")
        empty = place.checkout()
        shutil.rmtree(f"{empty}/mood/Goldens")
        unjudged = place.job(empty)
        expect(not unjudged.run(steps) and "nothing was checked" in unjudged.summary, unjudged.log)


def action(place):
    """The action that builds: what the cache's key depends on, a fault in the archive, further arguments."""
    use = [{"uses": "./repro/.github/actions/check", "with": {"goldens": "mood/Goldens"}}]

    def key(change=None):
        path = place.checkout()
        if change:
            with open(f"{path}/repro/{change}", "a", encoding="utf-8") as file:
                file.write("\n// another line\n")
        job = place.job(path)
        expect(job.run(use) and len(job.caches) == 1, job.log)
        return job.caches[0]["key"]

    expect(key() == key() == key("Sources/Repro/Repro.docc/Repro.md"), "the key of a cache changes by itself")
    expect(key() != key("Sources/Repro/Repro.swift"), "the key of a cache does not depend on the sources")
    with_archive = dict(use[0]["with"], archive="tools/repro.tar.gz")
    wrong = place.job(place.checkout())
    expect(not wrong.run([dict(use[0], **{"with": dict(with_archive, sha256="0" * 64)})]), "a wrong checksum passes")
    shard = place.job(place.checkout())
    step = dict(use[0], **{"with": dict(with_archive, arguments="--shard 2/2")})
    expect(not shard.run([step]) and "nothing was checked" in shard.summary, shard.log)


def workflow(place):
    """This repository's own jobs that need no toolchain, after the job that packs the archive."""
    jobs = load(".github/workflows/repro.yml")["jobs"]
    path = place.scratch()
    take(path, ".ci", ".github", "Goldens")
    job = place.job(path)
    shutil.copytree(os.path.dirname(place.archive), f"{job.artifacts}/dist-x86_64")
    # One golden of six, because a debug build takes a minute for all.
    steps = [dict(step, **{"with": dict(step["with"], arguments="outputs")}) if "check" in step.get("uses", "").split("/")
             else step for step in jobs["bare"]["steps"]]
    expect(job.run(steps), job.log)
    expect("1 of 1 reproduced" in job.summary, job.summary)


def gitlab(place):
    """The job that a pipeline on GitLab extends: its script in one shell, its report and its artifacts."""
    job = load(".ci/gitlab.yml")[".repro"]
    script = "\n".join(job["before_script"] + job["script"])
    variables = dict(job["variables"], REPRO_ARCHIVE="tools/repro.tar.gz", REPRO_GOLDENS="mood/Goldens")
    for changed in (False, True):
        path = place.checkout(changed)
        place.run(["sh", "-ec", script], path, int(changed), CI="true", GITLAB_CI="true", **variables)
        report = job["artifacts"]["reports"]["junit"]
        with open(f"{path}/{report}", encoding="utf-8") as file:
            expect(("<failure" in file.read()) == changed, f"{report} does not say so")
        expect(os.path.exists(f"{path}/{job['artifacts']['paths'][0]}") == changed, "the artifact to review")


def hook(place):
    """The hook as git runs it: a commit passes, and one that changes what is computed does not."""
    described = load(".pre-commit-hooks.yaml")
    for each in described:
        expect({"id", "name", "entry", "language"} <= set(each), f"a hook lacks a field: {each}")
    path = place.checkout()
    os.symlink(place.repro, f"{path}/tools/repro")
    tool = {"PATH": f"{path}/tools:" + place.environment["PATH"]}
    place.run(["git", "init", "-q"], path)
    place.run(["git", "add", "mood"], path)
    entry = described[0]["entry"].replace("repro check", "repro check --goldens mood/Goldens")
    with open(f"{path}/.git/hooks/pre-commit", "w", encoding="utf-8") as file:
        file.write(f"#!/bin/sh\nexec {entry}\n")
    os.chmod(file.name, 0o755)
    place.run(["git", "commit", "-q", "-m", "first"], path, **tool)
    place.configure(path, CONFIG.replace("0.02", "0.03"))
    refused = place.run(["git", "commit", "-q", "-a", "-m", "second"], path, 1, **tool)
    expect("learningRate 0.02 → 0.03" in refused, refused)
    pre_commit(place, path, tool)


def pre_commit(place, path, tool):
    """The same through pre-commit, where it is there."""
    if not shutil.which("pre-commit"):
        print("skipped: the hook through pre-commit, which is not there")
        return
    hooks = f"{path}/repro"
    place.run(["git", "init", "-q"], hooks)
    place.run(["git", "add", ".pre-commit-hooks.yaml"], hooks)
    place.run(["git", "commit", "-q", "-m", "hooks"], hooks)
    revision = place.run(["git", "rev-parse", "HEAD"], hooks).strip()
    use = {"id": "repro-check", "args": ["--goldens", "mood/Goldens"]}
    with open(f"{path}/.pre-commit-config.yaml", "w", encoding="utf-8") as file:
        yaml.safe_dump({"repos": [{"repo": hooks, "rev": revision, "hooks": [use]}]}, file)
    place.run(["git", "add", ".pre-commit-config.yaml"], path)
    os.remove(f"{path}/.git/hooks/pre-commit")
    place.run(["pre-commit", "install"], path, **tool)
    refused = place.run(["git", "commit", "-q", "-a", "-m", "second"], path, 1, **tool)
    expect("learningRate 0.02 → 0.03" in refused, refused)
    place.configure(path, CONFIG)
    place.run(["git", "commit", "-q", "-a", "-m", "second"], path, **tool)


def container(place):
    """The container file: its steps one after another, with the folders of its images below a folder here."""
    root = place.scratch()
    with open(os.path.join(PACKAGE, ".ci/Containerfile"), encoding="utf-8") as file:
        lines = [line for line in file.read().replace("\\\n", " ").splitlines() if line and not line.startswith("#")]
    entry, where, final = [], root, {}
    for line in lines:
        word, rest = line.split(" ", 1)
        inside = rest.replace("/stage", f"{root}/stage").replace("/repro", f"{root}/repro").replace("/gate", f"{root}/gate")
        if word == "FROM":
            expect(re.fullmatch(r"[a-z]+:[a-z0-9.-]+( AS [a-z]+)?", rest), f"no image: {rest}")
        elif word == "WORKDIR":
            os.makedirs(inside, exist_ok=True)
            where = inside
        elif word == "COPY":
            *sources, target = [part for part in inside.split() if not part.startswith("--")]
            for source in sources:
                if source == ".":
                    take(target, "Makefile", "Package.swift", ".ci", "Goldens")
                else:
                    expect(os.path.isdir(source), f"nothing to copy: {rest}")
                    final[target] = source
        elif word == "RUN":
            place.run(["sh", "-ec", inside], where)
        elif word in ("ENTRYPOINT", "CMD"):
            entry += yaml.safe_load(rest)
        else:
            raise Fault(f"not understood: {line}")
    program = os.path.join(final["/usr/local/"], "bin", entry[0])
    shutil.copytree(os.path.join(PACKAGE, "Goldens"), f"{root}/gate/Goldens")
    place.run([program, *entry[1:], "outputs"], f"{root}/gate")


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    failed = False
    with tempfile.TemporaryDirectory(prefix="repro-pipelines-") as folder:
        place = Place(os.path.realpath(folder), os.path.realpath(sys.argv[1]))
        for pipeline in (archive, article, action, workflow, gitlab, hook, container):
            try:
                pipeline(place)
                print(f"ok: {pipeline.__name__}")
            except (Fault, KeyError, OSError, yaml.YAMLError, subprocess.TimeoutExpired) as fault:
                print(f"failed: {pipeline.__name__}: {fault}")
                failed = True
    sys.exit(failed)


main()
