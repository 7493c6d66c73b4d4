"""What the rest of the package must know about a network before building it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from torch import nn

from railscope_training.errors import TrainingError

Task = Literal["semantic", "salient", "instance"]


@dataclass(frozen=True)
class NetworkSpec:
    """One row of the registry.

    `default_size` is (height, width) in pixels; every input side must be a multiple of `size_multiple`.
    `normalisation` names the kind of `Normaliser` the reference uses.
    `build(classes=…, **options)` returns the network with random weights.
    """

    name: str
    task: Task
    default_size: tuple[int, int]
    size_multiple: int
    normalisation: str
    build: Callable[..., nn.Module]


def require_size_multiple(network: str, height: int, width: int, multiple: int) -> None:
    """Check the input size of a network.

    Raises TrainingError, naming the next size that fits, when a side is not a positive multiple of `multiple`.
    """
    if height > 0 and width > 0 and height % multiple == 0 and width % multiple == 0:
        return
    fitting = tuple(max(multiple, -(-side // multiple) * multiple) for side in (height, width))
    raise TrainingError(
        f"{network}: input {height}×{width} does not fit, both sides must be multiples of {multiple}; "
        f"use {fitting[0]}×{fitting[1]}"
    )
