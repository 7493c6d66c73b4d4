"""Exponential moving average of a network's weights."""

from __future__ import annotations

import copy

import torch
from torch import Tensor, nn


class WeightAverage:
    """Follows a network; `module` is the averaged copy in eval mode.

    The decay grows from small to `decay` over the first steps, min(decay, (1+n)/(10+n)), so that short trainings are
    not held back by random first weights. Integer buffers (batch counts) are copied.
    """

    def __init__(self, network: nn.Module, decay: float) -> None:
        self.decay = decay
        self.updates = 0
        self.module = copy.deepcopy(network).eval().requires_grad_(False)

    @torch.no_grad()
    def update(self, network: nn.Module) -> None:
        """Take one step towards the weights and buffers of `network`."""
        self.updates += 1
        decay = min(self.decay, (1 + self.updates) / (10 + self.updates))
        own: list[Tensor] = []
        new: list[Tensor] = []
        for mine, theirs in zip(self.module.state_dict().values(), network.state_dict().values(), strict=True):
            if mine.is_floating_point():
                own.append(mine)
                new.append(theirs.detach().to(mine.dtype))
            else:
                mine.copy_(theirs)
        torch._foreach_lerp_(own, new, 1.0 - decay)
