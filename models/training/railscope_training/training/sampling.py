"""Which pictures make up which step: a pure function of seed and step, so that nothing about it needs saving."""

from __future__ import annotations

import numpy as np
import torch

from railscope_training.errors import TrainingError


class SampleOrder:
    """An endless row of shuffled passes over `count` pictures, cut into steps of `batch`.

    Every pass is a permutation of its own seed; a batch may hold the end of one pass and the start of the next, so
    that each picture is seen equally often. With `labelled` (indices of pictures with a defect) and
    `labelled_share` above 0, that share of each batch, rounded up, is drawn from those, in passes of their own.
    """

    def __init__(
        self, count: int, batch: int, seed: int, labelled: list[int] | None = None, labelled_share: float = 0.0
    ) -> None:
        if count < 1:
            raise TrainingError("the training split holds no pictures")
        if labelled_share > 0 and not labelled:
            raise TrainingError("'data.labelled_share' is set, but no training picture has a label")
        self.count, self.batch, self.seed = count, batch, seed
        self.labelled = labelled or []
        self.forced = int(np.ceil(batch * labelled_share)) if labelled_share > 0 else 0
        self._passes: dict[tuple[int, int], np.ndarray] = {}

    @property
    def steps_per_epoch(self) -> float:
        """Steps in which `count` pictures are drawn; not always whole."""
        return self.count / self.batch

    def indices(self, step: int) -> list[int]:
        """The pictures of optimiser step `step` (from 0), `batch` of them."""
        free = self.batch - self.forced
        chosen = [int(self._draw(0, self.count, step * free + offset)) for offset in range(free)]
        for position in range(step * self.forced, (step + 1) * self.forced):
            chosen.append(self.labelled[self._draw(1, len(self.labelled), position)])
        return chosen

    def _draw(self, stream: int, size: int, position: int) -> int:
        epoch, place = divmod(position, size)
        key = (stream, epoch)
        if key not in self._passes:
            if len(self._passes) > 8:
                self._passes.clear()
            self._passes[key] = np.random.default_rng([self.seed, stream, epoch]).permutation(size)
        return int(self._passes[key][place])


def step_seed(seed: int, step: int, rank: int, purpose: int) -> int:
    """A seed of its own for each step, process and purpose."""
    return int(np.random.SeedSequence([seed, step, rank, purpose]).generate_state(1, np.uint64)[0] >> 1)


def seed_everything(seed: int) -> None:
    """Seed torch on all devices (dropout and the like). Called per step: a resumed step repeats its random numbers."""
    torch.manual_seed(seed)
