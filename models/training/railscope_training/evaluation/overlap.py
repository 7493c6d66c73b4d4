"""Pixel scores of masks against labels, in the two ways of the specification (§1.5).

`compat` repeats the published procedure with all its oddities: exactly 255 is foreground, scores are averaged over
pictures, one empty label makes PA undefined. `strict` is the honest one: 128 and above is foreground, pixels of all
pictures are pooled, pictures with an empty label are told apart as false-alarm rate.

The same arithmetic, in the same order, as `electron/shared/masks/metrics.ts`; models/fixtures/metrics holds both to it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from railscope_training.errors import TrainingError

COMPAT_FOREGROUND = 255
STRICT_FOREGROUND = 128
#: added to the denominators of IoU and Dice by the published procedure
EPSILON = 2.0**-52


@dataclass(frozen=True)
class OverlapCounts:
    """Pixels of one picture, or of many added up."""

    #: foreground in both
    both: int
    predicted: int
    labelled: int

    def __add__(self, other: OverlapCounts) -> OverlapCounts:
        return OverlapCounts(self.both + other.both, self.predicted + other.predicted, self.labelled + other.labelled)


@dataclass(frozen=True)
class MaskScore:
    """Fractions 0…1; None = undefined (0 / 0). PA is foreground recall."""

    pa: float | None
    iou: float | None
    dice: float | None


@dataclass(frozen=True)
class DatasetScore:
    """Scores of many pictures; fractions 0…1, None = undefined."""

    images: int
    #: pictures whose label has no foreground
    empty_labels: int
    pa: float | None
    m_iou: float | None
    m_dice: float | None
    #: part of the pictures with an empty label in which something was predicted; None without such pictures
    false_alarm_rate: float | None


def count_overlap(prediction: NDArray[np.uint8], label: NDArray[np.uint8], foreground: int) -> OverlapCounts:
    """Count pixels [H, W] at or above `foreground` (255 = compat, 128 = strict).

    Raises TrainingError when the shapes differ.
    """
    if prediction.shape != label.shape:
        raise TrainingError(f"the mask has shape {prediction.shape}, the label {label.shape}: give masks of one size")
    return count_boolean_overlap(prediction >= foreground, label >= foreground)


def count_boolean_overlap(
    predicted: NDArray[np.bool_], labelled: NDArray[np.bool_], valid: NDArray[np.bool_] | None = None
) -> OverlapCounts:
    """Count foreground of two boolean masks of one shape, where `valid` (everywhere unless given)."""
    if valid is not None:
        predicted, labelled = predicted & valid, labelled & valid
    both = np.count_nonzero(predicted & labelled)
    return OverlapCounts(int(both), int(np.count_nonzero(predicted)), int(np.count_nonzero(labelled)))


def compat_score(counts: OverlapCounts) -> MaskScore:
    """Scores of one picture as the published procedure computes them; PA is None where the label is empty."""
    both, predicted, labelled = counts.both, counts.predicted, counts.labelled
    return MaskScore(
        pa=both / labelled if labelled else None,
        iou=both / (predicted + labelled - both + EPSILON),
        dice=2 * both / (predicted + labelled + EPSILON),
    )


def strict_score(counts: OverlapCounts) -> MaskScore:
    """Ratios of the counts as they are, None where both the prediction and the label are empty."""
    both, predicted, labelled = counts.both, counts.predicted, counts.labelled
    return MaskScore(
        pa=_ratio(both, labelled),
        iou=_ratio(both, predicted + labelled - both),
        dice=_ratio(2 * both, predicted + labelled),
    )


def precision(counts: OverlapCounts) -> float | None:
    """Part of the predicted pixels that are labelled; None where nothing was predicted."""
    return _ratio(counts.both, counts.predicted)


def compat_dataset_score(counts: Sequence[OverlapCounts]) -> DatasetScore:
    """Plain means over pictures. One empty label makes PA None, and its IoU and Dice count as 0, as published."""
    scores = [compat_score(one) for one in counts]
    return _dataset_score(counts, _mean_of(scores, lambda values: None if None in values else _mean(values)))


def strict_dataset_score(counts: Sequence[OverlapCounts]) -> DatasetScore:
    """Ratios of the pixel counts of all pictures together, those with empty labels included."""
    return _dataset_score(counts, strict_score(sum(counts, OverlapCounts(0, 0, 0))))


def strict_per_image_score(counts: Sequence[OverlapCounts]) -> DatasetScore:
    """Means over the pictures with a label that is not empty; the others show in the false-alarm rate only."""
    scores = [strict_score(one) for one in counts if one.labelled > 0]
    return _dataset_score(counts, _mean_of(scores, _mean))


def labelled_only(counts: Sequence[OverlapCounts]) -> list[OverlapCounts]:
    """The pictures whose label is not empty."""
    return [one for one in counts if one.labelled > 0]


Mean = Callable[[list[float | None]], float | None]


def _mean_of(scores: Sequence[MaskScore], mean: Mean) -> MaskScore:
    return MaskScore(
        mean([score.pa for score in scores]),
        mean([score.iou for score in scores]),
        mean([score.dice for score in scores]),
    )


def _dataset_score(counts: Sequence[OverlapCounts], score: MaskScore) -> DatasetScore:
    empty = [one for one in counts if one.labelled == 0]
    alarms = sum(one.predicted > 0 for one in empty)
    return DatasetScore(len(counts), len(empty), score.pa, score.iou, score.dice, _ratio(alarms, len(empty)))


def _mean(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return math.fsum(known) / len(known) if known else None


def _ratio(part: float, whole: float) -> float | None:
    return part / whole if whole else None
