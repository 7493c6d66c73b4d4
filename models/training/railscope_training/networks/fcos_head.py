"""Detection head of BlendMask: two towers shared by all pyramid levels, and the attention (top) layer."""

from __future__ import annotations

import math
from typing import NamedTuple

from torch import Tensor, nn
from torch.nn import functional

#: probability of a defect that the class layer starts with
PRIOR = 0.01


class LevelOutput(NamedTuple):
    """What the head says at the h × w points of one level.

    `classes` logits [B, classes, h, w]; `boxes` distances left, top, right, bottom in strides, ≥ 0 [B, 4, h, w];
    `centres` logits [B, 1, h, w]; `attentions` [B, K·A·A, h, w].
    """

    classes: Tensor
    boxes: Tensor
    centres: Tensor
    attentions: Tensor


class FcosHead(nn.Module):
    """Class tower and box tower; centre-ness and attention come from the box tower."""

    def __init__(self, channels: int, classes: int, attention_values: int, tower_depth: int, norm_groups: int) -> None:
        super().__init__()
        self.class_tower = self._tower(channels, tower_depth, norm_groups)
        self.box_tower = self._tower(channels, tower_depth, norm_groups)
        self.classes = nn.Conv2d(channels, classes, 3, padding=1)
        self.boxes = nn.Conv2d(channels, 4, 3, padding=1)
        self.centres = nn.Conv2d(channels, 1, 3, padding=1)
        self.attentions = nn.Conv2d(channels, attention_values, 3, padding=1)
        for module in self.modules():
            if isinstance(module, nn.Conv2d) and module.bias is not None:
                nn.init.normal_(module.weight, std=0.01)
                nn.init.zeros_(module.bias)
        nn.init.constant_(self.classes.bias, -math.log((1 - PRIOR) / PRIOR))  # type: ignore[arg-type]

    @staticmethod
    def _tower(channels: int, depth: int, norm_groups: int) -> nn.Sequential:
        layers: list[nn.Module] = []
        for _ in range(depth):
            layers += [nn.Conv2d(channels, channels, 3, padding=1), nn.GroupNorm(norm_groups, channels)]
            layers.append(nn.ReLU(inplace=True))
        return nn.Sequential(*layers)

    def forward(self, level: Tensor) -> LevelOutput:
        """One pyramid level [B, channels, h, w]."""
        box_features = self.box_tower(level)
        return LevelOutput(
            classes=self.classes(self.class_tower(level)),
            boxes=functional.relu(self.boxes(box_features)),
            centres=self.centres(box_features),
            attentions=self.attentions(box_features),
        )
