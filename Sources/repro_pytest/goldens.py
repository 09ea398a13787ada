"""The file of goldens: `tests/index.json`, with small tensors beside it, as Sources/ReproVerification/TestGoldens has them."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
import pathlib
import re
from typing import NamedTuple

FORMAT = 1
#: Tensors of more bytes together are not kept beside the file: a check then tells which drifts, and not where in it.
GREATEST_KEPT = 4 << 20
NAME_RULE = "1 to 100 characters of a-z, A-Z, 0-9, '.', '_' and '-', a letter or digit first, no '.' last, and not 'index'"


class NotJudged(Exception):
    """Why a golden cannot be judged, or must not be written."""


class Leaf(NamedTuple):
    """A tensor by its digest."""

    name: str
    type: str
    shape: tuple[int, ...]
    sha256: str


class Golden(NamedTuple):
    """A test's blessed tensors, in the order of their names' bytes."""

    name: str
    test: str
    tensors: tuple[Leaf, ...]
    by: str
    reason: str

    def json(self) -> dict:
        """With a digest over all the rest, so that an edit by hand shows."""
        tensors = [{"name": t.name, "type": t.type, "shape": list(t.shape), "sha256": t.sha256} for t in self.tensors]
        members = {"name": self.name, "test": self.test, "tensors": tensors, "by": self.by, "reason": self.reason}
        text = json.dumps(members, ensure_ascii=False, separators=(",", ":"))
        return {**members, "sha256": hashlib.sha256(text.encode()).hexdigest()}

    @staticmethod
    def of(value: object) -> Golden:
        """
        Raises:
            NotJudged: it is none, or was changed after it was blessed.
        """
        try:
            leaves = tuple(Leaf(t["name"], t["type"], tuple(t["shape"]), t["sha256"]) for t in value["tensors"])
            golden = Golden(value["name"], value["test"], leaves, value["by"], value["reason"])
            found = value["sha256"]
        except (KeyError, TypeError) as error:
            raise NotJudged(f"malformed: a golden lacks {error}") from error
        if found != golden.json()["sha256"]:
            raise NotJudged(f"malformed: '{golden.name}' was changed after it was blessed")
        return golden


def is_name(text: str) -> bool:
    """Whether a golden can be called so, by `NAME_RULE`."""
    fits = re.fullmatch(r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,98}[A-Za-z0-9_-])?", text)
    return fits is not None and text.lower() != "index"


class Folder:
    """A folder of goldens, as far as tests go."""

    def __init__(self, path: str | os.PathLike) -> None:
        self.root = pathlib.Path(path)
        self.path = self.root / "tests"
        self.index = self.path / "index.json"
        #: Where tests leave their tensors for `repro check`.
        self.left = self.root.parent / ".repro" / "_tests"

    def goldens(self) -> dict[str, Golden]:
        """By name; none where there is no file.

        Raises:
            NotJudged: the file is malformed.
        """
        try:
            value = json.loads(self.index.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return {}
        except (OSError, ValueError) as error:
            raise NotJudged(f"{self.index}: malformed: {error}; restore it from version control") from error
        if not isinstance(value, dict) or value.get("format") != FORMAT or not isinstance(value.get("tests"), list):
            raise NotJudged(f"{self.index}: malformed: no goldens of tests in format {FORMAT}")
        try:
            found = [Golden.of(each) for each in value["tests"]]
        except NotJudged as error:
            raise NotJudged(f"{self.index}: {error}; restore it from version control, or bless it anew") from error
        names = [golden.name for golden in found]
        if names != sorted(set(names), key=str.encode):
            raise NotJudged(f"{self.index}: malformed: names out of order, or there twice")
        return {golden.name: golden for golden in found}

    def foreign_names(self) -> set[str]:
        """The names of goldens that are no tests', in lower case: of experiments and of audited programs."""
        found = set()
        for path, key in ((self.root / "index.json", "goldens"), (self.root / "programs" / "index.json", "programs")):
            with contextlib.suppress(OSError, ValueError, KeyError, TypeError, AttributeError):
                value = json.loads(path.read_text(encoding="utf-8"))
                found |= {each["name"].lower() for each in value[key]}
        return found

    def kept(self, name: str) -> pathlib.Path:
        """The tensors that are kept of a golden."""
        return self.path / f"{name}.safetensors"

    def left_by(self, name: str) -> pathlib.Path:
        """The tensors that the test left."""
        return self.left / f"{name}.safetensors"

    def write(self, changes: list[Golden]) -> None:
        """Writes goldens in place of those of their names: tensors first, then the index, by one rename.

        Raises:
            NotJudged: another process is at it, or the index is malformed.
            OSError: a file cannot be written.
        """
        self.path.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(self.path, os.O_RDONLY)
        try:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError as error:
                raise NotJudged(f"{self.path}: another process writes goldens of tests there; nothing was changed") from error
            goldens = self.goldens()
            for golden in changes:
                data = self.left_by(golden.name).read_bytes()
                if len(data) <= GREATEST_KEPT:
                    replace(self.kept(golden.name), data)
                else:
                    self.kept(golden.name).unlink(missing_ok=True)
                goldens[golden.name] = golden
            ordered = [goldens[name].json() for name in sorted(goldens, key=str.encode)]
            text = json.dumps({"format": FORMAT, "tests": ordered}, ensure_ascii=False, indent=2) + "\n"
            replace(self.index, text.encode())
        finally:
            os.close(descriptor)


def replace(path: pathlib.Path, data: bytes) -> None:
    """Writes a file beside its place and renames it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with open(beside, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(beside, path)
    finally:
        beside.unlink(missing_ok=True)
