"""Cuts windows out of a picture and scales them to a network's input, as electron/inference/pipeline/preprocess.ts."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from railscope_training.evaluation.pipeline.resample import resample_matrix

Image = NDArray[np.uint8] | NDArray[np.uint16]
#: what fills an input beside a picture of other proportions: mid grey, before normalisation
PADDING = 0.5


def tile_tensor(image: Image, left: int, top: int, side_px: int, height: int, width: int) -> NDArray[np.float32]:
    """A square of source pixels → [3, height, width] of 0…1; where it hangs over the picture, edges are repeated."""
    window = image[top : top + side_px, left : left + side_px]
    down = resample_matrix(side_px, height, window.shape[0])
    across = resample_matrix(side_px, width, window.shape[1])
    return _resampled(window, down, across)


def whole_tensor(image: Image, height: int, width: int) -> NDArray[np.float32]:
    """The whole picture, proportions ignored → [3, height, width] of 0…1, as the published recipes resize."""
    return _resampled(image, resample_matrix(image.shape[0], height), resample_matrix(image.shape[1], width))


def fitted_tensor(image: Image, height: int, width: int) -> tuple[NDArray[np.float32], float]:
    """The whole picture in its proportions at the top left of [3, height, width], mid grey beside it.

    Returns the tensor and input pixels per picture pixel.
    """
    scale = min(height / image.shape[0], width / image.shape[1])
    inner_height = max(1, min(height, int(image.shape[0] * scale + 0.5)))
    inner_width = max(1, min(width, int(image.shape[1] * scale + 0.5)))
    tensor = np.full((3, height, width), PADDING, np.float32)
    tensor[:, :inner_height, :inner_width] = whole_tensor(image, inner_height, inner_width)
    return tensor, scale


def normalised(tensor: NDArray[np.float32], mean: Sequence[float], std: Sequence[float]) -> NDArray[np.float32]:
    """(value − mean) / std per channel of [B, 3, H, W]; the manifest of most networks says 0 and 1."""
    if not any(mean) and all(value == 1 for value in std):
        return tensor
    shape = (1, -1, 1, 1)
    return (tensor - np.asarray(mean, np.float32).reshape(shape)) / np.asarray(std, np.float32).reshape(shape)


def _resampled(window: Image, down: NDArray[np.float32], across: NDArray[np.float32]) -> NDArray[np.float32]:
    scale = np.float32(1 / (65535 if window.dtype == np.uint16 else 255))
    planes = [window] if window.ndim == 2 else [window[:, :, channel] for channel in range(window.shape[2])]
    scaled = [down @ (plane.astype(np.float32) @ across.T) * scale for plane in planes]
    return np.stack(scaled * 3 if len(scaled) == 1 else scaled[:3])
