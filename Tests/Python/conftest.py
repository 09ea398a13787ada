"""Finds the package and its library: an installed wheel, else the sources with the library of the last build."""

import importlib.util
import os
import pathlib
import sys

import pytest

pytest_plugins = ["pytester"]
ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "Tests" / "Fixtures"))

if importlib.util.find_spec("torch") is None:
    collect_ignore_glob = ["test_*.py"]
elif importlib.util.find_spec("repro_torch") is None:
    sys.path.insert(0, str(ROOT / "Sources"))
    built = [ROOT / ".build" / "library" / "librepro.so", ROOT / ".build" / "debug" / "libReproC.so"]
    if "REPRO_LIBRARY" not in os.environ:
        os.environ["REPRO_LIBRARY"] = str(next((path for path in built if path.exists()), built[0]))
    # Processes that a test starts find the same.
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [str(ROOT / "Sources"), os.environ.get("PYTHONPATH")]))


def pytest_report_header():
    if "collect_ignore_glob" in globals():
        return "skipped: every test of repro_torch, because this Python has no torch"
    import repro_torch

    return f"repro_torch from {repro_torch.__file__}, kernels {repro_torch.Engine().kernels}"


@pytest.fixture
def root() -> pathlib.Path:
    """The repository."""
    return ROOT
