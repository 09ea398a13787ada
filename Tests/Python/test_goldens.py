"""The pytest plugin: goldens of tensors that tests give, by the discipline of `repro check`, which gates them too."""

import importlib.metadata
import json
import os
import subprocess
import sys

import pytest
import test_same_bits_as_run as loop
import torch
from repro_pytest import goldens
from repro_pytest.plugin import SERVICES
from repro_pytest.tensors import elements

TEST = """
import torch

def test_logits(repro_golden):
    repro_golden({"logits": torch.arange(6.0).reshape(2, 3) + VALUE, "tokens": torch.arange(4)})

def test_nothing():
    assert OTHER
"""
NAME = "test_it.test_logits"
INSTALLED = any(entry.value == "repro_pytest.plugin" for entry in importlib.metadata.entry_points(group="pytest11"))


class Project:
    """A folder with a test, which pytest runs in this process: PyTorch is there already."""

    def __init__(self, pytester, monkeypatch):
        self.pytester, self.monkeypatch = pytester, monkeypatch
        self.folder = pytester.path
        self.index = self.folder / "Goldens" / "tests" / "index.json"
        self.kept = self.folder / "Goldens" / "tests" / f"{NAME}.safetensors"
        self.left = self.folder / ".repro" / "_tests" / f"{NAME}.safetensors"
        (self.folder / "pytest.ini").write_text("[pytest]\n")
        # Files of one size that are written within a second would be taken for one another.
        monkeypatch.setattr(sys, "dont_write_bytecode", True)
        for service in SERVICES:
            monkeypatch.delenv(service, raising=False)

    def run(self, *arguments, value="0", other="True", test=TEST, **variables):
        (self.folder / "test_it.py").write_text(test.replace("VALUE", value).replace("OTHER", other))
        plugin = [] if INSTALLED else ["-p", "repro_pytest.plugin"]
        with self.monkeypatch.context() as patch:
            for name, text in variables.items():
                patch.setenv(name, text)
            result = self.pytester.runpytest_inprocess("-q", "-p", "no:cacheprovider", *plugin, *arguments)
        return int(result.ret), result.stdout.str() + result.stderr.str()

    def bless(self, *arguments, **options):
        return self.run("--repro-bless", "--reason", "first “golden”\twith a tab", "--repro-by", "Ada", *arguments, **options)


@pytest.fixture
def project(pytester, monkeypatch):
    return Project(pytester, monkeypatch)


def test_a_golden_is_blessed_reproduced_and_drifts(project):
    code, text = project.run()
    assert code == 2 and "has no such golden yet; `pytest --repro-bless --reason TEXT` makes it" in text
    code, text = project.bless()
    assert code == 0 and f"{NAME}  none → " in text and "wrote" in text
    assert project.run()[0] == 0
    code, text = project.bless(value="0.0")
    assert code == 0 and "nothing to bless" in text
    code, text = project.run(value="torch.eye(3)[:2] * 2**-20")
    assert code == 1
    assert "tensor 'logits': 2 of 6 differ, by up to" in text and "first [0, 0] 00000000 → 35800000  0 → 9.536743e-07" in text
    assert "blessed by Ada: first “golden”" in text and "'tokens'" not in text
    code, text = project.run(value="torch.tensor([[0, 0, 2**-22], [0, 0, 0]])")
    assert code == 1 and "1 of 6 differ, by up to 1 ulp (2.384185791015625e-07)" in text
    assert "first [0, 2] 40000000 → 40000001  2 → 2.0000002  1 ulp (2.384185791015625e-07)" in text
    assert project.run(value="torch.eye(3)", other="False")[0] == 1
    code, text = project.run(value="torch.zeros(1, 2, 3)")
    assert code == 1 and "shape [2, 3] in the golden, [1, 2, 3] now" in text
    project.kept.unlink()
    code, text = project.run(value="1")
    assert code == 1 and "tensor 'logits': another digest; no tensors are kept" in text


