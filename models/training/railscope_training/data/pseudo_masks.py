"""Masks made inside boxes, for sets that give boxes only. They agree with a rule, not with a person: say so."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from railscope_training.data.shapes import BoolMask

METHODS = ("box", "ellipse", "otsu")
#: the wanted share of the inscribed ellipse; outside it the Otsu cut found nothing of use
USABLE_SHARE = (0.1, 0.9)
RING_SHARE = 0.08
#: how much of the rim must lie on one side of the cut; a mixed rim means that levels do not tell the object
RIM_PURITY = 0.75


def pseudo_mask(grey: NDArray[np.uint8], box: NDArray[np.float32], method: str) -> BoolMask:
    """A mask [H, W] of one box x0, y0, x1, y1.

    `box` fills it; `ellipse` is the inscribed ellipse; `otsu` cuts the grey levels inside that ellipse in two, keeps
    the part that the box's rim shows less of, smooths it by a majority vote over about 1/20 of the box, and falls back
    to the ellipse where the part is below 10 % or above 90 % of it, or where the rim is mixed.
    """
    height, width = grey.shape
    x0, y0 = int(np.floor(box[0])), int(np.floor(box[1]))
    x1, y1 = min(width, int(np.ceil(box[2]))), min(height, int(np.ceil(box[3])))
    mask = np.zeros((height, width), dtype=np.bool_)
    if x1 <= x0 or y1 <= y0:
        return mask
    inside = np.ones((y1 - y0, x1 - x0), dtype=np.bool_) if method == "box" else _ellipse(y1 - y0, x1 - x0)
    if method == "otsu":
        inside = _cut(grey[y0:y1, x0:x1], inside)
    mask[y0:y1, x0:x1] = inside
    return mask


def otsu_level(levels: NDArray[np.uint8]) -> int:
    """The level t for which "above t" against "up to t" has the largest variance between the two parts."""
    counts = np.bincount(levels.ravel(), minlength=256).astype(np.float64)
    below = np.cumsum(counts)
    sums = np.cumsum(counts * np.arange(256))
    above = below[-1] - below
    with np.errstate(divide="ignore", invalid="ignore"):
        between = below * above * (sums / below - (sums[-1] - sums) / above) ** 2
    return int(np.nanargmax(np.where(np.isfinite(between), between, -1.0)))


def box_mean(values: NDArray[np.float32], radius: int) -> NDArray[np.float32]:
    """Mean over a square of 2·radius + 1, edges repeated. [H, W] → [H, W]."""
    if radius < 1:
        return values
    size = 2 * radius + 1
    padded = np.pad(values.astype(np.float64), radius + 1, mode="edge")[:-1, :-1]
    sums = padded.cumsum(0).cumsum(1)
    total = sums[size:, size:] - sums[:-size, size:] - sums[size:, :-size] + sums[:-size, :-size]
    return (total / size**2).astype(np.float32)


def _cut(grey: NDArray[np.uint8], ellipse: BoolMask) -> BoolMask:
    bright = grey > otsu_level(grey[ellipse])
    ring = max(1, round(RING_SHARE * min(grey.shape)))
    rim = np.ones(grey.shape, dtype=np.bool_)
    rim[ring:-ring, ring:-ring] = False
    bright_rim = float(bright[rim].mean())
    if max(bright_rim, 1 - bright_rim) < RIM_PURITY:
        return ellipse
    part = ~bright if bright_rim > 0.5 else bright
    smooth = box_mean(part.astype(np.float32), max(1, min(grey.shape) // 40)) >= 0.5
    kept = smooth & ellipse
    low, high = USABLE_SHARE
    return kept if low <= kept.sum() / max(1, ellipse.sum()) <= high else ellipse


def _ellipse(height: int, width: int) -> BoolMask:
    rows = (np.arange(height) + 0.5) / height * 2 - 1
    columns = (np.arange(width) + 0.5) / width * 2 - 1
    return rows[:, None] ** 2 + columns[None, :] ** 2 <= 1
