"""Filling polygons and reading run-length masks: exact, without packages."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from railscope_training.errors import TrainingError

BoolMask = NDArray[np.bool_]


def fill_ring(points: NDArray[np.float64], height: int, width: int) -> BoolMask:
    """One closed ring, even–odd: a pixel is inside where its centre is. points [n, 2] as x, y in pixels → [H, W]."""
    mask = np.zeros((height, width), dtype=np.bool_)
    following = np.roll(points, -1, axis=0)
    (x0, y0), (x1, y1) = points.T, following.T
    first = max(0, int(np.ceil(points[:, 1].min() - 0.5)))
    last = min(height - 1, int(np.floor(points[:, 1].max() - 0.5)))
    for row in range(first, last + 1):
        centre = row + 0.5
        crossed = (y0 <= centre) != (y1 <= centre)
        if not crossed.any():
            continue
        share = (centre - y0[crossed]) / (y1[crossed] - y0[crossed])
        crossings = np.sort(x0[crossed] + share * (x1[crossed] - x0[crossed]))
        columns = np.clip(np.ceil(crossings - 0.5).astype(np.int64), 0, width)
        for start, end in zip(columns[::2], columns[1::2], strict=True):
            mask[row, start:end] = True
    return mask


def fill_polygons(polygons: Sequence[Sequence[float]], height: int, width: int, where: str) -> BoolMask:
    """Several rings [x, y, x, y, …] of one object → [H, W]. A ring wholly inside what is filled is a hole.

    Other rings are added, as COCO means it. Raises `TrainingError` for a ring that is no polygon.
    """
    rings = []
    for ring in polygons:
        try:
            flat = np.asarray(ring, dtype=np.float64)
        except (TypeError, ValueError):
            flat = np.empty(0)
        if flat.ndim != 1 or len(flat) < 6 or len(flat) % 2 or not np.isfinite(flat).all():
            raise TrainingError(f"{where}: a polygon needs at least three pairs of numbers")
        rings.append(fill_ring(flat.reshape(-1, 2), height, width))
    mask = np.zeros((height, width), dtype=np.bool_)
    for ring_mask in sorted(rings, key=lambda filled: -int(filled.sum())):
        is_hole = ring_mask.any() and bool(mask[ring_mask].all())
        mask = mask & ~ring_mask if is_hole else mask | ring_mask
    return mask


def decode_rle(counts: str | bytes | Sequence[int], height: int, width: int, where: str) -> BoolMask:
    """COCO run lengths (column-major, background first), plain or compressed → [H, W]. Raises `TrainingError`."""
    try:
        numbers = _uncompressed(counts) if isinstance(counts, (str, bytes)) else [int(count) for count in counts]
    except (IndexError, TypeError, ValueError):
        raise TrainingError(f"{where}: damaged run lengths") from None
    if any(number < 0 for number in numbers) or sum(numbers) != height * width:
        raise TrainingError(f"{where}: run lengths do not fill {width} × {height} px")
    values = np.zeros(len(numbers), dtype=np.bool_)
    values[1::2] = True
    return np.ascontiguousarray(np.repeat(values, numbers).reshape(width, height).T)


def _uncompressed(text: str | bytes) -> list[int]:
    """Numbers in 5-bit groups, low group first, each 48 above zero; from the third on, differences to two before."""
    codes = text.encode("ascii") if isinstance(text, str) else text
    numbers: list[int] = []
    at = 0
    while at < len(codes):
        value = 0
        shift = 0
        while True:
            group = codes[at] - 48
            at += 1
            if not 0 <= group < 64:
                raise ValueError("not a run length")
            value |= (group & 0x1F) << shift
            shift += 5
            if not group & 0x20:
                if group & 0x10:
                    value -= 1 << shift
                break
        numbers.append(value + (numbers[-2] if len(numbers) > 2 else 0))
    return numbers


def box_of_mask(mask: BoolMask) -> NDArray[np.float32] | None:
    """The tight box [4] x0, y0, x1, y1 (ends not included) of a mask [H, W]; None where it is empty."""
    rows = np.flatnonzero(mask.any(axis=1))
    if len(rows) == 0:
        return None
    columns = np.flatnonzero(mask.any(axis=0))
    return np.array([columns[0], rows[0], columns[-1] + 1, rows[-1] + 1], dtype=np.float32)
