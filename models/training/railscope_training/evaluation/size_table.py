"""Which sizes of defect are found: labelled regions by area."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from railscope_training.evaluation.regions import connected_regions

#: lower edges of the bins in px² of the source picture; each ends where the next begins, the last has no end
DEFAULT_AREA_EDGES_PX = (0, 256, 1024, 4096, 16384)


@dataclass
class SizeRow:
    """Labelled regions with an area in [low, high) px²; high None = no end."""

    low_px: int
    high_px: int | None
    regions: int = 0
    #: regions that hold at least one predicted pixel
    hit: int = 0
    labelled_px: int = 0
    found_px: int = 0

    @property
    def hit_rate(self) -> float | None:
        """Hit part of the regions; None without regions."""
        return self.hit / self.regions if self.regions else None

    @property
    def recall(self) -> float | None:
        """Found part of the regions' pixels; None without regions."""
        return self.found_px / self.labelled_px if self.labelled_px else None


@dataclass
class SizeTable:
    """Rows in ascending order of area."""

    edges_px: tuple[int, ...] = DEFAULT_AREA_EDGES_PX
    rows: list[SizeRow] = field(default_factory=list)

    def __post_init__(self) -> None:
        ends: list[int | None] = [*self.edges_px[1:], None]
        self.rows = self.rows or [SizeRow(low, high) for low, high in zip(self.edges_px, ends, strict=True)]

    def add(self, predicted: NDArray[np.bool_], labelled: NDArray[np.bool_]) -> None:
        """Count the 8-connected regions of a label [H, W] that the prediction [H, W] finds."""
        regions = connected_regions(labelled)
        found = np.bincount(regions.labels[predicted].ravel(), minlength=regions.count + 1)[1:]
        owners = np.searchsorted(self.edges_px, regions.areas_px, side="right") - 1
        for owner, area, hit_px in zip(owners.tolist(), regions.areas_px.tolist(), found.tolist(), strict=True):
            row = self.rows[max(0, owner)]
            row.regions += 1
            row.hit += hit_px > 0
            row.labelled_px += area
            row.found_px += hit_px
