"""Gradients, checkpointing, dropout path, normalisation."""

from __future__ import annotations

import copy
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from railscope_training.errors import TrainingError
from railscope_training.networks import NETWORKS, InstanceTargets, Normaliser, create_network
from railscope_training.networks.blocks import DropPath

TINY_BLENDMASK: dict[str, Any] = {
    "depth": 18,
    "backbone_width": 8,
    "channels": 16,
    "tower_depth": 1,
    "norm_groups": 4,
    "basis_channels": 8,
}
TINY: dict[str, dict[str, Any]] = {
    "ocinet-b0": {"channels": 32},
    "unet": {"widths": (4, 8, 8)},
    "ccnet-r18": {"width": 8},
    "ccnet-r50": {"width": 8},
    "u2netp": {"stages": ((3, 4, 8), *[(8, 4, 8)] * 5, *[(16, 4, 8)] * 5)},
    "u2netp-grouped": {"stages": ((3, 4, 8), *[(8, 4, 8)] * 5, *[(16, 4, 8)] * 5)},
    "u2netp-depthwise": {"stages": ((3, 4, 8), *[(8, 4, 8)] * 5, *[(16, 4, 8)] * 5)},
    "blendmask-r18": TINY_BLENDMASK,
    "blendmask-r50": {**TINY_BLENDMASK, "depth": 50},
}


def tiny(name: str) -> nn.Module:
    torch.manual_seed(7)
    return create_network(name, **TINY[name])


def targets(count: int) -> list[InstanceTargets]:
    masks = torch.zeros(1, 64, 64, dtype=torch.bool)
    masks[0, 10:50, 12:52] = True
    return [InstanceTargets(torch.tensor([[12.0, 10.0, 52.0, 50.0]]), torch.tensor([0]), masks) for _ in range(count)]


def training_loss(network: nn.Module, name: str, pictures: Tensor) -> Tensor:
    torch.manual_seed(11)
    if NETWORKS[name].task == "instance":
        return torch.stack(list(network(pictures, targets(len(pictures))).values())).sum()
    return torch.stack([output.square().mean() for output in network(pictures)]).sum()


@pytest.mark.parametrize("name", TINY)
def test_gradients_reach_every_used_parameter(name: str) -> None:
    network = tiny(name)
    training_loss(network, name, torch.randn(2, 3, 64, 64)).backward()
    without = {key for key, parameter in network.named_parameters() if parameter.grad is None}
    assert without == ({"heads.0.weight", "heads.0.bias"} if name.startswith("ocinet") else set())
    assert all(bool(torch.isfinite(p.grad).all()) for p in network.parameters() if p.grad is not None)


def test_own_head_for_the_finest_map() -> None:
    torch.manual_seed(7)
    network = create_network("ocinet-b0", channels=32, share_s1_s2=False)
    training_loss(network, "ocinet-b0", torch.randn(2, 3, 32, 32)).backward()
    assert all(parameter.grad is not None for parameter in network.parameters())


@pytest.mark.parametrize("name", TINY)
def test_checkpointing_changes_nothing(name: str) -> None:
    plain = tiny(name)
    saving = copy.deepcopy(plain)
    saving.checkpointing = True  # type: ignore[assignment]
    pictures = torch.randn(2, 3, 64, 64)
    for network in (plain, saving):
        training_loss(network, name, pictures).backward()
    for (key, expected), actual in zip(plain.named_parameters(), saving.parameters(), strict=True):
        assert (expected.grad is None) == (actual.grad is None), key
        if expected.grad is not None and actual.grad is not None:
            assert torch.allclose(expected.grad, actual.grad, rtol=1e-4, atol=1e-6), key
    for (key, before), after in zip(plain.named_buffers(), saving.buffers(), strict=True):
        assert torch.equal(before, after), key


def test_frozen_backbone_of_blendmask() -> None:
    network = create_network("blendmask-r18", **{**TINY_BLENDMASK, "frozen_backbone": True})
    pictures = torch.randn(2, 3, 64, 64)
    statistics = network.get_submodule("backbone.stem.0.1").state_dict()
    before = {key: value.clone() for key, value in statistics.items()}
    training_loss(network, "blendmask-r18", pictures).backward()
    assert all(torch.equal(before[key], value) for key, value in statistics.items())
    stem = network.get_submodule("backbone.stem")
    assert not any(parameter.requires_grad for parameter in stem.parameters())


def test_drop_path_keeps_the_mean() -> None:
    torch.manual_seed(0)
    module = DropPath(0.25)
    dropped = module(torch.ones(4000, 2, 2))
    assert dropped.mean().item() == pytest.approx(1.0, abs=0.05)
    assert dropped.unique().tolist() == pytest.approx([0.0, 4 / 3])
    assert torch.equal(module.eval()(torch.ones(3, 2)), torch.ones(3, 2))


def test_normaliser() -> None:
    pictures = torch.rand(2, 3, 8, 8)
    assert torch.equal(Normaliser("none")(pictures), pictures)
    assert torch.allclose(Normaliser("half")(pictures), pictures * 2 - 1, atol=1e-6)
    imagenet = Normaliser("imagenet")(torch.tensor([0.485, 0.456, 0.406]).view(1, 3, 1, 1))
    assert torch.allclose(imagenet, torch.zeros(1, 3, 1, 1), atol=1e-6)
    each = Normaliser("per-image")(pictures * 0.1 + 0.4)
    assert torch.allclose(each.mean(dim=(1, 2, 3)), torch.zeros(2), atol=1e-4)
    assert torch.allclose(each.std(dim=(1, 2, 3)), torch.ones(2), atol=1e-2)
    assert bool(torch.isfinite(Normaliser("per-image")(torch.full((1, 3, 4, 4), 0.5))).all())
    with pytest.raises(TrainingError, match="imagenet"):
        Normaliser("caffe")
