"""One optimiser step: micro-batches, mixed precision, limited gradients, and a second try when memory ends."""

from __future__ import annotations

import contextlib
import gc
import math
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from railscope_training.errors import TrainingError
from railscope_training.training.batch import Batch
from railscope_training.training.distributed import World
from railscope_training.training.experiment import GradientSettings
from railscope_training.training.gradient_watch import gradient_norm, limit_gradients
from railscope_training.training.losses import Loss, MapLoss, sum_of_losses
from railscope_training.training.precision import Precision
from railscope_training.training.sampling import seed_everything, step_seed

#: purpose of the random numbers inside the network (dropout, drop path)
NETWORK_NOISE = 1


@dataclass(frozen=True)
class StepResult:
    """What one step did; `loss` and `parts` are means over the pictures of this process (scalars on the device)."""

    loss: Tensor
    parts: dict[str, Tensor]
    gradient_norm: float
    taken: bool


class StepRunner:
    """Runs steps on one network. `micro_batch` and `checkpointing` shrink when memory ends.

    `network` is what is called (DDP around it in a world of several), `core` the network itself, `normalise` maps
    pictures 0…1 to network values. `on_shrink` is told the new micro-batch. With several processes a lack of memory
    in one cannot be mended inside the step: `TrainingError` then says so.
    """

    def __init__(
        self,
        *,
        core: nn.Module,
        loss: MapLoss | None,
        normalise: nn.Module,
        precision: Precision,
        optimiser: torch.optim.Optimizer,
        gradients: GradientSettings,
        world: World,
        seed: int,
        micro_batch: int,
        checkpointing: bool,
        freeze_batch_norm: bool = False,
        on_shrink: Callable[[int, bool], None] | None = None,
    ) -> None:
        self.core, self.loss, self.normalise = core, loss, normalise
        self.network = world.wrap(core)
        self.precision, self.optimiser, self.gradients = precision, optimiser, gradients
        self.world, self.seed = world, seed
        self.micro_batch, self.checkpointing = micro_batch, checkpointing
        self.freeze_batch_norm, self.on_shrink = freeze_batch_norm, on_shrink
        self.trained = [one for one in core.parameters() if one.requires_grad]

    def run(self, batch: Batch, step: int) -> StepResult:
        """Train on a batch. Raises `TrainingError` when not even one picture fits the memory."""
        while True:
            try:
                self.prepare(step)
                return self._attempt(batch)
            except (torch.OutOfMemoryError, RuntimeError) as error:
                if not is_out_of_memory(error):
                    raise
            # outside the handler, so that the failed step's tensors are no longer held by the error
            self._shrink(len(batch))

    def forward_backward(self, part: Batch, share: float) -> Loss:
        """Add the gradients of a micro-batch that is `share` of the batch."""
        loss = self._loss(part)
        self.precision.backward(loss.total * share)
        return Loss(loss.total.detach(), loss.parts)

    def prepare(self, step: int) -> None:
        """Seed the network's random numbers, set its modes and drop the gradients."""
        seed_everything(step_seed(self.seed, step, self.world.rank, NETWORK_NOISE))
        self.core.checkpointing = self.checkpointing  # type: ignore[assignment]
        set_training(self.core, self.freeze_batch_norm)
        self.optimiser.zero_grad(set_to_none=True)

    def _attempt(self, batch: Batch) -> StepResult:
        mean = torch.zeros((), device=self.world.device)
        named: dict[str, Tensor] = {}
        parts = list(batch.parts(self.micro_batch))
        for index, part in enumerate(parts):
            share = len(part) / len(batch)
            with self._sync(last=index == len(parts) - 1):
                loss = self.forward_backward(part, share)
            mean = mean + loss.total * share
            for name, value in loss.parts.items():
                named[name] = named[name] + value * share if name in named else value * share
        self.precision.scaler.unscale_(self.optimiser)
        norm = gradient_norm(self.trained)
        limit_gradients(self.trained, norm, self.gradients)
        length = float(norm)
        taken = self.precision.step(self.optimiser, math.isfinite(length))
        return StepResult(mean, named, length, taken)

    def _loss(self, part: Batch) -> Loss:
        if self.loss is None:
            with self.precision.autocast():
                losses = self.network(self.normalise(part.images), part.targets)
            return sum_of_losses(losses)
        with self.precision.autocast():
            logits = self.network(self.normalise(part.images))
        if part.masks is None:
            raise ValueError("a loss on maps needs masks")
        return self.loss(logits, part.masks)

    def _sync(self, last: bool) -> AbstractContextManager[Any]:
        if last or not isinstance(self.network, nn.parallel.DistributedDataParallel):
            return contextlib.nullcontext()
        return self.network.no_sync()

    def _shrink(self, batch: int) -> None:
        self.optimiser.zero_grad(set_to_none=True)
        gc.collect()
        if self.world.device.type == "cuda":
            torch.cuda.empty_cache()
        current = min(self.micro_batch, batch)
        if current > 1:
            self.micro_batch = current // 2
        elif not self.checkpointing:
            self.checkpointing = True
        else:
            raise TrainingError(
                "memory ends with one picture at a time and checkpointing: use a smaller network.input_size or network"
            )
        if self.on_shrink is not None:
            self.on_shrink(self.micro_batch, self.checkpointing)
        if self.world.size > 1:
            raise TrainingError(
                "memory ended in one of several processes; the smaller micro-batch is noted: start again with --resume "
                "(torchrun --max-restarts does it by itself)"
            )


def set_training(network: nn.Module, freeze_batch_norm: bool) -> None:
    """Training mode; batch norms stay at their running statistics where asked."""
    network.train()
    if freeze_batch_norm:
        for module in network.modules():
            if isinstance(module, nn.modules.batchnorm._BatchNorm):
                module.eval()


def is_out_of_memory(error: BaseException) -> bool:
    """Whether memory ended, on a GPU or in the CPU allocator."""
    text = str(error)
    return isinstance(error, torch.OutOfMemoryError) or "can't allocate memory" in text or "not enough memory" in text
