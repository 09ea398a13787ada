"""What PyTorch's users do with a recurrent module: packing, hooks, copies, files, modes, gradients, wrong arguments."""

import copy
import io
import pickle

import pytest
import repro_torch
import torch
from repro_torch import GRU, LSTM, RNN
from support import assert_same_bits, assert_within, same_bits
from torch import nn
from torch.nn.utils.rnn import PackedSequence, pack_padded_sequence, pad_packed_sequence

PAIRS = [(LSTM, nn.LSTM), (GRU, nn.GRU), (RNN, nn.RNN)]
CLASSES = [own for own, _ in PAIRS]


def flat(result):
    """Every tensor of a module's results, in order."""
    output, state = result
    rows = output.data if isinstance(output, PackedSequence) else output
    return [rows, *state] if isinstance(state, tuple) else [rows, state]


def gradients(module, result, inputs=()):
    scalar = sum((t * torch.linspace(-1, 1, t.numel()).reshape(t.shape)).sum() for t in flat(result))
    return torch.autograd.grad(scalar, [*inputs, *module.parameters()])


@pytest.mark.parametrize("own, theirs", PAIRS)
def test_a_state_dict_goes_both_ways(own, theirs):
    torch.manual_seed(1)
    module, other = own(3, 4, 2, bidirectional=True), theirs(3, 4, 2, bidirectional=True)
    assert list(module.state_dict()) == list(other.state_dict())
    module.load_state_dict(other.state_dict())
    other.load_state_dict(module.state_dict())
    x = torch.randn(5, 2, 3)
    for one, two in zip(flat(module(x)), flat(other(x))):
        assert (one - two).abs().max() < 1e-6


@pytest.mark.parametrize("own", CLASSES)
def test_padded_rows_packed_rows_and_single_sequences_have_the_same_bits(own):
    torch.manual_seed(2)
    module = own(3, 5, 2, bidirectional=True, batch_first=True)
    lengths, x = [2, 7, 4, 7, 1, 4], torch.randn(6, 7, 3)
    packed = pack_padded_sequence(x, torch.tensor(lengths), batch_first=True, enforce_sorted=False)
    output, state = module(packed)
    padded, found = pad_packed_sequence(output, batch_first=True)
    assert found.tolist() == lengths
    for b, length in enumerate(lengths):
        alone, own_state = module(x[b, :length])
        assert_same_bits(padded[b, :length], alone, f"sequence {b}")
        assert not padded[b, length:].any()
        for one, two in zip(flat((output, state))[1:], flat((alone, own_state))[1:]):
            assert_same_bits(one[:, b], two, f"state of sequence {b}")


@pytest.mark.parametrize("own", CLASSES)
def test_the_order_in_which_equal_lengths_were_packed_changes_no_bit(own):
    """A sorting that is not stable gives other rows, and the gradients sum over the batch's order all the same."""
    torch.manual_seed(3)
    module = own(3, 4, bidirectional=True)
    x, lengths = torch.randn(5, 6, 3), [5, 3, 5, 3, 5, 1]
    stable = pack_padded_sequence(x, torch.tensor(lengths), enforce_sorted=False)
    order = torch.tensor([4, 0, 2, 3, 1, 5])
    sizes = stable.batch_sizes
    data = torch.cat([x[t, order[: int(sizes[t])]] for t in range(5)])
    other = PackedSequence(data, sizes, order, torch.argsort(order))
    one, two = module(stable), module(other)
    assert_same_bits(pad_packed_sequence(one[0])[0], pad_packed_sequence(two[0])[0])
    weigh = lambda result: (pad_packed_sequence(result[0])[0] ** 2).sum() + sum(s.sum() for s in flat(result)[1:])
    for a, b in zip(
        torch.autograd.grad(weigh(one), module.parameters()), torch.autograd.grad(weigh(two), module.parameters())
    ):
        assert_same_bits(a, b)


def test_initial_states_of_a_packed_batch_are_in_the_batch_s_order():
    torch.manual_seed(4)
    own = LSTM(3, 4)
    theirs = nn.LSTM(3, 4)
    theirs.load_state_dict(own.state_dict())
    x = pack_padded_sequence(torch.randn(5, 3, 3), torch.tensor([2, 5, 3]), enforce_sorted=False)
    states = (torch.randn(1, 3, 4), torch.randn(1, 3, 4))
    for one, two in zip(flat(own(x, states)), flat(theirs(x, states))):
        assert (one - two).abs().max() < 1e-6


