"""Losses against their formulas, written out a second time in plain loops or by hand."""

from __future__ import annotations

import pytest
import torch
from torch.nn import functional

from railscope_training.errors import TrainingError
from railscope_training.training.experiment import LossSettings, OhemSettings
from railscope_training.training.losses import (
    MapLoss,
    binary_cross_entropy,
    binary_targets,
    class_targets,
    cross_entropy,
    dice_loss,
    iou_loss,
)


@pytest.fixture
def logits() -> torch.Tensor:
    return torch.randn(2, 1, 6, 5, generator=torch.Generator().manual_seed(1))


@pytest.fixture
def target() -> torch.Tensor:
    return torch.rand(2, 1, 6, 5, generator=torch.Generator().manual_seed(2))


def test_iou_and_dice_per_picture(logits: torch.Tensor, target: torch.Tensor) -> None:
    iou, dice = [], []
    for one, wanted in zip(logits.sigmoid(), target, strict=True):
        both, predicted, labelled = float((one * wanted).sum()), float(one.sum()), float(wanted.sum())
        iou.append(1 - both / (predicted + labelled - both))
        dice.append(1 - (2 * both + 1) / (predicted + labelled + 1))
    valid = torch.ones_like(target)
    assert float(iou_loss(logits, target, valid)) == pytest.approx(sum(iou) / 2, rel=1e-5)
    assert float(dice_loss(logits, target, valid)) == pytest.approx(sum(dice) / 2, rel=1e-5)


def test_binary_cross_entropy_is_the_mean_where_nothing_is_ignored(logits: torch.Tensor, target: torch.Tensor) -> None:
    ours = binary_cross_entropy(logits, target, torch.ones_like(target))
    assert float(ours) == pytest.approx(float(functional.binary_cross_entropy_with_logits(logits, target)), rel=1e-6)


def test_ignored_pixels_change_nothing(logits: torch.Tensor) -> None:
    masks = torch.zeros(2, 6, 5, dtype=torch.uint8)
    masks[:, :3] = 1
    masks[:, 2:4] = 255
    for kind in ("bce", "bce-iou", "bce-dice"):
        loss = MapLoss(LossSettings(kind), (1.0,))  # type: ignore[arg-type]
        changed = logits.clone()
        changed[:, :, 2:4] = 50.0
        assert float(loss((logits,), masks).total) == pytest.approx(float(loss((changed,), masks).total))


def test_a_larger_mask_gives_soft_edges_and_keeps_its_area() -> None:
    masks = torch.zeros(1, 64, 64, dtype=torch.uint8)
    masks[:, 13:40, 9:51] = 2
    soft, valid = binary_targets(masks, (28, 28))
    assert bool(valid.all())
    assert bool(((soft > 0.01) & (soft < 0.99)).any())
    assert float(soft.sum()) * (64 / 28) ** 2 == pytest.approx(27 * 42, rel=0.02)


def test_deep_supervision_weights_its_maps_as_ocinet_does(logits: torch.Tensor) -> None:
    masks = torch.ones(2, 6, 5, dtype=torch.uint8)
    single = float(MapLoss(LossSettings("bce-iou"), (1.0,))((logits,), masks).total)
    loss = MapLoss(LossSettings("bce-iou"), (1.0, 1.0, 0.5, 0.25))((logits,) * 4, masks)
    assert float(loss.total) == pytest.approx(2.75 * single, rel=1e-6)
    assert float(sum(loss.parts.values())) == pytest.approx(float(loss.total), rel=1e-6)
    assert set(loss.parts) == {f"{name}{index}" for name in ("bce", "iou") for index in range(1, 5)}


def test_the_loss_is_float32_under_autocast_and_finite_for_half_extremes() -> None:
    masks = torch.ones(1, 352, 352, dtype=torch.uint8)
    extreme = torch.full((1, 1, 352, 352), -60000.0, dtype=torch.float16)
    with torch.autocast("cpu", torch.bfloat16):
        total = MapLoss(LossSettings("bce-iou"), (1.0,))((extreme,), masks).total
    assert total.dtype == torch.float32
    assert bool(total.isfinite())


def test_cross_entropy_with_an_auxiliary_output() -> None:
    logits = torch.randn(2, 3, 4, 4)
    masks = torch.randint(0, 3, (2, 4, 4), dtype=torch.uint8)
    masks[0, 0] = 255
    plain = functional.cross_entropy(logits, masks.long(), ignore_index=255)
    loss = MapLoss(LossSettings("cross-entropy"), (1.0, 0.4))((logits, logits), masks)
    assert float(loss.total) == pytest.approx(1.4 * float(plain), rel=1e-5)


def test_everything_ignored_is_no_loss() -> None:
    logits = torch.randn(1, 2, 4, 4, requires_grad=True)
    loss = cross_entropy(logits, torch.full((1, 4, 4), 255))
    loss.backward()
    assert loss.item() == 0.0


def test_ohem_keeps_the_hard_pixels_but_at_least_so_many() -> None:
    logits = torch.randn(1, 2, 10, 10, generator=torch.Generator().manual_seed(3)) * 3
    target = torch.zeros(1, 10, 10, dtype=torch.long)
    pixels = functional.cross_entropy(logits, target, reduction="none").flatten()
    hard = pixels[torch.exp(-pixels) < 0.7]
    assert 10 < len(hard) < 90
    assert float(cross_entropy(logits, target, OhemSettings(0.7, 10))) == pytest.approx(float(hard.mean()), rel=1e-5)
    most = pixels.topk(90).values.mean()
    assert float(cross_entropy(logits, target, OhemSettings(0.7, 90))) == pytest.approx(float(most), rel=1e-5)


def test_class_targets_keep_indices_when_resized() -> None:
    masks = torch.tensor([[[0, 0, 3, 3], [0, 0, 3, 3], [255, 255, 1, 1], [255, 255, 1, 1]]], dtype=torch.uint8)
    assert class_targets(masks, (2, 2)).tolist() == [[[0, 3], [255, 1]]]


def test_wrong_numbers_of_maps_are_named(logits: torch.Tensor) -> None:
    masks = torch.zeros(2, 6, 5, dtype=torch.uint8)
    with pytest.raises(TrainingError, match="4 maps"):
        MapLoss(LossSettings("bce"), (1.0,))((logits,) * 4, masks)
    with pytest.raises(TrainingError, match="needs one map"):
        MapLoss(LossSettings("bce"), (1.0,))((torch.randn(2, 3, 6, 5),), masks)
