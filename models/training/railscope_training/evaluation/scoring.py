"""Adds up the scores of probability maps, picture by picture, so that no map is kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from railscope_training.evaluation.boundary_f import DEFAULT_TOLERANCE_PX, boundary_f
from railscope_training.evaluation.box_hits import BoxCounts, LabelBox, count_box_hits
from railscope_training.evaluation.confusion import IGNORE, ClassRow, Confusion, class_table
from railscope_training.evaluation.level_histogram import (
    LevelHistogram,
    average_precision,
    best_f,
    calibration,
    mean_absolute_error,
    precision_recall,
    to_levels,
)
from railscope_training.evaluation.overlap import (
    COMPAT_FOREGROUND,
    OverlapCounts,
    compat_dataset_score,
    count_boolean_overlap,
    count_overlap,
    labelled_only,
    precision,
    strict_dataset_score,
    strict_per_image_score,
    strict_score,
)
from railscope_training.evaluation.published_mask import published_mask
from railscope_training.evaluation.regions import detect
from railscope_training.evaluation.report import Curves, ImageRow, PixelScores, SweepRow
from railscope_training.evaluation.size_table import SizeTable
from railscope_training.evaluation.weighted_f import weighted_f


@dataclass(frozen=True)
class ScoreOptions:
    """What is measured, and at which threshold."""

    threshold: float
    minimum_area_px: int
    #: class indices that must be found; other labelled pixels and boxes are no defects (dirt, rail gaps)
    defect_classes: frozenset[int] = frozenset({1})
    #: further thresholds for the sweep
    sweep: tuple[float, ...] = ()
    boundary_tolerance_px: float = DEFAULT_TOLERANCE_PX
    #: weighted F and boundary F cost seconds on large pictures
    slow_scores: bool = True
    #: the published post-processing costs a JPEG per picture
    compat: bool = True
    #: compat works on the map with 8 bits, as the application keeps it; False = on the map as it is, as published
    eight_bit_maps: bool = True


@dataclass
class _PixelSums:
    strict: list[OverlapCounts] = field(default_factory=list)
    compat: list[OverlapCounts] = field(default_factory=list)
    weighted: list[float] = field(default_factory=list)
    boundary: list[float] = field(default_factory=list)

    def scores(self, tolerance_px: float) -> PixelScores | None:
        if not self.strict:
            return None
        return PixelScores(
            compat=compat_dataset_score(self.compat),
            compat_labelled=compat_dataset_score(labelled_only(self.compat)),
            strict_pooled=strict_dataset_score(self.strict),
            strict_per_image=strict_per_image_score(self.strict),
            precision=precision(sum(self.strict, OverlapCounts(0, 0, 0))),
            weighted_f=_mean(self.weighted),
            boundary_f=_mean(self.boundary),
            boundary_tolerance_px=tolerance_px if self.boundary else None,
        )


class MapScorer:
    """Scores maps of one model on one set."""

    def __init__(self, options: ScoreOptions, classes: Sequence[str]) -> None:
        self._options = options
        self._classes = tuple(classes)
        self._all, self._screened = _PixelSums(), _PixelSums()
        self._histogram = LevelHistogram()
        self._confusion: Confusion | None = None
        #: by labelled class: pixels, found pixels
        self._recall = np.zeros((IGNORE, 2), np.int64)
        self._sizes = SizeTable()
        self._boxes: BoxCounts | None = None
        self._sweep_counts: dict[float, list[OverlapCounts]] = {one: [] for one in options.sweep}
        self._sweep_boxes: dict[float, BoxCounts] = {}
        self.rows: list[ImageRow] = []

    def add(
        self,
        key: str,
        probability: NDArray[np.float32],
        mask: NDArray[np.uint8] | None,
        boxes: Sequence[LabelBox] | None,
        *,
        screened: bool = False,
        raw_label: NDArray[np.uint8] | None = None,
    ) -> NDArray[np.bool_]:
        """Score the map [K, H, W] of a picture and return what is predicted [H, W].

        mask: class indices [H, W], 255 = does not count; None = no pixel scores. boxes: None = no box scores.
        raw_label: bytes of the label file, for the exactly-255 rule; from the mask unless given.
        """
        foreground = probability[0] if probability.shape[0] == 1 else 1 - probability[0]
        levels = to_levels(foreground)
        regions = detect(levels, self._options.threshold, self._options.minimum_area_px)
        predicted = regions.mask()
        row = ImageRow(key, predicted_px=int(np.count_nonzero(predicted)))
        if boxes is not None:
            counts = count_box_hits(regions, boxes, self._options.defect_classes)
            self._boxes = counts if self._boxes is None else self._boxes + counts
            row = _with(row, boxes=counts)
        if mask is not None:
            row = self._add_pixels(row, foreground, levels, predicted, mask, screened, raw_label)
            self._add_classes(probability, predicted, mask)
        self._add_sweep(levels, mask, boxes)
        self.rows.append(row)
        return predicted

    @property
    def boxes(self) -> BoxCounts | None:
        """Sums over pictures with box labels; None without any."""
        return self._boxes

    @property
    def pixels(self) -> PixelScores | None:
        """Scores of all pictures with masks."""
        return self._all.scores(self._options.boundary_tolerance_px)

    @property
    def screened_pixels(self) -> PixelScores | None:
        """Scores of the pictures that were added as screened; None without any."""
        return self._screened.scores(self._options.boundary_tolerance_px)

    @property
    def sizes(self) -> SizeTable:
        """Labelled regions found, by area."""
        return self._sizes

    @property
    def confusion(self) -> list[list[int]]:
        """Pixels by labelled and predicted class, for networks of several classes; else empty."""
        return [] if self._confusion is None else self._confusion.counts.tolist()

    def curves(self) -> Curves | None:
        """Figures over all thresholds; None without masks."""
        curve = precision_recall(self._histogram)
        if curve is None:
            return None
        points = zip((curve.levels / 255).tolist(), curve.precision.tolist(), curve.recall.tolist(), strict=True)
        return Curves(
            average_precision(self._histogram),
            best_f(self._histogram),
            best_f(self._histogram, 0.3),
            mean_absolute_error(self._histogram),
            calibration(self._histogram),
            tuple(points),
        )

    def class_rows(self) -> list[ClassRow]:
        """All scores per class where the network tells classes apart, else which part of each class was found."""
        if self._confusion is not None:
            return class_table(self._confusion, self._classes)
        rows = []
        for index, name in enumerate(self._classes, start=1):
            labelled, found = self._recall[index].tolist()
            if labelled:
                rows.append(ClassRow(name, labelled, None, found / labelled, None, None, None))
        return rows

    def sweep(self) -> list[SweepRow]:
        """One row per further threshold."""
        return [
            SweepRow(one, strict_dataset_score(counts) if counts else None, self._sweep_boxes.get(one))
            for one, counts in self._sweep_counts.items()
        ]

    def _add_pixels(
        self,
        row: ImageRow,
        foreground: NDArray[np.float32],
        levels: NDArray[np.uint8],
        predicted: NDArray[np.bool_],
        mask: NDArray[np.uint8],
        screened: bool,
        raw_label: NDArray[np.uint8] | None,
    ) -> ImageRow:
        valid, label = mask != IGNORE, self._defects(mask)
        counts = count_boolean_overlap(predicted, label, valid)
        score = strict_score(counts)
        sums = [self._all, self._screened] if screened else [self._all]
        compat = self._compat_counts(foreground, levels, label, raw_label) if self._options.compat else None
        weighted, boundary = self._slow(foreground, predicted, label, valid)
        for one in sums:
            one.strict.append(counts)
            one.compat.extend([] if compat is None else [compat])
            one.weighted.extend([] if weighted is None else [weighted])
            one.boundary.extend([] if boundary is None else [boundary])
        self._histogram.add(levels, label, valid)
        self._sizes.add(predicted, label)
        return _with(
            row,
            labelled_px=counts.labelled,
            predicted_px=counts.predicted,
            iou=score.iou,
            dice=score.dice,
            weighted_f=weighted,
            boundary_f=boundary,
        )

    def _compat_counts(
        self,
        foreground: NDArray[np.float32],
        levels: NDArray[np.uint8],
        label: NDArray[np.bool_],
        raw_label: NDArray[np.uint8] | None,
    ) -> OverlapCounts:
        label_bytes = raw_label if raw_label is not None else np.where(label, 255, 0).astype(np.uint8)
        kept = (levels / 255).astype(np.float32) if self._options.eight_bit_maps else foreground
        return count_overlap(published_mask(kept, *label_bytes.shape), label_bytes, COMPAT_FOREGROUND)

    def _defects(self, mask: NDArray[np.uint8]) -> NDArray[np.bool_]:
        return np.isin(mask, list(self._options.defect_classes))

    def _slow(
        self,
        foreground: NDArray[np.float32],
        predicted: NDArray[np.bool_],
        label: NDArray[np.bool_],
        valid: NDArray[np.bool_],
    ) -> tuple[float | None, float | None]:
        if not self._options.slow_scores:
            return None, None
        return (
            weighted_f(np.where(valid, foreground, 0), label),
            boundary_f(predicted & valid, label, self._options.boundary_tolerance_px),
        )

    def _add_classes(
        self, probability: NDArray[np.float32], predicted: NDArray[np.bool_], mask: NDArray[np.uint8]
    ) -> None:
        if probability.shape[0] > 1:
            self._confusion = self._confusion or Confusion.empty(probability.shape[0])
            self._confusion.add(probability.argmax(axis=0).astype(np.uint8), mask)
            return
        self._recall[:, 0] += np.bincount(mask.ravel(), minlength=256)[:IGNORE]
        self._recall[:, 1] += np.bincount(mask[predicted].ravel(), minlength=256)[:IGNORE]

    def _add_sweep(
        self, levels: NDArray[np.uint8], mask: NDArray[np.uint8] | None, boxes: Sequence[LabelBox] | None
    ) -> None:
        for threshold, counts in self._sweep_counts.items():
            regions = detect(levels, threshold, self._options.minimum_area_px)
            if mask is not None:
                counts.append(count_boolean_overlap(regions.mask(), self._defects(mask), mask != IGNORE))
            if boxes is not None:
                found = count_box_hits(regions, boxes, self._options.defect_classes)
                self._sweep_boxes[threshold] = self._sweep_boxes.get(threshold, BoxCounts()) + found


def _with(row: ImageRow, **changes: object) -> ImageRow:
    return ImageRow(**{**vars(row), **changes})


def _mean(values: Sequence[float]) -> float | None:
    return sum(values) / len(values) if values else None
