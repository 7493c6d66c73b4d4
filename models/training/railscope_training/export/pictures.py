"""Tiles that calibration and the parity gate run on: from a folder, a pack, or made up."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

from railscope_training.errors import TrainingError

PICTURE_SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".bmp", ".tif", ".tiff"})


@dataclass(frozen=True, eq=False)
class Tiles:
    """`images` uint8 [N, 3, H, W]; `masks` uint8 [N, H, W] (0 background, 255 ignore) or None; `origin` for reports."""

    images: NDArray[np.uint8]
    masks: NDArray[np.uint8] | None
    origin: str

    @property
    def without_defect(self) -> int | None:
        """How many tiles hold no defect; None where that is not known."""
        if self.masks is None:
            return None
        return int(sum(not ((mask > 0) & (mask < 255)).any() for mask in self.masks))

    def first(self, count: int) -> Tiles:
        """At most `count` tiles, spread evenly."""
        if len(self.images) <= count:
            return self
        chosen = np.linspace(0, len(self.images) - 1, count).round().astype(int)
        return Tiles(self.images[chosen], None if self.masks is None else self.masks[chosen], self.origin)


def tiles_from_folder(folder: str | Path, size: tuple[int, int], source_tile: int, limit: int) -> Tiles:
    """Tiles of all pictures under a folder, spread evenly over pictures and places.

    Squares of `source_tile` pixels (whole pictures where these are smaller) are scaled to `size` (height, width).
    Most tiles of track pictures hold no defect, as calibration needs. Raises TrainingError without pictures or on a
    damaged one.
    """
    files = sorted(path for path in Path(folder).rglob("*") if path.suffix.lower() in PICTURE_SUFFIXES)
    if not files:
        raise TrainingError(f"{folder}: holds no pictures ({', '.join(sorted(PICTURE_SUFFIXES))})")
    chosen = [files[index] for index in np.linspace(0, len(files) - 1, min(limit, len(files))).round().astype(int)]
    per_picture = -(-limit // len(chosen))
    tiles = [tile for path in chosen for tile in _cut(path, size, source_tile, per_picture)]
    return Tiles(np.stack(tiles), None, f"{len(chosen)} pictures of {Path(folder).name}").first(limit)


def tiles_from_pack(path: str | Path, split: str, size: tuple[int, int], limit: int) -> Tiles:
    """Tiles of a pack's split with their masks, scaled to `size`. Raises TrainingError when the pack is unusable."""
    from railscope_training.data import open_pack

    chosen = open_pack(Path(path)).split(split)
    if len(chosen) == 0:
        raise TrainingError(f"{path}: split '{split}' is empty")
    indices = np.linspace(0, len(chosen) - 1, min(limit, len(chosen))).round().astype(int)
    images, masks = [], []
    for index in indices.tolist():
        batch = chosen.batch([index])
        images.append(_resized(np.moveaxis(_array(batch["image"][0]), 0, 2), size, Image.Resampling.BILINEAR))
        mask = batch.get("mask")
        if mask is not None:
            masks.append(_resized(_array(mask[0]), size, Image.Resampling.NEAREST))
    stacked = np.moveaxis(np.stack(images), 3, 1)
    return Tiles(np.ascontiguousarray(stacked), np.stack(masks) if masks else None, f"{Path(path).name}, {split}")


def made_up_tiles(size: tuple[int, int], count: int, seed: int = 0) -> Tiles:
    """Smooth grey noise; says something on numerical equality only."""
    generator = np.random.default_rng(seed)
    tiles = []
    for _ in range(count):
        coarse = generator.integers(0, 256, (8, 8, 3), dtype=np.uint8)
        tile = np.asarray(Image.fromarray(coarse).resize((size[1], size[0]), Image.Resampling.BICUBIC))
        noise = generator.normal(0, 8, tile.shape)
        tiles.append(np.moveaxis((tile + noise).clip(0, 255).astype(np.uint8), 2, 0))
    return Tiles(np.stack(tiles), None, "made-up noise")


def _cut(path: Path, size: tuple[int, int], source_tile: int, count: int) -> list[NDArray[np.uint8]]:
    """`count` tiles [3, H, W] of one picture, evenly along its diagonal raster."""
    try:
        with Image.open(path) as opened:
            picture = ImageOps.exif_transpose(opened).convert("RGB")
    except (OSError, ValueError) as error:
        raise TrainingError(f"{path}: cannot be read as a picture ({error}); remove or replace it") from error
    width, height = min(source_tile, picture.width), min(source_tile, picture.height)
    xs = range(0, max(1, picture.width - width + 1), width)
    ys = range(0, max(1, picture.height - height + 1), height)
    places = [(x, y) for y in ys for x in xs]
    chosen = [places[index] for index in np.linspace(0, len(places) - 1, min(count, len(places))).round().astype(int)]
    tiles = []
    for x, y in chosen:
        tile = np.asarray(picture.crop((x, y, x + width, y + height)))
        tiles.append(np.ascontiguousarray(np.moveaxis(_resized(tile, size, Image.Resampling.BILINEAR), 2, 0)))
    return tiles


def _resized(array: NDArray[np.uint8], size: tuple[int, int], method: Image.Resampling) -> NDArray[np.uint8]:
    if array.shape[:2] == size:
        return array
    return np.asarray(Image.fromarray(array).resize((size[1], size[0]), method))


def _array(tensor: Any) -> NDArray[np.uint8]:
    return np.ascontiguousarray(tensor.cpu().numpy())
