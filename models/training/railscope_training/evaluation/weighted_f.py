"""Weighted F-measure of Margolin, Zelnik-Manor and Tal (CVPR 2014), written from the paper's definition."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from railscope_training.evaluation.optional import need

#: the paper's window of dependency between foreground pixels: Gaussian, σ = 5, 7 × 7
_WINDOW_SIGMA = 5.0
_WINDOW_RADIUS = 3
#: the weight of a false alarm doubles far from the foreground and is halfway there at this distance, in pixels
_HALF_DISTANCE_PX = 5.0
_EPSILON = float(np.finfo(np.float64).eps)


def weighted_f(probability: NDArray[np.float32], label: NDArray[np.bool_], beta_squared: float = 1.0) -> float | None:
    """F of one map [H, W] of 0…1 (or of a binary mask) against a boolean label [H, W]; None for an empty label.

    An error on a foreground pixel is softened by its neighbours (errors depend on each other); an error on a
    background pixel counts more the farther it lies from the foreground. Where two foreground pixels are equally near
    to a background pixel, the paper leaves open which one's error is taken over; here it is scipy's choice.
    """
    if not label.any():
        return None
    errors = _weighted_errors(np.asarray(probability, np.float64), label)
    labelled = float(np.count_nonzero(label))
    true_positive = labelled - float(errors[label].sum())
    false_positive = float(errors[~label].sum())
    recall = true_positive / labelled
    precision = true_positive / (_EPSILON + true_positive + false_positive)
    return (1 + beta_squared) * recall * precision / (_EPSILON + recall + beta_squared * precision)


def _weighted_errors(probability: NDArray[np.float64], label: NDArray[np.bool_]) -> NDArray[np.float64]:
    ndimage = need("scipy.ndimage", "scipy", "the weighted F-measure")
    error = np.abs(probability - label)
    distance, nearest = ndimage.distance_transform_edt(~label, return_indices=True)
    dependent = error[tuple(nearest)]
    window = _gaussian_window()
    smoothed = ndimage.correlate1d(dependent, window, axis=0, mode="constant")
    smoothed = ndimage.correlate1d(smoothed, window, axis=1, mode="constant")
    softened = np.where(label, np.minimum(error, smoothed), error)
    importance = np.where(label, 1.0, 2.0 - 0.5 ** (distance / _HALF_DISTANCE_PX))
    return softened * importance


def _gaussian_window() -> NDArray[np.float64]:
    """One axis of the normalised window; the two-dimensional one is its outer product with itself."""
    offsets = np.arange(-_WINDOW_RADIUS, _WINDOW_RADIUS + 1)
    window = np.exp(-(offsets**2) / (2 * _WINDOW_SIGMA**2))
    return window / window.sum()
