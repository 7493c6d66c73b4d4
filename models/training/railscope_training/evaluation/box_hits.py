"""Labelled boxes hit and false instances, by the definition of models/bench/rail400-score.ts.

A box is hit when it holds at least one pixel of a predicted instance. An instance is false when it has no pixel in
any box of a defect. Boxes are honest where masks are not: the masks of rail400 are automatic, its boxes are human.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from railscope_training.evaluation.regions import Regions

#: labels are rounded: a pixel is touched only by more than this part of it
_TOUCH_PX = 0.01


@dataclass(frozen=True)
class LabelBox:
    """A labelled box, xyxy in pixels (edges, fractions allowed)."""

    class_index: int
    xyxy: tuple[float, float, float, float]


@dataclass(frozen=True)
class BoxCounts:
    """Sums over pictures."""

    images: int = 0
    defect_boxes: int = 0
    #: defect boxes that hold at least one pixel of a predicted instance
    defect_boxes_hit: int = 0
    instances: int = 0
    #: instances without a pixel in any defect box
    false_instances: int = 0
    #: those of them without a pixel in a box of any class either
    false_instances_off_all_boxes: int = 0

    def __add__(self, other: BoxCounts) -> BoxCounts:
        names = [one.name for one in fields(self)]
        return BoxCounts(**{name: getattr(self, name) + getattr(other, name) for name in names})

    @property
    def hit_rate(self) -> float | None:
        """Hit part of the defect boxes; None without boxes."""
        return self.defect_boxes_hit / self.defect_boxes if self.defect_boxes else None

    @property
    def false_per_image(self) -> float | None:
        """False instances per picture; None without pictures."""
        return self.false_instances / self.images if self.images else None

    @property
    def off_all_boxes_per_image(self) -> float | None:
        """False instances off every box, per picture; None without pictures."""
        return self.false_instances_off_all_boxes / self.images if self.images else None


def count_box_hits(regions: Regions, boxes: Sequence[LabelBox], defect_classes: Iterable[int]) -> BoxCounts:
    """Counts of one picture. `defect_classes` are the class indices of boxes that must be found."""
    wanted = set(defect_classes)
    found = [(box.class_index in wanted, _labels_in(regions.labels, box)) for box in boxes]
    defects = [labels for is_defect, labels in found if is_defect]
    on_defects: set[int] = set().union(*defects)
    on_any: set[int] = set().union(*(labels for _, labels in found))
    return BoxCounts(
        images=1,
        defect_boxes=len(defects),
        defect_boxes_hit=sum(bool(labels) for labels in defects),
        instances=regions.count,
        false_instances=regions.count - len(on_defects),
        false_instances_off_all_boxes=regions.count - len(on_any),
    )


def pixel_window(box: LabelBox, height: int, width: int) -> tuple[slice, slice]:
    """Rows and columns of the pixels that the box touches, cut to the picture."""
    x0, y0, x1, y1 = box.xyxy
    rows = slice(max(0, math.floor(y0 + _TOUCH_PX)), max(0, min(height, math.ceil(y1 - _TOUCH_PX))))
    columns = slice(max(0, math.floor(x0 + _TOUCH_PX)), max(0, min(width, math.ceil(x1 - _TOUCH_PX))))
    return rows, columns


def _labels_in(labels: NDArray[np.int32], box: LabelBox) -> set[int]:
    rows, columns = pixel_window(box, labels.shape[0], labels.shape[1])
    return set(np.unique(labels[rows, columns]).tolist()) - {0}