def test_what_is_not_judged_ends_with_2_unless_something_else_failed(project):
    project.bless()
    whole = project.index.read_text(encoding="utf-8")
    for wrong, says in [
        (whole.replace("Ada", "Bob"), "was changed after it was blessed"), (whole[:-9], "malformed"), ("[]", "malformed"),
        (whole.replace('"format": 1', '"format": 2'), "format 1"), (whole.replace('"I64"', '"F32"'), "was changed"),
        (json.dumps({"format": 1, "tests": 2 * json.loads(whole)["tests"]}), "there twice"),
    ]:  # fmt: skip
        project.index.write_text(wrong, encoding="utf-8")
        code, text = project.run()
        assert code == 2 and says in text, text
        assert project.run(other="False")[0] == 1
        code, text = project.bless(value="3")
        assert code == 2 and "nothing was written" in text and project.index.read_text(encoding="utf-8") == wrong
    project.index.write_text(whole, encoding="utf-8")
    for value, says in [
        ("GIVEN", "a golden is of float32, int64 or uint8"), ("GIVEN, name='../x'", "cannot be the name of a golden"),
        ("GIVEN, name='index'", "cannot be the name of a golden"), ("3", "a golden is of tensors, not of int"), ("{}", "no tensor"),
        ("{'a': 3}", "'a' should be a Tensor, not int"), ("{'__metadata__': torch.ones(2)}", "cannot be the name of a tensor"),
    ]:  # fmt: skip
        test = f"import torch\nGIVEN = torch.ones(2).double()\ndef test_logits(repro_golden):\n    repro_golden({value})\n"
        code, text = project.run(test=test)
        assert code == 2 and says in text, text
    twice = "import torch\ndef test_logits(repro_golden):\n    repro_golden(torch.ones(1), 'a')\n    repro_golden(torch.ones(1), 'a')\n"
    assert project.bless(test=twice)[0] == 2
    both = "import torch\n" + "".join(f"def test_{n}(repro_golden):\n    repro_golden(torch.ones(1), '{n[0]}')\n" for n in ("ab", "Ac"))
    code, text = project.bless(test=both)
    assert code == 2 and "give it a name of its own" in text


def test_two_calls_that_disagree_are_not_reproducible(project):
    test = "import itertools, torch\nC = itertools.count()\ndef test_logits(repro_golden):\n    repro_golden(lambda: torch.tensor(float(NEXT)))\n"
    code, text = project.bless(test=test.replace("NEXT", "next(C)"))
    assert code == 3 and "two calls of its function disagree here" in text and not project.index.exists()
    assert project.bless(test=test.replace("NEXT", "1"))[0] == 0
    code, text = project.run(test=test.replace("NEXT", "next(C) + 2"))
    assert code == 3 and "1 of 1 differ" in text
    code, text = project.run(test=test.replace("NEXT", "2"))
    assert code == 1 and "drift" in text


def test_blessing_is_a_person_s(project):
    for variable in ("CI", "GITHUB_ACTIONS", "bamboo_buildKey"):
        code, text = project.bless(**{variable: ""})
        assert code == 69 and f"refuses to run where {variable} is set" in text and not project.index.exists()
    assert project.run("--repro-bless", "--repro-by", "Ada")[0] == 64
    assert project.run("--repro-bless", "--repro-by", "Ada", "--reason", " ")[0] == 64
    assert project.run("--repro-bless", "--repro-by", " ", "--reason", "why")[0] == 64
    assert project.run("--reason", "why")[0] == 64
    # A test that fails is not blessed, and one that is not run keeps its golden.
    failing = TEST + "\ndef test_last(repro_golden):\n    repro_golden(torch.ones(1))\n    assert False\n"
    assert project.bless(test=failing)[0] == 1
    assert [each["name"] for each in json.loads(project.index.read_text())["tests"]] == [NAME]
    more = "import torch\ndef test_b(repro_golden):\n    repro_golden(torch.ones(1), 'b')\n"
    assert project.bless(test=more)[0] == 0
    assert [each["name"] for each in json.loads(project.index.read_text())["tests"]] == ["b", NAME]
    (project.folder / "Goldens" / "index.json").write_text('{"format": 2, "goldens": [{"name": "Roman"}]}')
    code, text = project.bless(test=more.replace("'b'", "'roman'"))
    assert code == 2 and "is the golden of something else" in text


