"""What a data set delivers: pictures with masks and instances, whatever files they came from."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

#: mask value of pixels that neither train nor count
IGNORE = 255
SPLITS = ("train", "val", "test")

Image = NDArray[np.uint8] | NDArray[np.uint16]
Mask = NDArray[np.uint8]
#: x0, y0, x1, y1 in pixels, the end not included
Region = tuple[int, int, int, int]


@dataclass(frozen=True, eq=False)
class Instance:
    """One object. `class_index` counts from 1, as in the mask: 1 = `classes[0]`."""

    #: float32 [4]: x0, y0, x1, y1 in pixels
    box: NDArray[np.float32]
    class_index: int
    #: bool [H, W] of the whole picture; None = only the box is known
    mask: NDArray[np.bool_] | None = None


@dataclass(frozen=True, eq=False)
class Sample:
    """One picture: grey [H, W] or RGB [H, W, 3], 8 or 16 bit, EXIF orientation applied."""

    image: Image
    #: [H, W]: 0 background, 1… = class, 255 = ignore; None = the set has no masks
    mask: Mask | None
    instances: tuple[Instance, ...]
    #: names the picture within its source
    key: str
    #: pictures of one group show the same place or run and never lie in two splits
    group: str
    #: given by the data set; None = to be assigned
    split: str | None
    #: the part worth looking at (the rail head of a line-scan picture); None = all of it
    region: Region | None = None


@dataclass(frozen=True)
class SourceInfo:
    """What must be said of a source wherever its data is used."""

    kind: str
    name: str
    licence: str = ""
    #: plain sentences: how masks were made, what was left out
    notes: tuple[str, ...] = field(default=())


class SampleSource(Protocol):
    """A data set. Listing it reads no pixels; `source[i]` decodes one picture.

    `source[i]` raises `UnreadableFileError` (a `TrainingError`) where a file is damaged.
    """

    @property
    def keys(self) -> tuple[str, ...]: ...
    @property
    def groups(self) -> tuple[str, ...]: ...
    @property
    def splits(self) -> tuple[str | None, ...]: ...
    @property
    def classes(self) -> tuple[str, ...]:
        """Names without background; `classes[0]` has index 1."""
        ...

    @property
    def info(self) -> SourceInfo: ...
    def __len__(self) -> int: ...
    def __getitem__(self, index: int) -> Sample: ...
    def image_path(self, index: int) -> str: ...
