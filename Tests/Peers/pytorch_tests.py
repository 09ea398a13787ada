#!/usr/bin/env python3
"""Runs PyTorch's own tests of nn.LSTM, nn.GRU and nn.RNN against those of repro_torch.

    pytorch_tests.py FOLDER [--list]

FOLDER holds test_nn.py, test_modules.py and nn/ of PyTorch's folder `test`, of any release near the installed one: a checkout's, or
that of Debian's source package (apt-get source --download-only pytorch). Nothing of it is kept here. Each test runs twice, each
time in one process for all: with PyTorch's modules, and with ours in their place. What passes with PyTorch's has to pass with
ours, but for EXCEPTIONS, each with its reason; an exception that passes is one too many. Exit code 1 where either is broken.
"""

import argparse
import json
import os
import pathlib
import subprocess
import sys
import tempfile

FILES = (
    "test_nn.py", "test_modules.py", "nn/test_packed_sequence.py", "nn/test_load_state_dict.py", "nn/test_parametrization.py",
    "nn/test_pruning.py", "nn/test_module_hooks.py", "nn/test_dropout.py", "nn/test_init.py",
)  # fmt: skip
#: Of test_nn.py and test_modules.py those whose names speak of a recurrent module, or of what it reads; of the others all.
SELECTION = "rnn or lstm or gru or pack or sequence or hidden_state or projections or change_dropout or test_packed or nn/"

#: What each exception has to fail with.
BINARY64 = "torch.float64: the contract is of binary32 alone"
TWICE = "second derivatives are not defined by the contract"
_MODES = ("_eval_mode", "_train_mode")
EXCEPTIONS: dict[str, str] = {
    "test_LSTM_grad_and_gradgrad_cpu_float64": BINARY64,
    "test_GRU_grad_and_gradgrad_cpu_float64": BINARY64,
    "test_rnn_retain_variables_cpu_float64": BINARY64,
    # Of binary32, with a gradient of a gradient; PyTorch's decorator gives the test two names.
    "test_LSTM_differentiable_backward_using_oneDNN_cpu_float32": TWICE,
    "test_LSTM_differentiable_backward_using_oneDNN_cpu_bfloat16": TWICE,
    **{
        f"{test}_nn_{kind}{mode}_cpu_float64": BINARY64
        for test, modes in {
            "test_errors": _MODES, "test_forward": _MODES, "test_grad": _MODES, "test_gradgrad": _MODES,
            "test_if_train_and_eval_modes_differ": ("",), "test_memory_format": _MODES,
            "test_non_contiguous_tensors": _MODES, "test_save_load": _MODES,
        }.items()
        for kind in ("LSTM", "GRU", "RNN")
        for mode in modes
    },
}  # fmt: skip

PLUGIN = '''
import json, os
import torch
if os.environ["MODULES"] == "ours":
    import repro_torch
    for name in ("LSTM", "GRU", "RNN"):
        setattr(torch.nn, name, getattr(repro_torch, name))
        setattr(torch.nn.modules, name, getattr(repro_torch, name))
# What test_nn.py of other releases imports; none of it concerns these modules.
from torch.testing._internal import common_cuda, common_mkldnn, common_nn
if not hasattr(common_mkldnn, "bf32_on_and_off"):
    common_mkldnn.bf32_on_and_off = lambda *_, **__: lambda function: function
if not hasattr(common_cuda, "tf32_is_not_fp32"):
    common_cuda.tf32_is_not_fp32 = lambda: False
if not hasattr(common_nn, "new_module_tests") and hasattr(common_nn, "get_new_module_tests"):
    common_nn.new_module_tests = common_nn.get_new_module_tests()
found = {}
def pytest_runtest_logreport(report):
    if report.when == "call" or report.failed or report.skipped:
        text = str(report.longrepr.reprcrash.message) if report.failed and hasattr(report.longrepr, "reprcrash") else ""
        found[report.nodeid] = [report.outcome, text.split("\\n")[0][:200]]
def pytest_sessionfinish(session):
    with open(os.environ["OUTCOMES"], "w") as file:
        json.dump(found, file)
'''


def outcomes(folder, modules):
    """The outcome of every test, with the first line of a failure."""
    with tempfile.TemporaryDirectory() as scratch:
        plugin, result = pathlib.Path(scratch, "replacing_modules.py"), pathlib.Path(scratch, "outcomes.json")
        plugin.write_text(PLUGIN, encoding="utf-8")
        path = os.pathsep.join([scratch, str(folder), *filter(None, [os.environ.get("PYTHONPATH")])])
        environment = {**os.environ, "PYTHONPATH": path, "MODULES": modules, "OUTCOMES": str(result)}
        present = [name for name in FILES if (folder / name).exists()]
        if "test_nn.py" not in present:
            sys.exit(f"{folder} has no test_nn.py; name the folder `test` of PyTorch's sources")
        words = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "replacing_modules", "-k", SELECTION]
        ended = subprocess.run([*words, *present], cwd=folder, env=environment, capture_output=True, text=True)
        if ended.returncode not in (0, 1) or not result.exists():
            sys.exit(f"pytest ended with {ended.returncode}:\n{ended.stdout[-2000:]}{ended.stderr[-2000:]}")
        return json.loads(result.read_text())


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--list", action="store_true", help="every test with its outcome")
    arguments = parser.parse_args()
    folder = arguments.folder.resolve()
    theirs, ours = outcomes(folder, "theirs"), outcomes(folder, "ours")
    broken = 0
    passing = [name for name, (outcome, _) in theirs.items() if outcome == "passed"]
    for name in passing:
        outcome, text = ours.get(name, ["absent", ""])
        reason = EXCEPTIONS.get(name.split("::")[-1])
        if arguments.list:
            print(f"{outcome:8} {name} {text}")
        if outcome != "passed" if reason is None else outcome != "failed" or reason not in text:
            broken += 1
            print(f"{outcome}, {'which it should not' if reason is None else f'and not with “{reason}”'}: {name}: {text}")
    skipped = sum(outcome == "skipped" for outcome, _ in theirs.values())
    failed = sum(outcome == "failed" for outcome, _ in theirs.values())
    excepted = [name for name in passing if name.split("::")[-1] in EXCEPTIONS]
    print(
        f"{len(theirs)} tests: {len(passing)} pass with PyTorch's modules, {skipped} are skipped, {failed} fail; of those that pass, "
        f"{len(passing) - len(excepted) - broken} pass with ours, {len(excepted)} are exceptions, {broken} are broken"
    )
    sys.exit(1 if broken else 0)


if __name__ == "__main__":
    main()
