"""Fine-tuning on the int8 grid."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from export_cases import meta_of
from torch import Tensor, nn

from railscope_training import data
from railscope_training.errors import TrainingError
from railscope_training.export.quantisation_training import (
    RoundedActivation,
    RoundedWeight,
    fine_tune,
    fine_tune_on_pack,
    quantised_convs,
)
from railscope_training.networks import create_network


def test_rounded_weights_lie_on_the_grid_and_pass_gradients() -> None:
    weight = torch.randn(4, 3, 3, 3, requires_grad=True)
    rounded = RoundedWeight(7)(weight)
    steps = rounded.detach().flatten(1) / weight.detach().flatten(1).abs().amax(1, keepdim=True) * 63
    assert torch.allclose(steps, steps.round(), atol=1e-3)
    rounded.sum().backward()
    assert weight.grad is not None
    assert weight.grad.mean() > 0.9


def test_rounded_activations_follow_the_range() -> None:
    rounding = RoundedActivation().train()
    x = torch.linspace(-1, 3, 1000).reshape(1, 1, 10, 100)
    assert torch.allclose(rounding(x), x, atol=4 / 255)
    assert rounding.low.item() == -1.0
    assert rounding.high.item() == 3.0
    rounding.eval()(x * 100)
    assert rounding.high.item() == 3.0


def test_fine_tuning_lowers_the_loss_and_leaves_an_ordinary_network() -> None:
    torch.manual_seed(5)
    network = create_network("unet", widths=(8, 8)).eval()
    pictures = torch.rand(4, 3, 16, 16)
    labels = (pictures.mean(1, keepdim=True) > 0.5).float()

    def loss(outputs: tuple[Tensor, ...], wanted: Tensor) -> Tensor:
        return nn.functional.binary_cross_entropy_with_logits(outputs[0], wanted)

    def batches() -> Iterator[tuple[Tensor, Tensor]]:
        while True:
            yield pictures, labels

    tuned = fine_tune(network, batches(), loss, steps=30, learning_rate=3e-3)
    assert set(tuned.state_dict()) == set(network.state_dict())
    assert not tuned.training
    assert loss(tuned(pictures), labels) < loss(network(pictures), labels) - 0.05
    conv = quantised_convs(tuned)[0]
    steps = conv.weight.detach().flatten(1) / conv.weight.detach().flatten(1).abs().amax(1, keepdim=True) * 63
    assert torch.allclose(steps, steps.round(), atol=1e-2)
    assert not conv._forward_pre_hooks


def test_pack_gives_the_labels(monkeypatch: pytest.MonkeyPatch) -> None:
    class Split:
        def __len__(self) -> int:
            return 5

        def batch(self, indices: list[int]) -> dict[str, Any]:
            images = torch.full((len(indices), 3, 24, 24), 100, dtype=torch.uint8)
            return {"image": images, "mask": torch.full((len(indices), 24, 24), 255, dtype=torch.uint8)}

    class Pack:
        def split(self, name: str) -> Split:
            assert name == "train"
            return Split()

    monkeypatch.setattr(data, "open_pack", lambda path: Pack(), raising=False)
    network = create_network("unet", widths=(8, 8))
    tuned = fine_tune_on_pack(network, meta_of("unet", {}, (16, 16)), Path("x.pack"), steps=2)
    assert all(bool(torch.isfinite(parameter).all()) for parameter in tuned.parameters())
    with pytest.raises(TrainingError, match="segmenters"):
        fine_tune_on_pack(network, meta_of("blendmask-r18", {}, (64, 64)), Path("x.pack"), steps=1)
