"""The plugin itself: options, the fixture, and how the session ends."""

from __future__ import annotations

import os
import pathlib
import re
import subprocess

import pytest

from .goldens import NAME_RULE, Folder, Golden, Leaf, NotJudged, is_name, replace
from .tensors import difference, leaves, named

#: By any of these a service for continuous integration is known, whatever its value, as `repro bless` has it.
SERVICES = (
    "CI", "CONTINUOUS_INTEGRATION", "GITHUB_ACTIONS", "GITEA_ACTIONS", "GITLAB_CI", "BUILDKITE", "TF_BUILD", "CIRCLECI", "TRAVIS",
    "APPVEYOR", "JENKINS_URL", "TEAMCITY_VERSION", "BITBUCKET_BUILD_NUMBER", "CODEBUILD_BUILD_ID", "DRONE", "SEMAPHORE", "CIRRUS_CI",
    "WOODPECKER", "bamboo_buildKey",
)  # fmt: skip
_PROPERTY = "repro_golden"
_USAGE, _UNAVAILABLE = 64, 69


def pytest_addoption(parser):
    group = parser.getgroup("repro", "goldens of tensors (repro)")
    group.addoption("--repro-bless", action="store_true", help="make goldens of what tests that pass gave; refuses where CI is set")
    group.addoption("--reason", dest="repro_reason", metavar="TEXT", help="why; recorded in the golden, with --repro-bless")
    group.addoption("--repro-by", metavar="NAME", help="who blesses (default: git's user.name)")
    group.addoption("--repro-goldens", metavar="DIR", help="the folder of goldens (default: the ini option, else Goldens)")
    parser.addini("repro_goldens", "the folder of goldens, relative to the root directory", default="Goldens")


def pytest_configure(config):
    # A worker of pytest-xdist writes nothing: the process that started it blesses, and has been asked.
    blesses, by = config.getoption("--repro-bless"), "" if hasattr(config, "workerinput") else _person(config)
    named_folder = config.getoption("--repro-goldens")
    path = pathlib.Path(named_folder).absolute() if named_folder else config.rootpath / config.getini("repro_goldens")
    config.pluginmanager.register(_Session(config, Folder(path), blesses, by), "repro-goldens")


def _person(config) -> str:
    """Who blesses; empty where nobody does. A golden is vouched for by a person, at their own machine."""
    if not config.getoption("--repro-bless"):
        for option in ("repro_reason", "repro_by"):
            if config.getoption(option) is not None:
                pytest.exit(f"--{option.replace('repro_reason', 'reason').replace('_', '-')} is for --repro-bless", _USAGE)
        return ""
    for variable in SERVICES:
        if variable in os.environ:
            pytest.exit(
                f"--repro-bless refuses to run where {variable} is set: a golden is vouched for by a person, at their own machine",
                _UNAVAILABLE,
            )
    reason = config.getoption("repro_reason") or ""
    if not reason.strip():
        pytest.exit("--reason TEXT is needed: say which arithmetic changed, and why", _USAGE)
    by = config.getoption("repro_by")
    if by is None:
        try:
            by = subprocess.run(["git", "config", "user.name"], capture_output=True, text=True, cwd=config.rootpath).stdout
        except OSError:
            by = ""
    by = by.strip()
    if not by:
        pytest.exit("git has no user.name; say who blesses with --repro-by NAME", _USAGE)
    for text in (reason, by):
        try:
            text.encode()
        except UnicodeEncodeError:
            pytest.exit("--reason and --repro-by have to be UTF-8", _USAGE)
    return by


@pytest.fixture
def repro_golden(request):
    """Holds tensors to the golden of the test: `repro_golden(tensors, name=None)`.

    `tensors` is a tensor, a mapping of names to tensors, a list of them, or a function without arguments that gives one of
    these; a function is called again where it drifts, and before it is blessed, so that what is not repeatable here is
    told from a drift. Types are float32, int64 and uint8. The golden is called after the test, or `name`.
    """
    session = request.config.pluginmanager.get_plugin("repro-goldens")
    return lambda tensors, name=None: session.hold(request.node, tensors, name)


