"""Optimisers with groups by learning-rate factor and by whether weight decay applies."""

from __future__ import annotations

import torch
from torch import nn

from railscope_training.errors import TrainingError
from railscope_training.training.experiment import OptimiserSettings


def freeze_parameters(network: nn.Module, prefixes: tuple[str, ...]) -> None:
    """Exclude the parameters whose names start with one of `prefixes`. Raises `TrainingError` for one without any."""
    for prefix in prefixes:
        named = [one for name, one in network.named_parameters() if name.startswith(prefix)]
        if not named:
            raise TrainingError(f"'freeze: {prefix}' fits no parameter; they are in {_children(network)}")
        for one in named:
            one.requires_grad_(False)


def create_optimiser(network: nn.Module, settings: OptimiserSettings) -> torch.optim.Optimizer:
    """The optimiser over all trainable parameters.

    Each group keeps its first learning rate as `initial_lr`.
    Raises `TrainingError` for a multiplier without parameters.
    """
    groups: dict[tuple[float, bool], list[nn.Parameter]] = {}
    unused = set(settings.multipliers)
    for name, parameter in network.named_parameters():
        if not parameter.requires_grad:
            continue
        parts = [part for part in settings.multipliers if part in name]
        unused.difference_update(parts)
        factor = 1.0
        for part in parts:
            factor *= settings.multipliers[part]
        decays = not settings.decay_weights_only or parameter.ndim > 1
        groups.setdefault((factor, decays), []).append(parameter)
    if unused:
        raise TrainingError(
            f"'optimiser.multipliers.{sorted(unused)[0]}' fits no parameter; they are in {_children(network)}"
        )
    if not groups:
        raise TrainingError("no parameter is left to train; look at 'freeze'")
    described = [
        {
            "params": parameters,
            "lr": settings.learning_rate * factor,
            "initial_lr": settings.learning_rate * factor,
            "weight_decay": settings.weight_decay if decays else 0.0,
        }
        for (factor, decays), parameters in groups.items()
    ]
    match settings.kind:
        case "adam":
            return torch.optim.Adam(described, betas=settings.betas)
        case "adamw":
            return torch.optim.AdamW(described, betas=settings.betas)
        case "sgd":
            return torch.optim.SGD(described, momentum=settings.momentum)


def set_learning_rate(optimiser: torch.optim.Optimizer, factor: float) -> float:
    """Set every group to `factor` of its first learning rate. Returns the learning rate of the first group."""
    for group in optimiser.param_groups:
        group["lr"] = group["initial_lr"] * factor
    return float(optimiser.param_groups[0]["lr"])


def _children(network: nn.Module) -> str:
    return ", ".join(name for name, _ in network.named_children())
