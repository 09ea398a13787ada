"""Linear, Embedding, LayerNorm, Dropout and the losses against PyTorch in binary64, and against its errors."""

import copy

import pytest
import repro_torch
import torch
from repro_torch import BCEWithLogitsLoss, CrossEntropyLoss, Dropout, Embedding, LayerNorm, Linear
from support import assert_same_bits, assert_within
from torch import nn


def compare(own, theirs, *inputs, magnitude=0.0):
    """Value and every gradient, of one seed's numbers, against binary64 with PyTorch's binary32 as the measure."""
    found = []
    for module, kind in ((own, torch.float32), (theirs, torch.float32), (theirs, torch.float64)):
        module = copy.deepcopy(module).to(kind)
        read = [x.to(kind).detach().requires_grad_() if x.is_floating_point() else x for x in inputs]
        output = module(*read)
        weight = torch.linspace(-1, 1, output.numel(), dtype=kind).reshape(output.shape) if output.dim() else 2.0
        sources = [x for x in read[:1] if x.requires_grad] + [p for p in module.parameters()]
        found.append([output, *torch.autograd.grad((output * weight).sum(), sources)])
    for place, (value, single, exact) in enumerate(zip(*found)):
        assert_within(value, exact, single, f"{type(own).__name__}, tensor {place}", magnitude)


def both(own, theirs, *arguments, **options):
    torch.manual_seed(11)
    module, other = own(*arguments, **options), theirs(*arguments, **options)
    other.load_state_dict(module.state_dict())
    return module, other


@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("shape", [(7,), (3, 7), (2, 5, 7), (0, 7), (1, 1, 1, 7)])
def test_linear(shape, bias):
    compare(*both(Linear, nn.Linear, 7, 5, bias=bias), torch.randn(shape))


@pytest.mark.parametrize("padding", [None, 0, 3])
@pytest.mark.parametrize("shape", [(), (9,), (4, 6)])
def test_embedding(shape, padding):
    tokens = torch.randint(0, 10, shape, generator=torch.Generator().manual_seed(1))
    compare(*both(Embedding, nn.Embedding, 10, 5, padding_idx=padding), tokens)


def test_embedding_sums_in_the_order_of_tokens():
    """One order: that of rows; 1 + 2^-25 − 1 is another number the other way round."""
    module = Embedding(3, 1)
    module(torch.tensor([1, 1, 1])).backward(torch.tensor([[1.0], [2.0**-25], [-1.0]]))
    assert module.weight.grad[1].item() == 0
    module.weight.grad = None
    module(torch.tensor([1, 1, 1])).backward(torch.tensor([[1.0], [-1.0], [2.0**-25]]))
    assert module.weight.grad[1].item() == 2.0**-25


@pytest.mark.parametrize(
    "size, options", [(6, {}), ((3, 4), {}), (6, {"elementwise_affine": False}), (6, {"bias": False}), (6, {"eps": 1e-3})]
)
def test_layer_norm(size, options):
    module, other = both(LayerNorm, nn.LayerNorm, size, **options)
    with torch.no_grad():
        for parameter in module.parameters():
            parameter.uniform_(-2, 2)
    other.load_state_dict(module.state_dict())
    compare(module, other, torch.randn(5, 2, *(size if isinstance(size, tuple) else (size,))) * 3 + 1)


@pytest.mark.parametrize("shape", [(4,), (6, 4), (3, 4, 5), (2, 4, 3, 2)])
@pytest.mark.parametrize(
    "options", [{}, {"label_smoothing": 0.1}, {"weight": torch.tensor([0.5, 1.0, 2.0, 0.0])}, {"ignore_index": 2}]
)
def test_cross_entropy(shape, options):
    generator = torch.Generator().manual_seed(3)
    targets = torch.randint(0, 3, shape[:1][: len(shape) - 1] + shape[2:], generator=generator)
    if options.get("ignore_index") == 2 and targets.dim() == 0:
        targets = torch.tensor(1)
    compare(CrossEntropyLoss(**options), nn.CrossEntropyLoss(**options), torch.randn(shape, generator=generator), targets)


