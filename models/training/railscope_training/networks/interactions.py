"""The three interactions of OCINet between a finer map `high` and the next coarser map `low`.

All take [B, C, H, W] and [B, C, H/2, W/2] and return maps of the same shapes.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from railscope_training.networks.blocks import conv_bn_relu, full_precision, resize_bilinear, spatial_size

GROUPS = 4


class ChannelInteraction(nn.Module):
    """CCIM: in each of four channel groups the two maps weigh each other's channels.

    The pooled values of both maps are interleaved channel by channel before the shared perceptron; its output is
    cut in two halves without undoing that order. This is the published behaviour and part of the weights' meaning.
    """

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.group_channels = channels // GROUPS
        pair = 2 * self.group_channels
        self.perceptrons = nn.ModuleList(
            nn.Sequential(
                nn.Conv2d(pair, pair // 4, 1, bias=False),
                nn.ReLU(inplace=True),
                nn.Conv2d(pair // 4, pair, 1, bias=False),
            )
            for _ in range(GROUPS)
        )

    def forward(self, high: Tensor, low: Tensor) -> tuple[Tensor, Tensor]:
        """See the module's docstring."""
        highs, lows = [], []
        groups = zip(
            self.perceptrons, high.split(self.group_channels, 1), low.split(self.group_channels, 1), strict=True
        )
        for perceptron, high_part, low_part in groups:
            maxima = self._interleave(
                functional.adaptive_max_pool2d(high_part, 1), functional.adaptive_max_pool2d(low_part, 1)
            )
            means = self._interleave(
                functional.adaptive_avg_pool2d(high_part, 1), functional.adaptive_avg_pool2d(low_part, 1)
            )
            weights = torch.sigmoid(perceptron(maxima) + perceptron(means))
            high_weights, low_weights = weights.split(self.group_channels, 1)
            highs.append(high_part * high_weights)
            lows.append(low_part * low_weights)
        return torch.cat(highs, 1), torch.cat(lows, 1)

    def _interleave(self, high: Tensor, low: Tensor) -> Tensor:
        """Two [B, c, 1, 1] → [B, 2c, 1, 1] in the order high 0, low 0, high 1, low 1, …"""
        return torch.cat((high, low), dim=2).reshape(-1, 2 * self.group_channels, 1, 1)


class SpatialInteraction(nn.Module):
    """CSIM: the top and the bottom halves of both maps share one spatial attention per half.

    The halves are stacked along the height, so the 7×7 kernel crosses the seam between the two maps.
    """

    def __init__(self) -> None:
        super().__init__()
        self.top = nn.Conv2d(2, 1, 7, padding=3, bias=False)
        self.bottom = nn.Conv2d(2, 1, 7, padding=3, bias=False)

    def forward(self, high: Tensor, low: Tensor) -> tuple[Tensor, Tensor]:
        """See the module's docstring."""
        low_size, high_size = spatial_size(low), spatial_size(high)
        enlarged = resize_bilinear(low, high_size, align_corners=True)
        half = high_size[0] // 2
        high_top, low_top = self._weigh(self.top, high[:, :, :half], enlarged[:, :, :half])
        high_bottom, low_bottom = self._weigh(self.bottom, high[:, :, half:], enlarged[:, :, half:])
        shrunk = resize_bilinear(torch.cat((low_top, low_bottom), 2), low_size, align_corners=True)
        return torch.cat((high_top, high_bottom), 2), shrunk

    @staticmethod
    def _weigh(conv: nn.Module, high: Tensor, low: Tensor) -> tuple[Tensor, Tensor]:
        """Halves [B, C, h, W] of both maps, each times its part of the shared attention."""
        rows = int(high.shape[2])
        stacked = torch.cat((high, low), dim=2)
        pooled = torch.cat((stacked.mean(1, keepdim=True), stacked.amax(1, keepdim=True)), dim=1)
        weights = torch.sigmoid(conv(pooled))
        return high * weights[:, :, :rows], low * weights[:, :, rows:]


class PositionInteraction(nn.Module):
    """CPIM: per channel, an affinity between the columns of both maps, contracted over the rows.

    The affinity sums up to H products without scaling; it and its softmax stay in float32.
    """

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.query = nn.Conv2d(channels, channels, 1)
        self.key = nn.Conv2d(channels, channels, 1)
        self.high_value = nn.Conv2d(channels, channels, 1)
        self.low_value = nn.Conv2d(channels, channels, 1)
        self.high_scale = nn.Parameter(torch.ones(1))
        self.low_scale = nn.Parameter(torch.ones(1))
        self.high_output = self._output(channels)
        self.low_output = self._output(channels)

    def forward(self, high: Tensor, low: Tensor) -> tuple[Tensor, Tensor]:
        """See the module's docstring."""
        shrunk = resize_bilinear(high, spatial_size(low), align_corners=True)
        high_mixed, low_mixed = mix_columns(
            self.query(shrunk), self.key(low), self.high_value(shrunk), self.low_value(low)
        )
        enlarged = resize_bilinear(high_mixed, spatial_size(high), align_corners=True)
        return self.high_output(self.high_scale * enlarged + high), self.low_output(self.low_scale * low_mixed + low)

    @staticmethod
    def _output(channels: int) -> nn.Sequential:
        return nn.Sequential(conv_bn_relu(channels, channels), nn.Dropout2d(0.1), conv_bn_relu(channels, channels, 1))


def mix_columns(query: Tensor, key: Tensor, high_value: Tensor, low_value: Tensor) -> tuple[Tensor, Tensor]:
    """Column attention of CPIM; all arguments and both results [B, C, H, W].

    E[i, j] = Σ_h query[h, i]·key[h, j]; the first result mixes `high_value` over j (softmax over j), the second
    mixes `low_value` over i (softmax over i).
    """
    with full_precision(query):
        affinity = query.float().transpose(2, 3) @ key.float()
        over_low = affinity.softmax(dim=3)
        over_high = affinity.softmax(dim=2)
    high_mixed = high_value @ over_low.to(high_value.dtype).transpose(2, 3)
    low_mixed = low_value @ over_high.to(low_value.dtype)
    return high_mixed, low_mixed
