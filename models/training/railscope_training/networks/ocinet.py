"""OCINet (Ordered Cross-Scale Interaction Network) with a PVTv2 encoder."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from railscope_training.networks.blocks import conv_bn_relu, double_conv, resize_bilinear, spatial_size
from railscope_training.networks.checkpointing import run_block
from railscope_training.networks.interactions import ChannelInteraction, PositionInteraction, SpatialInteraction
from railscope_training.networks.pvtv2 import PVT_SIZES, Pvt
from railscope_training.networks.spec import require_size_multiple

SIZE_MULTIPLE = 32


class Interaction(nn.Module):
    """One kind of interaction on the pairs (1,2), (2,3), (3,4); levels 2 and 3 fuse their two results."""

    def __init__(self, pairs: list[nn.Module], channels: int) -> None:
        super().__init__()
        self.pairs = nn.ModuleList(pairs)
        self.fuse2 = conv_bn_relu(channels, channels)
        self.fuse3 = conv_bn_relu(channels, channels)

    def forward(self, level1: Tensor, level2: Tensor, level3: Tensor, level4: Tensor) -> tuple[Tensor, ...]:
        """Four maps at strides 4 … 32 → four maps of the same shapes."""
        first, second_low = self.pairs[0](level1, level2)
        second_high, third_low = self.pairs[1](level2, level3)
        third_high, fourth = self.pairs[2](level3, level4)
        return first, self.fuse2(second_low + second_high), self.fuse3(third_low + third_high), fourth


class DecoderStage(nn.Module):
    """Two conv-BN-ReLU, dropout, ×2 by a transposed conv."""

    def __init__(self, channels_in: int, channels: int) -> None:
        super().__init__()
        self.convs = double_conv(channels_in, channels)
        self.dropout = nn.Dropout(0.5)
        self.enlarge = nn.Sequential(
            nn.ConvTranspose2d(channels, channels, 2, 2, bias=False), nn.BatchNorm2d(channels), nn.ReLU(inplace=True)
        )

    def forward(self, x: Tensor) -> Tensor:
        """[B, C, H, W] → [B, channels, 2H, 2W]."""
        return self.enlarge(self.dropout(self.convs(x)))


class OciNet(nn.Module):
    """Input [B, 3, H, W] normalised, sides multiples of 32.

    Returns logits [B, classes, H, W]: in training the maps s1 … s4 (strides 4, 4, 8, 16 enlarged), in evaluation
    only s1. With `share_s1_s2`, as published, s1 is computed by the weights of s2 and the head s1 stays unused.
    """

    loss_weights: tuple[float, ...] = (1.0, 1.0, 0.5, 0.25)

    def __init__(self, *, classes: int = 1, encoder: str = "b2", channels: int = 128, share_s1_s2: bool = True) -> None:
        super().__init__()
        self.checkpointing = False
        self.share_s1_s2 = share_s1_s2
        self.encoder = Pvt(PVT_SIZES[encoder])
        self.reduce = nn.ModuleList(conv_bn_relu(width, channels) for width in self.encoder.channels)
        self.channel_interaction = Interaction([ChannelInteraction(channels) for _ in range(3)], channels)
        self.spatial_interaction = Interaction([SpatialInteraction() for _ in range(3)], channels)
        self.position_interaction = Interaction([PositionInteraction(channels) for _ in range(3)], channels)
        self.decode4 = DecoderStage(channels, channels)
        self.decode3 = DecoderStage(2 * channels, channels)
        self.decode2 = DecoderStage(2 * channels, channels)
        self.decode1 = double_conv(2 * channels, channels)
        self.heads = nn.ModuleList(nn.Conv2d(channels, classes, 3, padding=1) for _ in range(4))

    def forward(self, x: Tensor) -> tuple[Tensor, ...]:
        """See the class."""
        size = spatial_size(x)
        require_size_multiple("OCINet", *size, SIZE_MULTIPLE)
        encoded = self.encoder(x, self.checkpointing)
        base = [
            run_block(conv, level, checkpointing=self.checkpointing)
            for conv, level in zip(self.reduce, encoded, strict=True)
        ]
        maps = self._interact(base)
        decoded4 = run_block(self.decode4, maps[3], checkpointing=self.checkpointing)
        decoded3 = run_block(self.decode3, torch.cat((decoded4, maps[2]), 1), checkpointing=self.checkpointing)
        decoded2 = run_block(self.decode2, torch.cat((decoded3, maps[1]), 1), checkpointing=self.checkpointing)
        decoded1 = run_block(self.decode1, torch.cat((decoded2, maps[0]), 1), checkpointing=self.checkpointing)
        finest = self._enlarge(self.heads[1 if self.share_s1_s2 else 0](decoded1), size)
        if not self.training:
            return (finest,)
        coarser = zip(self.heads[1:], (decoded2, decoded3, decoded4), strict=True)
        return (finest, *(self._enlarge(head(decoded), size) for head, decoded in coarser))

    def _interact(self, base: list[Tensor]) -> tuple[Tensor, ...]:
        """Channels, then space with the base added again, then columns."""
        by_channel = run_block(self.channel_interaction, *base, checkpointing=self.checkpointing)
        by_space = run_block(self.spatial_interaction, *by_channel, checkpointing=self.checkpointing)
        summed = [spatial + own for spatial, own in zip(by_space, base, strict=True)]
        return tuple(run_block(self.position_interaction, *summed, checkpointing=self.checkpointing))

    @staticmethod
    def _enlarge(logits: Tensor, size: tuple[int, int]) -> Tensor:
        return resize_bilinear(logits, size, align_corners=True)
