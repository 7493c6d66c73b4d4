"""PVTv2 (Pyramid Vision Transformer v2), the encoder of OCINet: four maps at strides 4, 8, 16, 32."""

from __future__ import annotations

import math
from dataclasses import dataclass

from torch import Tensor, nn

from railscope_training.networks.blocks import DropPath, full_precision, spatial_size
from railscope_training.networks.checkpointing import run_block

#: of the norms inside blocks and at the end of stages; embeddings and reductions keep PyTorch's 1e-5
BLOCK_NORM_EPSILON = 1e-6
MAXIMUM_DROP_PATH = 0.1
HEADS = (1, 2, 5, 8)
MLP_RATIOS = (8, 8, 4, 4)
REDUCTIONS = (8, 4, 2, 1)


@dataclass(frozen=True)
class PvtSize:
    """Channels and number of blocks of the four stages."""

    channels: tuple[int, int, int, int]
    blocks: tuple[int, int, int, int]


PVT_SIZES: dict[str, PvtSize] = {
    "b0": PvtSize((32, 64, 160, 256), (2, 2, 2, 2)),
    "b1": PvtSize((64, 128, 320, 512), (2, 2, 2, 2)),
    "b2": PvtSize((64, 128, 320, 512), (3, 4, 6, 3)),
}


def tokens_of(x: Tensor) -> Tensor:
    """[B, C, H, W] → [B, H·W, C]."""
    height, width = spatial_size(x)
    return x.reshape(-1, int(x.shape[1]), height * width).transpose(1, 2)


def map_of(tokens: Tensor, size: tuple[int, int]) -> Tensor:
    """[B, H·W, C] → [B, C, H, W]."""
    return tokens.transpose(1, 2).reshape(-1, int(tokens.shape[2]), *size)


