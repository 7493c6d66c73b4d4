"""OCINet's interactions against loops written from the specification, and criss-cross against brute force."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional

from railscope_training.networks.criss_cross import MASKED_LOGIT, CrissCrossAttention, criss_cross
from railscope_training.networks.interactions import (
    ChannelInteraction,
    PositionInteraction,
    SpatialInteraction,
    mix_columns,
)


def resized(x: Tensor, size: tuple[int, int]) -> Tensor:
    return functional.interpolate(x, size=size, mode="bilinear", align_corners=True)


def test_channel_interaction_against_loop() -> None:
    torch.manual_seed(1)
    module = ChannelInteraction(16)
    high, low = torch.randn(2, 16, 6, 8), torch.randn(2, 16, 3, 4)
    high_out, low_out = module(high, low)
    for picture in range(2):
        for group, perceptron in enumerate(module.perceptrons):
            assert isinstance(perceptron, nn.Sequential)
            own = slice(4 * group, 4 * group + 4)
            sums = torch.zeros(8)
            for pool in (torch.amax, torch.mean):
                values = torch.zeros(8)
                for k in range(4):
                    values[2 * k] = pool(high[picture, own][k], dim=(0, 1))
                    values[2 * k + 1] = pool(low[picture, own][k], dim=(0, 1))
                sums += perceptron(values.view(1, 8, 1, 1)).flatten()
            weights = torch.sigmoid(sums)
            assert torch.allclose(high_out[picture, own], high[picture, own] * weights[:4].view(4, 1, 1), atol=1e-6)
            assert torch.allclose(low_out[picture, own], low[picture, own] * weights[4:].view(4, 1, 1), atol=1e-6)


def test_spatial_interaction_against_naive_form() -> None:
    torch.manual_seed(2)
    module = SpatialInteraction()
    high, low = torch.randn(2, 5, 12, 8), torch.randn(2, 5, 6, 4)
    high_out, low_out = module(high, low)
    enlarged = resized(low, (12, 8))
    highs, lows = [], []
    for conv, rows in ((module.top, slice(0, 6)), (module.bottom, slice(6, 12))):
        column = torch.cat((high[:, :, rows], enlarged[:, :, rows]), dim=2)
        pooled = torch.stack((column.mean(1), column.max(1).values), dim=1)
        weights = torch.sigmoid(conv(pooled))
        highs.append(high[:, :, rows] * weights[:, :, :6])
        lows.append(enlarged[:, :, rows] * weights[:, :, 6:])
    assert torch.allclose(high_out, torch.cat(highs, 2), atol=1e-6)
    assert torch.allclose(low_out, resized(torch.cat(lows, 2), (6, 4)), atol=1e-6)


def test_column_mixing_against_loop() -> None:
    torch.manual_seed(3)
    query, key, high_value, low_value = torch.randn(4, 1, 2, 3, 5).unbind(0)
    high_mixed, low_mixed = mix_columns(query, key, high_value, low_value)
    for channel in range(2):
        energy = torch.zeros(5, 5)
        for i in range(5):
            for j in range(5):
                energy[i, j] = sum(query[0, channel, h, i] * key[0, channel, h, j] for h in range(3))
        for h in range(3):
            for i in range(5):
                expected = sum(high_value[0, channel, h, j] * energy[i].softmax(0)[j] for j in range(5))
                assert torch.allclose(high_mixed[0, channel, h, i], torch.as_tensor(expected), atol=1e-5)
            for j in range(5):
                expected = sum(low_value[0, channel, h, i] * energy[:, j].softmax(0)[i] for i in range(5))
                assert torch.allclose(low_mixed[0, channel, h, j], torch.as_tensor(expected), atol=1e-5)


def test_rows_never_mix_in_the_position_interaction() -> None:
    """The affinity sums over rows, but each output row is made of the value map's same row."""
    torch.manual_seed(4)
    query, key, value = torch.randn(3, 1, 2, 4, 4).unbind(0)
    changed = value.clone()
    changed[:, :, 1] += 1.0
    before, _ = mix_columns(query, key, value, value)
    after, _ = mix_columns(query, key, changed, value)
    assert torch.equal(before[:, :, [0, 2, 3]], after[:, :, [0, 2, 3]])
    assert not torch.allclose(before[:, :, 1], after[:, :, 1])


def test_position_interaction_shapes_and_scales() -> None:
    module = PositionInteraction(8)
    high_out, low_out = module(torch.randn(2, 8, 8, 4), torch.randn(2, 8, 4, 2))
    assert high_out.shape == (2, 8, 8, 4)
    assert low_out.shape == (2, 8, 4, 2)
    assert module.high_scale.item() == 1.0
    assert module.low_scale.item() == 1.0


def brute_force(query: Tensor, key: Tensor, value: Tensor) -> Tensor:
    """Attention over the H + W − 1 pixels of the cross, pixel by pixel."""
    batch, _, height, width = query.shape
    result = torch.zeros_like(value)
    for b in range(batch):
        for i in range(height):
            for j in range(width):
                cross = [(i, x) for x in range(width)] + [(y, j) for y in range(height) if y != i]
                assert len(cross) == height + width - 1
                logits = torch.stack([query[b, :, i, j] @ key[b, :, y, x] for y, x in cross])
                values = torch.stack([value[b, :, y, x] for y, x in cross])
                result[b, :, i, j] = logits.softmax(0) @ values
    return result


def test_criss_cross_against_brute_force() -> None:
    torch.manual_seed(5)
    query, key, value = torch.randn(2, 4, 5, 7), torch.randn(2, 4, 5, 7), torch.randn(2, 6, 5, 7)
    mask = torch.full((5,), MASKED_LOGIT).diag()
    assert torch.allclose(criss_cross(query, key, value, mask), brute_force(query, key, value), atol=1e-6)


def test_criss_cross_starts_as_identity_and_follows_the_size() -> None:
    module = CrissCrossAttention(16)
    for size in ((4, 6), (6, 4)):
        x = torch.randn(1, 16, *size)
        assert torch.equal(module(x), x)
    assert module.self_mask.shape == (6, 6)
    assert module.self_mask.diagonal().unique().item() == MASKED_LOGIT


def test_affinity_stays_in_single_precision_under_autocast() -> None:
    """Products that overflow float16 (65,504) must not turn into NaN."""
    query = key = torch.full((1, 1, 4, 4), 200.0, dtype=torch.float16)
    value = torch.ones(1, 1, 4, 4, dtype=torch.float16)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        high_mixed, low_mixed = mix_columns(query, key, value, value)
        crossed = criss_cross(query, key, value, torch.zeros(4, 4))
    for result in (high_mixed, low_mixed, crossed):
        assert result.dtype == torch.float16 or result.dtype == torch.bfloat16
        assert torch.allclose(result.float(), torch.ones(1, 1, 4, 4), atol=1e-2)


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_masked_logit_vanishes_in_half_precision(dtype: torch.dtype) -> None:
    assert torch.tensor([0.0, MASKED_LOGIT]).to(dtype).float().softmax(0)[1] == 0.0
