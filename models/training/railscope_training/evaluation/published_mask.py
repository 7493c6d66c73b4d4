"""From a network's map to the mask file of the published procedure (§1.5): resize, σ, min–max, Otsu, JPEG.

Never for production: min–max and Otsu force foreground onto defect-free rails.
"""

from __future__ import annotations

import io

import numpy as np
from numpy.typing import NDArray
from PIL import Image

#: default of the library that the published procedure writes its masks with
JPEG_QUALITY = 95
_MIN_MAX_EPSILON = 1e-8


def resize_bilinear(source: NDArray[np.float32], height: int, width: int) -> NDArray[np.float32]:
    """Scale a map [h, w] to [height, width]: half-pixel centres (`align_corners=False`), edges repeated."""
    if source.shape == (height, width):
        return source
    near_y, far_y, down = _sample_axis(source.shape[0], height)
    near_x, far_x, across = _sample_axis(source.shape[1], width)
    rows = source.astype(np.float64)
    upper = rows[near_y][:, near_x] * (1 - across) + rows[near_y][:, far_x] * across
    lower = rows[far_y][:, near_x] * (1 - across) + rows[far_y][:, far_x] * across
    return (upper * (1 - down)[:, None] + lower * down[:, None]).astype(np.float32)


def sigmoid(logits: NDArray[np.float32]) -> NDArray[np.float32]:
    """Logits → probabilities in single precision, without overflow."""
    grown = np.exp(-np.abs(logits), dtype=np.float32)
    return np.where(logits >= 0, 1 / (1 + grown), grown / (1 + grown)).astype(np.float32)


def min_max_to_bytes(values: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Stretch a map to its own range in single precision and truncate to 0…255."""
    values = values.astype(np.float32, copy=False)
    low, high = values.min(), values.max()
    span = np.float32(float(high - low) + _MIN_MAX_EPSILON)
    return np.trunc((values - low) / span * np.float32(255)).astype(np.uint8)


def otsu_threshold(levels: NDArray[np.uint8]) -> int:
    """The lowest level t that maximises the variance between samples ≤ t and samples > t; 0 where all are equal."""
    histogram = np.bincount(levels.ravel(), minlength=256).astype(np.float64)
    count, total = float(levels.size), float(histogram @ np.arange(256))
    best, best_variance, below, sum_below = 0, 0.0, 0.0, 0.0
    for level in range(256):
        below += histogram[level]
        sum_below += level * histogram[level]
        above = count - below
        if below == 0 or above == 0:
            continue
        difference = sum_below / below - (total - sum_below) / above
        variance = (below / count) * (above / count) * difference * difference
        if variance > best_variance:
            best, best_variance = level, variance
    return best


def through_jpeg(mask: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Write a grey mask [H, W] as JPEG in memory and read it again, as the published evaluation sees its masks."""
    file = io.BytesIO()
    Image.fromarray(mask).save(file, "JPEG", quality=JPEG_QUALITY)
    return np.asarray(Image.open(io.BytesIO(file.getvalue())).convert("L"))


def published_mask(probability: NDArray[np.float32], height: int, width: int) -> NDArray[np.uint8]:
    """Probabilities [h, w] → the bytes [height, width] that the published evaluation reads from its mask file."""
    levels = min_max_to_bytes(resize_bilinear(probability, height, width))
    return through_jpeg(np.where(levels > otsu_threshold(levels), 255, 0).astype(np.uint8))


def published_mask_of_logits(logits: NDArray[np.float32], height: int, width: int) -> NDArray[np.uint8]:
    """As `published_mask`, from logits: the published procedure resizes before σ."""
    return published_mask(sigmoid(resize_bilinear(logits, height, width)), height, width)


def _sample_axis(size: int, target: int) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    at = np.maximum(0, (np.arange(target) + 0.5) * size / target - 0.5)
    near = np.floor(at).astype(np.int64)
    return np.minimum(size - 1, near), np.minimum(size - 1, near + 1), at - near
