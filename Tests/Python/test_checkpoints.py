"""A checkpoint of `repro run` goes on in a plain PyTorch loop, and both end in the same parameters."""

import json
import shutil

import pytest
import repro_torch
import test_same_bits_as_run as loop
import torch
from repro_torch import Checkpoint
from support import assert_same_bits

KINDS = {
    "adam": ({"optimizer": "adam"}, torch.optim.Adam, {}),
    "adamw": ({"optimizer": "adamw", "weightDecay": 0.01}, torch.optim.AdamW, {"weight_decay": 0.01}),
    "momentum": ({"optimizer": "sgd", "momentum": 0.9}, torch.optim.SGD, {"momentum": 0.9}),
    "sgd": ({"optimizer": "sgd"}, torch.optim.SGD, {}),
}


def checkpoints(root, folder, training):
    """The final parameters of a run, and its checkpoints by their steps."""
    final = loop.run(
        loop.command(root), folder, loop.drawn_text(), training, options=["--checkpoint-every", "1", "--keep-checkpoints", "all"]
    )
    return final, {Checkpoint(path).step: path for path in (folder / "run" / "checkpoints").glob("*.safetensors")}


@pytest.mark.parametrize("kind", KINDS)
def test_a_checkpoint_goes_on_in_pytorch(root, tmp_path, kind):
    training, optimizer, options = KINDS[kind]
    final, found = checkpoints(root, tmp_path, training)
    assert len(found) >= 10
    whole = loop.train(loop.drawn_text(), optimizer, **options)[1]
    for step in (0, 1, 4, 5, 7, 10):
        checkpoint = Checkpoint(found[step])
        assert (checkpoint.epoch, checkpoint.batch) == divmod(step, 5) and checkpoint.seed == loop.SEED
        assert_same_bits(checkpoint.losses, whole[:step].detach())
        if step == 10:
            continue
        trained = loop.train(loop.drawn_text(), optimizer, checkpoint=checkpoint, **options)
        loop.compare(final, loop.parameters(trained))
        assert_same_bits(trained[1].detach(), whole[step:].detach())


@pytest.mark.parametrize("kernels", ["reference", "portable", "avx2", "avx512", "neon"])
def test_on_every_kernel(root, tmp_path, kernels):
    try:
        repro_torch.configure(kernels=kernels, threads=2)
    except repro_torch.ReproError as error:
        pytest.skip(str(error))
    try:
        final, found = checkpoints(root, tmp_path, {"optimizer": "adam"})
        loop.compare(final, loop.parameters(loop.train(loop.drawn_text(), checkpoint=Checkpoint(found[3]))))
    finally:
        repro_torch.configure()


def test_what_is_no_checkpoint_is_refused(root, tmp_path):
    _, found = checkpoints(root, tmp_path, {"optimizer": "adam"})
    whole = found[2].read_bytes()
    place = tmp_path / "other.safetensors"
    for at in (20, len(whole) // 2, len(whole) - 1):
        place.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
        with pytest.raises(ValueError):
            Checkpoint(place)
    place.write_bytes(whole.replace(b'"contract":"2"', b'"contract":"3"'))
    with pytest.raises(ValueError, match="contract '3'"):
        Checkpoint(place)
    shutil.copy(tmp_path / "run" / "model.safetensors", place)
    with pytest.raises(ValueError, match="no checkpoint of a run"):
        Checkpoint(place)
    checkpoint = Checkpoint(found[2])
    model = loop.Classifier(*loop.numbered(loop.drawn_text())[2:])
    before = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    for optimizer in (
        torch.optim.SGD(model.parameters(), 0.1), torch.optim.SGD(model.parameters(), 0.1, momentum=0.9),
        torch.optim.Adam([torch.nn.Parameter(torch.ones(1))]),
    ):  # fmt: skip
        with pytest.raises(ValueError):
            checkpoint.restore(model, optimizer)
        assert not optimizer.state and all(torch.equal(t, before[name]) for name, t in model.state_dict().items())
    with pytest.raises(RuntimeError, match="size mismatch"):
        checkpoint.restore(loop.Classifier(9, 3))
    assert json.loads((tmp_path / "run" / "run.json").read_text())["seed"] == checkpoint.seed
