"""ResNet with a deep stem and dilated last stages (stride 8), the encoder of CCNet."""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor, nn

from railscope_training.networks.blocks import conv_bn_relu
from railscope_training.networks.checkpointing import run_block


class BasicBlock(nn.Module):
    """Two 3×3 convs, both dilated, and a shortcut."""

    expansion = 1

    def __init__(self, channels_in: int, width: int, stride: int, dilation: int = 1) -> None:
        super().__init__()
        self.body = nn.Sequential(
            conv_bn_relu(channels_in, width, 3, stride, dilation=dilation),
            nn.Conv2d(width, width, 3, padding=dilation, dilation=dilation, bias=False),
            nn.BatchNorm2d(width),
        )
        self.shortcut = shortcut(channels_in, width, stride)
        self.relu = nn.ReLU(inplace=True)

    def forward(self, x: Tensor) -> Tensor:
        """[B, C, H, W] → [B, width, H/stride, W/stride]."""
        return self.relu(self.body(x) + self.shortcut(x))


class Bottleneck(nn.Module):
    """1×1 → 3×3 with stride and dilation → 1×1 to four times the width, and a shortcut."""

    expansion = 4

    def __init__(self, channels_in: int, width: int, stride: int, dilation: int) -> None:
        super().__init__()
        self.body = nn.Sequential(
            conv_bn_relu(channels_in, width, 1),
            conv_bn_relu(width, width, 3, stride, dilation=dilation),
            nn.Conv2d(width, 4 * width, 1, bias=False),
            nn.BatchNorm2d(4 * width),
        )
        self.shortcut = shortcut(channels_in, 4 * width, stride)
        self.relu = nn.ReLU(inplace=True)

    def forward(self, x: Tensor) -> Tensor:
        """[B, C, H, W] → [B, 4·width, H/stride, W/stride]."""
        return self.relu(self.body(x) + self.shortcut(x))


def shortcut(channels_in: int, channels_out: int, stride: int) -> nn.Module:
    """Identity, or a 1×1 projection where the shape changes."""
    if channels_in == channels_out and stride == 1:
        return nn.Identity()
    return nn.Sequential(nn.Conv2d(channels_in, channels_out, 1, stride, bias=False), nn.BatchNorm2d(channels_out))


@dataclass(frozen=True)
class ResNetDepth:
    """Kind and number of blocks of the four stages."""

    block: type[BasicBlock] | type[Bottleneck]
    blocks: tuple[int, int, int, int]


RESNET_DEPTHS: dict[int, ResNetDepth] = {
    18: ResNetDepth(BasicBlock, (2, 2, 2, 2)),
    50: ResNetDepth(Bottleneck, (3, 4, 6, 3)),
    101: ResNetDepth(Bottleneck, (3, 4, 23, 3)),
}
STRIDES = (1, 2, 1, 1)
DILATIONS = (1, 1, 2, 4)


class DilatedResNet(nn.Module):
    """Stem of three 3×3 convs, pool, four stages; everything from stage 2 on at stride 8."""

    def __init__(self, depth: int, width: int = 64) -> None:
        super().__init__()
        kind = RESNET_DEPTHS[depth]
        self.stem = nn.Sequential(
            conv_bn_relu(3, width, 3, 2), conv_bn_relu(width, width), conv_bn_relu(width, 2 * width)
        )
        self.pool = nn.MaxPool2d(3, 2, 1)
        channels = 2 * width
        stages = []
        for index, count in enumerate(kind.blocks):
            blocks = []
            for block_index in range(count):
                stride = STRIDES[index] if block_index == 0 else 1
                blocks.append(kind.block(channels, width * 2**index, stride, DILATIONS[index]))
                channels = width * 2**index * kind.block.expansion
            stages.append(nn.Sequential(*blocks))
        self.stages = nn.ModuleList(stages)
        #: channels of the last stage; the stage before has half
        self.channels = channels
        self.apply(_initialise)

    def forward(self, x: Tensor, checkpointing: bool = False) -> tuple[Tensor, Tensor]:
        """[B, 3, H, W] → the maps of stages 3 and 4, both at H/8."""
        x = self.pool(run_block(self.stem, x, checkpointing=checkpointing))
        previous = x
        for stage in self.stages:
            previous = x
            for block in stage.children():
                x = run_block(block, x, checkpointing=checkpointing)
        return previous, x


def _initialise(module: nn.Module) -> None:
    if isinstance(module, nn.Conv2d):
        nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")
