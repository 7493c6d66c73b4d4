"""Several classes: confusion of pixels and the table that follows from it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from railscope_training.errors import TrainingError

#: class index of pixels that do not count
IGNORE = 255


@dataclass
class Confusion:
    """Pixels by labelled class (row) and predicted class (column), background = 0."""

    counts: NDArray[np.int64]

    @staticmethod
    def empty(classes: int) -> Confusion:
        """No pixels yet; `classes` includes background."""
        return Confusion(np.zeros((classes, classes), np.int64))

    def add(self, predicted: NDArray[np.uint8], labelled: NDArray[np.uint8]) -> None:
        """Count the pixels of class maps [H, W]; 255 in the label does not count.

        Raises TrainingError when the label names a class that the network lacks.
        """
        classes = len(self.counts)
        valid = labelled != IGNORE
        truth, guess = labelled[valid].astype(np.int64), predicted[valid].astype(np.int64)
        if truth.size and (truth.max() >= classes or guess.max() >= classes):
            found = int(max(truth.max(), guess.max()))
            raise TrainingError(f"class {found} in a mask, but there are only {classes}, background included")
        self.counts += np.bincount(truth * classes + guess, minlength=classes**2).reshape(classes, classes)


@dataclass(frozen=True)
class ClassRow:
    """Scores of one class over all pixels; None = undefined (0 / 0) or not told apart by the network."""

    name: str
    labelled_px: int
    predicted_px: int | None
    recall: float | None
    precision: float | None
    iou: float | None
    dice: float | None


def class_table(confusion: Confusion, names: Sequence[str]) -> list[ClassRow]:
    """One row per class, background first. `names` are those of the classes, background left out."""
    rows = []
    for index, name in enumerate(["background", *names]):
        both = int(confusion.counts[index, index])
        labelled = int(confusion.counts[index].sum())
        predicted = int(confusion.counts[:, index].sum())
        union = labelled + predicted - both
        rows.append(
            ClassRow(
                name,
                labelled,
                predicted,
                recall=both / labelled if labelled else None,
                precision=both / predicted if predicted else None,
                iou=both / union if union else None,
                dice=2 * both / (labelled + predicted) if labelled + predicted else None,
            )
        )
    return rows


def mean_iou(rows: Sequence[ClassRow], *, background: bool) -> float | None:
    """Mean IoU over the classes that occur in a label or a prediction; None where none does."""
    values = [row.iou for row in (rows if background else rows[1:]) if row.iou is not None]
    return sum(values) / len(values) if values else None
