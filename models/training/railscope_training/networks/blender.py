"""Blending: instance masks from bases, boxes and attentions."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

from railscope_training.networks.blocks import resize_bilinear, spatial_size

#: input pixels per basis pixel
BASIS_STRIDE = 4
#: side of the square that every instance is computed on
ROI_SIDE = 56


def crop_regions(maps: Tensor, boxes: Tensor, stride: int, side: int = ROI_SIDE) -> Tensor:
    """RoIAlign with one bilinear sample per bin, pixel-shifted ("aligned").

    `maps` [C, h, w] of one picture, `boxes` [n, 4] in input pixels within the picture → [n, C, side, side].
    The sample of a bin lies at its centre; in map coordinates input position / stride − 0.5.
    """
    height, width = spatial_size(maps)
    count = int(boxes.shape[0])
    if count == 0:
        return maps.new_zeros((0, maps.shape[0], side, side))
    steps = (torch.arange(side, device=boxes.device, dtype=boxes.dtype) + 0.5) / side
    xs = boxes[:, 0:1] + (boxes[:, 2:3] - boxes[:, 0:1]) * steps
    ys = boxes[:, 1:2] + (boxes[:, 3:4] - boxes[:, 1:2]) * steps
    xs, ys = xs * (2.0 / (stride * width)) - 1.0, ys * (2.0 / (stride * height)) - 1.0
    grid = torch.stack((xs[:, None, :].expand(-1, side, -1), ys[:, :, None].expand(-1, -1, side)), dim=3)
    flat = grid.reshape(1, count * side, side, 2).to(maps.dtype)
    sampled = functional.grid_sample(maps[None], flat, padding_mode="border", align_corners=False)[0]
    return sampled.reshape(-1, count, side, side).transpose(0, 1)


def blend(regions: Tensor, attentions: Tensor) -> Tensor:
    """Mask logits [n, R, R] of regions [n, K, R, R] and attentions [n, K·A·A] (softmax over the K bases)."""
    count, bases, side = int(regions.shape[0]), int(regions.shape[1]), int(regions.shape[2])
    attention_side = round((int(attentions.shape[1]) / bases) ** 0.5)
    weights = attentions.reshape(count, bases, attention_side, attention_side)
    weights = resize_bilinear(weights, (side, side), align_corners=False).softmax(dim=1)
    return (regions * weights).sum(dim=1)
