"""Which point of the pyramid learns which instance (FCOS with centre sampling)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor

from railscope_training.networks.instances import InstanceTargets

STRIDES = (8, 16, 32, 64, 128)
#: largest distance to a side of the box, in pixels, that a level learns
LEVEL_RANGES = ((-1.0, 64.0), (64.0, 128.0), (128.0, 256.0), (256.0, 512.0), (512.0, float("inf")))
CENTRE_RADIUS_STRIDES = 1.5
BACKGROUND = -1


class Points(NamedTuple):
    """All points of the pyramid, level after level.

    `positions` [P, 2] x, y in pixels, `strides` [P], `ranges` [P, 2] least and most distance that a point learns.
    """

    positions: Tensor
    strides: Tensor
    ranges: Tensor


class PointTargets(NamedTuple):
    """What the points of one picture learn.

    `classes` long [P], BACKGROUND or from 0; `distances` [P, 4] left, top, right, bottom in strides (0 where
    background); `instances` long [P], index into the picture's instances (0 where background).
    """

    classes: Tensor
    distances: Tensor
    instances: Tensor


def level_positions(size: tuple[int, int], stride: int, device: torch.device) -> Tensor:
    """[h·w, 2] x, y in pixels of the points of a level, row by row: stride · index + stride // 2."""
    height, width = size
    ys = torch.arange(height, device=device, dtype=torch.float32) * stride + stride // 2
    xs = torch.arange(width, device=device, dtype=torch.float32) * stride + stride // 2
    return torch.stack((xs.repeat(height), ys.repeat_interleave(width)), dim=1)


def pyramid_points(sizes: Sequence[tuple[int, int]], device: torch.device) -> Points:
    """Points of levels of the given (h, w), from stride 8 on."""
    positions, strides, ranges = [], [], []
    for size, stride, limits in zip(sizes, STRIDES, LEVEL_RANGES, strict=True):
        level = level_positions(size, stride, device)
        positions.append(level)
        strides.append(torch.full((len(level),), float(stride), device=device))
        ranges.append(torch.tensor(limits, device=device).expand(len(level), 2))
    return Points(torch.cat(positions), torch.cat(strides), torch.cat(ranges))


def assign_points(points: Points, targets: InstanceTargets) -> PointTargets:
    """Targets of one picture.

    A point is positive for an instance if it lies inside the instance's centre box (radius 1.5 strides, clipped to
    the box) and its largest distance to a side lies in the range of its level; of several the smallest box wins.
    """
    count = len(points.positions)
    if len(targets.boxes) == 0:
        none = points.strides.new_full((count,), BACKGROUND).long()
        return PointTargets(none, points.positions.new_zeros((count, 4)), torch.zeros_like(none))
    boxes = targets.boxes.to(points.positions)
    distances = _distances(points.positions, boxes)
    centre_boxes = _centre_boxes(boxes, points.strides)
    inside = _distances(points.positions, centre_boxes).amin(dim=2) > 0
    largest = distances.amax(dim=2)
    in_range = (largest >= points.ranges[:, :1]) & (largest <= points.ranges[:, 1:])
    areas = ((boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])).expand(count, -1)
    area, instance = areas.masked_fill(~(inside & in_range), float("inf")).min(dim=1)
    positive = torch.isfinite(area)
    instance = torch.where(positive, instance, torch.zeros_like(instance))
    classes = torch.where(positive, targets.classes.to(instance)[instance], torch.full_like(instance, BACKGROUND))
    own = distances[torch.arange(count, device=distances.device), instance] / points.strides[:, None]
    return PointTargets(classes, own * positive[:, None], instance)


def _distances(positions: Tensor, boxes: Tensor) -> Tensor:
    """[P, n, 4]: left, top, right, bottom from each point to each box; boxes [n, 4] or [P, n, 4]."""
    boxes = boxes.expand(len(positions), -1, 4)
    return torch.cat((positions[:, None] - boxes[..., :2], boxes[..., 2:] - positions[:, None]), dim=2)


def _centre_boxes(boxes: Tensor, strides: Tensor) -> Tensor:
    """[P, n, 4]: the part of each box around its centre that a point of the given stride may lie in."""
    centres = (boxes[:, :2] + boxes[:, 2:]) / 2
    radius = (strides * CENTRE_RADIUS_STRIDES)[:, None, None]
    lower = torch.maximum(centres - radius, boxes[:, :2])
    upper = torch.minimum(centres + radius, boxes[:, 2:])
    return torch.cat((lower, upper), dim=2)
