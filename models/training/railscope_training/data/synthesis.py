"""Synthetic defects: real shapes, with the look of pits, scuffs or real defects, on real pictures without a defect."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from railscope_training.data.blending import Levels, feathered, filled_outside, pyramid_blend
from railscope_training.data.images import UnreadableFileError, grey8, list_images, read_mask
from railscope_training.data.pseudo_masks import box_mean
from railscope_training.data.sample import IGNORE, SampleSource
from railscope_training.data.shapes import BoolMask, box_of_mask
from railscope_training.data.tiles import cut, plan_tiles, resize_image, resize_mask, tile_side
from railscope_training.errors import TrainingError

Look = Literal["pit", "scuff", "real"]
MIN_SHAPE_PX = 12
#: mean change of the smoothed levels inside the shape, against the levels there: less cannot be seen, and is no label
MIN_VISIBILITY = 0.2
MAX_TRIES = 40
FEATHER_SHARE = 0.06
#: local brightness is averaged over this share of the picture
LIGHT_SHARE = 0.08
#: textures of real defects are kept as ratios to their surroundings, within these bounds
RATIO_BOUNDS = (0.05, 6.0)
MAX_TEXTURES = 200


@dataclass(frozen=True)
class SynthesisSettings:
    """What is made. Sizes are of the longer side of a shape, as a share of the picture's side."""

    tile_px: int = 512
    shapes_per_picture: tuple[int, int] = (1, 3)
    size_share: tuple[float, float] = (0.08, 0.45)
    #: chances of the looks; `real` needs textures
    pit: float = 0.4
    scuff: float = 0.3
    real: float = 0.3
    #: pictures that stay without a defect
    empty_share: float = 0.2
    seed: int = 0


@dataclass(frozen=True, eq=False)
class Background:
    """A square without a defect: levels [S, S] of 0…255 and where defects may lie (on the rail)."""

    levels: Levels
    place: BoolMask
    key: str
    group: str
    corner: tuple[int, int]


@dataclass(frozen=True, eq=False)
class Texture:
    """A real defect as ratio to its surroundings [h, w], known everywhere."""

    ratio: Levels
    key: str


class Backgrounds:
    """Squares of a source that hold no labelled pixel and no box, listed once; only of the wanted split."""

    def __init__(self, source: SampleSource, tile_px: int, split: str | None) -> None:
        self._source, self._tile_px = source, tile_px
        self._places: list[tuple[int, int, int]] = []
        self.unreadable = 0
        for index in range(len(source)):
            if split is not None and source.splits[index] not in (split, None):
                continue
            try:
                sample = source[index]
            except UnreadableFileError:
                self.unreadable += 1
                continue
            height, width = sample.image.shape[:2]
            side = tile_side(height, width, tile_px)
            region = sample.region or (0, 0, width, height)
            for x, y in plan_tiles(height, width, region, tile_px, 0):
                marked = sample.mask is not None and sample.mask[y : y + side, x : x + side].any()
                boxes = [one.box for one in sample.instances]
                touched = any(b[0] < x + side and b[2] > x and b[1] < y + side and b[3] > y for b in boxes)
                if not marked and not touched:
                    self._places.append((index, x, y))
        if not self._places:
            raise TrainingError(
                f"{source.info.name}: no part of {tile_px} px without a defect; take smaller parts (--tile-px)"
            )

    def __len__(self) -> int:
        return len(self._places)

    def load(self, number: int) -> Background:
        """Decodes one."""
        index, x, y = self._places[number]
        sample = self._source[index]
        height, width = sample.image.shape[:2]
        side = tile_side(height, width, self._tile_px)
        x0, y0, x1, y1 = sample.region or (0, 0, width, height)
        place = np.zeros((height, width), dtype=np.bool_)
        place[y0:y1, x0:x1] = True
        levels = cut(grey8(sample.image), x, y, side).astype(np.float32)
        return Background(levels, cut(place, x, y, side, fill=0), sample.key, sample.group, (x, y))


