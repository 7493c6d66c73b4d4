"""Counts and scores of masks; the fixture shared with the application."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from railscope_training.errors import TrainingError
from railscope_training.evaluation.folders import score_folders
from railscope_training.evaluation.overlap import (
    OverlapCounts,
    compat_dataset_score,
    compat_score,
    count_boolean_overlap,
    count_overlap,
    precision,
    strict_dataset_score,
    strict_per_image_score,
)
from railscope_training.evaluation.parity_fixture import expected_figures, write_fixture

FIXTURE = Path(__file__).parents[3] / "fixtures" / "metrics"

GOOD = OverlapCounts(8, 10, 16)
PERFECT = OverlapCounts(4, 4, 4)
FALSE_ALARM = OverlapCounts(0, 6, 0)
QUIET = OverlapCounts(0, 0, 0)


def _assert_same(found: Any, wanted: Any, where: str = "") -> None:
    if isinstance(wanted, dict):
        assert found.keys() == wanted.keys(), where
        for key in wanted:
            _assert_same(found[key], wanted[key], f"{where}/{key}")
    elif isinstance(wanted, list):
        assert len(found) == len(wanted), where
        for index, (one, other) in enumerate(zip(found, wanted, strict=True)):
            _assert_same(one, other, f"{where}/{index}")
    elif isinstance(wanted, float):
        assert found == pytest.approx(wanted, abs=1e-9), where
    else:
        assert found == wanted, where


def test_shared_fixture_gives_the_expected_figures() -> None:
    expected = json.loads((FIXTURE / "expected.json").read_text(encoding="utf-8"))
    assert len(expected["cases"]) >= 10
    _assert_same(expected_figures(FIXTURE), expected)


def test_fixture_is_written_as_it_lies_in_the_repository(tmp_path: Path) -> None:
    write_fixture(tmp_path)
    written = sorted(path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*.*"))
    assert written == sorted(path.relative_to(FIXTURE).as_posix() for path in FIXTURE.rglob("*.*"))
    _assert_same(
        json.loads((tmp_path / "expected.json").read_text(encoding="utf-8")),
        json.loads((FIXTURE / "expected.json").read_text(encoding="utf-8")),
    )


def test_folders_give_the_same_as_the_fixture(tmp_path: Path) -> None:
    expected = json.loads((FIXTURE / "expected.json").read_text(encoding="utf-8"))["datasets"]
    scores = score_folders(FIXTURE / "predictions", FIXTURE / "labels")
    _assert_same(vars(scores.compat), expected["compat"]["all"])
    _assert_same(vars(scores.strict), expected["strict"]["all"])
    _assert_same(vars(scores.strict_per_image), expected["strict"]["per_image"])
    assert scores.unpaired == ()


def test_levels_that_count() -> None:
    prediction = np.array([[255, 254, 255, 0, 128, 127]], np.uint8)
    label = np.array([[255, 255, 0, 255, 200, 200]], np.uint8)
    assert count_overlap(prediction, label, 255) == OverlapCounts(1, 2, 3)
    assert count_overlap(prediction, label, 128) == OverlapCounts(3, 4, 5)


def test_sizes_must_agree() -> None:
    with pytest.raises(TrainingError, match="one size"):
        count_overlap(np.zeros((2, 3), np.uint8), np.zeros((3, 2), np.uint8), 128)


def test_ignored_pixels_do_not_count() -> None:
    mask = np.ones((2, 2), bool)
    valid = np.array([[True, False], [False, True]])
    assert count_boolean_overlap(mask, mask, valid) == OverlapCounts(2, 2, 2)


def test_compat_by_hand() -> None:
    score = compat_score(GOOD)
    assert score.pa == 0.5
    assert score.iou == pytest.approx(8 / 18)
    assert score.dice == pytest.approx(16 / 26)
    both = compat_dataset_score([GOOD, PERFECT])
    assert (both.pa, both.m_iou) == (0.75, pytest.approx((8 / 18 + 1) / 2))


def test_one_empty_label_poisons_compat_only() -> None:
    poisoned = compat_dataset_score([PERFECT, QUIET])
    assert (poisoned.pa, poisoned.empty_labels) == (None, 1)
    assert poisoned.m_iou == pytest.approx(0.5)
    counts = [GOOD, PERFECT, FALSE_ALARM, QUIET]
    pooled = strict_dataset_score(counts)
    assert (pooled.pa, pooled.m_iou, pooled.m_dice) == (12 / 20, 12 / 28, 24 / 40)
    assert (pooled.images, pooled.empty_labels, pooled.false_alarm_rate) == (4, 2, 0.5)
    per_image = strict_per_image_score(counts)
    assert per_image.m_dice == pytest.approx((16 / 26 + 1) / 2)
    assert per_image.false_alarm_rate == 0.5


def test_undefined_is_none_not_nan() -> None:
    for score in (compat_dataset_score([]), strict_dataset_score([]), strict_per_image_score([QUIET])):
        assert (score.pa, score.m_iou, score.m_dice) == (None, None, None)
    assert precision(QUIET) is None