@pytest.mark.parametrize("own", CLASSES)
def test_modes_copies_and_pickles_keep_every_bit(own):
    torch.manual_seed(5)
    module = own(3, 4, 2, dropout=0.5)
    x = torch.randn(6, 2, 3)
    module.eval()
    expected = flat(module(x))
    with torch.no_grad():
        for one, two in zip(flat(module(x)), expected):
            assert same_bits(one, two) and not one.requires_grad
    with torch.inference_mode():
        assert all(same_bits(a, b) for a, b in zip(flat(module(x)), expected))
    file = io.BytesIO()
    torch.save(module, file)
    file.seek(0)
    copies = [copy.deepcopy(module), pickle.loads(pickle.dumps(module)), torch.load(file, weights_only=False)]
    for each in copies:
        assert type(each) is own and all(same_bits(a, b) for a, b in zip(flat(each(x)), expected))
    with torch.no_grad():
        module.weight_hh_l0.zero_()
    assert not same_bits(flat(module(x))[0], expected[0]) and same_bits(flat(copies[0](x))[0], expected[0])
    module.weight_hh_l0.data.fill_(1)
    changed = flat(module(x))[0]
    module.weight_hh_l0.data.fill_(0.5)
    assert not same_bits(flat(module(x))[0], changed), "a change through .data was not seen"


@pytest.mark.parametrize("own", CLASSES)
def test_hooks_are_called(own):
    module, seen = own(3, 4), []
    module.register_forward_pre_hook(lambda m, args: seen.append("before"))
    module.register_forward_hook(lambda m, args, result: seen.append("after"))
    module.register_full_backward_hook(lambda m, gi, go: seen.append("backward"))
    x = torch.randn(5, 2, 3, requires_grad=True)
    module(x)[0].sum().backward()
    assert seen == ["before", "after", "backward"] and x.grad.shape == x.shape


@pytest.mark.parametrize("own", CLASSES)
def test_a_graph_that_is_retained_gives_the_same_gradients_again(own):
    torch.manual_seed(6)
    module = own(3, 4, 2, bidirectional=True, dropout=0.3)
    module.draws = repro_torch.Draws(7, "module")
    x = torch.randn(5, 2, 3, requires_grad=True)
    scalar = (module(x)[0] ** 2).sum()
    first = torch.autograd.grad(scalar, [x, *module.parameters()], retain_graph=True)
    again = torch.autograd.grad(scalar, [x, *module.parameters()], retain_graph=True)
    for one, two in zip(first, again):
        assert_same_bits(one, two)
    with pytest.raises(RuntimeError, match="second derivatives"):
        inner = torch.autograd.grad((module(x)[0] ** 2).sum(), x, create_graph=True)[0]
        inner.sum().backward()


@pytest.mark.parametrize("own", CLASSES)
def test_a_parameter_changed_between_the_passes_is_an_error_as_in_pytorch(own):
    module, x = own(3, 4), torch.randn(5, 2, 3)
    scalar = module(x)[0].sum()
    with torch.no_grad():
        module.weight_ih_l0.mul_(2)
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        scalar.backward()


@pytest.mark.parametrize("own", CLASSES)
def test_strides_frozen_parameters_and_partial_gradients(own):
    torch.manual_seed(7)
    module = own(3, 4, batch_first=True)
    wide = torch.randn(5, 8, 6)
    x = wide.transpose(0, 1)[:, :, ::2].detach().requires_grad_()
    assert not x.is_contiguous()
    expected = gradients(module, module(x.detach().contiguous()))
    found = gradients(module, module(x), [x])
    assert found[0].shape == x.shape and all(same_bits(a, b) for a, b in zip(found[1:], expected))
    module.weight_hh_l0.requires_grad_(False)
    module(x)[1][0].sum().backward() if own is LSTM else module(x)[1].sum().backward()
    assert module.weight_hh_l0.grad is None and module.weight_ih_l0.grad is not None


@pytest.mark.parametrize("own", CLASSES)
def test_a_batch_of_none_is_empty_as_in_pytorch(own):
    module = own(3, 4, 2, bidirectional=True)
    results = flat(module(torch.randn(5, 0, 3)))
    assert [tuple(t.shape) for t in results][:2] == [(5, 0, 8), (4, 0, 4)]
    sum(t.sum() for t in results).backward()
    assert not any(p.grad.any() for p in module.parameters())


