"""Random calls with wrong shapes, types, devices, strides, lengths and handles: a Python exception or a result, no crash.

COUNT=N makes so many of each kind. Where the library has a fault, the process dies and pytest with it.
"""

import concurrent.futures
import ctypes
import os
import random

import repro_torch
import torch
from repro_torch._native import calls
from repro_torch._native.library import ReproError, release
from torch.nn.utils.rnn import PackedSequence

COUNT = int(os.environ.get("COUNT", "2000"))
#: PyTorch's own checks of meta tensors are assertions.
EXPECTED = (RuntimeError, ValueError, TypeError, IndexError, AttributeError, OverflowError, AssertionError)


def tensor(choose):
    """Any tensor: of 0 to 4 axes, some of them empty, of any type, on the CPU or meta, strided at random."""
    shape = [choose.choice([0, 1, 1, 2, 3, 4, 5, 7]) for _ in range(choose.choice([0, 1, 2, 2, 3, 3, 3, 4]))]
    kind = choose.choice([torch.float32] * 8 + [torch.float64, torch.float16, torch.int64, torch.bool, torch.complex64])
    value = torch.zeros(shape, dtype=kind) if kind in (torch.int64, torch.bool) else torch.randn(shape).to(kind)
    if choose.random() < 0.2 and value.dim() > 1:
        value = value.transpose(0, -1)
    if choose.random() < 0.1 and value.dim():
        value = value[..., ::2]
    if choose.random() < 0.1:
        value = value.expand(2, *value.shape)
    if choose.random() < 0.05:
        value = value.to("meta")
    if choose.random() < 0.05 and kind == torch.float32 and value.device.type == "cpu":
        value = value.to_sparse()
    if choose.random() < 0.3 and value.is_floating_point() and value.layout is torch.strided:
        value = value.detach().requires_grad_()
    return choose.choice([value] * 30 + [None, 3, "tensor", [1.0]])


def packed(choose):
    sizes = sorted((choose.randrange(0, 4) for _ in range(choose.randrange(1, 4))), reverse=choose.random() < 0.8)
    order = torch.tensor([choose.randrange(-1, 4) for _ in range(max(sizes))]) if choose.random() < 0.5 else None
    rows = torch.randn(sum(sizes) + choose.choice([0, 0, 0, 1, -1]) if sum(sizes) else 1, choose.choice([3, 3, 2]))
    return PackedSequence(rows, torch.tensor(sizes), order, order)


def module(choose):
    cls = choose.choice([repro_torch.LSTM, repro_torch.GRU, repro_torch.RNN])
    own = cls(3, 4, choose.choice([1, 2]), bidirectional=choose.random() < 0.5, batch_first=choose.random() < 0.5)
    if choose.random() < 0.1:
        own.weight_hh_l0 = torch.nn.Parameter(torch.randn(choose.randrange(1, 20), choose.randrange(1, 5)))
    if choose.random() < 0.05:
        own.hidden_size = choose.randrange(-1, 7)
    if choose.random() < 0.05:
        own.bias = False
    return own


