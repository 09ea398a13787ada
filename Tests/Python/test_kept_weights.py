"""Weights stay laid out from one pass to the next, and no way of writing a parameter gets a result of the weights before.

Each pass is held to that of a fresh module with the same parameters, which has nothing laid out.
"""

import copy
import ctypes
import io
import os
import pickle
import threading

import pytest
import repro_torch
import torch
from repro_torch._native.library import KeptWeights, library
from support import assert_same_bits, same_bits
from torch import nn

CELLS = [(nn.LSTM, {}), (nn.LSTM, {"proj_size": 3}), (nn.GRU, {}), (nn.RNN, {"nonlinearity": "relu"})]


def module(cls, options, sizes=(5, 7)):
    torch.manual_seed(1)
    own = cls(*sizes, num_layers=2, bidirectional=True, **options)
    repro_torch.convert(own, seed=None)
    return own


def fresh(own):
    """A module of the same parameters that has laid out nothing."""
    other = copy.deepcopy(own)
    other._kept = None
    return other


def outputs(own, x):
    with torch.no_grad():
        result, states = own(x)
    return [result, *(states if isinstance(states, tuple) else (states,))]


def gradients(own, x):
    own.zero_grad()
    own(x)[0].square().sum().backward()
    return [parameter.grad for parameter in own.parameters()]


def holds(own, x):
    """Whether inference and training give what they give of nothing kept, twice each."""
    for computed in (outputs, gradients):
        expected = computed(fresh(own), x)
        for _ in range(2):
            for one, other in zip(computed(own, x), expected, strict=True):
                assert_same_bits(one, other, computed.__name__)
    return expected


def numpy_in_place(parameter):
    parameter.detach().numpy()[-1] += 1


def memory_itself(parameter):
    ctypes.cast(parameter.data_ptr(), ctypes.POINTER(ctypes.c_float))[parameter.numel() - 1] += 1.0


def copy_without_grad(parameter):
    with torch.no_grad():
        parameter.copy_(parameter * 2)


def data_replaced(parameter):
    parameter.data = parameter.data.clone() + 1


def storage_resized(parameter):
    parameter.data.set_(parameter.data.neg().clone())


def sign_of_zero(parameter):
    parameter.data.view(-1)[0] = -0.0


WRITES = {
    "data.add_": lambda p: p.data.add_(1), "numpy": numpy_in_place, "memory": memory_itself, "copy_": copy_without_grad,
    ".data =": data_replaced, "set_": storage_resized, "−0": sign_of_zero, "index": lambda p: p.data.__setitem__(0, 3.0),
    "nan": lambda p: p.data.view(-1)[-1:].fill_(float("nan")), "swap": lambda p: p.data.copy_(p.data.flip(0)),
}  # fmt: skip


@pytest.mark.parametrize("write", WRITES.values(), ids=WRITES)
@pytest.mark.parametrize("cls, options", CELLS, ids=str)
def test_every_way_of_writing_a_parameter_is_seen(cls, options, write):
    own, x = module(cls, options), torch.randn(4, 3, 5)
    for parameter in own.parameters():
        parameter.data.view(-1)[0] = 0.0
    before = holds(own, x)
    for name, parameter in own.named_parameters():
        versions = parameter._version
        write(parameter)
        assert write is not data_replaced or parameter._version == versions
        now = holds(own, x)
        if write is WRITES["data.add_"]:
            assert not all(same_bits(a, b) for a, b in zip(now, before)), name
        before = now


@pytest.mark.parametrize("cls, options", CELLS, ids=str)
def test_steps_state_dicts_and_new_parameters_are_seen(cls, options):
    own, x = module(cls, options), torch.randn(4, 3, 5)
    other = module(cls, options)
    nn.init.normal_(other.weight_hh_l0)
    for optimizer in (torch.optim.SGD(own.parameters(), 0.1), repro_torch.Adam(own.parameters())):
        for _ in range(3):
            gradients(own, x)
            optimizer.step()
            holds(own, x)
    own.load_state_dict(other.state_dict())
    holds(own, x)
    own.weight_ih_l0 = nn.Parameter(torch.randn_like(own.weight_ih_l0))
    holds(own, x)
    changed = {name: parameter.detach() + 1 for name, parameter in own.named_parameters()}
    found = torch.func.functional_call(own, changed, (x,))[0]
    other.load_state_dict(changed)
    assert_same_bits(found, other(x)[0])
    nn.utils.parametrize.register_parametrization(own, "weight_hh_l0", nn.Tanh())
    holds(own, x)
    own.parametrizations.weight_hh_l0.original.data.add_(1)
    holds(own, x)


