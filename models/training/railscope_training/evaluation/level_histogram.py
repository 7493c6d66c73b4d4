"""Curves from a histogram of probabilities: precision and recall, average precision, best F, calibration, MAE.

Probabilities are kept with 8 bits, as the application keeps its maps, so that any number of pictures needs 512 counts.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

LEVELS = 256
DEFAULT_BINS = 10


def to_levels(probability: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Probabilities 0…1 → bytes 0…255, rounded half up as the application does; NaN counts as 0."""
    cut = np.clip(np.nan_to_num(probability, nan=0.0), 0.0, 1.0)
    return np.floor(cut * np.float64(255.0) + 0.5).astype(np.uint8)


def level_of(threshold: float) -> int:
    """The smallest byte that counts as defect at `threshold` 0…1, at least 1, as in the application."""
    return max(1, int(np.ceil(threshold * 255 - 1e-9)))


@dataclass
class LevelHistogram:
    """Pixels by probability byte, apart for labelled and other pixels."""

    labelled: NDArray[np.int64] = field(default_factory=lambda: np.zeros(LEVELS, np.int64))
    others: NDArray[np.int64] = field(default_factory=lambda: np.zeros(LEVELS, np.int64))

    def add(self, levels: NDArray[np.uint8], label: NDArray[np.bool_], valid: NDArray[np.bool_] | None = None) -> None:
        """Count the pixels [H, W] of a picture, where `valid` (everywhere unless given)."""
        if valid is not None:
            levels, label = levels[valid], label[valid]
        labelled = np.bincount(levels[label].ravel(), minlength=LEVELS)
        self.labelled += labelled
        self.others += np.bincount(levels.ravel(), minlength=LEVELS) - labelled


@dataclass(frozen=True)
class PrecisionRecallCurve:
    """Points at thresholds level / 255, levels descending from 255 to 1; pooled pixels."""

    levels: NDArray[np.int64]
    precision: NDArray[np.float64]
    recall: NDArray[np.float64]


def precision_recall(histogram: LevelHistogram) -> PrecisionRecallCurve | None:
    """The curve over all thresholds; None without labelled pixels. Precision is 1 where nothing is predicted."""
    positives = int(histogram.labelled.sum())
    if positives == 0:
        return None
    levels = np.arange(LEVELS - 1, 0, -1)
    hits = np.cumsum(histogram.labelled[levels])
    predicted = hits + np.cumsum(histogram.others[levels])
    precision = np.where(predicted > 0, hits / np.maximum(predicted, 1), 1.0)
    return PrecisionRecallCurve(levels, precision, hits / positives)


def average_precision(histogram: LevelHistogram) -> float | None:
    """Σ (recall step × precision) over all levels, level 0 (everything predicted) included; None without labels."""
    curve = precision_recall(histogram)
    if curve is None:
        return None
    positives, pixels = int(histogram.labelled.sum()), int(histogram.labelled.sum() + histogram.others.sum())
    recall = np.concatenate([[0.0], curve.recall, [1.0]])
    precision = np.concatenate([curve.precision, [positives / pixels]])
    return float(np.sum(np.diff(recall) * precision))


@dataclass(frozen=True)
class BestF:
    """The largest F over all thresholds, and the threshold 0…1 that gives it."""

    f: float
    threshold: float
    precision: float
    recall: float


def best_f(histogram: LevelHistogram, beta_squared: float = 1.0) -> BestF | None:
    """F_β maximised over thresholds on pooled pixels; None without labelled pixels."""
    curve = precision_recall(histogram)
    if curve is None:
        return None
    down = beta_squared * curve.precision + curve.recall
    f = np.where(down > 0, (1 + beta_squared) * curve.precision * curve.recall / np.maximum(down, 1e-300), 0.0)
    at = int(np.argmax(f))
    return BestF(float(f[at]), float(curve.levels[at] / 255), float(curve.precision[at]), float(curve.recall[at]))


def mean_absolute_error(histogram: LevelHistogram) -> float | None:
    """Mean |p − g| over all pixels, p with 8 bits; None without pixels."""
    pixels = int(histogram.labelled.sum() + histogram.others.sum())
    if pixels == 0:
        return None
    p = np.arange(LEVELS) / 255
    return float((histogram.labelled @ (1 - p) + histogram.others @ p) / pixels)


@dataclass(frozen=True)
class ReliabilityBin:
    """Pixels with a probability in [low, high), the last bin with 1 included; means are None in an empty bin."""

    low: float
    high: float
    pixels: int
    mean_probability: float | None
    labelled_share: float | None


@dataclass(frozen=True)
class Calibration:
    """Expected calibration error: mean over pixels of |labelled share − mean probability| of their bin."""

    expected_error: float
    bins: tuple[ReliabilityBin, ...]


def calibration(histogram: LevelHistogram, bins: int = DEFAULT_BINS) -> Calibration | None:
    """Reliability in `bins` bins of equal width; None without pixels."""
    pixels = histogram.labelled + histogram.others
    total = int(pixels.sum())
    if total == 0:
        return None
    owner = np.minimum(np.arange(LEVELS) * bins // 255, bins - 1)
    found = tuple(_bin(histogram, pixels, owner == index, index, bins) for index in range(bins))
    gap = 0.0
    for one in found:
        if one.mean_probability is not None and one.labelled_share is not None:
            gap += one.pixels * abs(one.labelled_share - one.mean_probability)
    return Calibration(gap / total, found)


def _bin(
    histogram: LevelHistogram, pixels: NDArray[np.int64], chosen: NDArray[np.bool_], index: int, bins: int
) -> ReliabilityBin:
    count = int(pixels[chosen].sum())
    low, high = index / bins, (index + 1) / bins
    if count == 0:
        return ReliabilityBin(low, high, 0, None, None)
    mean = float(pixels[chosen] @ (np.arange(LEVELS)[chosen] / 255) / count)
    return ReliabilityBin(low, high, count, mean, float(histogram.labelled[chosen].sum() / count))
