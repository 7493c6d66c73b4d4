"""Small facts of a pack in the making: classes, canvas, counts."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from railscope_training.data.pack_format import Record
from railscope_training.data.pack_settings import PackSettings, PackSource
from railscope_training.data.sample import IGNORE

SIZE_MULTIPLE = 32


def levels_of(image: np.ndarray) -> np.ndarray:  # type: ignore[type-arg]
    """float32 of 0…255 whatever the depth."""
    return image.astype(np.float32) / 257 if image.dtype == np.uint16 else image.astype(np.float32)


def without_copies(image: np.ndarray) -> np.ndarray:  # type: ignore[type-arg]
    """Grey pictures saved as RGB become one channel."""
    return image[..., 0] if image.ndim == 3 and (image == image[..., :1]).all() else image


def all_classes(plans: Sequence[PackSource], merged: str | None) -> tuple[str, ...]:
    if merged is not None:
        return (merged,)
    names: dict[str, None] = {}
    for plan in plans:
        names.update(dict.fromkeys(plan.source.classes))
    return tuple(names)


def class_table(own: Sequence[str], names: Sequence[str], merged: str | None) -> np.ndarray:  # type: ignore[type-arg]
    table = np.zeros(256, dtype=np.uint8)
    table[IGNORE] = IGNORE
    for index, name in enumerate(own, start=1):
        table[index] = 1 if merged is not None else list(names).index(name) + 1
    return table


def canvas_of(records: Sequence[Record], settings: PackSettings) -> tuple[int, int]:
    """Height and width of a batch: the tile, or the largest picture rounded up."""
    if settings.kind == "semantic":
        return settings.tile_px, settings.tile_px
    height, width = max(one.height for one in records), max(one.width for one in records)
    return -(-height // SIZE_MULTIPLE) * SIZE_MULTIPLE, -(-width // SIZE_MULTIPLE) * SIZE_MULTIPLE


def counts_of(records: Sequence[Record]) -> dict[str, dict[str, int]]:
    counts: dict[str, dict[str, int]] = {}
    for split in sorted({record.split for record in records}):
        own = [record for record in records if record.split == split]
        counts[split] = {
            "tiles": len(own),
            "labelled": sum(record.labelled for record in own),
            "groups": len({record.group for record in own}),
        }
    return counts
