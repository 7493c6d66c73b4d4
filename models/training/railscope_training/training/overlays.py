"""Pictures that show where prediction and label agree."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

#: RGB of pixels that are found, missed, and found where nothing is labelled
HIT, MISSED, FALSE = (40, 200, 80), (240, 170, 20), (230, 50, 60)
STRENGTH = 0.55
#: longer side of one picture in the sheet, in pixels
SIDE = 256
COLUMNS = 4


@dataclass(frozen=True)
class Overlay:
    """One picture uint8 [h, w, 3] with boolean masks [h, w]."""

    key: str
    image: NDArray[np.uint8]
    predicted: NDArray[np.bool_]
    labelled: NDArray[np.bool_]


def overlay_sheet(overlays: Sequence[Overlay]) -> NDArray[np.uint8] | None:
    """All pictures in rows of four, uint8 [H, W, 3]; None without pictures.

    Dark pictures are brightened to their own brightest value, as a line-scan picture would be black otherwise.
    """
    if not overlays:
        return None
    cells = [_painted(one) for one in overlays]
    height, width = max(cell.shape[0] for cell in cells), max(cell.shape[1] for cell in cells)
    rows = -(-len(cells) // COLUMNS)
    columns = min(COLUMNS, len(cells))
    sheet = np.zeros((rows * height, columns * width, 3), np.uint8)
    for index, cell in enumerate(cells):
        y, x = index // COLUMNS * height, index % COLUMNS * width
        sheet[y : y + cell.shape[0], x : x + cell.shape[1]] = cell
    return sheet


def save_overlays(path: Path, overlays: Sequence[Overlay]) -> None:
    """Write the sheet as PNG; nothing without pictures."""
    sheet = overlay_sheet(overlays)
    if sheet is not None:
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(sheet).save(path)


def _painted(overlay: Overlay) -> NDArray[np.uint8]:
    image = overlay.image.astype(np.float32)
    image *= 255.0 / max(float(image.max()), 1.0)
    both = overlay.predicted & overlay.labelled
    for mask, colour in (
        (both, HIT),
        (overlay.labelled & ~overlay.predicted, MISSED),
        (overlay.predicted & ~overlay.labelled, FALSE),
    ):
        image[mask] = (1 - STRENGTH) * image[mask] + STRENGTH * np.array(colour, np.float32)
    picture = Image.fromarray(image.astype(np.uint8))
    picture.thumbnail((SIDE, SIDE), Image.Resampling.BILINEAR)
    return np.asarray(picture)
