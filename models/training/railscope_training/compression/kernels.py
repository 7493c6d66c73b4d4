"""Kernels of compressed convs from the kernel of a full one: W [O, I, 3, 3] → the compressed weights.

"Published" are the forms of the customer's source document, kept for comparison; both lose the scale of the output
(see the specification, §4.2). "Ours" keep what the compressed form can represent.
"""

from __future__ import annotations

import torch
from torch import Tensor


def slice_grouped(weight: Tensor, groups: int) -> Tensor:
    """Ours: the block-diagonal part. [O, I, k, k] → [O, I/groups, k, k]."""
    outputs, inputs = weight.shape[0] // groups, weight.shape[1] // groups
    blocks = [
        weight[group * outputs : (group + 1) * outputs, group * inputs : (group + 1) * inputs]
        for group in range(groups)
    ]
    return torch.cat(blocks)


def average_grouped(weight: Tensor, groups: int) -> Tensor:
    """Published: means of neighbouring input channels. [O, I, k, k] → [O, I/groups, k, k]."""
    outputs, inputs, *kernel = weight.shape
    return weight.reshape(outputs, inputs // groups, groups, *kernel).mean(dim=2)


def decompose_separable(weight: Tensor) -> tuple[Tensor, Tensor]:
    """Ours: best rank-1 product per input channel. [O, I, k, k] → depthwise [I, 1, k, k], pointwise [O, I, 1, 1]."""
    outputs, inputs, height, width = weight.shape
    left, scale, right = torch.linalg.svd(weight.transpose(0, 1).reshape(inputs, outputs, -1), full_matrices=False)
    root = scale[:, :1].sqrt()
    depthwise = (root * right[:, 0]).reshape(inputs, 1, height, width)
    pointwise = (root * left[:, :, 0]).transpose(0, 1)[:, :, None, None]
    return depthwise, pointwise.contiguous()


def average_separable(weight: Tensor) -> tuple[Tensor, Tensor]:
    """Published: means over outputs and over taps. [O, I, k, k] → depthwise [I, 1, k, k], pointwise [O, I, 1, 1]."""
    return weight.mean(dim=0, keepdim=True).transpose(0, 1).contiguous(), weight.mean(dim=(2, 3), keepdim=True)
