"""Optimisers and clipping: PyTorch's formulas, options, states and errors."""

import copy

import pytest
import repro_torch
import torch
from support import assert_same_bits, assert_within
from torch import nn

OPTIMIZERS = [
    ("SGD", {"lr": 0.1}),
    ("SGD", {"lr": 0.1, "momentum": 0.9}),
    ("SGD", {"lr": 0.1, "momentum": 0.9, "weight_decay": 0.05}),
    ("Adam", {"lr": 0.01}),
    ("Adam", {"lr": 0.01, "betas": (0.8, 0.95), "eps": 1e-6, "weight_decay": 0.1}),
    ("AdamW", {"lr": 0.01}),
    ("AdamW", {"lr": 0.01, "weight_decay": 0.2}),
]


def train(cls, options, kind, steps=12):
    """Parameters and the optimiser's state after some steps over gradients that are drawn once."""
    generator = torch.Generator().manual_seed(5)
    parameters = [torch.randn(s, generator=generator).to(kind).requires_grad_() for s in ((3, 4), (70,), ())]
    optimizer = cls(parameters, **options)
    for step in range(steps):
        for parameter in parameters:
            parameter.grad = torch.randn(parameter.shape, generator=generator).to(kind)
        if step == 2:
            # A parameter without a gradient is passed over, and its step is then another one.
            parameters[1].grad = None
        if step == 6:
            optimizer.param_groups[0]["lr"] *= 0.5
        optimizer.step()
    states = [optimizer.state[p][key] for p in parameters for key in sorted(optimizer.state[p])]
    return [*parameters, *(s for s in states if s is not None)], optimizer


@pytest.mark.parametrize("name, options", OPTIMIZERS)
def test_steps_are_pytorch_s(name, options):
    own, theirs = getattr(repro_torch, name), getattr(torch.optim, name)
    found, optimizer = train(own, options, torch.float32)
    single, other = train(theirs, {**options, "foreach": False}, torch.float32)
    exact, _ = train(theirs, {**options, "foreach": False}, torch.float64)
    assert len(found) == len(exact)
    for place, (value, one, two) in enumerate(zip(found, exact, single)):
        assert_within(value, one, two, f"{name} tensor {place}")
    # A state goes both ways.
    state = optimizer.state_dict()
    assert [sorted(s) for s in state["state"].values()] == [sorted(s) for s in other.state_dict()["state"].values()]
    other.load_state_dict(copy.deepcopy(state))
    optimizer.load_state_dict(copy.deepcopy(other.state_dict()))


@pytest.mark.parametrize("name, options", OPTIMIZERS)
def test_a_loaded_state_goes_on_to_the_same_bits(name, options):
    found, optimizer = train(getattr(repro_torch, name), options, torch.float32)
    generator = torch.Generator().manual_seed(6)
    parameters = [p.detach().clone().requires_grad_() for p in found[:3]]
    resumed = getattr(repro_torch, name)(parameters, **options)
    resumed.load_state_dict(copy.deepcopy(optimizer.state_dict()))
    for _ in range(3):
        for one, two in zip(found[:3], parameters):
            one.grad = torch.randn(one.shape, generator=generator)
            two.grad = one.grad.clone()
        optimizer.step()
        resumed.step()
    for one, two in zip(found, parameters):
        assert_same_bits(one, two)


def test_closures_schedulers_and_versions():
    parameter = torch.ones(3, requires_grad=True)
    optimizer = repro_torch.SGD([parameter], lr=1.0)
    scheduler = torch.optim.lr_scheduler.StepLR(optimizer, 1, 0.5)

    def closure():
        optimizer.zero_grad()
        loss = (parameter**2).sum()
        loss.backward()
        return loss

    assert optimizer.step(closure).item() == 3 and parameter.tolist() == [-1, -1, -1]
    scheduler.step()
    optimizer.step(closure)
    assert parameter.tolist() == [0, 0, 0]
    scalar = (parameter * parameter).sum()
    optimizer.step()
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        scalar.backward()


def test_a_parameter_that_is_not_row_major_takes_the_same_step():
    one, two = torch.randn(4, 5).t().requires_grad_(), None
    two = one.detach().contiguous().requires_grad_()
    for parameter in (one, two):
        optimizer = repro_torch.Adam([parameter])
        for _ in range(3):
            parameter.grad = torch.ones_like(parameter)
            optimizer.step()
    assert_same_bits(one.contiguous(), two)


@pytest.mark.parametrize(
    "name, options",
    [
        ("SGD", {"lr": 0.1, "momentum": 0.9, "nesterov": True}),
        ("SGD", {"lr": 0.1, "momentum": 0.9, "dampening": 0.5}),
        ("SGD", {"lr": 0.1, "maximize": True}),
        ("Adam", {"amsgrad": True}),
        ("AdamW", {"maximize": True}),
        ("Adam", {"betas": (0.9, 0.999), "differentiable": True}),
    ],
)
def test_options_without_a_definition_are_refused(name, options):
    parameter = torch.ones(3, requires_grad=True)
    optimizer = getattr(repro_torch, name)([parameter], **options)
    parameter.grad = torch.ones(3)
    with pytest.raises(repro_torch.Refused, match="not defined by the contract"):
        optimizer.step()
    assert parameter.tolist() == [1, 1, 1]


def test_other_types_are_refused():
    parameter = torch.ones(3, dtype=torch.float64, requires_grad=True)
    parameter.grad = torch.ones_like(parameter)
    for cls in (repro_torch.SGD, repro_torch.Adam):
        with pytest.raises(repro_torch.Refused, match="binary32 alone"):
            cls([parameter], lr=0.1).step()
    with pytest.raises(repro_torch.Refused):
        repro_torch.clip_grad_norm_([parameter], 1.0)


@pytest.mark.parametrize("maximum", [0.5, 1e6])
def test_clipping_is_pytorch_s(maximum):
    generator = torch.Generator().manual_seed(9)
    gradients = [torch.randn(s, generator=generator) for s in ((3, 5), (200,), ())]
    results = []
    for function, kind in (
        (repro_torch.clip_grad_norm_, torch.float32),
        (nn.utils.clip_grad_norm_, torch.float32),
        (nn.utils.clip_grad_norm_, torch.float64),
    ):
        parameters = [torch.zeros_like(g, dtype=kind).requires_grad_() for g in gradients]
        for parameter, gradient in zip(parameters, gradients):
            parameter.grad = gradient.to(kind, copy=True)
        results.append([function(iter(parameters), maximum), *(p.grad for p in parameters)])
    for value, single, exact in zip(*results):
        assert_within(value, exact, single)
    if maximum == 1e6:
        for value, gradient in zip(results[0][1:], gradients):
            assert_same_bits(value, gradient)


def test_clipping_s_errors():
    parameter = torch.zeros(2, requires_grad=True)
    assert repro_torch.clip_grad_norm_([parameter], 1.0).item() == 0
    parameter.grad = torch.tensor([float("inf"), 1.0])
    with pytest.raises(RuntimeError, match="non-finite"):
        repro_torch.clip_grad_norm_([parameter], 1.0, error_if_nonfinite=True)
    with pytest.raises(repro_torch.Refused, match="use 2"):
        repro_torch.clip_grad_norm_([parameter], 1.0, norm_type=1)
    with pytest.raises(repro_torch.ReproError):
        repro_torch.clip_grad_norm_([parameter], float("nan"))