def test_a_large_module_in_training_and_inference():
    own, x = module(nn.LSTM, {}, (40, 96)), torch.randn(3, 2, 40)
    assert sum(p.numel() for p in own.parameters()) > 1 << 16
    for _ in range(2):
        holds(own, x)
        own.weight_hh_l1_reverse.data[-1, -1] += 1


def test_options_layouts_kernels_and_threads_are_seen():
    own, x = module(nn.LSTM, {}), torch.randn(4, 3, 5)
    own.draws = repro_torch.Draws(1)
    first = holds(own, x)
    own.batch_first = True
    holds(own, x)
    packed = nn.utils.rnn.pack_padded_sequence(x, torch.tensor([3, 1, 2, 3]), batch_first=True, enforce_sorted=False)
    for input in (x, packed, x):
        expected = fresh(own)(input)[0]
        found = own(input)[0]
        assert_same_bits(*(t if torch.is_tensor(t) else t.data for t in (found, expected)))
    own.batch_first = False
    own.dropout = 0.5
    own.draws, other = repro_torch.Draws(1), fresh(own)
    other.draws = repro_torch.Draws(1)
    assert_same_bits(own(x)[0], other(x)[0])
    own.dropout = 0.0
    try:
        for kernels in ("reference", "portable", None):
            for threads in (1, 2):
                repro_torch.configure(kernels=kernels, threads=threads)
                for one, two in zip(holds(own, x), first):
                    assert_same_bits(one, two)
    finally:
        repro_torch.configure()


def test_copies_and_pickles_keep_nothing():
    own, x = module(nn.GRU, {}), torch.randn(4, 3, 5)
    holds(own, x)
    buffer = io.BytesIO()
    torch.save(own, buffer)
    buffer.seek(0)
    handle = own._kept.value
    for other in (copy.deepcopy(own), pickle.loads(pickle.dumps(own)), torch.load(buffer, weights_only=False), copy.copy(own)):
        shares = other is not own and other._kept is own._kept
        assert shares or other._kept.value != handle
        other.weight_ih_l0.data.add_(1)
        holds(other, x)
        holds(own, x)
    assert "_kept" not in own.state_dict() and isinstance(pickle.loads(pickle.dumps(own._kept)), KeptWeights)
    del own, other
    assert library.repro_release(ctypes.c_uint64(handle), None) == 2, "the library still has what nobody keeps"


def test_threads_that_share_a_module():
    own, inputs = module(nn.LSTM, {}), [torch.randn(4, 3, 5) for _ in range(4)]
    expected = [outputs(fresh(own), x) for x in inputs]
    wrong = []

    def work(x, right):
        for _ in range(200):
            if not all(same_bits(a, b) for a, b in zip(outputs(own, x), right)):
                wrong.append(x)

    threads = [threading.Thread(target=work, args=pair) for pair in zip(inputs, expected)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork")
def test_a_forked_process():
    own, x = module(nn.LSTM, {}), torch.randn(4, 3, 5)
    expected = outputs(own, x)
    process = os.fork()
    if process == 0:
        own_results = outputs(own, x)
        os._exit(0 if all(same_bits(a, b) for a, b in zip(own_results, expected)) else 1)
    assert os.waitpid(process, 0)[1] == 0


def test_parameters_of_other_shapes_are_refused():
    own, x = module(nn.LSTM, {}), torch.randn(4, 3, 5)
    own(x)
    own.weight_hh_l0.data = own.weight_hh_l0.data.t().contiguous()
    with pytest.raises(RuntimeError, match=r"weight_hh_l0 has shape \[7, 28\], expected \[28, 7\]"):
        own(x)
