"""Weighted F, boundary F, curves, calibration, sizes and classes on cases worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest

from railscope_training.errors import TrainingError
from railscope_training.evaluation.boundary_f import boundary_f, inner_boundary
from railscope_training.evaluation.confusion import Confusion, class_table, mean_iou
from railscope_training.evaluation.level_histogram import (
    LevelHistogram,
    average_precision,
    best_f,
    calibration,
    level_of,
    mean_absolute_error,
    precision_recall,
    to_levels,
)
from railscope_training.evaluation.size_table import SizeTable
from railscope_training.evaluation.weighted_f import weighted_f


def _block(height: int, width: int, rows: slice, columns: slice) -> np.ndarray:
    mask = np.zeros((height, width), bool)
    mask[rows, columns] = True
    return mask


def test_weighted_f_of_a_perfect_and_an_empty_map() -> None:
    label = _block(20, 20, slice(5, 12), slice(5, 12))
    assert weighted_f(label.astype(np.float32), label) == pytest.approx(1.0)
    assert weighted_f(np.zeros((20, 20), np.float32), label) == pytest.approx(0.0, abs=0.02)
    assert weighted_f(np.zeros((20, 20), np.float32), np.zeros((20, 20), bool)) is None


def test_weighted_f_of_one_false_alarm_by_hand() -> None:
    # one labelled pixel, found; one false alarm 5 px away weighs 2 − ½ = 1.5. No error is on the label: recall 1.
    label = _block(1, 30, slice(0, 1), slice(10, 11))
    probability = label.astype(np.float32)
    probability[0, 15] = 1
    precision = 1 / (1 + 1.5)
    assert weighted_f(probability, label) == pytest.approx(2 * precision / (1 + precision))
    # farther away it weighs more: 2 − 2^(−3)
    probability[0, 15], probability[0, 25] = 0, 1
    precision = 1 / (1 + 2 - 0.125)
    assert weighted_f(probability, label) == pytest.approx(2 * precision / (1 + precision))


def test_weighted_f_softens_an_error_by_its_neighbours() -> None:
    # a missed pixel inside a large label: its error shrinks to its own share of the window, w(0)²
    label = np.ones((31, 31), bool)
    probability = np.ones((31, 31), np.float32)
    probability[15, 15] = 0
    window = np.exp(-(np.arange(-3, 4) ** 2) / 50)
    own_share = (window[3] / window.sum()) ** 2
    recall = 1 - own_share / label.size
    assert weighted_f(probability, label) == pytest.approx(2 * recall / (recall + 1), abs=1e-12)


def test_weighted_f_weighs_recall_by_beta() -> None:
    label = _block(1, 30, slice(0, 1), slice(10, 11))
    probability = label.astype(np.float32)
    probability[0, 15] = 1
    assert weighted_f(probability, label, 0.3) == pytest.approx(1.3 * 0.4 / (1 + 0.3 * 0.4))


def test_boundary_is_the_inner_rim() -> None:
    mask = _block(6, 6, slice(1, 5), slice(1, 5))
    assert inner_boundary(mask).sum() == 12
    touching = _block(4, 4, slice(0, 4), slice(0, 2))
    # the picture's edge is no outline: only the column beside the background
    assert inner_boundary(touching).tolist() == _block(4, 4, slice(0, 4), slice(1, 2)).tolist()


def test_boundary_f_within_a_tolerance() -> None:
    label = _block(30, 30, slice(8, 20), slice(8, 20))
    assert boundary_f(label, label, 0) == 1
    shifted = np.roll(label, 2, axis=1)
    assert boundary_f(shifted, label, 2) == 1
    assert 0 < (boundary_f(shifted, label, 1) or 0) < 1
    assert boundary_f(_block(30, 30, slice(0, 2), slice(0, 2)), label, 2) == 0
    assert boundary_f(np.zeros_like(label), label) == 0
    assert boundary_f(label, np.zeros_like(label)) is None


def _histogram(probability: list[float], label: list[int]) -> LevelHistogram:
    histogram = LevelHistogram()
    histogram.add(to_levels(np.array([probability], np.float32)), np.array([label]) == 1)
    return histogram


def test_bytes_are_rounded_half_up_and_cut() -> None:
    assert to_levels(np.array([[0.5, 1.2, -1, np.nan]], np.float32)).tolist() == [[128, 255, 0, 0]]
    assert [level_of(0.0), level_of(0.5), level_of(0.6), level_of(1.0)] == [1, 128, 153, 255]


def test_average_precision_by_hand() -> None:
    # ranking: hit, miss, hit, miss → ½·1 + ½·⅔
    histogram = _histogram([0.9, 0.8, 0.7, 0.1], [1, 0, 1, 0])
    assert average_precision(histogram) == pytest.approx(0.5 + 0.5 * 2 / 3)
    best = best_f(histogram)
    assert best is not None
    assert best.f == pytest.approx(0.8)
    assert 0.1 < best.threshold <= 0.7
    curve = precision_recall(histogram)
    assert curve is not None
    assert curve.recall[0] == 0
    assert curve.precision[0] == 1
    assert precision_recall(_histogram([0.2], [0])) is None


def test_pixels_that_do_not_count_are_left_out() -> None:
    histogram = LevelHistogram()
    histogram.add(np.array([[255, 255]], np.uint8), np.array([[True, False]]), np.array([[True, False]]))
    assert (histogram.labelled.sum(), histogram.others.sum()) == (1, 0)


def test_mean_absolute_error_by_hand() -> None:
    assert mean_absolute_error(_histogram([1.0, 0.2, 0.6], [1, 0, 1])) == pytest.approx((0 + 0.2 + 0.4) / 3)
    assert mean_absolute_error(LevelHistogram()) is None


def test_calibration_by_hand() -> None:
    # bin 0.8…0.9: mean 0.8, half labelled; bin 0…0.1: mean 0, none labelled
    found = calibration(_histogram([0.8, 0.8, 0.0, 0.0], [1, 0, 0, 0]))
    assert found is not None
    assert found.expected_error == pytest.approx(0.5 * 0.3)
    assert found.bins[8].labelled_share == 0.5
    assert found.bins[3].mean_probability is None
    assert sum(one.pixels for one in found.bins) == 4


def test_regions_by_area() -> None:
    label = _block(40, 40, slice(0, 4), slice(0, 4)) | _block(40, 40, slice(10, 30), slice(10, 30))
    table = SizeTable()
    table.add(_block(40, 40, slice(10, 20), slice(10, 30)), label)
    small, large = table.rows[0], table.rows[1]
    assert (small.regions, small.hit, small.recall) == (1, 0, 0)
    assert (large.regions, large.hit, large.recall) == (1, 1, 0.5)
    assert table.rows[2].hit_rate is None


def test_confusion_of_three_classes() -> None:
    confusion = Confusion.empty(3)
    labelled = np.array([[0, 1, 1, 2, 255]], np.uint8)
    confusion.add(np.array([[0, 1, 2, 2, 1]], np.uint8), labelled)
    assert confusion.counts.tolist() == [[1, 0, 0], [0, 1, 1], [0, 0, 1]]
    rows = class_table(confusion, ["crack", "spall"])
    assert [(row.recall, row.precision, row.iou) for row in rows] == [(1, 1, 1), (0.5, 1, 0.5), (1, 0.5, 0.5)]
    assert mean_iou(rows, background=False) == 0.5
    with pytest.raises(TrainingError, match="class 7"):
        confusion.add(np.zeros((1, 1), np.uint8), np.full((1, 1), 7, np.uint8))
