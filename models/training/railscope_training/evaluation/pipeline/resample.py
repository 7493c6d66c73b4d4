"""Separable linear resampling as in electron/inference/pipeline/resample.ts."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray


@lru_cache(maxsize=64)
def resample_matrix(source: int, target: int, available: int | None = None) -> NDArray[np.float32]:
    """[target, available] weights: a triangle filter with pixel centres at half positions (`align_corners` off).

    Where it shrinks, the triangle is widened by the ratio; where it enlarges this is plain bilinear interpolation.
    available: samples that exist (`source` unless given); positions beyond them repeat the last one.
    """
    length = source if available is None else available
    ratio = source / target
    radius = max(1.0, ratio)
    taps = int(np.ceil(2 * radius))
    centre = (np.arange(target) + 0.5) * ratio - 0.5
    positions = (np.floor(centre - radius) + 1).astype(np.int64)[:, None] + np.arange(taps)
    weights = np.maximum(0, 1 - np.abs(positions - centre[:, None]) / radius)
    weights = (weights / weights.sum(axis=1, keepdims=True)).astype(np.float32)
    matrix = np.zeros((target, length), np.float32)
    np.add.at(matrix, (np.arange(target)[:, None], np.clip(positions, 0, length - 1)), weights)
    matrix.setflags(write=False)
    return matrix
