"""PyTorch's own cases for these modules, as its installed test suite has them (torch.testing._internal.common_modules).

Its inputs go through our modules and through PyTorch's in binary64, with every gradient; its wrong inputs have
to raise what PyTorch raises, with its words. What is refused is named in REFUSED with the reason's words.
"""

import copy
import pickle

import pytest
import repro_torch
import torch
from support import same_bits

cases = pytest.importorskip("torch.testing._internal.common_modules", reason="PyTorch's cases need expecttest")

NAMES = ("LSTM", "GRU", "RNN", "Linear", "Embedding", "LayerNorm", "CrossEntropyLoss", "BCEWithLogitsLoss")
INFOS = {info.name[3:]: info for info in cases.module_db if info.name[3:] in NAMES}

#: What a case asks for, by options of its constructor or its inputs, that no contract defines.
REFUSED = ("reduction", "probabilities", "with weight", "a pos_weight of shape", "a negative weight", "none counts")


def inputs(name):
    torch.manual_seed(0)
    info = INFOS[name]
    return info.module_inputs_func(info, device="cpu", dtype=torch.float32, requires_grad=False, training=True)


def errors(name):
    torch.manual_seed(0)
    info, options = INFOS[name], {"device": "cpu", "dtype": torch.float32, "requires_grad": False, "training": True}
    return info.module_error_inputs_func(info, **options) if info.module_error_inputs_func else []


CASES = [(name, number) for name in INFOS for number in range(len(inputs(name)))]
ERRORS = [(name, number) for name in INFOS for number in range(len(errors(name)))]


def tensors(value):
    """The tensors of a result or of arguments, in order."""
    if isinstance(value, torch.Tensor):
        return [value]
    return [t for each in value for t in tensors(each)] if isinstance(value, (tuple, list)) else []


def cast(value, kind):
    if isinstance(value, torch.Tensor):
        return value.to(kind) if value.is_floating_point() else value
    if isinstance(value, (tuple, list)):
        return type(value)(cast(each, kind) for each in value)
    return value


def computed(module, arguments, options, kind):
    """Outputs and gradients of inputs and parameters."""
    arguments = [cast(a, kind) for a in arguments]
    read = [t.requires_grad_() for t in tensors(arguments) if t.is_floating_point() and t.is_leaf]
    if isinstance(module, torch.nn.modules.loss._Loss):
        read = read[:1]
        for t in tensors(arguments)[1:]:
            t.requires_grad_(False)
    outputs = tensors(module(*arguments, **{name: cast(value, kind) for name, value in options.items()}))
    scalar = sum((o * torch.linspace(-1, 2, o.numel(), dtype=kind).reshape(o.shape)).sum() for o in outputs)
    return outputs + list(torch.autograd.grad(scalar, read + list(module.parameters()), allow_unused=True))


@pytest.mark.parametrize("name, number", CASES)
def test_pytorch_s_inputs(name, number):
    case = inputs(name)[number]
    made, given = case.constructor_input, case.forward_input
    # A deep copy of each argument, so that no gradient of one pass is another's.
    theirs = getattr(torch.nn, name)(*made.args, **made.kwargs)
    own = getattr(repro_torch, name)(*made.args, **made.kwargs)
    own.load_state_dict(theirs.state_dict())
    arguments = lambda: [copy.deepcopy(a) for a in given.args]
    try:
        found = computed(own, arguments(), given.kwargs, torch.float32)
    except repro_torch.ReproError as refused:
        assert any(words in str(refused) for words in REFUSED), refused
        pytest.skip(str(refused))
    exact = computed(theirs.double(), arguments(), given.kwargs, torch.float64)
    assert len(found) == len(exact)
    for place, (value, two) in enumerate(zip(found, exact)):
        assert (value is None) == (two is None)
        if value is not None:
            # The tolerance of PyTorch's suite; the narrower bounds stand in test_recurrent_torch.py and test_layers.py.
            torch.testing.assert_close(value, two.float(), msg=lambda m: f"tensor {place}: {m}")
    for other in (copy.deepcopy(own), pickle.loads(pickle.dumps(own))):
        assert repr(other) == repr(own) == repr(theirs)
        again = computed(other, arguments(), given.kwargs, torch.float32)
        assert all(same_bits(a, b) for a, b in zip(again, found) if a is not None)


@pytest.mark.parametrize("name, number", ERRORS)
def test_pytorch_s_wrong_inputs(name, number):
    case = errors(name)[number]
    made, given = case.module_error_input.constructor_input, case.module_error_input.forward_input

    def attempt(cls):
        module = cls(*made.args, **made.kwargs)
        if given is not None:
            module(*copy.deepcopy(given.args), **given.kwargs)

    with pytest.raises(case.error_type) as expected:
        attempt(getattr(torch.nn, name))
    with pytest.raises(case.error_type) as found:
        attempt(getattr(repro_torch, name))
    assert str(found.value) == str(expected.value)
