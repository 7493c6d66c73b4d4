"""How well outlines agree: F of boundary pixels within a tolerance."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from railscope_training.evaluation.optional import need

DEFAULT_TOLERANCE_PX = 2.0


def boundary_f(
    predicted: NDArray[np.bool_], labelled: NDArray[np.bool_], tolerance_px: float = DEFAULT_TOLERANCE_PX
) -> float | None:
    """F of the outlines of two masks [H, W]; None for an empty label, 0 where nothing was predicted.

    Precision is the part of the predicted outline that has an outline pixel of the label within `tolerance_px`
    (Euclidean), recall the reverse.
    """
    if not labelled.any():
        return None
    if not predicted.any():
        return 0.0
    outline, wanted = inner_boundary(predicted), inner_boundary(labelled)
    precision = _share_near(outline, wanted, tolerance_px)
    recall = _share_near(wanted, outline, tolerance_px)
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


def inner_boundary(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Foreground pixels with a background pixel above, below, left or right; the picture's edge is no background."""
    around = np.pad(mask, 1, mode="edge")
    inside = around[:-2, 1:-1] & around[2:, 1:-1] & around[1:-1, :-2] & around[1:-1, 2:]
    boundary = mask & ~inside
    # a mask that fills the picture has no outline inside it: its whole area stands in
    return boundary if boundary.any() else mask


def _share_near(pixels: NDArray[np.bool_], others: NDArray[np.bool_], tolerance_px: float) -> float:
    ndimage = need("scipy.ndimage", "scipy", "the boundary F-measure")
    rows, columns = np.nonzero(pixels | others)
    # far pixels need no exact distance: the common bounding box is enough
    window = np.s_[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]
    distance = ndimage.distance_transform_edt(~others[window])
    return float(np.mean(distance[pixels[window]] <= tolerance_px))
