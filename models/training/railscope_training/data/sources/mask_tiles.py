"""Label masks as the application stores them: 256 × 256 tiles of runs."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from railscope_training.errors import TrainingError

TILE_SIDE = 256
TILE_AREA = TILE_SIDE * TILE_SIDE
MAX_LABEL = 0xFFFF


def decode_tile(runs: bytes, where: str) -> NDArray[np.uint16]:
    """Numbers in 7-bit groups, low group first, as pairs label, length → labels [256, 256]. Raises `TrainingError`."""
    numbers: list[int] = []
    value = shift = 0
    for byte in runs:
        value |= (byte & 0x7F) << shift
        shift += 7
        if not byte & 0x80:
            numbers.append(value)
            value = shift = 0
    labels, lengths = numbers[::2], numbers[1::2]
    if shift or len(labels) != len(lengths) or sum(lengths) != TILE_AREA or max(labels, default=0) > MAX_LABEL:
        raise TrainingError(f"{where}: the runs of a mask tile are damaged")
    return np.repeat(np.array(labels, dtype=np.uint16), lengths).reshape(TILE_SIDE, TILE_SIDE)


def label_map(tiles: Iterable[tuple[int, int, bytes]], height: int, width: int, where: str) -> NDArray[np.uint16]:
    """Tiles (tile_y, tile_x, runs) → labels [H, W]; background where there is no tile. Raises `TrainingError`."""
    labels = np.zeros((height, width), dtype=np.uint16)
    for tile_y, tile_x, runs in tiles:
        top, left = tile_y * TILE_SIDE, tile_x * TILE_SIDE
        if not (0 <= top < height and 0 <= left < width):
            raise TrainingError(f"{where}: mask tile {tile_x}, {tile_y} lies outside the picture")
        rows, columns = min(TILE_SIDE, height - top), min(TILE_SIDE, width - left)
        labels[top : top + rows, left : left + columns] = decode_tile(runs, where)[:rows, :columns]
    return labels
