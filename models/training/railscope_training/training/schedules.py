"""The learning rate as a factor on its first value, a function of how much of the training is done."""

from __future__ import annotations

import math

from railscope_training.training.experiment import ScheduleSettings


def anneal_factor(settings: ScheduleSettings, fraction: float, length: float) -> float:
    """Factor at `fraction` 0…1 of the training, which has `length` in the unit of the milestones."""
    fraction = min(max(fraction, 0.0), 1.0)
    match settings.kind:
        case "constant":
            return 1.0
        case "cosine":
            return settings.final + (1.0 - settings.final) * 0.5 * (1.0 + math.cos(math.pi * fraction))
        case "poly":
            return float((1.0 - fraction) ** settings.power)
        case "step":
            passed = sum(fraction * length >= milestone - 1e-9 for milestone in settings.milestones)
            return float(settings.factor**passed)


def learning_rate_factor(settings: ScheduleSettings, step: int, fraction: float, length: float) -> float:
    """Factor for optimiser step `step` (from 0): warm-up rises linearly and ends after `warmup_steps`."""
    warm = min(1.0, (step + 1) / (settings.warmup_steps + 1))
    return warm * anneal_factor(settings, fraction, length)
