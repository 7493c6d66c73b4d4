"""Tensors that instance networks take and give (boxes in pixels, corners x0 y0 x1 y1)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor


@dataclass(frozen=True)
class InstanceTargets:
    """The instances of one picture.

    `boxes` float [n, 4] in input pixels, `classes` long [n] counted from 0 (the order of the model's class list,
    no background), `masks` bool or uint8 [n, H, W] at input size. n may be 0.
    """

    boxes: Tensor
    classes: Tensor
    masks: Tensor

    def to(self, device: torch.device | str) -> InstanceTargets:
        """The same targets on another device."""
        return InstanceTargets(self.boxes.to(device), self.classes.to(device), self.masks.to(device))


class RawInstances(NamedTuple):
    """What an instance network computes before threshold, suppression and blending; N candidates per picture.

    `boxes` [B, N, 4] input pixels, `scores` [B, N] = σ(class)·σ(centre), before the square root,
    `classes` [B, N] counted from 0 (float, integral), `attentions` [B, N, K·A·A], `bases` [B, K, H/4, W/4].
    """

    boxes: Tensor
    scores: Tensor
    classes: Tensor
    attentions: Tensor
    bases: Tensor


@dataclass(frozen=True)
class Instances:
    """Detected instances of one picture, best first.

    `boxes` float [n, 4] input pixels clipped to the picture, `scores` float [n] after the square root,
    `classes` long [n] from 0, `probabilities` float [n, R, R] inside the box, `masks` bool [n, H, W].
    """

    boxes: Tensor
    scores: Tensor
    classes: Tensor
    probabilities: Tensor
    masks: Tensor
