"""What goes into a pack, and how it is cut."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from railscope_training.data.sample import SampleSource
from railscope_training.data.splits import DEFAULT_SHARES
from railscope_training.errors import TrainingError


@dataclass(frozen=True)
class PackSettings:
    """What applies to the whole file."""

    kind: Literal["semantic", "instance"] = "semantic"
    #: side of a stored tile
    tile_px: int = 352
    #: longer side of a whole picture in an instance pack
    max_side_px: int = 640
    limit_mb: float = 60.0
    #: best JPEG quality to try; 101 = lossless
    quality: int = 92
    seed: int = 0
    #: all classes become this one
    merge_classes: str | None = None
    skip_unreadable: bool = False


@dataclass(frozen=True)
class PackSource:
    """One data set in a pack, and how it is cut."""

    source: SampleSource
    #: how often its tiles are drawn, against those of the other sources
    weight: float = 1.0
    #: side of the square of source pixels of a tile
    source_px: int = 512
    overlap_px: int = 64
    #: scale whole pictures to the tile, proportions ignored, as papers do, instead of cutting tiles
    whole: bool = False
    #: overlap in the training split; more means more tiles
    train_overlap_px: int | None = None
    #: tiles off the region (the rail) for each picture, on average
    off_region: float = 0.0
    #: how many of the training tiles without a label stay; validation and test keep all of them
    empty_share: float = 1.0
    #: pictures that look alike count as one group
    join_alike: bool = False
    #: of pictures that the set gives no split
    shares: dict[str, float] = field(default_factory=lambda: dict(DEFAULT_SHARES))

    def __post_init__(self) -> None:
        overlaps = [self.overlap_px, self.train_overlap_px or 0]
        if self.source_px < 8 or min(overlaps) < 0 or max(overlaps) > self.source_px // 2:
            raise TrainingError(
                f"{self.source.info.name}: overlaps must lie between 0 and half of source_px ({self.source_px})"
            )
        if self.weight < 0 or self.off_region < 0 or not 0 <= self.empty_share <= 1:
            raise TrainingError(f"{self.source.info.name}: weight, off_region or empty_share is out of range")
