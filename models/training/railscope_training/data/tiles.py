"""Cutting pictures as the application does: the same grid, the same scaling, the same edges."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from PIL import Image as PilImage

from railscope_training.data.sample import IGNORE, Image, Mask, Region


def tile_side(height: int, width: int, source_px: int) -> int:
    """Side of the square of source pixels; a picture smaller than a tile is one tile of its longer side."""
    return min(source_px, max(height, width))


def plan_axis(picture: int, start: int, length: int, side: int, overlap: int) -> list[int]:
    """Left (top) edges of the fewest tiles over `length` from `start` on with at least `overlap` between them."""
    last = max(0, picture - side)
    if length <= side:
        return [min(max(_half_up(start + (length - side) / 2), 0), last)]
    count = 1 + math.ceil((length - side) / (side - min(overlap, side - 1)))
    edges = [start + _half_up(index * (length - side) / (count - 1)) for index in range(count)]
    return [min(max(edge, 0), last) for edge in edges]


def plan_tiles(height: int, width: int, region: Region, source_px: int, overlap: int) -> list[tuple[int, int]]:
    """Top left corners (x, y) in picture pixels, row by row."""
    side = tile_side(height, width, source_px)
    columns = plan_axis(width, region[0], region[2] - region[0], side, overlap)
    rows = plan_axis(height, region[1], region[3] - region[1], side, overlap)
    return [(x, y) for y in rows for x in columns]


def cut(samples: np.ndarray, x: int, y: int, side: int, fill: int | None = None) -> np.ndarray:  # type: ignore[type-arg]
    """[H, W(, C)] → [side, side(, C)]; beyond the picture its edge is repeated, or `fill` stands."""
    part = samples[y : y + side, x : x + side]
    missing = (side - part.shape[0], side - part.shape[1])
    if missing == (0, 0):
        return part
    padding = ((0, missing[0]), (0, missing[1]), *((0, 0),) * (samples.ndim - 2))
    return np.pad(part, padding, mode="edge") if fill is None else np.pad(part, padding, constant_values=fill)


def resize_image(image: Image | NDArray[np.float32], height: int, width: int) -> np.ndarray:  # type: ignore[type-arg]
    """float32 [height, width(, C)] in the picture's own levels: triangle filter, widened where it shrinks."""
    if image.shape[:2] == (height, width):
        return image.astype(np.float32)
    planes = image[..., None] if image.ndim == 2 else image
    scaled = [
        np.asarray(
            PilImage.fromarray(np.ascontiguousarray(planes[..., index]).astype(np.float32), mode="F").resize(
                (width, height), PilImage.Resampling.BILINEAR
            )
        )
        for index in range(planes.shape[2])
    ]
    return scaled[0] if image.ndim == 2 else np.stack(scaled, axis=-1)


def resize_mask(mask: Mask, height: int, width: int) -> Mask:
    """Class indices at another size: a pixel is labelled where labels cover half of it, with the most of them."""
    if mask.shape == (height, width):
        return mask
    labels = [int(label) for label in np.unique(mask) if label]
    result = np.zeros((height, width), dtype=np.uint8)
    total = np.zeros((height, width), dtype=np.float32)
    best = np.zeros((height, width), dtype=np.float32)
    for label in labels:
        cover = resize_image((mask == label).astype(np.uint8), height, width)
        total += cover
        result[cover > best] = label
        best = np.maximum(best, cover)
    result[total < 0.5] = 0
    return result


def pad_mask(mask: Mask, height: int, width: int) -> Mask:
    """The mask on a larger canvas; what is added is "ignore"."""
    grown = np.full((height, width), IGNORE, dtype=np.uint8)
    grown[: mask.shape[0], : mask.shape[1]] = mask
    return grown


def _half_up(value: float) -> int:
    """Rounds as JavaScript does, so that tiles lie where the application puts them."""
    return math.floor(value + 0.5)