class PatchEmbedding(nn.Module):
    """Overlapping patches: strided conv → tokens → layer norm."""

    def __init__(self, channels_in: int, channels_out: int, kernel: int, stride: int) -> None:
        super().__init__()
        self.projection = nn.Conv2d(channels_in, channels_out, kernel, stride, kernel // 2)
        self.norm = nn.LayerNorm(channels_out)

    def forward(self, x: Tensor) -> tuple[Tensor, tuple[int, int]]:
        """[B, C, H, W] → tokens [B, h·w, C′] and their grid (h, w)."""
        x = self.projection(x)
        return self.norm(tokens_of(x)), spatial_size(x)


class ReducedAttention(nn.Module):
    """Multi-head attention whose keys and values come from a map shrunk by `reduction`."""

    def __init__(self, channels: int, heads: int, reduction: int) -> None:
        super().__init__()
        self.heads = heads
        self.scale = 1.0 / math.sqrt(channels // heads)
        self.query = nn.Linear(channels, channels)
        self.key_value = nn.Linear(channels, 2 * channels)
        self.projection = nn.Linear(channels, channels)
        self.reduce = nn.Conv2d(channels, channels, reduction, reduction) if reduction > 1 else None
        self.reduce_norm = nn.LayerNorm(channels) if reduction > 1 else None

    def forward(self, x: Tensor, size: tuple[int, int]) -> Tensor:
        """Tokens [B, N, C] on the grid `size` → [B, N, C]."""
        channels = int(x.shape[2])
        source = x
        if self.reduce is not None and self.reduce_norm is not None:
            source = self.reduce_norm(tokens_of(self.reduce(map_of(x, size))))
        query = self._split_heads(self.query(x), channels)
        keys, values = self.key_value(source).split(channels, dim=2)
        keys, values = self._split_heads(keys, channels), self._split_heads(values, channels)
        with full_precision(x):
            logits = (query.float() * self.scale) @ keys.float().transpose(2, 3)
            weights = logits.softmax(dim=-1)
        mixed = weights.to(values.dtype) @ values
        return self.projection(mixed.transpose(1, 2).reshape(-1, int(x.shape[1]), channels))

    def _split_heads(self, x: Tensor, channels: int) -> Tensor:
        """[B, N, C] → [B, heads, N, C/heads]."""
        return x.reshape(-1, int(x.shape[1]), self.heads, channels // self.heads).transpose(1, 2)


class ConvMlp(nn.Module):
    """Linear → depthwise 3×3 on the grid → GELU → linear."""

    def __init__(self, channels: int, ratio: int) -> None:
        super().__init__()
        hidden = channels * ratio
        self.expand = nn.Linear(channels, hidden)
        self.depthwise = nn.Conv2d(hidden, hidden, 3, 1, 1, groups=hidden)
        self.activation = nn.GELU()
        self.shrink = nn.Linear(hidden, channels)

    def forward(self, x: Tensor, size: tuple[int, int]) -> Tensor:
        """Tokens [B, N, C] on the grid `size` → [B, N, C]."""
        x = tokens_of(self.depthwise(map_of(self.expand(x), size)))
        return self.shrink(self.activation(x))


class PvtBlock(nn.Module):
    """x += attention(norm x); x += mlp(norm x)."""

    def __init__(self, channels: int, heads: int, ratio: int, reduction: int, drop_path: float) -> None:
        super().__init__()
        self.norm1 = nn.LayerNorm(channels, eps=BLOCK_NORM_EPSILON)
        self.attention = ReducedAttention(channels, heads, reduction)
        self.norm2 = nn.LayerNorm(channels, eps=BLOCK_NORM_EPSILON)
        self.mlp = ConvMlp(channels, ratio)
        self.drop_path = DropPath(drop_path)

    def forward(self, x: Tensor, size: tuple[int, int]) -> Tensor:
        """Tokens [B, N, C] on the grid `size` → [B, N, C]."""
        x = x + self.drop_path(self.attention(self.norm1(x), size))
        return x + self.drop_path(self.mlp(self.norm2(x), size))


class PvtStage(nn.Module):
    """Embedding, blocks, norm."""

    def __init__(self, index: int, channels_in: int, size: PvtSize, drop_paths: list[float]) -> None:
        super().__init__()
        channels = size.channels[index]
        kernel, stride = (7, 4) if index == 0 else (3, 2)
        self.embedding = PatchEmbedding(channels_in, channels, kernel, stride)
        self.blocks = nn.ModuleList(
            PvtBlock(channels, HEADS[index], MLP_RATIOS[index], REDUCTIONS[index], drop) for drop in drop_paths
        )
        self.norm = nn.LayerNorm(channels, eps=BLOCK_NORM_EPSILON)

    def forward(self, x: Tensor, checkpointing: bool) -> Tensor:
        """[B, C, H, W] → [B, C′, H/stride, W/stride]."""
        tokens, size = self.embedding(x)
        for block in self.blocks:
            tokens = run_block(block, tokens, size, checkpointing=checkpointing)
        return map_of(self.norm(tokens), size)


class Pvt(nn.Module):
    """PVTv2 encoder without classifier; `size` is one of PVT_SIZES."""

    def __init__(self, size: PvtSize, channels_in: int = 3) -> None:
        super().__init__()
        self.channels = size.channels
        drop_paths = [MAXIMUM_DROP_PATH * index / (sum(size.blocks) - 1) for index in range(sum(size.blocks))]
        stages = []
        for index, blocks in enumerate(size.blocks):
            own, drop_paths = drop_paths[:blocks], drop_paths[blocks:]
            stages.append(PvtStage(index, channels_in if index == 0 else size.channels[index - 1], size, own))
        self.stages = nn.ModuleList(stages)
        self.apply(_initialise)

    def forward(self, x: Tensor, checkpointing: bool = False) -> list[Tensor]:
        """[B, 3, H, W] → maps at H/4, H/8, H/16, H/32."""
        maps = []
        for stage in self.stages:
            x = stage(x, checkpointing)
            maps.append(x)
        return maps


def _initialise(module: nn.Module) -> None:
    """Linear: truncated normal 0.02; conv: normal by fan-out, as in the published PVTv2."""
    if isinstance(module, nn.Linear):
        nn.init.trunc_normal_(module.weight, std=0.02)
        nn.init.zeros_(module.bias)
    elif isinstance(module, nn.Conv2d):
        fan_out = module.kernel_size[0] * module.kernel_size[1] * module.out_channels // module.groups
        nn.init.normal_(module.weight, 0.0, math.sqrt(2.0 / fan_out))
        if module.bias is not None:
            nn.init.zeros_(module.bias)
