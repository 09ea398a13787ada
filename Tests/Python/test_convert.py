"""convert: what it replaces, draws, keeps, leaves alone and refuses."""

import copy
import pickle
import zlib

import pytest
import repro_torch
import torch
from support import assert_same_bits, python, same_bits
from torch import nn


class Classifier(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(20, 6, padding_idx=0)
        self.lstm = nn.LSTM(6, 5, 2, batch_first=True, bidirectional=True, dropout=0.5)
        self.norm = nn.LayerNorm(10)
        self.head = nn.Sequential(nn.Dropout(0.2), nn.Linear(10, 8), nn.ReLU(), nn.Linear(8, 3))

    def forward(self, tokens):
        _, (hidden, _) = self.lstm(self.embedding(tokens))
        return self.head(self.norm(torch.cat([hidden[-2], hidden[-1]], 1)))


def test_every_parameter_is_drawn_from_the_stream_of_its_name():
    numpy = pytest.importorskip("numpy")
    model = Classifier()
    report = repro_torch.convert(model, seed=42)
    assert [name for name, _ in report.replaced] == [
        "embedding", "lstm", "norm", "head.0", "head.1", "head.3",
    ]  # fmt: skip
    assert not report.left
    bounds = {"embedding": 3**0.5, "lstm": 1 / 5**0.5, "head.1": 1 / 10**0.5, "head.3": 1 / 8**0.5}
    drawn = []
    for name, parameter in model.named_parameters():
        prefix = name.rpartition(".")[0]
        if prefix == "norm":
            assert (parameter == (1 if name.endswith("weight") else 0)).all()
            continue
        key = (0, zlib.crc32(name.encode()))
        generator = numpy.random.Generator(numpy.random.PCG64(numpy.random.SeedSequence(42, spawn_key=key)))
        low, high = numpy.float32(-bounds[prefix]), numpy.float32(bounds[prefix])
        expected = low + (high - low) * generator.random(tuple(parameter.shape), dtype=numpy.float32)
        if name == "embedding.weight":
            expected[0] = 0
        assert_same_bits(parameter, torch.from_numpy(expected), name)
        drawn.append(name)
    assert report.drawn == drawn


def test_objects_hooks_and_references_stay():
    model = Classifier()
    alias, parameters, seen = model.lstm, list(model.parameters()), []
    model.lstm.register_forward_hook(lambda *_: seen.append(1))
    repro_torch.convert(model, seed=1)
    assert alias is model.lstm and isinstance(model.lstm, (repro_torch.LSTM, nn.LSTM))
    assert all(a is b for a, b in zip(parameters, model.parameters()))
    model(torch.tensor([[1, 2, 3]]))
    assert seen == [1]
    again = repro_torch.convert(model, seed=1)
    assert again.replaced == [] and len(again.drawn) == 21


def test_without_a_seed_parameters_stay():
    model = Classifier()
    before = copy.deepcopy(model.state_dict())
    assert repro_torch.convert(model, seed=None).drawn == []
    assert all(same_bits(before[name], value) for name, value in model.state_dict().items())
    with pytest.raises(repro_torch.Refused, match="no stream"):
        model(torch.tensor([[1, 2, 3]]))
    model.eval()(torch.tensor([[1, 2, 3]]))


def test_copies_go_on_drawing_alike():
    model, tokens = Classifier(), torch.tensor([[1, 2, 3], [4, 5, 0]])
    repro_torch.convert(model, seed=3)
    model(tokens)
    for other in (copy.deepcopy(model), pickle.loads(pickle.dumps(model))):
        torch.manual_seed(1)
        one = copy.deepcopy(model)(tokens)
        torch.manual_seed(2)
        assert_same_bits(one, other(tokens))


def test_what_is_left_alone_is_named_with_the_reason():
    class Mine(nn.LSTM):
        pass

    class Own(nn.Module):
        def __init__(self):
            super().__init__()
            self.scale = nn.Parameter(torch.ones(3))

    model = nn.Sequential(nn.Conv1d(3, 4, 2), nn.Tanh(), Mine(4, 5), Own(), nn.Flatten(), nn.Linear(5, 2))
    report = repro_torch.convert(model, seed=1)
    assert [(each.name, each.type) for each in report.left] == [
        ("0", "Conv1d"), ("1", "Tanh"), ("2", "Mine"), ("3", "Own"),
    ]  # fmt: skip
    assert type(model[2]) is Mine and type(model[0]) is nn.Conv1d
    assert "threads and instruction set" in str(report) and "subclass" in report.left[2].reason


def test_shared_parameters_are_drawn_once_under_their_first_name():
    class Tied(nn.Module):
        def __init__(self):
            super().__init__()
            self.first, self.second = nn.Linear(4, 4), nn.Linear(4, 4)
            self.second.weight = self.first.weight

    model = Tied()
    report = repro_torch.convert(model, seed=5)
    assert report.drawn == ["first.weight", "first.bias", "second.bias"] and model.first.weight is model.second.weight


def test_optimizers_are_converted_with_their_state():
    parameter = torch.ones(3, requires_grad=True)
    for name in ("SGD", "Adam", "AdamW"):
        optimizer = getattr(torch.optim, name)([parameter], lr=0.1)
        parameter.grad = torch.ones(3)
        optimizer.step()
        seen = []
        optimizer.register_step_post_hook(lambda *_: seen.append(1))
        repro_torch.convert(optimizer)
        assert type(optimizer) is getattr(repro_torch, name)
        optimizer.step()
        assert seen == [1] and (name == "SGD" or int(optimizer.state[parameter]["step"]) == 2)
        repro_torch.convert(optimizer)


def test_what_cannot_be_converted_is_refused():
    with pytest.raises(TypeError, match="needs seed"):
        repro_torch.convert(nn.Linear(2, 2))
    with pytest.raises(TypeError, match="takes no seed"):
        repro_torch.convert(torch.optim.SGD([torch.ones(1, requires_grad=True)], lr=1), seed=1)
    with pytest.raises(TypeError):
        repro_torch.convert("model", seed=1)
    for seed in (-1, 1 << 64, 1.0, True, "1"):
        with pytest.raises(ValueError, match="a seed is an integer"):
            repro_torch.convert(nn.Linear(2, 2), seed=seed)
    model = nn.Sequential(nn.Linear(2, 2), nn.Linear(2, 2).double())
    with pytest.raises(repro_torch.Refused, match="1.weight is torch.float64"):
        repro_torch.convert(model, seed=1)
    assert type(model[0]) is nn.Linear, "nothing is converted where something is refused"
    with pytest.raises(repro_torch.Refused, match="RMSprop"):
        repro_torch.convert(torch.optim.RMSprop([torch.ones(1, requires_grad=True)]))
    optimizer = torch.optim.Adam([torch.ones(1, requires_grad=True)])
    torch.optim.lr_scheduler.ExponentialLR(optimizer, 0.9)
    with pytest.raises(repro_torch.Refused, match="before the scheduler"):
        repro_torch.convert(optimizer)


def test_names_with_one_key_are_refused():
    # A pair that is known to have one CRC-32, and keeps it under one ending.
    model = nn.ModuleDict({"plumless": nn.Embedding(2, 2), "buckeroo": nn.Embedding(2, 2)})
    assert zlib.crc32(b"plumless") == zlib.crc32(b"buckeroo")
    with pytest.raises(ValueError, match="have the same CRC-32"):
        repro_torch.convert(model, seed=1)


TRAINING = """
import sys; sys.path.insert(0, {folder!r})
import torch, repro_torch
from test_convert import Classifier
torch.set_num_threads(int({threads}))
model = Classifier()
repro_torch.convert(model, seed=42)
optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
repro_torch.convert(optimizer)
loss = repro_torch.CrossEntropyLoss()
generator = torch.Generator().manual_seed(7)
for step in range(5):
    tokens, targets = (torch.randint(1, n, s, generator=generator) for n, s in ((20, (9, 7)), (3, (9,))))
    optimizer.zero_grad()
    loss(model(tokens), targets).backward()
    repro_torch.clip_grad_norm_(model.parameters(), 0.5)
    optimizer.step()
print(repro_torch.digest(dict(model.named_parameters())))
"""


def test_a_training_with_dropout_has_one_digest(request):
    folder = str(request.path.parent)
    found = {
        python(TRAINING.format(folder=folder, threads=threads), **environment)
        for threads, environment in [
            (1, {}), (3, {"ATEN_CPU_CAPABILITY": "default"}), (2, {"ONEDNN_MAX_CPU_ISA": "SSE41", "REPRO_KERNELS": "portable"}),
        ]
    }  # fmt: skip
    assert len(found) == 1
