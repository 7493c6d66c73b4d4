"""Boxes hit, and average precision held to pycocotools."""

from __future__ import annotations

import numpy as np
import pytest

from railscope_training.evaluation.box_hits import BoxCounts, LabelBox, count_box_hits, pixel_window
from railscope_training.evaluation.instance_ap import (
    ImageInstances,
    average_precisions,
    box_iou,
    official_average_precisions,
)
from railscope_training.evaluation.instance_detection import painted
from railscope_training.evaluation.regions import detect


def test_regions_touch_over_corners_and_small_ones_go() -> None:
    levels = np.zeros((8, 8), np.uint8)
    levels[0, 0] = levels[1, 1] = 200
    levels[5, 5] = 128
    levels[7, 0] = 127
    assert detect(levels, 0.5, 0).areas_px.tolist() == [2, 1]
    kept = detect(levels, 0.5, 2)
    assert (kept.count, kept.mask().sum()) == (1, 2)
    # a threshold of 0 does not mark where nothing was run
    assert detect(levels, 0.0, 0).mask().sum() == 4


def test_hits_and_false_instances_by_hand() -> None:
    levels = np.zeros((40, 40), np.uint8)
    levels[2:5, 2:5] = levels[20:23, 20:23] = levels[30:33, 2:5] = 255
    boxes = [
        LabelBox(1, (4, 4, 10, 10)),
        LabelBox(1, (10, 30, 15, 35)),
        LabelBox(2, (18, 18, 30, 30)),
    ]
    counts = count_box_hits(detect(levels, 0.5, 0), boxes, [1])
    assert counts == BoxCounts(1, 2, 1, 3, 2, 1)
    total = counts + BoxCounts(images=1)
    assert (total.hit_rate, total.false_per_image, total.off_all_boxes_per_image) == (0.5, 1.0, 0.5)
    assert BoxCounts().hit_rate is None


def test_a_box_touches_a_pixel_only_by_more_than_rounding() -> None:
    assert pixel_window(LabelBox(1, (9.995, 2.0, 20.005, 4.5)), 50, 50) == (slice(2, 5), slice(10, 20))
    assert pixel_window(LabelBox(1, (-3, -3, 500, 500)), 40, 30) == (slice(0, 40), slice(0, 30))


def test_box_iou() -> None:
    a = np.array([[0, 0, 10, 10]], np.float32)
    b = np.array([[5, 0, 15, 10], [20, 20, 30, 30]], np.float32)
    np.testing.assert_allclose(box_iou(a, b), [[1 / 3, 0]])


def _instances(random: np.random.Generator, count: int, *, scored: bool) -> ImageInstances:
    corners = random.integers(0, 30, (count, 2))
    sizes = random.integers(6, 30, (count, 2))
    boxes = np.concatenate([corners, corners + sizes], axis=1).astype(np.float32)
    masks = np.zeros((count, 64, 64), bool)
    for mask, (x0, y0, x1, y1) in zip(masks, boxes.astype(int), strict=True):
        mask[y0 : y1 - 2, x0:x1] = True
    scores = random.random(count) if scored else np.ones(count)
    return ImageInstances(boxes, random.integers(1, 3, count), scores.astype(np.float32), masks)


def _jittered(random: np.random.Generator, label: ImageInstances) -> ImageInstances:
    """Labels moved a little, and some noise beside them."""
    noise = _instances(random, 3, scored=True)
    assert label.masks is not None
    assert noise.masks is not None
    moved = label.boxes + random.integers(-3, 4, label.boxes.shape).astype(np.float32)
    shift = int(random.integers(-2, 3))
    return ImageInstances(
        np.concatenate([moved, noise.boxes]),
        np.concatenate([label.classes, noise.classes]),
        np.concatenate([random.random(len(moved)), noise.scores]).astype(np.float32),
        np.concatenate([np.roll(label.masks, shift, axis=2), noise.masks]),
    )


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("kind", ["box", "mask"])
def test_own_average_precision_equals_pycocotools(seed: int, kind: str) -> None:
    pytest.importorskip("pycocotools")
    random = np.random.default_rng(seed)
    labels = [_instances(random, int(random.integers(0, 6)), scored=False) for _ in range(8)]
    found = [_jittered(random, label) for label in labels]
    own = average_precisions(labels, found, kind)  # type: ignore[arg-type]
    official = official_average_precisions(labels, found, kind)  # type: ignore[arg-type]
    assert own.ap50 is not None
    assert 0.05 < own.ap50 < 1
    assert own.ap50 == pytest.approx(official.ap50, abs=1e-9)
    assert own.ap50_95 == pytest.approx(official.ap50_95, abs=1e-9)


def test_average_precision_at_the_ends() -> None:
    random = np.random.default_rng(9)
    labels = [_instances(random, 3, scored=False) for _ in range(2)]
    nothing = [_instances(random, 0, scored=True) for _ in range(2)]
    assert average_precisions(labels, labels, "mask").ap50_95 == pytest.approx(1.0)
    assert average_precisions(labels, nothing, "box").ap50 == 0
    assert average_precisions(nothing, labels, "box").ap50 is None
    assert official_average_precisions(labels, nothing, "box").ap50 == 0
    assert official_average_precisions(nothing, labels, "box").ap50 is None


def test_the_better_instance_has_the_pixels() -> None:
    masks = np.zeros((3, 10, 10), bool)
    masks[0, 2:6, 2:6] = masks[1, 4:8, 4:8] = masks[2, 0:2, 0:2] = True
    boxes = np.zeros((3, 4), np.float32)
    instances = ImageInstances(boxes, np.ones(3, np.int64), np.array([0.9, 0.6, 0.2], np.float32), masks)
    regions = painted(instances, 0.5, 10, 10)
    assert sorted(regions.areas_px.tolist()) == [12, 16]
    assert painted(instances, 0.95, 10, 10).count == 0
