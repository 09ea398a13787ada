"""A model goes on in PyTorch where `repro run` left it, and the other way round, with the same bits."""

import json
import re

import pytest
import repro_torch
import test_same_bits_as_run as loop
import torch
from repro_torch import Run, read_tensors, write_tensors
from support import assert_same_bits
from torch.nn.utils.rnn import pad_sequence


@pytest.mark.parametrize("data", [{"lowercase": True, "maxLength": 4, "minimumCount": 2}, {"level": "characters"}], ids=str)
def test_a_run_predicts_the_same_logits_in_pytorch(root, tmp_path, data):
    lines = [re.sub("word([0-9])\\b", "WORD\\1 é\\1", line) for line in loop.drawn_text()]
    (tmp_path / "more.tsv").write_text("a\tword1 Unknown \u00c9 word50 word2 word3\nb\tWORD7\n", encoding="utf-8")
    loop.run(loop.command(root), tmp_path, lines, {"optimizer": "adam"}, data={**data, "test": "more.tsv"})
    found = Run(tmp_path / "run")
    assert found.experiment == "loop" and found.seed == loop.SEED and len(found.digest) == 64
    assert found.labels == ["a", "b", "c"] and found.options["model"]["hidden"] == loop.MODEL["hidden"]
    model = loop.Classifier(2 + len(found.tokens), len(found.labels))
    model.load_state_dict(found.parameters)
    repro_torch.convert(model.eval(), seed=None)
    texts = [line.split("\t")[1] for line in (tmp_path / "more.tsv").read_text(encoding="utf-8").splitlines()]
    tokens = [found.numbers(text) for text in texts]
    with torch.no_grad():
        logits = model(pad_sequence(tokens, batch_first=True), torch.tensor([len(t) for t in tokens]))
    assert_same_bits(logits, found.outputs["test.logits"])


def test_weights_from_pytorch_go_on_in_a_run(root, tmp_path):
    lines = loop.drawn_text()
    first = loop.parameters(loop.train(lines))
    write_tensors(tmp_path / "weights.safetensors", first)
    weights = {"weights": "weights.safetensors"}
    found = loop.run(loop.command(root), tmp_path, lines, {"optimizer": "adam"}, model=weights)
    loop.compare(found, loop.parameters(loop.train(lines, start=first)))


def test_files_of_tensors(tmp_path):
    tensors = {"a": torch.randn(3, 4).t(), "b": torch.tensor(1e-45), "\u00e9": torch.empty(0, 2), "nan": torch.tensor([float("inf")])}
    write_tensors(tmp_path / "f", tensors)
    assert list(tmp_path.iterdir()) == [tmp_path / "f"]
    found = read_tensors(tmp_path / "f")
    assert list(found) == list(tensors)
    for name, tensor in tensors.items():
        assert_same_bits(found[name], tensor, name)
    safetensors = pytest.importorskip("safetensors.torch")
    for name, tensor in safetensors.load_file(tmp_path / "f").items():
        assert_same_bits(tensor, found[name], name)
    safetensors.save_file({"x": torch.arange(3), "y": torch.ones(2, dtype=torch.float64)}, tmp_path / "g")
    assert read_tensors(tmp_path / "g")["x"].tolist() == [0, 1, 2]
    with pytest.raises(repro_torch.Refused):
        write_tensors(tmp_path / "h", {"a": torch.ones(2, dtype=torch.float64)})


def test_files_that_are_none_are_told(tmp_path):
    whole = json.dumps({"a": {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]}}).encode()
    prefix = len(whole).to_bytes(8, "little")
    wrong = [b"", b"1234567", prefix, prefix + whole, prefix + whole + b"1234567", prefix + whole.replace(b"F32", b"F8")]
    wrong += [prefix + whole.replace(b"[2]", b"[3]") + bytes(8), prefix + whole.replace(b"[0, 8]", b"[9, 8]") + bytes(9)]
    wrong += [(2).to_bytes(8, "little") + b"[]", (1 << 62).to_bytes(8, "little") + whole]
    for number, data in enumerate(wrong):
        (tmp_path / "f").write_bytes(data)
        with pytest.raises(ValueError, match="no safetensors file"):
            read_tensors(tmp_path / "f")
    with pytest.raises(OSError):
        Run(tmp_path / "nowhere")
    (tmp_path / "run.json").write_text("{}")
    with pytest.raises(ValueError, match="no record of a run"):
        Run(tmp_path)