@pytest.mark.parametrize("own", CLASSES)
def test_dropout_draws_from_its_stream_alone(own):
    module = own(3, 4, 2, dropout=0.5)
    x = torch.randn(5, 2, 3)
    with pytest.raises(repro_torch.Refused, match="no stream to draw from"):
        module(x)
    module.draws = repro_torch.Draws(1, "encoder")
    torch.manual_seed(1)
    first, second = module(x)[0], module(x)[0]
    module.draws = repro_torch.Draws(1, "encoder")
    torch.manual_seed(2)
    with torch.no_grad():
        assert_same_bits(module(x)[0], first)
    assert_same_bits(copy.deepcopy(module)(x)[0], second)
    assert not same_bits(first, second)
    module.dropout = 1.0
    assert_same_bits(module(x)[0], module(x * 2)[0], "p = 1 drops everything")


@pytest.mark.parametrize("own, theirs", PAIRS)
@pytest.mark.parametrize(
    "options, input, states",
    [
        ({}, (5, 2, 4), None),
        ({}, (5,), None),
        ({}, (2, 5, 2, 3), None),
        ({}, (0, 2, 3), None),
        ({}, (5, 2, 3), (1, 2)),
        ({}, (5, 2, 3), (2, 2, 4)),
        ({}, (5, 2, 3), (1, 3, 4)),
        ({}, (5, 3), (1, 1, 4)),
        ({}, (5, 3), (2, 4)),
        ({"batch_first": True}, (2, 5, 4), None),
        ({"batch_first": True}, (2, 0, 3), None),
        ({"bidirectional": True}, (5, 2, 3), (1, 2, 4)),
    ],
)
def test_shapes_that_do_not_fit_raise_what_pytorch_raises(own, theirs, options, input, states):
    module, other = own(3, 4, **options), theirs(3, 4, **options)
    state = None
    if states is not None:
        state = torch.zeros(states) if own is not LSTM else (torch.zeros(states), torch.zeros(states))
    with pytest.raises(Exception) as expected:
        other(torch.randn(input), state)
    with pytest.raises(type(expected.value)) as found:
        module(torch.randn(input), state)
    assert str(found.value) == str(expected.value)


@pytest.mark.parametrize("own, theirs", PAIRS)
@pytest.mark.parametrize(
    "arguments",
    [(0, 4), (3, 0), (3.0, 4), (3, 4, 0), (3, 4, 1, 1), ("3", 4), (3,)],
)
def test_wrong_constructors_raise_what_pytorch_raises(own, theirs, arguments):
    with pytest.raises(Exception) as expected:
        theirs(*arguments)
    with pytest.raises(type(expected.value)) as found:
        own(*arguments)
    assert str(found.value) == str(expected.value)


@pytest.mark.parametrize("own", CLASSES)
def test_what_no_contract_covers_is_refused_with_the_reason(own):
    module, x = own(3, 4), torch.randn(5, 2, 3)
    for wrong in (module.double(), module.half()):
        with pytest.raises(repro_torch.Refused, match="binary32 alone"):
            wrong(x.to(next(wrong.parameters()).dtype))
    module.float()
    with pytest.raises(ValueError, match="does not match weight dtype"):
        module(x.double())
    with pytest.raises(repro_torch.Refused, match="on meta"):
        module(x.to("meta"))


def test_a_thread_that_flushes_subnormals_is_refused():
    module, x = LSTM(3, 4), torch.randn(5, 2, 3)
    if not torch.set_flush_denormal(True):
        pytest.skip("this processor cannot flush subnormals")
    try:
        with pytest.raises(repro_torch.ReproError, match="flushed to zero"):
            module(x)
    finally:
        torch.set_flush_denormal(False)
    module(x)


def test_threads_and_kernels_change_no_bit():
    torch.manual_seed(8)
    module, x = LSTM(48, 64, 2, bidirectional=True), torch.randn(20, 16, 48)
    results = []
    for kernels in ("reference", "portable", "auto"):
        for threads in (1, 2, 3):
            try:
                repro_torch.configure(kernels=kernels, threads=threads)
                result = module(x)
                results.append([*flat(result), *gradients(module, result)])
            finally:
                repro_torch.configure()
    for other in results[1:]:
        for one, two in zip(results[0], other):
            assert_same_bits(one, two)
