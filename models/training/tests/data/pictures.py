"""Small pictures and data sets for the tests of `data`."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image as PilImage


def save(path: Path, samples: np.ndarray, **options: object) -> Path:
    """Writes samples as the suffix says; makes the folders."""
    path.parent.mkdir(parents=True, exist_ok=True)
    PilImage.fromarray(samples).save(path, **options)
    return path


def texture(height: int, width: int, seed: int, top: int = 200) -> np.ndarray:
    """uint8 [H, W]: smooth random levels, different for each seed."""
    small = np.random.default_rng(seed).integers(0, top, (6, 6)).astype(np.uint8)
    return np.asarray(PilImage.fromarray(small).resize((width, height), PilImage.Resampling.BICUBIC))


def square(height: int, width: int, box: tuple[int, int, int, int], level: int = 255) -> np.ndarray:
    """uint8 [H, W] with one rectangle x0, y0, x1, y1."""
    mask = np.zeros((height, width), dtype=np.uint8)
    mask[box[1] : box[3], box[0] : box[2]] = level
    return mask


def folder_set(root: Path, count: int = 6, height: int = 60, width: int = 80) -> Path:
    """images/ + masks/: every picture but the last of three has a square defect."""
    for index in range(count):
        name = f"run{index // 2}_{index:02d}"
        save(root / "images" / f"{name}.png", texture(height, width, index))
        box = (10, 12, 30, 28) if index % 3 != 2 else (0, 0, 0, 0)
        save(root / "masks" / f"{name}.png", square(height, width, box))
    return root
