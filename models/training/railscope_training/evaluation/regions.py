"""Instances in a probability map as the application finds them: threshold, 8-connected regions, smallest area."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from railscope_training.evaluation.level_histogram import level_of
from railscope_training.evaluation.optional import need


@dataclass(frozen=True)
class Regions:
    """Connected regions of one picture."""

    #: [H, W], 0 background, 1 … count in scan order
    labels: NDArray[np.int32]
    #: [count] pixels of each region
    areas_px: NDArray[np.int64]

    @property
    def count(self) -> int:
        """Number of regions."""
        return len(self.areas_px)

    def mask(self) -> NDArray[np.bool_]:
        """[H, W], true on any region."""
        return self.labels > 0


def connected_regions(mask: NDArray[np.bool_], minimum_area_px: int = 0) -> Regions:
    """Regions of a boolean mask [H, W] that touch over edges or corners; smaller ones than the minimum are dropped."""
    ndimage = need("scipy.ndimage", "scipy", "finding regions")
    labels, count = ndimage.label(mask, structure=np.ones((3, 3), np.int8))
    areas = np.bincount(labels.ravel(), minlength=count + 1)[1:]
    kept = areas >= minimum_area_px
    numbers = np.concatenate([[0], np.where(kept, np.cumsum(kept), 0)]).astype(np.int32)
    return Regions(numbers[labels], areas[kept])


def detect(levels: NDArray[np.uint8], threshold: float, minimum_area_px: int) -> Regions:
    """Instances of a map [H, W] of probability bytes.

    threshold: 0…1; pixels at or above are defect. minimum_area_px: smaller regions are dropped.
    """
    return connected_regions(levels >= level_of(threshold), minimum_area_px)