@pytest.mark.parametrize("shape", [(), (7,), (5, 3)])
@pytest.mark.parametrize("weight", [None, torch.tensor([2.5]), torch.tensor([0.5, 1.0, 3.0])])
def test_binary_cross_entropy(shape, weight):
    if weight is not None and len(weight) == 3 and shape != (5, 3):
        pytest.skip("a weight for each of three")
    generator = torch.Generator().manual_seed(4)
    logits, targets = torch.randn(shape, generator=generator) * 4, torch.rand(shape, generator=generator)
    if weight is not None and not shape:
        weight = weight.reshape(())
    # The gradient is a difference of terms of up to the weight ÷ n, whose roundings remain where they cancel.
    magnitude = 0.0 if weight is None else float(weight.max()) / logits.numel()
    own, theirs = BCEWithLogitsLoss(pos_weight=weight), nn.BCEWithLogitsLoss(pos_weight=weight)
    compare(own, theirs, logits, targets, magnitude=magnitude)


def test_dropout_keeps_scales_and_repeats():
    module, x = Dropout(0.25), torch.rand(400, 50) + 1
    with pytest.raises(repro_torch.Refused, match="no stream"):
        module(x)
    module.draws = repro_torch.Draws(5, "dropout")
    read = x.clone().requires_grad_()
    output = module(read)
    kept = output != 0
    assert abs(kept.float().mean().item() - 0.75) < 0.01
    scale = torch.tensor(1 / 0.75)
    assert_same_bits(output, torch.where(kept, x * scale, torch.zeros(())))
    output.backward(torch.full_like(x, 3.0))
    assert_same_bits(read.grad, torch.where(kept, 3.0 * scale, torch.zeros(())).expand_as(x).contiguous())
    module.draws = repro_torch.Draws(5, "dropout")
    assert_same_bits(module(x), output)
    module.eval()
    assert module(x) is x


def test_dropout_draws_numpy_s_numbers():
    numpy = pytest.importorskip("numpy")
    module, x = Dropout(0.5), torch.ones(3, 7)
    module.draws = repro_torch.Draws(42, "a.b")
    key = (3, repro_torch.draws.name_key("a.b"), 0)
    generator = numpy.random.Generator(numpy.random.PCG64(numpy.random.SeedSequence(42, spawn_key=key)))
    drawn = generator.random((3, 7), dtype=numpy.float32)
    assert ((module(x) != 0).numpy() == (drawn >= 0.5)).all()


@pytest.mark.parametrize(
    "module, inputs, error",
    [
        (Linear(3, 2), (torch.randn(4, 5),), RuntimeError),
        (Linear(3, 2), (torch.tensor(1.0),), RuntimeError),
        (Linear(3, 2), (torch.randn(4, 3, dtype=torch.float64),), repro_torch.Refused),
        (Linear(3, 2), ([1.0, 2.0, 3.0],), TypeError),
        (Embedding(4, 2), (torch.tensor([4]),), IndexError),
        (Embedding(4, 2), (torch.tensor([-1]),), IndexError),
        (Embedding(4, 2), (torch.tensor([1.0]),), RuntimeError),
        (Embedding(4, 2, max_norm=1.0), (torch.tensor([1]),), repro_torch.Refused),
        (Embedding(4, 2, sparse=True), (torch.tensor([1]),), repro_torch.Refused),
        (LayerNorm(3), (torch.randn(4, 5),), RuntimeError),
        (LayerNorm(3), (torch.randn(4, 3).to_sparse(),), repro_torch.Refused),
        (CrossEntropyLoss(), (torch.randn(3, 4), torch.tensor([0, 1])), ValueError),
        (CrossEntropyLoss(), (torch.randn(2, 4), torch.tensor([0, 4])), IndexError),
        (CrossEntropyLoss(), (torch.randn(2, 4), torch.rand(2, 4)), repro_torch.Refused),
        (CrossEntropyLoss(), (torch.randn(2, 4), torch.tensor([-100, -100])), repro_torch.ReproError),
        (CrossEntropyLoss(), (torch.randn(0, 4), torch.zeros(0, dtype=torch.long)), repro_torch.ReproError),
        (CrossEntropyLoss(reduction="sum"), (torch.randn(2, 4), torch.tensor([0, 1])), repro_torch.Refused),
        (CrossEntropyLoss(weight=torch.ones(3)), (torch.randn(2, 4), torch.tensor([0, 1])), RuntimeError),
        (CrossEntropyLoss(weight=-torch.ones(4)), (torch.randn(2, 4), torch.tensor([0, 1])), repro_torch.Refused),
        (CrossEntropyLoss(label_smoothing=2.0), (torch.randn(2, 4), torch.tensor([0, 1])), RuntimeError),
        (BCEWithLogitsLoss(), (torch.randn(3), torch.rand(4)), ValueError),
        (BCEWithLogitsLoss(pos_weight=torch.ones(2)), (torch.randn(3), torch.rand(3)), repro_torch.Refused),
        (BCEWithLogitsLoss(reduction="none"), (torch.randn(3), torch.rand(3)), repro_torch.Refused),
    ],
    ids=str,
)
def test_what_does_not_fit_is_an_exception(module, inputs, error):
    with pytest.raises(error):
        module(*inputs)


