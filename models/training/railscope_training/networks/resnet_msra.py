"""ResNet as BlendMask uses it: 7×7 stem, stride in the first conv of a block, optionally frozen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from torch import Tensor, nn

from railscope_training.networks.blocks import conv_bn_relu
from railscope_training.networks.checkpointing import run_block
from railscope_training.networks.resnet import BasicBlock, shortcut


class MsraBottleneck(nn.Module):
    """1×1 with stride → 3×3 → 1×1 to four times the width, and a shortcut."""

    expansion = 4

    def __init__(self, channels_in: int, width: int, stride: int) -> None:
        super().__init__()
        self.body = nn.Sequential(
            conv_bn_relu(channels_in, width, 1, stride),
            conv_bn_relu(width, width),
            nn.Conv2d(width, 4 * width, 1, bias=False),
            nn.BatchNorm2d(4 * width),
        )
        self.shortcut = shortcut(channels_in, 4 * width, stride)
        self.relu = nn.ReLU(inplace=True)

    def forward(self, x: Tensor) -> Tensor:
        """[B, C, H, W] → [B, 4·width, H/stride, W/stride]."""
        return self.relu(self.body(x) + self.shortcut(x))


@dataclass(frozen=True)
class MsraDepth:
    """Kind and number of blocks of the four stages."""

    block: type[BasicBlock] | type[MsraBottleneck]
    blocks: tuple[int, int, int, int]


MSRA_DEPTHS: dict[int, MsraDepth] = {
    18: MsraDepth(BasicBlock, (2, 2, 2, 2)),
    50: MsraDepth(MsraBottleneck, (3, 4, 6, 3)),
}


class MsraResNet(nn.Module):
    """Maps of stages 2, 3, 4 (res3 … res5) at strides 8, 16, 32.

    `frozen` is the published fine-tuning from ImageNet weights: batch norms keep their statistics and terms, stem
    and first stage keep all weights. From random weights it must be False.
    """

    def __init__(self, depth: int, width: int = 64, *, frozen: bool = False) -> None:
        super().__init__()
        self.frozen = frozen
        kind = MSRA_DEPTHS[depth]
        self.stem = nn.Sequential(conv_bn_relu(3, width, 7, 2), nn.MaxPool2d(3, 2, 1))
        channels = width
        stages, widths = [], []
        for index, count in enumerate(kind.blocks):
            blocks = []
            for block_index in range(count):
                stride = 2 if index > 0 and block_index == 0 else 1
                blocks.append(kind.block(channels, width * 2**index, stride))
                channels = width * 2**index * kind.block.expansion
            stages.append(nn.Sequential(*blocks))
            widths.append(channels)
        self.stages = nn.ModuleList(stages)
        #: channels of the three maps
        self.channels = (widths[1], widths[2], widths[3])
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")
        if frozen:
            self._freeze()

    def forward(self, x: Tensor, checkpointing: bool = False) -> list[Tensor]:
        """[B, 3, H, W] → [B, C, H/8, W/8], [B, 2C, H/16, W/16], [B, 4C, H/32, W/32]."""
        x = run_block(self.stem, x, checkpointing=checkpointing)
        maps = []
        for stage in self.stages:
            for block in stage.children():
                x = run_block(block, x, checkpointing=checkpointing)
            maps.append(x)
        return maps[1:]

    def train(self, mode: bool = True) -> Self:
        """As usual, but frozen batch norms stay in eval mode."""
        super().train(mode)
        if self.frozen:
            for module in self.modules():
                if isinstance(module, nn.BatchNorm2d):
                    module.eval()
        return self

    def _freeze(self) -> None:
        for module in self.modules():
            if isinstance(module, nn.BatchNorm2d):
                module.requires_grad_(False)
                module.eval()
        self.stem.requires_grad_(False)
        self.stages[0].requires_grad_(False)