def list_shapes(folder: Path) -> list[Path]:
    """Mask files below a folder. Raises `TrainingError` where there are none."""
    shapes = [folder / name for name in list_images(folder)]
    if not shapes:
        raise TrainingError(f"{folder}: holds no mask to take shapes from")
    return shapes


def load_shape(path: Path) -> BoolMask | None:
    """The mask cut to its box; None where nothing of use is left."""
    mask = read_mask(path, 1, binary=True) > 0
    box = box_of_mask(mask)
    if box is None:
        return None
    x0, y0, x1, y1 = (int(value) for value in box)
    return mask[y0:y1, x0:x1] if max(x1 - x0, y1 - y0) >= MIN_SHAPE_PX else None


def collect_textures(source: SampleSource, split: str | None, limit: int = MAX_TEXTURES) -> list[Texture]:
    """Real defects of a source as ratios; instances with masks, else the whole mask's box."""
    textures: list[Texture] = []
    for index in range(len(source)):
        if len(textures) >= limit:
            break
        if split is not None and source.splits[index] not in (split, None):
            continue
        try:
            sample = source[index]
        except UnreadableFileError:
            continue
        levels = grey8(sample.image).astype(np.float32)
        masks = [one.mask for one in sample.instances if one.mask is not None]
        if not masks and sample.mask is not None:
            masks = [(sample.mask > 0) & (sample.mask < IGNORE)]
        textures += [made for mask in masks if (made := _texture(levels, mask, sample.key)) is not None]
    return textures[:limit]


def synthesise(
    background: Background,
    shapes: Sequence[Path],
    textures: Sequence[Texture],
    settings: SynthesisSettings,
    rng: np.random.Generator,
) -> tuple[NDArray[np.uint8], NDArray[np.uint8], list[dict[str, Any]]]:
    """A picture [S, S], its mask of 0 and 255, and what was put where."""
    levels = background.levels.copy()
    mask = np.zeros(levels.shape, dtype=np.uint8)
    placed: list[dict[str, Any]] = []
    wanted = (
        0
        if rng.random() < settings.empty_share
        else int(rng.integers(settings.shapes_per_picture[0], settings.shapes_per_picture[1] + 1))
    )
    for _ in range(MAX_TRIES):
        if len(placed) >= wanted:
            break
        path = shapes[int(rng.integers(len(shapes)))]
        shape = _varied(load_shape(path), levels.shape[0], settings, rng)
        corner = None if shape is None else _corner(shape, background.place & (mask == 0), rng)
        if shape is None or corner is None:
            continue
        x, y = corner
        look, texture = _look(settings, textures, rng)
        where = slice(y, y + shape.shape[0]), slice(x, x + shape.shape[1])
        changed = _put(levels, where, shape, look, texture, rng)
        if _visibility(levels[where], changed[where], shape) < MIN_VISIBILITY:
            continue
        levels = changed
        mask[where][shape] = 255
        placed.append(
            {"shape": path.name, "look": look, "texture": texture.key if texture else None, "x": x, "y": y}
            | {"width": shape.shape[1], "height": shape.shape[0]}
        )
    return np.clip(np.rint(levels), 0, 255).astype(np.uint8), mask, placed


def _varied(
    shape: BoolMask | None, side: int, settings: SynthesisSettings, rng: np.random.Generator
) -> BoolMask | None:
    """Mirrored, turned by quarters and scaled."""
    if shape is None:
        return None
    shape = np.rot90(shape, int(rng.integers(4)))
    shape = shape[:, ::-1] if rng.random() < 0.5 else shape
    longer = side * rng.uniform(*settings.size_share)
    factor = longer / max(shape.shape)
    size = max(3, round(shape.shape[0] * factor)), max(3, round(shape.shape[1] * factor))
    scaled = resize_mask(shape.astype(np.uint8), *size) > 0
    return scaled if scaled.sum() >= MIN_SHAPE_PX else None


