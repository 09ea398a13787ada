"""One seed gives one result over thread counts and instruction sets, where PyTorch alone gives several.

The 36 combinations of Tests/Peers/torch_variation.py with COMBINATIONS=36, a few of them otherwise, each in a process of
its own; REPRO_TREC names a folder with TREC's train.tsv for the classifier over real text.
"""

import concurrent.futures
import itertools
import os
import re
import subprocess
import sys

import pytest
from support import python

ALL = list(itertools.product(("1", "2", "3", "4"), ("default", "avx2", "avx512"), ("SSE41", "AVX2", "AVX512_CORE")))
COMBINATIONS = ALL[:: max(1, len(ALL) // int(os.environ.get("COMBINATIONS", "5")))]

CLASSIFIER = """
import os, pathlib, sys; sys.path.insert(0, {folder!r})
import repro_torch, torch, test_same_bits_as_run as loop
torch.set_num_threads({threads}); torch.use_deterministic_algorithms(True)
text, count = os.environ.get("REPRO_TREC"), int(os.environ.get("COUNT", "300"))
lines = loop.drawn_text()
if text: lines = (pathlib.Path(text) / "train.tsv").read_text(encoding="utf-8").rstrip("\\n").split("\\n")[:count]
model, losses, gradients = loop.train(lines)
print(repro_torch.digest(losses), repro_torch.digest(gradients), repro_torch.digest(dict(model.named_parameters())))
"""


def test_a_text_classifier_has_one_set_of_losses_gradients_and_weights(request):
    def digests(combination):
        threads, aten, onednn = combination
        code = CLASSIFIER.format(folder=str(request.path.parent), threads=threads)
        return python(code, ATEN_CPU_CAPABILITY=aten, ONEDNN_MAX_CPU_ISA=onednn)

    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        found = set(pool.map(digests, COMBINATIONS))
    assert len(COMBINATIONS) >= 5 and len(found) == 1 and len(found.pop().split()) == 3


@pytest.mark.skipif(len(COMBINATIONS) < 36, reason="COMBINATIONS=36 runs Tests/Peers/torch_variation.py --convert")
def test_the_script_with_one_changed_line_has_one_of_each(root):
    script = root / "Tests" / "Peers" / "torch_variation.py"
    result = subprocess.run([sys.executable, script, "--convert"], capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    counts = re.search(r"36 combinations: (.*)$", result.stdout, re.M)[1]
    assert re.findall(r"\d+", counts) == ["1"] * 5, counts
