"""Recurrent modules against PyTorch in binary64, over the 262 configurations of Tests/Fixtures/torch_matrix.py.

Every element of every output and gradient, through Python's surface: tensors, packed sequences, initial states,
functional_call, autograd. The bounds and the exceptions are those of the Swift suite.
"""

import numpy as np
import pytest
import repro_torch
import torch

pytest.importorskip("gmpy2", reason="the fixtures' numbers need gmpy2")
import torch_matrix  # noqa: E402

CASES = torch_matrix.cases()


@pytest.fixture(scope="module")
def known(request):
    folder = request.config.rootpath
    vectors = next(p for p in (folder, *folder.parents) if (p / "Package.swift").exists()) / "Tests/ReproNNTests/Vectors"
    described, seed = torch_matrix.read_cases(vectors / "torch-matrix.safetensors")
    rows = [line.split("\t") for line in (vectors / "torch-exceptions.tsv").read_text().split("\n")]
    exceptions = {row[0]: float(row[1]) for row in rows if len(row) > 1 and not row[0].startswith("#")}
    return described, seed, exceptions


def own_module_of(case, made=torch_matrix.module_of):
    module = made(case)
    repro_torch.convert(module, seed=None)
    assert type(module).__module__.startswith("repro_torch")
    return module


@pytest.mark.parametrize("number", range(len(CASES)), ids=lambda n: f"{n}-{CASES[n]['cell']}")
def test_forward_values_and_every_gradient_agree_with_pytorch(number, known, monkeypatch):
    described, seed, exceptions = known
    case, errors = CASES[number], {row[0]: row[2] for row in described[number]["results"]}
    read = torch_matrix.draw(case, number, seed)
    exact = torch_matrix.results(case, read, torch.float64)
    monkeypatch.setattr(torch_matrix, "module_of", own_module_of)
    found = torch_matrix.results(case, read, torch.float32)
    assert list(found) == list(exact) and len(found) > 3
    for name, value in exact.items():
        unit = max(errors[name], 2.0**-24 * np.abs(value).max())
        error = np.abs(found[name] - value).max()
        # An exception is a figure that was measured; PyTorch's binary64 differs by processor in its last bits.
        limit = exceptions[f"{number}/{name}"] * (1 + 1e-6) if f"{number}/{name}" in exceptions else 4.0
        assert error <= limit * unit, f"{number}/{name}: {error / unit} units, limit {limit}"
