"""Runs the steps of a GitHub job or composite action as the service would: shell steps are executed, actions of this repository
are followed, those of GitHub's own that move files are imitated, and any other is a fault."""

import glob
import os
import re
import shutil
import subprocess

import yaml

TOKEN = re.compile(r"\s*('(?:[^']|'')*'|&&|\|\||==|!=|!|[()]|[A-Za-z_][A-Za-z0-9_.-]*)")


class Fault(Exception):
    """What the service would refuse."""


class Job:
    """A job in its workspace.

    workspace   the checkout
    scratch     a folder for the service's own files
    environment of every step
    artifacts   what upload-artifact left and download-artifact finds, below scratch
    log         what all steps printed
    """

    def __init__(self, workspace, scratch, environment):
        self.workspace, self.scratch = workspace, scratch
        self.artifacts = os.path.join(scratch, "artifacts")
        os.makedirs(os.path.join(scratch, "temp"), exist_ok=True)
        self.environment = dict(
            environment, CI="true", GITHUB_ACTIONS="true", GITHUB_WORKSPACE=workspace,
            RUNNER_TEMP=os.path.join(scratch, "temp"), GITHUB_STEP_SUMMARY=os.path.join(scratch, "summary.md"))
        self.caches, self.log = [], ""

    @property
    def summary(self):
        path = self.environment["GITHUB_STEP_SUMMARY"]
        return open(path, encoding="utf-8").read() if os.path.exists(path) else ""

    def run(self, steps, inputs=None, action=None):
        """Returns whether all steps succeeded. `action` is the folder of a composite action."""
        outputs, succeeded = {}, True
        for step in steps:
            context = {"inputs": inputs or {}, "steps": outputs, "runner": {"os": "Linux"}, "matrix": {}, "github": {}}
            if not evaluate(step.get("if", "success()"), context, succeeded):
                continue
            fields = {key: interpolate(value, context) for key, value in step.get("with", {}).items()}
            environment = {key: interpolate(value, context) for key, value in step.get("env", {}).items()}
            if "uses" in step:
                ended, found = self.use(step["uses"], fields), {}
            else:
                if action and "shell" not in step:
                    raise Fault("a step of a composite action has to name its shell")
                ended, found = self.execute(interpolate(step["run"], context), environment, action)
            succeeded = succeeded and ended
            outputs[step.get("id", "")] = {"outputs": found, "outcome": "success" if ended else "failure"}
        return succeeded

    def execute(self, script, environment, action):
        files = {name: os.path.join(self.scratch, name) for name in ("GITHUB_OUTPUT", "GITHUB_PATH")}
        for path in files.values():
            open(path, "w").close()
        more = dict(environment, **files)
        if action:
            more["GITHUB_ACTION_PATH"] = action
        with open(os.path.join(self.scratch, "step.sh"), "w", encoding="utf-8") as file:
            file.write(script)
        ended = subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", file.name], cwd=self.workspace,
            env={**self.environment, **more}, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=300)
        self.log += ended.stdout
        for line in open(files["GITHUB_PATH"], encoding="utf-8").read().splitlines():
            self.environment["PATH"] = line + ":" + self.environment["PATH"]
        lines = open(files["GITHUB_OUTPUT"], encoding="utf-8").read().splitlines()
        return ended.returncode == 0, dict(line.split("=", 1) for line in lines)

    def use(self, name, fields):
        if name.startswith("./"):
            folder = os.path.realpath(os.path.join(self.workspace, name))
            with open(os.path.join(folder, "action.yml"), encoding="utf-8") as file:
                action = yaml.safe_load(file)
            unknown = set(fields) - set(action["inputs"])
            if unknown:
                raise Fault(f"{name} has no input {unknown}")
            inputs = {key: fields.get(key, value.get("default", "")) for key, value in action["inputs"].items()}
            return self.run(action["runs"]["steps"], inputs, folder)
        kind = name.split("@")[0]
        if kind == "actions/checkout":
            return True
        if kind == "actions/cache" and fields.get("path") and fields.get("key"):
            self.caches.append(fields)
            return True
        if kind == "actions/upload-artifact":
            found = glob.glob(os.path.join(self.workspace, fields["path"]))
            if not found and fields.get("if-no-files-found") == "error":
                self.log += f"nothing to upload: {fields['path']}\n"
                return False
            for path in found:
                copy(path, os.path.join(self.artifacts, fields["name"]))
            return True
        if kind == "actions/download-artifact":
            copy(os.path.join(self.artifacts, fields["name"]), os.path.join(self.workspace, fields.get("path", ".")))
            return True
        raise Fault(f"{name} is not known here, with {fields}")


def copy(source, target):
    os.makedirs(target, exist_ok=True)
    if os.path.isdir(source):
        shutil.copytree(source, target, dirs_exist_ok=True)
    else:
        shutil.copy(source, target)


def interpolate(value, context):
    return re.sub(r"\$\{\{(.*?)\}\}", lambda found: str(value_of(found[1], context)), str(value))


def value_of(expression, context, succeeded=True):
    """The value of an expression of names, strings, comparisons and the functions of a step's status."""
    words, place = [], 0
    expression = expression.strip()
    while place < len(expression):
        token = TOKEN.match(expression, place)
        if not token:
            raise Fault(f"not understood: {expression[place:]}")
        place = token.end()
        word = token[1]
        if word in ("(", ")", "==", "!="):
            words.append(word)
        elif word in ("&&", "||", "!"):
            words.append({"&&": " and ", "||": " or ", "!": " not "}[word])
        elif word.startswith("'"):
            words.append(repr(word[1:-1].replace("''", "'")))
        elif word in ("always", "success", "failure"):
            words.append(f"(lambda: {dict(always=True, success=succeeded, failure=not succeeded)[word]})")
        else:
            found = context
            for name in word.split("."):
                found = found.get(name, "") if isinstance(found, dict) else ""
            words.append(repr(found))
    return eval("".join(words), {"__builtins__": {}})


def evaluate(condition, context, succeeded):
    """Whether a step runs: where its condition does not ask for the status, only after success."""
    condition = re.sub(r"^\$\{\{(.*)\}\}$", r"\1", str(condition).strip())
    asks = re.search(r"\b(always|success|failure)\(\)", condition)
    return bool(value_of(condition, context, succeeded)) and (bool(asks) or succeeded)
