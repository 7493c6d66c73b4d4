"""Small layers that several networks share. Tensors are NCHW."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext

import torch
from torch import Tensor, nn
from torch.nn import functional


def conv_bn_relu(
    channels_in: int, channels_out: int, kernel: int = 3, stride: int = 1, padding: int | None = None, dilation: int = 1
) -> nn.Sequential:
    """Conv without bias → batch norm → ReLU; "same" padding unless given."""
    padding = dilation * (kernel // 2) if padding is None else padding
    return nn.Sequential(
        nn.Conv2d(channels_in, channels_out, kernel, stride, padding, dilation=dilation, bias=False),
        nn.BatchNorm2d(channels_out),
        nn.ReLU(inplace=True),
    )


def double_conv(channels_in: int, channels_out: int) -> nn.Sequential:
    """Two 3×3 conv-BN-ReLU."""
    return nn.Sequential(conv_bn_relu(channels_in, channels_out), conv_bn_relu(channels_out, channels_out))


def resize_bilinear(x: Tensor, size: tuple[int, int], *, align_corners: bool) -> Tensor:
    """[B, C, h, w] → [B, C, *size], bilinear.

    Whole ratios go in as scales: exported with a size, a free batch axis would bring shape arithmetic into the graph.
    """
    own = spatial_size(x)
    if own == size:
        return x
    if all(new % old == 0 or old % new == 0 for new, old in zip(size, own, strict=True)):
        scales = (size[0] / own[0], size[1] / own[1])
        return functional.interpolate(x, scale_factor=scales, mode="bilinear", align_corners=align_corners)
    return functional.interpolate(x, size=size, mode="bilinear", align_corners=align_corners)


def spatial_size(x: Tensor) -> tuple[int, int]:
    """(height, width) of [B, C, H, W] as plain integers."""
    return int(x.shape[-2]), int(x.shape[-1])


def full_precision(x: Tensor) -> AbstractContextManager[object]:
    """Context without autocast: sums that overflow in half precision (logits of attention) stay in float32."""
    if not torch.amp.is_autocast_available(x.device.type):
        return nullcontext()
    return torch.autocast(device_type=x.device.type, enabled=False)


class DropPath(nn.Module):
    """Drop the whole residual branch of a sample with `probability` in training, scale the others up."""

    def __init__(self, probability: float) -> None:
        super().__init__()
        self.probability = probability

    def forward(self, x: Tensor) -> Tensor:
        """[B, …] → [B, …]."""
        if not self.training or self.probability == 0.0:
            return x
        keep = 1.0 - self.probability
        mask = x.new_empty((x.shape[0],) + (1,) * (x.ndim - 1)).bernoulli_(keep)
        return x * mask / keep