def attempt(choose):
    kind = choose.randrange(6)
    if kind == 0:
        input = packed(choose) if choose.random() < 0.3 else tensor(choose)
        state = choose.choice([None, None, tensor(choose), (tensor(choose), tensor(choose)), (tensor(choose),)])
        result = module(choose)(input, state)[0]
    elif kind == 1:
        result = repro_torch.Linear(choose.choice([1, 3, 4]), 2, bias=choose.random() < 0.5)(tensor(choose))
    elif kind == 2:
        result = repro_torch.Embedding(5, 3, padding_idx=choose.choice([None, 0, 4]))(tensor(choose))
    elif kind == 3:
        result = repro_torch.LayerNorm(choose.choice([1, 3, (2, 3)]))(tensor(choose))
    elif kind == 4:
        weight = choose.choice([None, torch.randn(choose.randrange(1, 5))])
        cls = choose.choice([repro_torch.CrossEntropyLoss, repro_torch.BCEWithLogitsLoss])
        options = {"weight": weight} if cls is repro_torch.CrossEntropyLoss else {"pos_weight": weight}
        result = cls(**options)(tensor(choose), tensor(choose))
    else:
        parameter = torch.zeros(choose.randrange(0, 4), choose.randrange(1, 4), requires_grad=True)
        parameter.grad = torch.randn_like(parameter)
        cls = choose.choice([repro_torch.SGD, repro_torch.Adam, repro_torch.AdamW])
        optimizer = cls([parameter], lr=choose.choice([0.1, 0.0, 1e300]))
        optimizer.step()
        for state in optimizer.state.values():
            for key in list(state):
                if choose.random() < 0.3:
                    state[key] = tensor(choose)
        repro_torch.clip_grad_norm_([parameter], choose.choice([0.1, float("nan"), -1.0, float("inf")]))
        optimizer.step()
        return
    if isinstance(result, torch.Tensor) and result.requires_grad:
        gradient = tensor(choose)
        result.backward(gradient if isinstance(gradient, torch.Tensor) else torch.ones_like(result))


def test_random_calls_of_modules():
    refused = done = 0
    for number in range(COUNT):
        choose = random.Random(number)
        torch.manual_seed(number)
        try:
            attempt(choose)
            done += 1
        except EXPECTED:
            refused += 1
    assert done > COUNT // 50 and refused > COUNT // 5, (done, refused)


def test_random_fields_of_structures():
    """Sizes, counts, flags and handles at random, over memory that is really there."""
    own = repro_torch.Engine(threads=2)
    room = ctypes.create_string_buffer(1 << 16)
    memory = (ctypes.addressof(room) + 63) & ~63
    functions = {name: call for name, call in vars(calls).items() if isinstance(call, calls.Call)}
    fields = {
        "H": [own.handle] * 4 + [0, 12345, (1 << 64) - 1],
        "Q": [memory, memory, memory, 0],
        # Counts that memory could hold, or that no memory could.
        "q": [0, 1, 2, 3, 4, 6, 12, 24, 36, -1, (1 << 31) + 1, (1 << 63) - 1, -(1 << 63)],
        "d": [0.0, 0.5, 1.0, -1.0, 2.0, float("nan"), float("inf"), 1e308],
    }
    refused = 0
    for number in range(COUNT):
        choose = random.Random(number)
        name = choose.choice(sorted(functions))
        ctypes.memset(memory, 0, 4096)
        try:
            functions[name](*(choose.choice(fields[field]) for field in functions[name].fields))
            if name == "engine_create":
                release(ctypes.c_uint64.from_address(memory).value)
        except ReproError as error:
            refused += 1
            assert error.status in range(1, 7) and str(error), (name, number)
    assert refused > COUNT // 2, refused


def test_a_fork_refuses_the_engine_and_computes_with_its_own():
    module, x = repro_torch.LSTM(3, 4), torch.randn(5, 2, 3)
    own, expected = repro_torch.Engine(threads=2), module(x)[0]
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            text = "same" if torch.equal(module(x)[0], expected) else "other"
            try:
                calls.clip_norm(own.handle, 1.0, 0, 0, 0)
            except ReproError as error:
                text += f" {error.status}"
            own.__del__()
            os.write(write, text.encode())
        finally:
            os._exit(0)
    os.close(write)
    with os.fdopen(read) as pipe:
        assert pipe.read() == "same 5"
    assert os.waitpid(child, 0)[1] == 0
    calls.clip_norm(own.handle, 1.0, 0, 0, 0)


def test_threads_with_engines_of_their_own():
    torch.manual_seed(1)
    module, inputs = repro_torch.LSTM(5, 6, bidirectional=True), [torch.randn(7, 3, 5) for _ in range(8)]

    def work(x):
        results = []
        for _ in range(20):
            read = x.clone().requires_grad_()
            module(read)[0].sum().backward(inputs=[read])
            results.append(read.grad)
        return results

    expected = [work(x)[0] for x in inputs]
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        for one, results in zip(expected, pool.map(work, inputs)):
            assert all(torch.equal(one, other) for other in results)