LAYERS = {
    "lstm": lambda: (repro_torch.LSTM(3, 4), torch.randn(5, 2, 3)), "gru": lambda: (repro_torch.GRU(3, 4), torch.randn(5, 2, 3)),
    "linear": lambda: (repro_torch.Linear(3, 4), torch.randn(2, 3)), "norm": lambda: (repro_torch.LayerNorm(3), torch.randn(2, 3)),
    "loss": lambda: (lambda x: repro_torch.BCEWithLogitsLoss()(x, torch.zeros(2, 3)), torch.randn(2, 3)),
}  # fmt: skip


@pytest.mark.parametrize("make", LAYERS.values(), ids=LAYERS)
def test_second_derivatives_are_refused_and_never_dropped(make):
    """Also where the gradient of the output has no graph of its own: a penalty on gradients is an error, not a part of one."""
    module, x = make()
    x.requires_grad_()
    result = module(x)
    output = result[0] if isinstance(result, tuple) else result
    (first,) = torch.autograd.grad(output.sum(), x)
    result = module(x)
    output = result[0] if isinstance(result, tuple) else result
    (gradient,) = torch.autograd.grad(output.sum(), x, create_graph=True)
    assert_same_bits(gradient.detach(), first)
    assert gradient.requires_grad
    with pytest.raises(repro_torch.Refused, match="second derivatives"):
        (output.sum() + gradient.square().sum()).backward()


@pytest.mark.parametrize("rows", [2, 3, 40])
@pytest.mark.parametrize(
    "make",
    [
        lambda: repro_torch.Linear(16, 16), lambda: repro_torch.LayerNorm(16), lambda: repro_torch.LSTM(16, 16),
        lambda: repro_torch.Embedding(16, 16), lambda: repro_torch.GRU(16, 16, bidirectional=True),
    ],
    ids=["linear", "norm", "lstm", "embedding", "gru"],
)  # fmt: skip
def test_gradients_that_are_no_memory_of_their_own(make, rows):
    """`sum` hands down one number under every index: the row-major copy of it has to live as long as it is read."""
    module = make()
    x = torch.arange(rows) % 16 if isinstance(module, nn.Embedding) else torch.randn(rows, 16)

    def gradients(take):
        module.zero_grad()
        result = module(x)
        take(result[0] if isinstance(result, tuple) else result)
        return [parameter.grad.clone() for parameter in module.parameters()]

    expected = gradients(lambda output: output.backward(torch.ones_like(output)))
    for _ in range(20):
        for one, other in zip(gradients(lambda output: output.sum().backward()), expected):
            assert_same_bits(one, other)