class _Session:
    """What a run of pytest has seen of goldens."""

    def __init__(self, config, folder: Folder, blesses: bool, by: str) -> None:
        self._config, self._folder, self._blesses, self._by = config, folder, blesses, by
        #: The test of each name, as far as tests told.
        self._tests: dict[str, str] = {}
        #: What tests that passed gave to be blessed.
        self._changes: list[dict] = []
        self._verdicts: set[str] = set()
        self._lines: list[str] = []
        self._failed_otherwise = False

    # MARK: In the process that runs a test

    def hold(self, node, value, name) -> None:
        """Holds tensors to a golden, or tells what is to be blessed."""
        __tracebackhide__ = True
        name = _name(node) if name is None else name
        found: dict = {"name": name, "test": node.nodeid}
        try:
            others = [told["name"] for key, told in node.user_properties if key == _PROPERTY]
            text = self._judge(node.nodeid, value, name, others, found)
        except NotJudged as reason:
            found["verdict"], text = "not judged", f"{name}  not judged: {reason}"
        node.user_properties.append((_PROPERTY, found))
        if text:
            pytest.fail(text, pytrace=False)

    def _judge(self, test: str, value, name: str, others: list[str], found: dict) -> str:
        """What a failure says; empty where there is none. The verdict goes into `found`."""
        if not isinstance(name, str) or not is_name(name):
            raise NotJudged(f"{name!r} cannot be the name of a golden, which is {NAME_RULE}")
        if self._tests.setdefault(name.lower(), test) != test or name in others:
            raise NotJudged("another test, or another call, has a golden of this name; give it a name of its own")
        self._folder.left_by(name).unlink(missing_ok=True)
        tensors = named(value() if callable(value) else value)
        self._leave(test, name, tensors)
        now = leaves(tensors)
        if self._blesses:
            if callable(value) and leaves(named(value())) != now:
                found["verdict"] = "not reproducible"
                return f"{name}  not reproducible: it was not blessed, for two calls of its function disagree here"
            found["verdict"], found["tensors"] = "blessed", [list(leaf) for leaf in now]
            return ""
        golden = self._folder.goldens().get(name)
        command = "pytest --repro-bless --reason TEXT"
        if golden is None:
            raise NotJudged(f"{self._folder.index} has no such golden yet; `{command}` makes it")
        if golden.test != test:
            raise NotJudged(f"the golden is of {golden.test}, and this is {test}; `{command}` takes it over")
        if golden.tensors == now:
            found["verdict"] = "reproduced"
            return ""
        if callable(value) and leaves(again := named(value())) != now:
            found["verdict"] = "not reproducible"
            fresh = golden._replace(tensors=now)
            return f"{name}  not reproducible: two calls of its function disagree here\n{difference(fresh, again, tensors)}"
        found["verdict"] = "drift"
        return (
            f"{name}  drift from {self._folder.index}\n{difference(golden, tensors, self._kept(golden))}\n"
            f"blessed by {golden.by}: {golden.reason}\nif the change is meant: {command}"
        )

    def _leave(self, test: str, name: str, tensors: dict) -> None:
        from repro_torch.runs import encoded_tensors

        replace(self._folder.left_by(name), encoded_tensors(tensors, {"golden": name, "test": test}))

    def _kept(self, golden: Golden) -> dict | None:
        """The tensors that are kept of a golden; None where there are none, or others."""
        from repro_torch import ReproError, read_tensors

        try:
            tensors = read_tensors(self._folder.kept(golden.name))
            return tensors if leaves(named(tensors)) == golden.tensors else None
        except (OSError, ValueError, NotJudged, ReproError):
            return None

    # MARK: In the process that reports

    def pytest_runtest_logreport(self, report) -> None:
        found = [value for key, value in report.user_properties if key == _PROPERTY]
        verdicts = {value["verdict"] for value in found}
        if report.failed:
            own = verdicts & {"drift", "not judged", "not reproducible"}
            self._verdicts |= own
            self._failed_otherwise |= not own
        elif report.when == "call" and report.passed:
            self._changes += [value for value in found if value["verdict"] == "blessed"]

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session) -> None:
        if hasattr(self._config, "workerinput"):
            return
        if self._blesses:
            try:
                self._bless()
            except (NotJudged, OSError) as error:
                self._lines.append(f"nothing was written: {error}")
                self._verdicts.add("not judged")
                if session.exitstatus == pytest.ExitCode.OK:
                    session.exitstatus = pytest.ExitCode.TESTS_FAILED
        if session.exitstatus != pytest.ExitCode.TESTS_FAILED:
            return
        if "not reproducible" in self._verdicts:
            session.exitstatus = 3
        elif self._verdicts == {"not judged"} and not self._failed_otherwise:
            session.exitstatus = 2

    def _bless(self) -> None:
        before, foreign, changes = self._folder.goldens(), self._folder.foreign_names(), []
        for value in self._changes:
            tensors = tuple(Leaf(name, kind, tuple(shape), digest) for name, kind, shape, digest in value["tensors"])
            golden = Golden(value["name"], value["test"], tensors, self._by, self._config.getoption("repro_reason"))
            if golden.name.lower() in foreign:
                raise NotJudged(f"'{golden.name}' is the golden of something else in '{self._folder.root}'; take another name")
            others = [*before, *(change.name for change in changes)]
            if any(other != golden.name and other.lower() == golden.name.lower() for other in others):
                raise NotJudged(f"'{golden.name}' differs from another golden only in the case of its letters")
            if any(change.name == golden.name for change in changes):
                raise NotJudged(f"two tests call a golden '{golden.name}'")
            old = before.get(golden.name)
            if old is not None and (old.tensors, old.test) == (golden.tensors, golden.test):
                continue
            self._lines.append(f"{golden.name}  {_root(old)} → {_root(golden)}")
            changes.append(golden)
        if not changes:
            self._lines.append("nothing to bless: every golden is reproduced, or its test failed")
            return
        self._folder.write(changes)
        self._lines.append(f"wrote {', '.join(golden.name for golden in changes)} to {self._folder.index}")

    def pytest_terminal_summary(self, terminalreporter) -> None:
        if self._lines:
            terminalreporter.section("goldens")
            for line in self._lines:
                terminalreporter.write_line(line)


def _root(golden: Golden | None) -> str:
    """The first digits of a golden's digest, as `repro list` shows it."""
    if golden is None:
        return "none"
    import ctypes

    from repro_torch._native import calls
    from repro_torch._native.engines import engine

    digests = bytes.fromhex("".join(leaf.sha256 for leaf in golden.tensors))
    children, name = ctypes.create_string_buffer(digests), ctypes.create_string_buffer(golden.name.encode())
    result = (ctypes.c_uint8 * 32)()
    calls.node_digest(
        engine().handle, ctypes.addressof(name), ctypes.addressof(children), len(golden.tensors), ctypes.addressof(result)
    )
    return bytes(result).hex()[:12]


def _name(node) -> str:
    """The name of a test's golden: its file and its own name, with what no name has as '-'."""
    module = pathlib.PurePath(node.nodeid.split("::")[0]).stem
    return re.sub(r"[^A-Za-z0-9._-]+", "-", f"{module}.{'.'.join(node.nodeid.split('::')[1:])}").strip("-._")[:100].rstrip(".")
