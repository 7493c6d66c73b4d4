"""Scores of ready mask files against label files, as `railscope eval --predictions` gives them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from railscope_training.data.images import list_images, read_image
from railscope_training.data.sources.folder import pair_masks
from railscope_training.errors import TrainingError
from railscope_training.evaluation.overlap import (
    COMPAT_FOREGROUND,
    STRICT_FOREGROUND,
    DatasetScore,
    OverlapCounts,
    compat_dataset_score,
    count_overlap,
    labelled_only,
    strict_dataset_score,
    strict_per_image_score,
)


@dataclass(frozen=True)
class FolderScores:
    """Scores in both ways; `…_labelled` leaves out pictures with an empty label."""

    compat: DatasetScore
    compat_labelled: DatasetScore
    strict: DatasetScore
    strict_labelled: DatasetScore
    strict_per_image: DatasetScore
    #: labels without a prediction
    unpaired: tuple[str, ...]


def score_folders(predictions: Path, labels: Path) -> FolderScores:
    """Score every label file that has a prediction of the same name (the extension may differ).

    Raises TrainingError when no file fits, when sizes differ, or when a file is damaged.
    """
    names = list_images(labels)
    pairs = pair_masks(names, list_images(predictions))
    if not pairs:
        raise TrainingError(f"no mask below {predictions} has the name of a label below {labels}")
    compat, strict = [], []
    for name in names:
        if name not in pairs:
            continue
        one, other = score_files(predictions / pairs[name], labels / name)
        compat.append(one)
        strict.append(other)
    return FolderScores(
        compat_dataset_score(compat),
        compat_dataset_score(labelled_only(compat)),
        strict_dataset_score(strict),
        strict_dataset_score(labelled_only(strict)),
        strict_per_image_score(strict),
        tuple(name for name in names if name not in pairs),
    )


def score_files(prediction: Path, label: Path) -> tuple[OverlapCounts, OverlapCounts]:
    """Counts of one mask file as compat and as strict sees it. Raises TrainingError when the sizes differ."""
    mask, truth = read_grey(prediction), read_grey(label)
    if mask.shape != truth.shape:
        sizes = [f"{shape[1]} × {shape[0]} px" for shape in (mask.shape, truth.shape)]
        raise TrainingError(f"{prediction}: the mask is {sizes[0]}, its label {sizes[1]}: give masks of one size")
    return count_overlap(mask, truth, COMPAT_FOREGROUND), count_overlap(mask, truth, STRICT_FOREGROUND)


def read_grey(path: Path) -> NDArray[np.uint8]:
    """The bytes [H, W] of a mask file. Raises TrainingError for a damaged one or one of 16 bits."""
    image = read_image(path)
    if image.dtype != np.uint8:
        raise TrainingError(f"{path}: masks have 8 bits, not 16")
    # Pillow's luma is that of the application, bit by bit
    grey = image if image.ndim == 2 else np.asarray(Image.fromarray(image).convert("L"))
    return grey.astype(np.uint8, copy=False)
