"""Blends the network's tiles into one map of the region, as electron/inference/pipeline/stitch.ts does."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from railscope_training.evaluation.pipeline.resample import resample_matrix
from railscope_training.evaluation.pipeline.tiling import TilePlan, blend_weights


class Stitcher:
    """Takes tiles in the order of the plan; sums are kept in single precision like the application's."""

    def __init__(self, plan: TilePlan, channels: int) -> None:
        region = plan.region
        self._plan = plan
        self._sums = np.zeros((channels, region.height, region.width), np.float32)
        self._column_weights = blend_weights(plan.columns, plan.side_px, region.x, region.width)
        self._row_weights = blend_weights(plan.rows, plan.side_px, region.y, region.height)
        self._next = 0

    def add(self, probabilities: NDArray[np.float32]) -> None:
        """Take the output [K, h, w] of the next tile; values outside 0…1 are cut, NaN counts as 0."""
        plan = self._plan
        row, column = divmod(self._next, len(plan.columns))
        self._next += 1
        left, top = plan.columns[column] - plan.region.x, plan.rows[row] - plan.region.y
        ys, xs = _overlap(top, plan.side_px, plan.region.height), _overlap(left, plan.side_px, plan.region.width)
        channels, height, width = probabilities.shape
        down = resample_matrix(height, plan.side_px)[ys] * self._row_weights[row][ys, None]
        across = resample_matrix(width, plan.side_px)[xs] * self._column_weights[column][xs, None]
        target = np.s_[top + ys.start : top + ys.stop, left + xs.start : left + xs.stop]
        for channel in range(channels):
            values = np.clip(np.nan_to_num(probabilities[channel], nan=0.0), 0, 1)
            self._sums[channel][target] += down @ (values @ across.T)

    def finish(self) -> NDArray[np.float32]:
        """[K, region height, region width] probabilities 0…1."""
        return np.clip(self._sums, 0, 1)


def _overlap(start: int, side: int, length: int) -> slice:
    """The part of a tile, in its own pixels, that lies in the region."""
    return slice(max(0, -start), min(side, length - start))