def _corner(shape: BoolMask, free: BoolMask, rng: np.random.Generator) -> tuple[int, int] | None:
    """A place where the shape lies wholly on free pixels; None where a few tries find none."""
    height, width = free.shape
    if shape.shape[0] > height or shape.shape[1] > width:
        return None
    for _ in range(MAX_TRIES):
        x, y = int(rng.integers(width - shape.shape[1] + 1)), int(rng.integers(height - shape.shape[0] + 1))
        if free[y : y + shape.shape[0], x : x + shape.shape[1]][shape].all():
            return x, y
    return None


def _look(
    settings: SynthesisSettings, textures: Sequence[Texture], rng: np.random.Generator
) -> tuple[Look, Texture | None]:
    chances = np.array([settings.pit, settings.scuff, settings.real if textures else 0.0])
    if chances.sum() <= 0:
        raise TrainingError("no look has a chance above 0 (real defects need --textures)")
    looks: tuple[Look, ...] = ("pit", "scuff", "real")
    look = looks[int(rng.choice(3, p=chances / chances.sum()))]
    return look, textures[int(rng.integers(len(textures)))] if look == "real" else None


def _put(
    levels: Levels,
    where: tuple[slice, slice],
    shape: BoolMask,
    look: Look,
    texture: Texture | None,
    rng: np.random.Generator,
) -> Levels:
    """The levels with the defect blended in."""
    whole = np.zeros(levels.shape, dtype=np.bool_)
    whole[where] = shape
    light = box_mean(levels, max(2, round(LIGHT_SHARE * levels.shape[0])))
    ratio = np.ones(levels.shape, dtype=np.float32)
    ratio[where] = _ratio(shape, look, texture, rng)
    # a little of the ground's own grain stays visible
    defect = light * ratio * (1 + rng.uniform(0.2, 0.5) * (levels / np.maximum(light, 1) - 1))
    radius = max(1, round(FEATHER_SHARE * min(shape.shape)))
    weights = feathered(whole, radius)
    return pyramid_blend(levels, np.where(weights > 0, defect, levels).astype(np.float32), weights)


def _visibility(before: Levels, after: Levels, shape: BoolMask) -> float:
    change = box_mean(after - before, 1)[shape]
    return float(np.abs(change).mean() / max(1.0, float(before[shape].mean())))


def _ratio(shape: BoolMask, look: Look, texture: Texture | None, rng: np.random.Generator) -> Levels:
    """Brightness against the surroundings [h, w]."""
    if texture is not None:
        return resize_image(texture.ratio, *shape.shape)
    grain = rng.normal(0, 1, shape.shape).astype(np.float32)
    rough = box_mean(grain, 1) * 2 + box_mean(grain, max(2, min(shape.shape) // 8)) * max(2, min(shape.shape) // 8)
    depth = box_mean(shape.astype(np.float32), max(1, min(shape.shape) // 6))
    if look == "pit":
        base = rng.uniform(0.15, 0.55)
        return np.clip(base + (1 - base) * 0.5 * (1 - depth) + 0.08 * rough, *RATIO_BOUNDS).astype(np.float32)
    # scuffs run along the rail: the grain is stretched
    streaks = box_mean(np.repeat(rng.normal(0, 1, (1, shape.shape[1])).astype(np.float32), shape.shape[0], axis=0), 1)
    return np.clip(rng.uniform(1.5, 2.8) * (1 + 0.15 * streaks + 0.06 * rough), *RATIO_BOUNDS).astype(np.float32)


def _texture(levels: Levels, mask: BoolMask, key: str) -> Texture | None:
    box = box_of_mask(mask)
    if box is None or min(box[2] - box[0], box[3] - box[1]) < MIN_SHAPE_PX:
        return None
    x0, y0, x1, y1 = (int(value) for value in box)
    margin = max(8, (x1 - x0) // 2, (y1 - y0) // 2)
    around = slice(max(0, y0 - margin), y1 + margin), slice(max(0, x0 - margin), x1 + margin)
    outside = levels[around][~mask[around]]
    if len(outside) == 0 or float(np.median(outside)) < 1:
        return None
    ratio = np.clip(levels[y0:y1, x0:x1] / float(np.median(outside)), *RATIO_BOUNDS)
    return Texture(filled_outside(ratio.astype(np.float32), mask[y0:y1, x0:x1]), key)