def test_repro_check_gates_what_tests_left(root, project):
    command = loop.command(root)

    def repro(*arguments, code):
        environment = {k: v for k, v in os.environ.items() if k not in SERVICES}
        result = subprocess.run([command, *arguments], cwd=project.folder, env=environment, capture_output=True, text=True)
        assert result.returncode == code, result.stdout + result.stderr
        return result.stdout + result.stderr

    project.bless()
    assert f"{NAME}  reproduced" in repro("check", code=0)
    listed = repro("list", code=0)
    assert NAME in listed and "test_it.py::test_logits" in listed
    assert project.run(value="torch.tensor([[0, 0, 2**-22], [0, 0, 0]])")[0] == 1
    text = repro("check", NAME, code=1)
    assert "drift" in text and "logits: elements: 1 of 6 differ, by up to 1 ulp" in text and "first [0, 2] 40000000 → 40000001" in text
    case = json.loads(repro("check", "--format", "json", code=1))["cases"][0]
    assert case["verdict"] == "drift" and case["tensors"][0]["elements"]["index"] == [0, 2]
    project.kept.write_bytes(b"")
    assert "no tensors are kept" in repro("check", code=1)
    project.left.write_bytes(project.left.read_bytes()[:-1])
    assert "not judged" in repro("check", code=2)
    project.left.unlink()
    text = repro("check", code=2)
    assert "the test left no tensors; run it: python -m pytest 'test_it.py::test_logits'" in text
    whole = project.index.read_text(encoding="utf-8")
    project.index.write_text(whole.replace("Ada", "Bob"), encoding="utf-8")
    assert "was changed after it was blessed" in repro("check", code=2)
    project.index.write_text(whole, encoding="utf-8")
    repro("retire", NAME, "--reason", "gone", "--by", "Ada", "--yes", code=0)
    assert json.loads(project.index.read_text())["tests"] == [] and not project.kept.exists()
    assert project.run()[0] == 2


def test_both_programs_write_the_same_file(root, project):
    command = loop.command(root)
    more = TEST + "\ndef test_more(repro_golden):\n    repro_golden([], 'never') if False else repro_golden(torch.ones(1, dtype=torch.uint8), 'z')\n"
    assert project.bless()[0] == 0
    alone = project.index.read_bytes()
    assert project.bless(test=more)[0] == 0
    subprocess.run([command, "retire", "z", "--reason", "x", "--by", "Ada", "--yes"], cwd=project.folder, check=True, capture_output=True,
                   env={k: v for k, v in os.environ.items() if k not in SERVICES})  # fmt: skip
    assert project.index.read_bytes() == alone


def test_names():
    for name in ("a", "A.b-c_9", "a" * 100, "a-", "9"):
        assert goldens.is_name(name)
    for name in ("", ".a", "-a", "a.", "a/b", "a b", "index", "INDEX", "é", "a" * 101, "a\n"):
        assert not goldens.is_name(name)


def test_distances_are_those_of_the_command():
    def pattern(*bits):
        return torch.tensor(bits, dtype=torch.int64).to(torch.int32).view(torch.float32)

    assert "1 ulp (0.0)" in elements(pattern(0), pattern(-(1 << 31)))
    assert "3 ulp" in elements(pattern(1), pattern(-(1 << 31) + 1))
    nan = elements(pattern(0x7FC00000, 5), pattern(0x7FC00001, 6))
    assert nan.startswith("2 of 2 differ, by up to 1 ulp") and nan.endswith("nan → nan")
    assert elements(torch.tensor([1, -2]), torch.tensor([1, 3])) == "1 of 2 differ; first [1] fffffffffffffffe → 0000000000000003  -2 → 3"
    assert elements(torch.tensor(200, dtype=torch.uint8), torch.tensor(7, dtype=torch.uint8)) == "1 of 1 differ; first [] c8 → 07  200 → 7"
