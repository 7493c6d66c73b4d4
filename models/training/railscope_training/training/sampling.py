"""Which pictures make up which step: a pure function of seed and step, so that nothing about it needs saving."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray

from railscope_training.errors import TrainingError

IntArray = NDArray[np.int64]


class SampleOrder:
    """An endless row of shuffled passes over pictures, cut into steps of `batch`.

    A pass has as many pictures as there are, in an order of its own seed; a batch may hold the end of one and the
    start of the next. With `weights` (chances, any sum) a picture comes as often in a pass as its chance says, up to
    rounding, else once. With `labelled` (indices of pictures with a defect) and `labelled_share` above 0, that share
    of each batch, rounded up, is drawn from those, in passes of their own.
    """

    def __init__(
        self,
        count: int,
        batch: int,
        seed: int,
        *,
        weights: Sequence[float] | None = None,
        labelled: Sequence[int] = (),
        labelled_share: float = 0.0,
        repeat: int = 1,
    ) -> None:
        if count < 1:
            raise TrainingError("the training split holds no pictures")
        if labelled_share > 0 and not labelled:
            raise TrainingError("'data.labelled_share' is set, but no training picture has a label")
        self.count, self.batch, self.repeat = count, batch, repeat
        chances = np.ones(count) if weights is None else np.asarray(weights, np.float64)
        forced = int(np.ceil(batch * labelled_share)) if labelled_share > 0 else 0
        self._streams = [_Stream(np.arange(count), chances, seed, 0, batch - forced)]
        if forced:
            chosen = np.asarray(labelled)
            self._streams.append(_Stream(chosen, chances[chosen], seed, 1, forced))

    @property
    def steps_per_epoch(self) -> float:
        """Steps of one epoch, which is `repeat` passes; not always whole."""
        return self.count * self.repeat / self.batch

    def indices(self, step: int) -> list[int]:
        """The pictures of optimiser step `step` (from 0), `batch` of them."""
        return [index for stream in self._streams for index in stream.draw(step)]


class _Stream:
    """Passes over `pictures`, `share` of them per step."""

    def __init__(self, pictures: IntArray, chances: NDArray[np.float64], seed: int, number: int, share: int) -> None:
        if chances.sum() <= 0:
            raise TrainingError("the pack's sources all have weight 0")
        self.pictures, self.seed, self.number, self.share = pictures, seed, number, share
        self.even = bool(np.allclose(chances, chances[0]))
        self.edges = np.cumsum(chances) / chances.sum() * len(pictures)
        self._passes: dict[int, IntArray] = {}

    def draw(self, step: int) -> list[int]:
        """The pictures of one step."""
        drawn = []
        for position in range(step * self.share, (step + 1) * self.share):
            number, place = divmod(position, len(self.pictures))
            drawn.append(int(self._pass(number)[place]))
        return drawn

    def _pass(self, number: int) -> IntArray:
        if number not in self._passes:
            random = np.random.default_rng([self.seed, self.number, number])
            chosen = np.arange(len(self.pictures))
            if not self.even:
                # equally spaced marks on the row of chances: each picture gets its due, rounded up or down
                marks = np.arange(len(self.pictures)) + random.random()
                chosen = np.searchsorted(self.edges, marks, side="right").clip(max=len(self.pictures) - 1)
            if len(self._passes) > 4:
                self._passes.clear()
            self._passes[number] = self.pictures[random.permutation(chosen)]
        return self._passes[number]


def step_seed(seed: int, step: int, rank: int, purpose: int) -> int:
    """A seed of its own for each step, process and purpose."""
    return int(np.random.SeedSequence([seed, step, rank, purpose]).generate_state(1, np.uint64)[0] >> 1)


def seed_everything(seed: int) -> None:
    """Seed torch on all devices (dropout and the like). Called per step: a resumed step repeats its random numbers."""
    torch.manual_seed(seed)
