"""The limits of the parity gate."""

from __future__ import annotations

import numpy as np
import pytest

from railscope_training.export.parity import compare, judge, markdown


@pytest.mark.parametrize(
    ("precision", "difference", "dice", "agreement", "reference", "iou", "passed"),
    [
        ("fp32", 9e-5, 1.0, 1.0, None, None, True),
        ("fp32", 2e-4, 1.0, 1.0, None, None, False),
        ("fp32", float("nan"), 1.0, 1.0, None, None, False),
        ("fp16", 1.9e-2, 0.996, 0.99, None, None, True),
        ("fp16", 1.9e-2, 0.994, 0.99, None, None, False),
        ("fp16", 2.1e-2, 1.0, 1.0, None, None, False),
        ("int8", 0.4, 0.9, 0.8, 0.70, 0.695, True),
        ("int8", 0.1, 1.0, 1.0, 0.70, 0.685, False),
        ("int8", 0.4, 0.99, 0.991, None, None, True),
        ("int8", 0.4, 0.99, 0.98, None, None, False),
    ],
)
def test_limits(
    precision: str,
    difference: float,
    dice: float,
    agreement: float,
    reference: float | None,
    iou: float | None,
    passed: bool,
) -> None:
    held, remark = judge(precision, difference, dice, agreement, reference, iou)  # type: ignore[arg-type]
    assert held is passed
    assert (remark == "") is passed


def test_counts_are_pooled_over_tiles() -> None:
    expected = np.zeros((2, 1, 1, 2, 2), np.float32)
    expected[0, 0, 0, 0] = 0.9
    actual = expected.copy()
    actual[0, 0, 0, 0, 0] = 0.4
    actual[1, 0, 0, 1, 1] = 0.2
    labels = np.zeros((2, 2, 2), np.uint8)
    labels[0, 0] = 1
    labels[1, 1, 1] = 255
    row = compare(
        "fp32",
        [[tile] for tile in expected],
        [[tile] for tile in actual],
        labels,
        instances=False,
        threshold=0.5,
        origin="x",
    )
    assert row.tiles == 2
    assert row.difference == pytest.approx(0.5)
    assert row.dice == pytest.approx(2 * 1 / (2 + 1))
    assert row.reference_iou == 1.0
    assert row.iou == pytest.approx(0.5)
    assert not row.passed
    assert "no: differs" in markdown([row])
