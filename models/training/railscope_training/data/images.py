"""Reading picture and mask files, whatever their depth, colour and orientation."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

import numpy as np
from numpy.typing import NDArray
from PIL import Image as PilImage
from PIL import UnidentifiedImageError

from railscope_training.data.sample import IGNORE, Image, Mask
from railscope_training.errors import TrainingError

IMAGE_SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".bmp", ".tif", ".tiff"})
#: line-scan pictures are long; beyond this a file is taken as damaged or hostile
MAX_PIXELS = 1 << 30
PilImage.MAX_IMAGE_PIXELS = MAX_PIXELS
ORIENTATION_TAG = 0x0112
#: how binary masks are cut; compressed masks have soft edges
FOREGROUND_LEVEL = 128


class UnreadableFileError(TrainingError):
    """A picture or mask that is damaged; `--skip-unreadable` leaves it out and counts it."""


def list_images(folder: Path) -> list[str]:
    """Picture files below `folder`, relative with `/`, sorted; hidden names and masks of `inspect --out` left out.

    Raises `TrainingError` where the folder is missing.
    """
    if not folder.is_dir():
        raise TrainingError(f"{folder}: no such folder")
    found = []
    for path in folder.rglob("*"):
        relative = path.relative_to(folder)
        if path.suffix.lower() not in IMAGE_SUFFIXES or any(part.startswith(".") for part in relative.parts):
            continue
        if path.is_file():
            found.append(relative.as_posix())
    return sorted(found)


def inside(root: Path, name: str, where: str) -> Path:
    """`root / name`, for names that come out of files. Raises `TrainingError` where the name leads out of `root`."""
    posix = PurePosixPath(name.replace("\\", "/"))
    leaves = posix.is_absolute() or ".." in posix.parts or ":" in name.split("/")[0] or "\0" in name
    if leaves or not posix.parts:
        raise TrainingError(f"{where}: the file name {name!r} leads out of the data folder")
    return root.joinpath(*posix.parts)


def read_image(path: Path) -> Image:
    """Decodes a picture: grey [H, W] or RGB [H, W, 3], uint8, or uint16 for 16-bit grey; orientation applied.

    Palette, CMYK, YCbCr and Lab become RGB; alpha lies on black, as in the application. 16-bit colour is read with
    8 bits (the decoder has no 16-bit RGB). Raises `UnreadableFileError`.
    """
    with _opened(path) as picture:
        orientation = _orientation(picture)
        samples = _samples(picture, path)
    return _oriented(samples, orientation)


def read_mask(path: Path, class_count: int, *, binary: bool, foreground: int = FOREGROUND_LEVEL) -> Mask:
    """Decodes a mask to class indices [H, W]: 0 background, 1… classes, 255 ignore.

    binary: levels from `foreground` on are class 1 (files of 0 and 1 only count as 0 and 255);
    otherwise levels and palette positions are class indices.
    Raises `UnreadableFileError`, and `TrainingError` for a level that names no class.
    """
    with _opened(path) as picture:
        orientation = _orientation(picture)
        levels = _mask_levels(picture, path, binary)
    levels = _oriented(levels, orientation)
    if binary:
        top = int(levels.max(initial=0))
        if top <= 1:
            return levels.astype(np.uint8)
        scale = 257 if top > 255 else 1
        return (levels >= foreground * scale).astype(np.uint8)
    strange = (levels > class_count) & (levels != IGNORE)
    if strange.any():
        level = int(levels[strange][0])
        raise TrainingError(
            f"{path}: level {level} names no class ({class_count} known, {IGNORE} = ignore); "
            "name more classes, or set encoding=binary"
        )
    return levels.astype(np.uint8)


def image_size(path: Path) -> tuple[int, int]:
    """Height and width after orientation, from the header alone. Raises `UnreadableFileError`."""
    with _opened(path, load=False) as picture:
        width, height = picture.size
        return (width, height) if _orientation(picture) >= 5 else (height, width)


def grey8(image: Image) -> NDArray[np.uint8]:
    """[H, W] in 8 bits: 16-bit pictures by their high byte, RGB by Rec. 601 luma."""
    eight = (image >> 8).astype(np.uint8) if image.dtype == np.uint16 else image.astype(np.uint8)
    if eight.ndim == 2:
        return eight
    luma = eight[..., 0] * np.float32(0.299) + eight[..., 1] * np.float32(0.587) + eight[..., 2] * np.float32(0.114)
    return np.rint(luma).astype(np.uint8)


def _opened(path: Path, load: bool = True) -> PilImage.Image:
    try:
        picture = PilImage.open(path)
        if load:
            picture.load()
        return picture
    except FileNotFoundError:
        raise UnreadableFileError(f"{path}: no such file") from None
    except UnidentifiedImageError:
        raise UnreadableFileError(f"{path}: not a picture, or damaged at its start") from None
    # decoders raise SyntaxError, ValueError, struct.error … for damaged files
    except Exception as error:
        raise UnreadableFileError(f"{path}: damaged or truncated ({error})") from error


def _orientation(picture: PilImage.Image) -> int:
    try:
        value = picture.getexif().get(ORIENTATION_TAG, 1)
    except Exception:
        return 1
    return value if isinstance(value, int) and 1 <= value <= 8 else 1


def _samples(picture: PilImage.Image, path: Path) -> Image:
    mode = picture.mode
    if mode.startswith("I"):
        return _sixteen_bit(picture, path)
    if mode in ("1", "L"):
        return np.asarray(picture.convert("L"))
    if mode == "F":
        raise UnreadableFileError(f"{path}: floating-point samples are not supported; save as 8 or 16 bit")
    if mode == "LA":
        return np.asarray(_on_black(picture).convert("L"))
    if mode in ("RGBA", "RGBa", "PA") or "transparency" in picture.info:
        return np.asarray(_on_black(picture).convert("RGB"))
    return np.asarray(picture.convert("RGB"))


def _sixteen_bit(picture: PilImage.Image, path: Path) -> NDArray[np.uint16]:
    levels = np.asarray(picture)
    if levels.min(initial=0) < 0 or levels.max(initial=0) > 0xFFFF:
        raise UnreadableFileError(f"{path}: samples beyond 16 bit are not supported")
    return levels.astype(np.uint16)


def _on_black(picture: PilImage.Image) -> PilImage.Image:
    rgba = picture.convert("RGBA")
    ground = PilImage.new("RGBA", rgba.size, (0, 0, 0, 255))
    return PilImage.alpha_composite(ground, rgba)


def _mask_levels(picture: PilImage.Image, path: Path, binary: bool) -> NDArray[np.integer]:
    mode = picture.mode
    if mode in ("P", "PA"):
        indices = np.asarray(picture if mode == "P" else picture.convert("P"))
        # a binary mask saved with colours: a grey palette means its greys, any other its positions
        return np.asarray(picture.convert("L")) if binary and _grey_palette(picture) else indices
    if mode.startswith("I"):
        return _sixteen_bit(picture, path)
    if mode in ("1", "L"):
        return np.asarray(picture.convert("L"))
    rgb = np.asarray(picture.convert("RGB"))
    if (rgb == rgb[..., :1]).all():
        return rgb[..., 0]
    if binary:
        return grey8(rgb)
    raise TrainingError(f"{path}: a coloured mask says no class indices; save it as 8-bit grey or palette")


def _grey_palette(picture: PilImage.Image) -> bool:
    palette = np.asarray(picture.getpalette("RGB") or [0], dtype=np.uint8)
    colours = palette[: len(palette) // 3 * 3].reshape(-1, 3)
    return bool((colours == colours[:, :1]).all())


def _oriented(samples: NDArray[np.generic], orientation: int) -> NDArray:  # type: ignore[type-arg]
    """The samples as the EXIF orientation (1–8) wants them shown."""
    if orientation >= 5:
        samples = np.swapaxes(samples, 0, 1)
    flip_rows = orientation in (3, 4, 7, 8)
    flip_columns = orientation in (2, 3, 6, 7)
    samples = samples[::-1] if flip_rows else samples
    samples = samples[:, ::-1] if flip_columns else samples
    return np.ascontiguousarray(samples)
