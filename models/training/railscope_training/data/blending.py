"""Putting one texture into another picture without a visible seam. Levels are float32 [H, W] of 0…255."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from railscope_training.data.pseudo_masks import box_mean
from railscope_training.data.shapes import BoolMask
from railscope_training.data.tiles import resize_image

Levels = NDArray[np.float32]
SMALLEST_PX = 8


def feathered(mask: BoolMask, radius: int) -> Levels:
    """Weights 0…1 [H, W]: 1 inside, falling to 0 over about `radius` pixels on either side of the outline."""
    if radius < 1:
        return mask.astype(np.float32)
    return box_mean(box_mean(mask.astype(np.float32), max(1, radius // 2)), max(1, radius // 2))


def pyramid_blend(ground: Levels, texture: Levels, weights: Levels) -> Levels:
    """Laplacian-pyramid blend: coarse structures melt over a wide seam, fine ones over a narrow one. All [H, W]."""
    if min(ground.shape) <= SMALLEST_PX:
        return weights * texture + (1 - weights) * ground
    height, width = ground.shape
    size = (height + 1) // 2, (width + 1) // 2
    small = [resize_image(plane, *size) for plane in (ground, texture, weights)]
    coarse = [resize_image(plane, height, width) for plane in small[:2]]
    detail = weights * (texture - coarse[1]) + (1 - weights) * (ground - coarse[0])
    return resize_image(pyramid_blend(small[0], small[1], small[2]), height, width) + detail


def filled_outside(values: Levels, known: BoolMask) -> Levels:
    """Values [H, W] with what lies outside `known` taken from the nearest known surroundings, coarse to fine."""
    weight = known.astype(np.float32)
    if weight.all() or not weight.any() or min(values.shape) <= 1:
        return np.where(known, values, values[known].mean() if known.any() else 0).astype(np.float32)
    height, width = values.shape
    size = max(1, (height + 1) // 2), max(1, (width + 1) // 2)
    small_weight = resize_image(weight, *size)
    small = resize_image((values * weight).astype(np.float32), *size) / np.maximum(small_weight, 1e-6)
    below = filled_outside(small, small_weight > 1e-3)
    return np.where(known, values, resize_image(below, height, width)).astype(np.float32)
