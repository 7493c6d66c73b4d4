"""Weight transfer: algebra, the measured figures of the specification, batch-norm statistics."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import Tensor
from torch.nn import functional

from railscope_training.compression import reset_batch_norm_statistics, transfer_weights
from railscope_training.compression.kernels import (
    average_grouped,
    average_separable,
    decompose_separable,
    slice_grouped,
)
from railscope_training.errors import TrainingError
from railscope_training.networks import create_network

STAGES: dict[str, Any] = {"stages": ((3, 4, 8), *[(8, 4, 8)] * 5, *[(16, 4, 8)] * 5)}


def gain_and_cosine(compressed: Tensor, original: Tensor) -> tuple[float, float]:
    """Deviation of the compressed output over that of the original, and the mean cosine of the two."""
    cosine = functional.cosine_similarity(compressed.flatten(), original.flatten(), dim=0)
    return (compressed.norm() / original.norm()).item(), cosine.item()


def separable(depthwise: Tensor, pointwise: Tensor, x: Tensor) -> Tensor:
    return functional.conv2d(functional.conv2d(x, depthwise, padding=1, groups=x.shape[1]), pointwise)


@pytest.fixture(scope="module")
def case() -> tuple[Tensor, Tensor, Tensor]:
    """Weight [256, 512, 3, 3] in He's initialisation, input as after a ReLU, output."""
    torch.manual_seed(0)
    weight = torch.nn.init.kaiming_normal_(torch.empty(256, 512, 3, 3))
    x = torch.randn(1, 512, 12, 12).relu()
    return weight, x, functional.conv2d(x, weight, padding=1)


def test_figures_of_grouped_transfers(case: tuple[Tensor, Tensor, Tensor]) -> None:
    weight, x, expected = case
    ours = gain_and_cosine(functional.conv2d(x, slice_grouped(weight, 2), padding=1, groups=2), expected)
    published = gain_and_cosine(functional.conv2d(x, average_grouped(weight, 2), padding=1, groups=2), expected)
    assert ours == pytest.approx((0.71, 0.71), abs=0.03)
    assert published == pytest.approx((0.50, 0.30), abs=0.03)


def test_figures_of_separable_transfers(case: tuple[Tensor, Tensor, Tensor]) -> None:
    weight, x, expected = case
    ours = gain_and_cosine(separable(*decompose_separable(weight), x), expected)
    published = gain_and_cosine(separable(*average_separable(weight), x), expected)
    assert ours == pytest.approx((0.38, 0.37), abs=0.03)
    assert published[0] == pytest.approx(0.0006, abs=0.0002)
    assert published[1] == pytest.approx(-0.05, abs=0.06)


def test_figures_of_nearly_rank_one_weights(case: tuple[Tensor, Tensor, Tensor]) -> None:
    weight, x, _ = case
    torch.manual_seed(1)
    product = torch.randn(256, 512, 1, 1) * torch.randn(1, 512, 3, 3) * weight.std()
    near = product + 0.2 * product.std() * torch.randn_like(product)
    expected = functional.conv2d(x, near, padding=1)
    ours = gain_and_cosine(separable(*decompose_separable(near), x), expected)
    published = gain_and_cosine(separable(*average_separable(near), x), expected)
    assert ours == pytest.approx((0.97, 0.98), abs=0.02)
    assert published[0] < 0.01


def test_transfers_are_exact_where_the_form_can_represent_the_weights() -> None:
    torch.manual_seed(2)
    block = torch.zeros(6, 4, 3, 3)
    block[:3, :2], block[3:, 2:] = torch.randn(3, 2, 3, 3), torch.randn(3, 2, 3, 3)
    x = torch.randn(1, 4, 5, 5)
    grouped = functional.conv2d(x, slice_grouped(block, 2), padding=1, groups=2)
    assert torch.allclose(grouped, functional.conv2d(x, block, padding=1), atol=1e-5)
    rank_one = torch.randn(6, 4, 1, 1) * torch.randn(1, 4, 3, 3)
    parts = separable(*decompose_separable(rank_one), x)
    assert torch.allclose(parts, functional.conv2d(x, rank_one, padding=1), atol=1e-4)


@pytest.mark.parametrize("method", ["ours", "published"])
@pytest.mark.parametrize(
    ("form", "expected"),
    [("u2netp-grouped", (1, 111, 0)), ("u2netp-depthwise", (0, 0, 112)), ("u2netp", (112, 0, 0))],
)
def test_all_units_are_transferred(form: str, expected: tuple[int, int, int], method: Any) -> None:
    source, target = create_network("u2netp", **STAGES), create_network(form, **STAGES)
    report = transfer_weights(source, target, method=method)
    assert (report.copied, report.grouped, report.separable) == expected
    assert torch.equal(source.get_parameter("fuse.weight"), target.get_parameter("fuse.weight"))
    name = "encoders.0.entry.norm.weight"
    assert torch.equal(source.get_parameter(name), target.get_parameter(name))


def test_networks_that_do_not_fit_are_refused() -> None:
    small = create_network("u2netp", **STAGES)
    with pytest.raises(TrainingError, match="U²-Nets"):
        transfer_weights(create_network("unet", widths=(4, 8)), small)
    with pytest.raises(TrainingError, match="differ"):
        transfer_weights(create_network("u2netp"), small)
    with pytest.raises(TrainingError, match="compressed already"):
        transfer_weights(create_network("u2netp-grouped", **STAGES), small)
    with pytest.raises(TrainingError, match="unknown"):
        transfer_weights(small, small, method="mean")  # type: ignore[arg-type]


def test_batch_norm_statistics_are_plain_means() -> None:
    torch.manual_seed(3)
    network = torch.nn.Sequential(torch.nn.BatchNorm2d(3), torch.nn.Dropout(0.5)).train()
    batches = [torch.randn(4, 3, 8, 8) + 5 for _ in range(6)]
    assert reset_batch_norm_statistics(network, batches) == 6
    norm = network[0]
    assert isinstance(norm, torch.nn.BatchNorm2d)
    assert norm.running_mean is not None
    assert torch.allclose(norm.running_mean, torch.cat(batches).mean(dim=(0, 2, 3)), atol=1e-5)
    assert norm.momentum == 0.1
    assert network.training
    assert norm.training
    with pytest.raises(TrainingError, match="at least one batch"):
        reset_batch_norm_statistics(network, [])


def test_reset_recovers_the_output_scale_after_a_published_transfer() -> None:
    torch.manual_seed(4)
    source, target = create_network("u2netp", **STAGES), create_network("u2netp-depthwise", **STAGES)
    batches = [torch.rand(2, 3, 32, 32) for _ in range(4)]
    reset_batch_norm_statistics(source, batches)
    transfer_weights(source, target, method="published")
    stage = target.get_submodule("encoders.0").eval()
    before = stage(batches[0]).std().item()
    reset_batch_norm_statistics(target, batches)
    after = stage.eval()(batches[0]).std().item()
    assert after > 2 * before
