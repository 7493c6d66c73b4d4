"""The published post-processing, step by step, against definitions and against OpenCV."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from railscope_training.evaluation.published_mask import (
    min_max_to_bytes,
    otsu_threshold,
    published_mask,
    published_mask_of_logits,
    resize_bilinear,
    sigmoid,
    through_jpeg,
)


def _map(seed: int, height: int = 40, width: int = 52) -> NDArray[np.float32]:
    random = np.random.default_rng(seed)
    rows, columns = np.ogrid[:height, :width]
    bump = np.exp(-(((rows - 15) / 8.0) ** 2) - ((columns - 20) / 11.0) ** 2)
    return np.clip(bump + random.normal(0, 0.05, (height, width)), 0, 1).astype(np.float32)


def test_resize_samples_half_pixel_centres() -> None:
    assert resize_bilinear(np.array([[0, 4]], np.float32), 1, 4).tolist() == [[0, 1, 3, 4]]
    assert resize_bilinear(np.array([[0], [8]], np.float32), 4, 1).ravel().tolist() == [0, 2, 6, 8]


@pytest.mark.parametrize(("height", "width"), [(17, 90), (80, 23), (40, 52)])
def test_resize_equals_torch(height: int, width: int) -> None:
    source = _map(1)
    wanted = torch.nn.functional.interpolate(
        torch.from_numpy(source)[None, None], (height, width), mode="bilinear", align_corners=False
    )
    np.testing.assert_allclose(resize_bilinear(source, height, width), wanted[0, 0].numpy(), atol=2e-6)


def test_stretch_truncates() -> None:
    assert min_max_to_bytes(np.array([[0.2, 0.4, 0.6]], np.float32)).tolist() == [[0, 127, 255]]
    assert min_max_to_bytes(np.full((1, 2), 0.9, np.float32)).tolist() == [[0, 0]]


def test_otsu_by_hand() -> None:
    assert otsu_threshold(np.array([[10, 10, 10, 200, 200]], np.uint8)) == 10
    # after 0 → ½·½·70² = 1225; after 40 → ¾·¼·86.67² = 1408
    assert otsu_threshold(np.array([[0, 0, 40, 100]], np.uint8)) == 40
    assert otsu_threshold(np.full((3, 3), 77, np.uint8)) == 0


def test_sigmoid_does_not_overflow() -> None:
    assert sigmoid(np.array([-1000, 0, 1000], np.float32)).tolist() == [0, 0.5, 1]


def test_jpeg_keeps_flat_masks_and_frays_edges() -> None:
    assert (through_jpeg(np.full((16, 16), 255, np.uint8)) == 255).all()
    disc = np.where(np.hypot(*np.ogrid[-31:33, -29:35]) < 19, 255, 0).astype(np.uint8)
    kept = (through_jpeg(disc) == 255).sum() / (disc == 255).sum()
    assert 0.6 < kept < 0.95


def test_foreground_is_forced_onto_a_clean_map() -> None:
    faint = np.full((16, 16), 0.001, np.float32)
    faint[:, 8:] = 0.002
    assert (published_mask(faint, 16, 16) == 255).sum() == 128


def test_logits_are_resized_before_the_sigmoid() -> None:
    logits = ((_map(3) - 0.5) * 20).astype(np.float32)
    assert (published_mask_of_logits(logits, 80, 104) != published_mask(sigmoid(logits), 80, 104)).any()
    same = published_mask_of_logits(logits, 40, 52)
    np.testing.assert_array_equal(same, published_mask(sigmoid(logits), 40, 52))


@pytest.mark.parametrize("seed", range(6))
def test_every_byte_equals_opencv(seed: int) -> None:
    values = _map(seed, 33 + 7 * seed, 61 - 4 * seed)
    span = np.float32(float(values.max() - values.min()) + 1e-8)
    stretched = ((values - values.min()) / span * 255).astype(np.uint8)
    _, binary = cv2.threshold(stretched, 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    _, file = cv2.imencode(".jpg", binary)
    wanted = cv2.imdecode(file, cv2.IMREAD_GRAYSCALE)
    np.testing.assert_array_equal(published_mask(values, *values.shape), wanted)
