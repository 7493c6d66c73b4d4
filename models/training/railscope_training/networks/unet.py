"""U-Net with three poolings, batch norm, and free widths (the pruned form is only narrower)."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from railscope_training.networks.blocks import double_conv, spatial_size
from railscope_training.networks.checkpointing import run_block
from railscope_training.networks.spec import require_size_multiple

REFERENCE_WIDTHS = (64, 128, 256, 512)
SLIM_WIDTHS = (48, 96, 192, 384)


class UNet(nn.Module):
    """Input [B, 3, H, W] normalised, sides multiples of 2^(number of widths − 1).

    Returns one map of logits [B, classes, H, W].
    """

    loss_weights: tuple[float, ...] = (1.0,)

    def __init__(self, *, classes: int = 1, widths: Sequence[int] = REFERENCE_WIDTHS) -> None:
        super().__init__()
        self.checkpointing = False
        self.size_multiple = 2 ** (len(widths) - 1)
        self.encoders = nn.ModuleList(
            double_conv(channels_in, channels_out)
            for channels_in, channels_out in zip((3, *widths), widths, strict=False)
        )
        self.pool = nn.MaxPool2d(2)
        deeper, shallower = list(widths[:0:-1]), list(widths[-2::-1])
        self.enlargers = nn.ModuleList(
            nn.ConvTranspose2d(low, high, 2, 2) for low, high in zip(deeper, shallower, strict=True)
        )
        self.decoders = nn.ModuleList(double_conv(2 * width, width) for width in shallower)
        self.head = nn.Conv2d(widths[0], classes, 1)

    def forward(self, x: Tensor) -> tuple[Tensor, ...]:
        """See the class."""
        require_size_multiple("U-Net", *spatial_size(x), self.size_multiple)
        skips: list[Tensor] = []
        for index, encoder in enumerate(self.encoders):
            x = run_block(encoder, self.pool(x) if index else x, checkpointing=self.checkpointing)
            skips.append(x)
        skips.pop()
        for enlarge, decoder in zip(self.enlargers, self.decoders, strict=True):
            joined = torch.cat((enlarge(x), skips.pop()), 1)
            x = run_block(decoder, joined, checkpointing=self.checkpointing)
        return (self.head(x),)
