"""Tiles as bytes and back."""

from __future__ import annotations

import io

import numpy as np
from numpy.typing import NDArray
from PIL import Image as PilImage

from railscope_training.data.sample import Mask

#: dark pictures are brightened before encoding; this percentage of the pixels then lies below full scale
BRIGHT_SHARE = 99.98
MAX_GAIN = 32.0
FULL_SCALE = 250.0


def gain_for(levels: NDArray[np.float32]) -> float:
    """What dark levels (0…255) are multiplied with before encoding, a multiple of ⅛ from 1 to 32.

    A JPEG of a rail head with a mean of 10 would lose most of its texture. The brightest 0.02 % may be cut.
    """
    top = max(float(np.percentile(levels, BRIGHT_SHARE)), 1.0)
    return float(np.clip(np.floor(FULL_SCALE / top * 8) / 8, 1.0, MAX_GAIN))


def encode_image(levels: NDArray[np.float32], gain: float, quality: int) -> bytes:
    """float32 [H, W] or [H, W, 3] of 0…255 → JPEG (PNG from quality 101 on) of levels × gain."""
    scaled = np.clip(np.rint(levels * np.float32(gain)), 0, 255).astype(np.uint8)
    target = io.BytesIO()
    picture = PilImage.fromarray(scaled)
    if quality > 100:
        picture.save(target, "PNG", optimize=True)
    else:
        picture.save(target, "JPEG", quality=quality, subsampling=0 if quality >= 95 else 2, optimize=True)
    return target.getvalue()


def decode_image(data: bytes, gain: float, true_levels: bool) -> NDArray[np.uint8]:
    """[H, W] or [H, W, 3]; `true_levels` divides the gain out again."""
    samples = np.asarray(PilImage.open(io.BytesIO(data)))
    if not true_levels or gain == 1.0:
        return samples
    table = np.rint(np.arange(256) / gain).astype(np.uint8)
    return table[samples]


def encode_mask(mask: Mask) -> bytes:
    """Class indices → PNG; a mask of background only → nothing."""
    if not mask.any():
        return b""
    return _png(PilImage.fromarray(mask))


def decode_mask(data: bytes, height: int, width: int) -> Mask:
    """The mask [height, width] again."""
    return np.asarray(PilImage.open(io.BytesIO(data))) if data else np.zeros((height, width), dtype=np.uint8)


def encode_bits(mask: NDArray[np.bool_]) -> bytes:
    """bool [h, w] → 1-bit PNG."""
    return _png(PilImage.fromarray(mask.astype(np.uint8) * 255).convert("1", dither=PilImage.Dither.NONE))


def decode_bits(data: bytes) -> NDArray[np.bool_]:
    """bool [h, w] again."""
    return np.asarray(PilImage.open(io.BytesIO(data)).convert("L")) > 0


def _png(picture: PilImage.Image) -> bytes:
    target = io.BytesIO()
    picture.save(target, "PNG", compress_level=9)
    return target.getvalue()
