"""Measures what a step costs in memory and time, on the device itself."""

from __future__ import annotations

import gc
import os
import time
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import nn

from railscope_training.training.batch import Batch, synthetic_batch
from railscope_training.training.live_bytes import LiveBytes
from railscope_training.training.step import StepRunner, is_out_of_memory

#: the CUDA context and its libraries, at most; more than that belongs to other processes
CONTEXT_BYTES = 800 * 1024**2
#: passes that warm up, passes that are timed, and after how many seconds no other begins
WARM_PASSES, TIMED_PASSES, TIMING_SECONDS = 2, 5, 4.0
#: Python with PyTorch and a small network
ASSUMED_RESIDENT_BYTES = 800 * 1024**2


@dataclass
class StepProbe:
    """Forward and backward passes on noise with the real network, loss and precision; weights are not changed.

    Calling it gives the bytes of the whole process at the worst moment of a step with that micro-batch, None when it
    ran out of memory: what is there already (CUDA: allocated tensors and the context; CPU: the resident process), the
    optimiser's state and the average that are still to come, the local batch, and the passes themselves.
    """

    runner: StepRunner
    input_size: tuple[int, int]
    classes: int
    instances: bool
    local_batch: int
    optimiser_slots: int
    averaged: bool

    def __call__(self, micro_batch: int, checkpointing: bool) -> int | None:
        """Bytes with `micro_batch` pictures per pass."""
        working = self.working_bytes(micro_batch, checkpointing)
        return None if working is None else self._resident_bytes() + self._coming_bytes() + working

    def working_bytes(self, micro_batch: int, checkpointing: bool) -> int | None:
        """Bytes that one forward and backward pass adds at its worst moment, gradients included."""
        kept = _buffers(self.runner.core)
        runner, device = self.runner, self.runner.world.device
        before = runner.checkpointing
        try:
            runner.checkpointing = checkpointing
            batch = self._batch(micro_batch)
            if device.type == "cuda":
                return _cuda_peak(runner, batch, device)
            with LiveBytes() as counter:
                _pass(runner, batch)
            return counter.peak
        except RuntimeError as error:
            if not is_out_of_memory(error):
                raise
            return None
        finally:
            runner.checkpointing = before
            runner.optimiser.zero_grad(set_to_none=True)
            _restore(runner.core, kept)
            gc.collect()
            if device.type == "cuda":
                torch.cuda.empty_cache()

    def seconds(self, micro_batch: int, checkpointing: bool) -> float:
        """Median seconds of a forward and backward pass, a few of them, or one where they are slow.

        The first passes, in which kernels are chosen, count only where there is no time for others.
        """
        kept = _buffers(self.runner.core)
        before, self.runner.checkpointing = self.runner.checkpointing, checkpointing
        batch = self._batch(micro_batch)
        times: list[float] = []
        try:
            while len(times) < WARM_PASSES + TIMED_PASSES and sum(times) < TIMING_SECONDS:
                start = time.perf_counter()
                _pass(self.runner, batch)
                if self.runner.world.device.type == "cuda":
                    torch.cuda.synchronize()
                times.append(time.perf_counter() - start)
        finally:
            self.runner.checkpointing = before
            self.runner.optimiser.zero_grad(set_to_none=True)
            _restore(self.runner.core, kept)
        counted = sorted(times[WARM_PASSES:] or times)
        return counted[len(counted) // 2]

    def _batch(self, size: int) -> Batch:
        return synthetic_batch(size, self.input_size, self.classes, self.instances, self.runner.world.device)

    def _resident_bytes(self) -> int:
        device = self.runner.world.device
        if device.type == "cpu":
            return resident_bytes()
        free, total = torch.cuda.mem_get_info(device)
        outside = max(0, total - free - torch.cuda.memory_reserved(device))
        return torch.cuda.memory_allocated(device) + min(outside, CONTEXT_BYTES)

    def _coming_bytes(self) -> int:
        weights = sum(one.numel() * one.element_size() for one in self.runner.trained)
        everything = sum(one.numel() * one.element_size() for one in self.runner.core.state_dict().values())
        height, width = self.input_size
        # the batch as bytes and as floats, the next one read ahead as bytes
        pictures = self.local_batch * height * width * 3 * (4 + 1 + 1)
        return weights * self.optimiser_slots + everything * int(self.averaged) + pictures


def resident_bytes() -> int:
    """Memory of this process that is in RAM now; an assumption where the system does not tell (no /proc)."""
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    except OSError:
        return ASSUMED_RESIDENT_BYTES
    return pages * os.sysconf("SC_PAGE_SIZE")


def _pass(runner: StepRunner, batch: Batch) -> None:
    runner.prepare(0)
    runner.forward_backward(batch, 1.0)


def _cuda_peak(runner: StepRunner, batch: Batch, device: torch.device) -> int:
    torch.cuda.synchronize(device)
    torch.cuda.reset_peak_memory_stats(device)
    start = torch.cuda.memory_allocated(device)
    # twice: the first pass of a convolution may try algorithms with other scratch memory
    for _ in range(2):
        _pass(runner, batch)
    torch.cuda.synchronize(device)
    return torch.cuda.max_memory_allocated(device) - start


def _buffers(network: nn.Module) -> dict[str, torch.Tensor]:
    return {name: one.detach().clone() for name, one in network.named_buffers()}


@torch.no_grad()
def _restore(network: nn.Module, kept: dict[str, torch.Tensor]) -> None:
    for name, one in network.named_buffers():
        one.copy_(kept[name])
