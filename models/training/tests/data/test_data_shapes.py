"""Polygons and run lengths; pycocotools judges where it is installed."""

import numpy as np
import pytest

from railscope_training.data.shapes import box_of_mask, decode_rle, fill_polygons
from railscope_training.errors import TrainingError


def ring(x0, y0, x1, y1):
    return [x0, y0, x1, y0, x1, y1, x0, y1]


def test_whole_pixel_rectangle_is_exact():
    mask = fill_polygons([ring(2, 3, 7, 6)], 10, 12, "t")
    expected = np.zeros((10, 12), bool)
    expected[3:6, 2:7] = True
    assert np.array_equal(mask, expected)
    assert box_of_mask(mask).tolist() == [2, 3, 7, 6]
    assert box_of_mask(np.zeros((3, 3), bool)) is None


def test_ring_inside_is_a_hole_and_an_island_in_it_is_filled():
    rings = [ring(8, 8, 12, 12), ring(0, 0, 20, 20), ring(5, 5, 15, 15)]
    mask = fill_polygons(rings, 20, 20, "t")
    assert mask.sum() == 400 - 100 + 16
    assert not mask[6, 6]
    assert mask[9, 9]


def test_overlapping_parts_are_joined():
    assert fill_polygons([ring(0, 0, 6, 6), ring(4, 4, 10, 10)], 10, 10, "t").sum() == 36 + 36 - 4


def test_outside_the_picture_is_cut():
    assert fill_polygons([ring(-5, -5, 3, 4)], 10, 10, "t").sum() == 12
    assert fill_polygons([ring(20, 20, 30, 30)], 10, 10, "t").sum() == 0


@pytest.mark.parametrize("bad", [[1, 2, 3, 4], [1, 2, 3, 4, 5, 6, 7], "abcdef", [1, 2, 3, 4, 5, float("nan")]])
def test_no_polygon(bad):
    with pytest.raises(TrainingError, match="t: a polygon"):
        fill_polygons([bad], 10, 10, "t")


def test_plain_run_lengths_go_down_the_columns():
    mask = decode_rle([1, 2, 3], 3, 2, "t")
    assert mask.tolist() == [[False, False], [True, False], [True, False]]


def test_damaged_run_lengths():
    for bad in ([1, 2], [-1, 7], "0", "\x00\x01", ["x"]):
        with pytest.raises(TrainingError, match="t: "):
            decode_rle(bad, 3, 2, "t")


def test_compressed_run_lengths_agree_with_pycocotools():
    coco = pytest.importorskip("pycocotools.mask")
    rng = np.random.default_rng(0)
    for height, width, share in ((1, 1, 0.5), (37, 53, 0.5), (200, 301, 0.02), (640, 480, 0.0), (64, 64, 1.0)):
        mask = rng.random((height, width)) < share
        encoded = coco.encode(np.asfortranarray(mask.astype(np.uint8)))
        assert np.array_equal(decode_rle(encoded["counts"], height, width, "t"), mask)


def test_polygon_agrees_with_pycocotools_up_to_its_outline():
    coco = pytest.importorskip("pycocotools.mask")
    angles = np.linspace(0, 2 * np.pi, 17)[:-1]
    points = np.stack([50 + 30 * np.cos(angles), 40 + 22 * np.sin(angles)], 1).ravel().tolist()
    ours = fill_polygons([points], 90, 100, "t")
    theirs = coco.decode(coco.frPyObjects([points], 90, 100))[..., 0] > 0
    assert (ours ^ theirs).sum() <= 0.03 * theirs.sum()
