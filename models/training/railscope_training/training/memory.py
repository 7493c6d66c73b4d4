"""Chooses micro-batch, accumulation and activation checkpointing so that a training stays within a memory limit."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from railscope_training.errors import TrainingError

#: part of the limit that a plan may fill; the rest is for fragmentation and what the probe does not see
USABLE = 0.92
#: batch norm and speed suffer below this micro-batch; checkpointing is chosen before going lower
COMFORTABLE_MICRO_BATCH = 4

_UNITS = {"": 1, "b": 1, "k": 1024, "m": 1024**2, "g": 1024**3, "t": 1024**4}

#: bytes at the worst moment of a step with (micro-batch, checkpointing); None = it ran out of memory
Probe = Callable[[int, bool], int | None]


@dataclass(frozen=True)
class MemoryPlan:
    """How one process runs its part of a batch."""

    micro_batch: int
    accumulation: int
    checkpointing: bool
    #: measured at the worst moment of a step
    bytes: int


def parse_memory(text: str) -> int:
    """`8GiB`, `7.5G`, `900MB`, `1000000` → bytes (units of 1024). Raises `TrainingError`."""
    match = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*([kmgt]?)(?:i?b)?\s*", text.lower())
    if match is None or float(match.group(1)) <= 0:
        raise TrainingError(f"'{text}' is no amount of memory; write for example 8GiB")
    return int(float(match.group(1)) * _UNITS[match.group(2)])


def format_memory(amount: float) -> str:
    """Bytes as GiB or MiB."""
    return f"{amount / 1024**3:.2f} GiB" if amount >= 1024**3 else f"{amount / 1024**2:.0f} MiB"


def choose_plan(probe: Probe, batch: int, limit_bytes: int, checkpointing_always: bool = False) -> MemoryPlan:
    """The fastest plan for `batch` pictures per process whose measured bytes stay within the limit.

    Without checkpointing as long as the micro-batch is comfortable, else with it; the parts of a batch are as equal
    as they can be. Every plan that is returned has been measured. Raises `TrainingError` when one picture is too much.
    """
    comfortable = min(batch, COMFORTABLE_MICRO_BATCH)
    plain = None if checkpointing_always else _largest(probe, batch, limit_bytes, checkpointing=False)
    if plain is not None and plain.micro_batch >= comfortable:
        return plain
    saving = _largest(probe, batch, limit_bytes, checkpointing=True)
    if saving is not None and (plain is None or saving.micro_batch > plain.micro_batch):
        return saving
    if plain is not None:
        return plain
    least = probe(1, True)
    needed = f"it takes {format_memory(least)}" if least is not None else "it ran out of memory"
    raise TrainingError(
        f"one picture at a time with checkpointing does not fit {format_memory(limit_bytes)} "
        f"({needed}, {format_memory(limit_bytes * USABLE)} may be used): use a smaller network.input_size or network"
    )


def _largest(probe: Probe, batch: int, limit_bytes: int, checkpointing: bool) -> MemoryPlan | None:
    usable = limit_bytes * USABLE
    single = probe(1, checkpointing)
    if single is None or single > usable:
        return None
    if batch == 1:
        return MemoryPlan(1, 1, checkpointing, single)
    pair = probe(2, checkpointing)
    if pair is None or pair > usable:
        return MemoryPlan(1, batch, checkpointing, single)
    # memory grows in a straight line with the micro-batch; the estimate is measured before it is believed
    per_picture = max(pair - single, 1)
    micro = min(batch, 1 + int((usable - single) / per_picture))
    while micro > 2:
        accumulation = -(-batch // micro)
        micro = -(-batch // accumulation)
        measured = probe(micro, checkpointing)
        if measured is not None and measured <= usable:
            return MemoryPlan(micro, accumulation, checkpointing, measured)
        micro = min(micro - 1, int(micro * 0.85))
    return MemoryPlan(2, -(-batch // 2), checkpointing, pair)
