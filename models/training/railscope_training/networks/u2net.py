"""U²-Net and U²-NetP: a U-Net whose every stage is a small U-Net (RSU); full, grouped and depthwise convs."""

from __future__ import annotations

from typing import Literal, NamedTuple

import torch
from torch import Tensor, nn

from railscope_training.networks.blocks import resize_bilinear, spatial_size
from railscope_training.networks.checkpointing import run_block
from railscope_training.networks.spec import require_size_multiple

SIZE_MULTIPLE = 32
GROUPS = 2
ConvKind = Literal["full", "grouped", "depthwise"]


class StageWidths(NamedTuple):
    """Channels in, inside and out of a stage."""

    channels_in: int
    inner: int
    channels_out: int


#: En1 … En6, De5 … De1
FULL_STAGES = tuple(
    StageWidths(*widths)
    for widths in (
        *((3, 32, 64), (64, 32, 128), (128, 64, 256), (256, 128, 512), (512, 256, 512), (512, 256, 512)),
        *((1024, 256, 512), (1024, 128, 256), (512, 64, 128), (256, 32, 64), (128, 16, 64)),
    )
)
SMALL_STAGES = (StageWidths(3, 16, 64), *[StageWidths(64, 16, 64)] * 5, *[StageWidths(128, 16, 64)] * 5)
#: number of levels of each RSU; 0 = the dilated form without pooling
LEVELS = (7, 6, 5, 4, 0, 0, 0, 4, 5, 6, 7)


class SeparableConv(nn.Sequential):
    """Depthwise 3×3 with bias, then pointwise with bias, nothing between."""

    def __init__(self, channels_in: int, channels_out: int, dilation: int) -> None:
        super().__init__(
            nn.Conv2d(channels_in, channels_in, 3, padding=dilation, dilation=dilation, groups=channels_in),
            nn.Conv2d(channels_in, channels_out, 1),
        )


def conv3x3(kind: ConvKind, channels_in: int, channels_out: int, dilation: int) -> nn.Module:
    """The 3×3 conv with bias in one of its forms; three colour channels cannot be split into two groups."""
    if kind == "depthwise":
        return SeparableConv(channels_in, channels_out, dilation)
    groups = GROUPS if kind == "grouped" and channels_in % GROUPS == 0 else 1
    return nn.Conv2d(channels_in, channels_out, 3, padding=dilation, dilation=dilation, groups=groups)


class ConvUnit(nn.Module):
    """RBR: 3×3 conv with bias → batch norm → ReLU."""

    def __init__(self, kind: ConvKind, channels_in: int, channels_out: int, dilation: int = 1) -> None:
        super().__init__()
        self.conv = conv3x3(kind, channels_in, channels_out, dilation)
        self.norm = nn.BatchNorm2d(channels_out)
        self.relu = nn.ReLU(inplace=True)

    def forward(self, x: Tensor) -> Tensor:
        """[B, C, H, W] → [B, C′, H, W]."""
        return self.relu(self.norm(self.conv(x)))


class ResidualU(nn.Module):
    """RSU-L: `levels` − 2 poolings; with levels 0 the dilated form RSU-4F."""

    def __init__(self, kind: ConvKind, levels: int, widths: StageWidths) -> None:
        super().__init__()
        self.pooled = levels > 0
        depth = levels - 1 if self.pooled else 3
        inner, channels_out = widths.inner, widths.channels_out
        dilations = [1] * depth if self.pooled else [1, 2, 4]
        self.entry = ConvUnit(kind, widths.channels_in, channels_out)
        self.encoders = nn.ModuleList(
            ConvUnit(kind, inner if index else channels_out, inner, dilation)
            for index, dilation in enumerate(dilations)
        )
        self.bottom = ConvUnit(kind, inner, inner, 2 if self.pooled else 8)
        self.decoders = nn.ModuleList(
            ConvUnit(kind, 2 * inner, inner if index else channels_out, dilation)
            for index, dilation in enumerate(dilations)
        )
        self.pool = nn.MaxPool2d(2, 2, ceil_mode=True)

    def forward(self, x: Tensor) -> Tensor:
        """[B, C, H, W] → [B, channels_out, H, W]."""
        entry = self.entry(x)
        skips: list[Tensor] = []
        x = entry
        for index, encoder in enumerate(self.encoders):
            x = encoder(self.pool(x) if index and self.pooled else x)
            skips.append(x)
        x = self.bottom(x)
        for decoder in reversed(self.decoders):
            skip = skips.pop()
            x = decoder(torch.cat((resize_bilinear(x, spatial_size(skip), align_corners=False), skip), 1))
        return x + entry


class U2Net(nn.Module):
    """Input [B, 3, H, W] normalised, sides multiples of 32.

    Returns logits [B, classes, H, W]: in training the fused map and the six side maps, in evaluation the fused one.
    `stages` are 11 widths (En1 … En6, De5 … De1), `conv` the form of the 3×3 convs.
    """

    loss_weights: tuple[float, ...] = (1.0,) * 7

    def __init__(
        self, *, classes: int = 1, stages: tuple[StageWidths, ...] = FULL_STAGES, conv: ConvKind = "full"
    ) -> None:
        super().__init__()
        self.checkpointing = False
        blocks = [ResidualU(conv, levels, StageWidths(*widths)) for levels, widths in zip(LEVELS, stages, strict=True)]
        self.encoders = nn.ModuleList(blocks[:6])
        self.decoders = nn.ModuleList(blocks[6:])
        self.pool = nn.MaxPool2d(2, 2, ceil_mode=True)
        side_channels = [StageWidths(*widths).channels_out for widths in (*stages[:5:-1], stages[5])]
        self.sides = nn.ModuleList(nn.Conv2d(channels, classes, 3, padding=1) for channels in side_channels)
        self.fuse = nn.Conv2d(6 * classes, classes, 1)

    def forward(self, x: Tensor) -> tuple[Tensor, ...]:
        """See the class."""
        size = spatial_size(x)
        require_size_multiple("U²-Net", *size, SIZE_MULTIPLE)
        skips: list[Tensor] = []
        for index, encoder in enumerate(self.encoders):
            x = run_block(encoder, self.pool(x) if index else x, checkpointing=self.checkpointing)
            skips.append(x)
        deepest = skips.pop()
        decoded: list[Tensor] = [deepest]
        for decoder in self.decoders:
            skip = skips.pop()
            enlarged = resize_bilinear(decoded[0], spatial_size(skip), align_corners=False)
            decoded.insert(0, run_block(decoder, torch.cat((enlarged, skip), 1), checkpointing=self.checkpointing))
        sides = tuple(
            resize_bilinear(side(level), size, align_corners=False)
            for side, level in zip(self.sides, decoded, strict=True)
        )
        fused = self.fuse(torch.cat(sides, 1))
        return (fused, *sides) if self.training else (fused,)
