"""CCNet: dilated ResNet and recurrent criss-cross attention (the same weights applied twice)."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from railscope_training.networks.blocks import resize_bilinear, spatial_size
from railscope_training.networks.checkpointing import run_block
from railscope_training.networks.criss_cross import CrissCrossAttention
from railscope_training.networks.resnet import DilatedResNet
from railscope_training.networks.spec import require_size_multiple

SIZE_MULTIPLE = 8
LEAKY_SLOPE = 0.01


def conv_bn_leaky(channels_in: int, channels_out: int, *, bias: bool = False) -> nn.Sequential:
    """3×3 conv → batch norm → leaky ReLU."""
    return nn.Sequential(
        nn.Conv2d(channels_in, channels_out, 3, padding=1, bias=bias),
        nn.BatchNorm2d(channels_out),
        nn.LeakyReLU(LEAKY_SLOPE, inplace=True),
    )


class CcNet(nn.Module):
    """Input [B, 3, H, W] normalised, sides multiples of 8.

    Returns logits [B, classes, H, W]: in training main and auxiliary (from stage 3), in evaluation main only.
    `auxiliary=False` leaves the auxiliary head out (deployed form). `recurrence` is R of the paper. `width` scales
    all channels (64 is the reference); a narrow one serves tests.
    """

    def __init__(
        self, *, classes: int = 1, depth: int = 50, auxiliary: bool = True, recurrence: int = 2, width: int = 64
    ) -> None:
        super().__init__()
        self.checkpointing = False
        self.recurrence = recurrence
        self.backbone = DilatedResNet(depth, width)
        channels = self.backbone.channels
        inner = channels // 4
        self.before = conv_bn_leaky(channels, inner)
        self.attention = CrissCrossAttention(inner)
        self.after = conv_bn_leaky(inner, inner)
        self.fuse = nn.Sequential(conv_bn_leaky(channels + inner, inner), nn.Dropout2d(0.1))
        self.classifier = nn.Conv2d(inner, classes, 1)
        self.auxiliary: nn.Sequential | None = None
        if auxiliary:
            self.auxiliary = nn.Sequential(
                conv_bn_leaky(channels // 2, inner, bias=True), nn.Dropout2d(0.1), nn.Conv2d(inner, classes, 1)
            )
        self.loss_weights: tuple[float, ...] = (1.0, 0.4) if auxiliary else (1.0,)

    def forward(self, x: Tensor) -> tuple[Tensor, ...]:
        """See the class."""
        size = spatial_size(x)
        require_size_multiple("CCNet", *size, SIZE_MULTIPLE)
        middle, deep = self.backbone(x, self.checkpointing)
        attended = run_block(self.before, deep, checkpointing=self.checkpointing)
        for _ in range(self.recurrence):
            attended = run_block(self.attention, attended, checkpointing=self.checkpointing)
        attended = run_block(self.after, attended, checkpointing=self.checkpointing)
        fused = run_block(self.fuse, torch.cat((deep, attended), 1), checkpointing=self.checkpointing)
        main = resize_bilinear(self.classifier(fused), size, align_corners=True)
        if not self.training or self.auxiliary is None:
            return (main,)
        auxiliary = run_block(self.auxiliary, middle, checkpointing=self.checkpointing)
        return main, resize_bilinear(auxiliary, size, align_corners=True)
