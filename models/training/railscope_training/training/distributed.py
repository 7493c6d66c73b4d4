"""One training over several processes: started by torchrun, averaged by PyTorch's DistributedDataParallel."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, TypeVar

import torch
import torch.distributed as dist
from torch import Tensor, nn

from railscope_training.errors import TrainingError

T = TypeVar("T")

#: processes wait for each other at most so long (the first one validates alone)
TIMEOUT = timedelta(minutes=60)


@dataclass(frozen=True)
class World:
    """This process among all of one training. A single process is a world of one and never communicates."""

    rank: int = 0
    size: int = 1
    device: torch.device = field(default_factory=lambda: torch.device("cpu"))

    @property
    def first(self) -> bool:
        """Whether this process writes files and prints."""
        return self.rank == 0

    def share(self, indices: list[int]) -> list[int]:
        """The part of a batch that this process computes. Raises `TrainingError` when it cannot be cut evenly."""
        if len(indices) % self.size:
            raise TrainingError(f"'batch' is {len(indices)}; it must be a multiple of the {self.size} processes")
        part = len(indices) // self.size
        return indices[self.rank * part : (self.rank + 1) * part]

    def mean(self, value: Tensor) -> Tensor:
        """Mean of a tensor over the processes."""
        if self.size == 1:
            return value
        total = value.detach().clone()
        dist.all_reduce(total)
        return total / self.size

    def any(self, flag: bool) -> bool:
        """Whether the flag is set in any process."""
        if self.size == 1:
            return flag
        count = torch.tensor([float(flag)], device=self.device)
        dist.all_reduce(count)
        return bool(count.item() > 0)

    def from_first(self, value: T) -> T:
        """The first process's value, in every process."""
        if self.size == 1:
            return value
        box: list[Any] = [value]
        dist.broadcast_object_list(box, src=0, device=self.device if self.device.type == "cuda" else None)
        return box[0]  # type: ignore[no-any-return]

    def wait(self) -> None:
        """Wait until every process is here."""
        if self.size > 1:
            dist.barrier()

    def wrap(self, network: nn.Module) -> nn.Module:
        """The network whose gradients are averaged over the processes.

        The search for unused parameters is needed by OCINet, which never calls its finest head.
        """
        if self.size == 1:
            return network
        ids = [self.device.index] if self.device.type == "cuda" else None
        return nn.parallel.DistributedDataParallel(network, device_ids=ids, find_unused_parameters=True)


@contextmanager
def join_world(device: str | None) -> Iterator[World]:
    """The world that torchrun set up (RANK, WORLD_SIZE, LOCAL_RANK), or a world of one.

    `device`: `cpu`, `cuda`, `cuda:1`, or None for a GPU where there is one. Raises `TrainingError` if it is missing.
    """
    size = int(os.environ.get("WORLD_SIZE", "1"))
    chosen = _device(device, int(os.environ.get("LOCAL_RANK", "0")) if size > 1 else None)
    if chosen.type == "cuda":
        torch.cuda.set_device(chosen)
    if size == 1:
        yield World(device=chosen)
        return
    dist.init_process_group("nccl" if chosen.type == "cuda" else "gloo", timeout=TIMEOUT)
    try:
        yield World(dist.get_rank(), dist.get_world_size(), chosen)
    finally:
        dist.destroy_process_group()


def _device(name: str | None, local_rank: int | None) -> torch.device:
    if name is None:
        name = "cuda" if torch.cuda.is_available() else "cpu"
    try:
        device = torch.device(name)
    except RuntimeError as error:
        raise TrainingError(f"--device {name}: no such device (cpu, cuda, cuda:1)") from error
    if device.type not in ("cpu", "cuda"):
        raise TrainingError(f"--device {name}: training runs on cpu or cuda")
    if device.type == "cpu":
        return device
    if not torch.cuda.is_available():
        raise TrainingError(f"--device {name}: this machine or this PyTorch has no CUDA; use --device cpu")
    index = local_rank if local_rank is not None else (device.index or 0)
    if index >= torch.cuda.device_count():
        raise TrainingError(f"cuda:{index} is not there; this machine has {torch.cuda.device_count()} GPUs")
    return torch.device("cuda", index)
