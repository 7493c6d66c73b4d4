"""A picture of some tiles with their masks, for the eye: do they lie on each other?"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image as PilImage

from railscope_training.data.pack import Pack
from railscope_training.data.sample import IGNORE
from railscope_training.errors import TrainingError

COLUMNS = 6
ROWS_PER_SOURCE = 2
SHOWN_PX = 224
#: outline colours of classes 1, 2, …; "ignore" is grey
COLOURS = ((255, 64, 64), (64, 200, 255), (255, 220, 0), (120, 255, 120), (255, 120, 255))


def write_sheet(pack: Pack, path: Path) -> None:
    """Up to 12 tiles of each source, evenly chosen, labelled ones first; masks as outlines. Raises `TrainingError`."""
    rows = []
    for number in range(len(pack.info.sources)):
        chosen = _chosen(pack, number, COLUMNS * ROWS_PER_SOURCE)
        for start in range(0, len(chosen), COLUMNS):
            tiles = [_tile(pack, split, index) for split, index in chosen[start : start + COLUMNS]]
            tiles += [np.zeros((SHOWN_PX, SHOWN_PX, 3), np.uint8)] * (COLUMNS - len(tiles))
            rows.append(np.concatenate(tiles, axis=1))
    if not rows:
        raise TrainingError(f"{pack.name}: holds no tile to show")
    try:
        PilImage.fromarray(np.concatenate(rows)).save(path)
    except (OSError, ValueError) as error:
        raise TrainingError(f"{path}: cannot be written ({error})") from error


def _chosen(pack: Pack, source: int, count: int) -> list[tuple[str, int]]:
    places = [
        (not record.labelled, split, index)
        for split in pack.splits
        for index, record in enumerate(pack.split(split).records)
        if record.source == source
    ]
    labelled = [(split, index) for empty, split, index in places if not empty]
    empty = [(split, index) for empty, split, index in places if empty]
    wanted = count * 3 // 4 if empty else count
    return _evenly(labelled, wanted) + _evenly(empty, count - min(wanted, len(labelled)))


def _evenly(items: list[tuple[str, int]], count: int) -> list[tuple[str, int]]:
    return items if len(items) <= count else [items[place * len(items) // count] for place in range(count)]


def _tile(pack: Pack, split: str, index: int) -> np.ndarray:  # type: ignore[type-arg]
    batch = pack.split(split).batch([index])
    image = batch["image"][0].permute(1, 2, 0).numpy().astype(np.float32)
    image = np.clip(image * (250 / max(1.0, np.percentile(image, 99.5))), 0, 255).astype(np.uint8)
    mask = batch["mask"][0].numpy()
    shown = np.asarray(_square(PilImage.fromarray(image), PilImage.Resampling.BILINEAR)).copy()
    labels = np.asarray(_square(PilImage.fromarray(mask), PilImage.Resampling.NEAREST))
    for label in np.unique(labels[labels > 0]).tolist():
        inside = labels == label
        inner = inside.copy()
        inner[1:] &= inside[:-1]
        inner[:-1] &= inside[1:]
        inner[:, 1:] &= inside[:, :-1]
        inner[:, :-1] &= inside[:, 1:]
        shown[inside & ~inner] = (128, 128, 128) if label == IGNORE else COLOURS[(label - 1) % len(COLOURS)]
    shown[-1], shown[:, -1] = 0, 0
    return shown


def _square(picture: PilImage.Image, filter_: PilImage.Resampling) -> PilImage.Image:
    return picture.resize((SHOWN_PX, SHOWN_PX), filter_)
