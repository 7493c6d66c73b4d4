"""Where the tiles lie and how much each counts in the blend, as in electron/inference/pipeline/tiling.ts."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Box:
    """Whole pixels."""

    x: int
    y: int
    width: int
    height: int


@dataclass(frozen=True)
class TilePlan:
    """Tiles form a grid; the region is the part of the picture that results are wanted for."""

    side_px: int
    columns: tuple[int, ...]
    rows: tuple[int, ...]
    region: Box

    def corners(self) -> list[tuple[int, int]]:
        """(left, top) of every tile in picture pixels, row by row."""
        return [(left, top) for top in self.rows for left in self.columns]


def tile_side_px(width: int, height: int, source_tile_px: int) -> int:
    """Side of the square of source pixels; a picture smaller than a tile is enlarged to its longer side."""
    return min(source_tile_px, max(width, height))


def plan_tiles(width: int, height: int, region: Box, source_tile_px: int, overlap_px: int) -> TilePlan:
    """The fewest tiles that cover the region with at least `overlap_px` between neighbours."""
    side = tile_side_px(width, height, source_tile_px)
    columns = _plan_axis(width, region.x, region.width, side, overlap_px)
    rows = _plan_axis(height, region.y, region.height, side, overlap_px)
    return TilePlan(side, columns, rows, region)


def _plan_axis(picture: int, start: int, length: int, side: int, overlap: int) -> tuple[int, ...]:
    last = max(0, picture - side)
    if length <= side:
        return (_clamp(_round_half_up(start + (length - side) / 2), 0, last),)
    stride = side - min(overlap, side - 1)
    count = 1 + math.ceil((length - side) / stride)
    offsets = [_round_half_up(index * (length - side) / (count - 1)) for index in range(count)]
    return tuple(_clamp(start + offset, 0, last) for offset in offsets)


def blend_weights(starts: tuple[int, ...], side: int, region_start: int, length: int) -> list[NDArray[np.float32]]:
    """[side] raised-cosine weights of each tile along one axis; they sum to 1 at every pixel of the region."""
    raw = []
    total = np.zeros(length)
    for index, start in enumerate(starts):
        before = starts[index - 1] + side - start if index > 0 else -math.inf
        after = start + side - starts[index + 1] if index + 1 < len(starts) else -math.inf
        offsets = np.arange(side)
        weights = _ramp(offsets, before) * _ramp(side - 1 - offsets, after)
        inside = _inside(start, side, region_start, length)
        weights[~inside] = 0
        total[start + offsets[inside] - region_start] += weights[inside]
        raw.append(weights)
    for weights, start in zip(raw, starts, strict=True):
        inside = _inside(start, side, region_start, length)
        weights[inside] /= total[start + np.flatnonzero(inside) - region_start]
    return [weights.astype(np.float32) for weights in raw]


def _inside(start: int, side: int, region_start: int, length: int) -> NDArray[np.bool_]:
    at = start + np.arange(side)
    return (at >= region_start) & (at < region_start + length)


def _ramp(distance: NDArray[np.int64], overlap: float) -> NDArray[np.float64]:
    """Half a cosine from 0 to 1 over `overlap` pixels; 1 behind them or without overlap."""
    if overlap <= 0:
        return np.ones(len(distance))
    return np.where(distance >= overlap, 1.0, 0.5 - 0.5 * np.cos(np.pi * (distance + 0.5) / overlap))


def _round_half_up(value: float) -> int:
    """As `Math.round`."""
    return math.floor(value + 0.5)


def _clamp(value: int, low: int, high: int) -> int:
    return min(high, max(low, value))
