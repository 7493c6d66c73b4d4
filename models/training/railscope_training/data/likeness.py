"""Finding pictures that show the same: hashes of the picture shrunk, compared bit by bit."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image as PilImage

from railscope_training.data.images import grey8
from railscope_training.data.sample import Image

HASH_SIDE = 16
#: bits of 512 that may differ: up to 80 all pairs found in rail400 show one place; magnetic tiles repeat up to some 60;
#: neu_seg has one repeat below 40; pictures of ball screws (bsdata) look alike wherever they were taken
DEFAULT_THRESHOLD = 40
#: correlation of the shrunk pictures that confirms a pair
MIN_CORRELATION = 0.9
THUMB_SIDE = 32
BLOCK = 512
#: a picture that is grey all over has no gradients to compare
MIN_DEVIATION = 1e-3


@dataclass(frozen=True, eq=False)
class Fingerprint:
    """What is kept of a picture: 512 bits packed in 64 bytes, and a thumbnail of zero mean and unit length."""

    bits: NDArray[np.uint8]
    thumb: NDArray[np.float32]
    flat: bool


@dataclass(frozen=True)
class Likeness:
    """Two pictures (indices) that look alike."""

    left: int
    right: int
    bits_apart: int
    correlation: float


def fingerprint(image: Image) -> Fingerprint:
    """Signs of the differences to the right and downward neighbour in the picture shrunk to 17 × 17, and a thumbnail.

    Levels are kept in floating point, so that dark pictures lose nothing.
    """
    grey = PilImage.fromarray(grey8(image).astype(np.float32), mode="F")
    small = np.asarray(grey.resize((HASH_SIDE + 1, HASH_SIDE + 1), PilImage.Resampling.BOX))
    across = small[:-1, 1:] > small[:-1, :-1]
    down = small[1:, :-1] > small[:-1, :-1]
    thumb = np.asarray(grey.resize((THUMB_SIDE, THUMB_SIDE), PilImage.Resampling.BOX)).ravel()
    centred = thumb - thumb.mean()
    length = float(np.linalg.norm(centred))
    flat = length / THUMB_SIDE < MIN_DEVIATION
    return Fingerprint(np.packbits(np.concatenate([across.ravel(), down.ravel()])), centred / max(length, 1e-9), flat)


def find_alike(prints: list[Fingerprint], threshold: int = DEFAULT_THRESHOLD) -> list[Likeness]:
    """All pairs at most `threshold` of 512 bits apart whose thumbnails correlate; flat pictures are left out."""
    chosen = [index for index, one in enumerate(prints) if not one.flat]
    if len(chosen) < 2:
        return []
    bits = np.unpackbits(np.stack([prints[index].bits for index in chosen]), axis=1).astype(np.float32)
    thumbs = np.stack([prints[index].thumb for index in chosen])
    ones = bits.sum(axis=1)
    found = []
    for start in range(0, len(chosen), BLOCK):
        part = slice(start, start + BLOCK)
        apart = ones[part, None] + ones[None, :] - 2 * bits[part] @ bits.T
        for row, column in np.argwhere(apart <= threshold + 0.5).tolist():
            left, right = start + row, column
            correlation = float(thumbs[left] @ thumbs[right]) if left < right else 0.0
            if correlation >= MIN_CORRELATION:
                found.append(Likeness(chosen[left], chosen[right], round(float(apart[row, column])), correlation))
    return sorted(found, key=lambda pair: (pair.bits_apart, pair.left, pair.right))
