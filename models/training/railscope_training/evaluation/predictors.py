"""From a picture to its probability map, by tiles as the application does or by the whole picture as papers do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from railscope_training.errors import TrainingError
from railscope_training.evaluation.pipeline.preprocess import Image, tile_tensor, whole_tensor
from railscope_training.evaluation.pipeline.rail_band import find_rail_band
from railscope_training.evaluation.pipeline.stitch import Stitcher
from railscope_training.evaluation.pipeline.tiling import Box, plan_tiles
from railscope_training.evaluation.published_mask import resize_bilinear
from railscope_training.evaluation.runners import Runner


@dataclass(frozen=True)
class Tiling:
    """How a picture is cut, as the manifest says it."""

    source_tile_px: int
    overlap_px: int
    #: run only tiles on the rail band, where one is found
    rail_band: bool


@dataclass(frozen=True)
class TiledPredictor:
    """The application's way: region, tiles, raised-cosine blend. Outside the region probabilities are 0.

    A scale s of test-time averaging cuts tiles of 1/s the side, so that the network sees the picture s times as large.
    """

    runner: Runner
    tiling: Tiling
    region: Literal["auto", "full"] = "auto"
    scales: Sequence[float] = (1.0,)

    def __call__(self, image: Image) -> NDArray[np.float32]:
        """Picture [H, W] or [H, W, 3] → probabilities [K, H, W]."""
        height, width = image.shape[:2]
        band = find_rail_band(image) if self.region == "auto" and self.tiling.rail_band else None
        region = band or Box(0, 0, width, height)
        maps = [self._map(image, region, scale) for scale in self.scales]
        mean = np.mean(maps, axis=0, dtype=np.float32) if len(maps) > 1 else maps[0]
        whole = np.zeros((mean.shape[0], height, width), np.float32)
        if mean.shape[0] > 1:
            whole[0] = 1.0  # softmax over classes: what was not looked at is background
        whole[:, region.y : region.y + region.height, region.x : region.x + region.width] = mean
        return whole

    def _map(self, image: Image, region: Box, scale: float) -> NDArray[np.float32]:
        tile_px, overlap_px = round(self.tiling.source_tile_px / scale), round(self.tiling.overlap_px / scale)
        plan = plan_tiles(image.shape[1], image.shape[0], region, tile_px, overlap_px)
        height, width = self.runner.input_size
        corners = plan.corners()
        stitcher: Stitcher | None = None
        for start in range(0, len(corners), self.runner.maximum_batch):
            batch = corners[start : start + self.runner.maximum_batch]
            tiles = [tile_tensor(image, left, top, plan.side_px, height, width) for left, top in batch]
            for output in self.runner.run(np.stack(tiles)):
                stitcher = stitcher or Stitcher(plan, output.shape[0])
                stitcher.add(output)
        if stitcher is None:
            raise TrainingError("the picture has no pixels")
        return stitcher.finish()


@dataclass(frozen=True)
class WholePredictor:
    """The papers' way: the whole picture scaled to the input, proportions ignored, the map scaled back bilinearly."""

    runner: Runner
    scales: Sequence[float] = (1.0,)

    def __post_init__(self) -> None:
        if any(scale != 1 for scale in self.scales) and not self.runner.any_size:
            raise TrainingError("this network has a fixed input size: scales need tiles (leave --whole out)")

    def __call__(self, image: Image) -> NDArray[np.float32]:
        """Picture [H, W] or [H, W, 3] → probabilities [K, H, W]."""
        maps = [self._map(image, scale) for scale in self.scales]
        return np.mean(maps, axis=0, dtype=np.float32) if len(maps) > 1 else maps[0]

    def _map(self, image: Image, scale: float) -> NDArray[np.float32]:
        multiple = self.runner.size_multiple
        sides = [max(multiple, round(side * scale / multiple) * multiple) for side in self.runner.input_size]
        height, width = sides if scale != 1 else self.runner.input_size
        output = self.runner.run(whole_tensor(image, height, width)[None])[0]
        return np.stack([resize_bilinear(channel, image.shape[0], image.shape[1]) for channel in output])
