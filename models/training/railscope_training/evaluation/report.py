"""What an evaluation found, as data: JSON and Markdown are made from it."""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from railscope_training.errors import TrainingError
from railscope_training.evaluation.box_hits import BoxCounts
from railscope_training.evaluation.confusion import ClassRow
from railscope_training.evaluation.folders import FolderScores
from railscope_training.evaluation.instance_ap import AveragePrecision
from railscope_training.evaluation.level_histogram import BestF, Calibration
from railscope_training.evaluation.overlap import DatasetScore
from railscope_training.evaluation.size_table import SizeRow

FORMAT = 1


@dataclass(frozen=True)
class ImageRow:
    """Scores of one picture; None = undefined or not measured."""

    key: str
    labelled_px: int | None = None
    predicted_px: int | None = None
    iou: float | None = None
    dice: float | None = None
    weighted_f: float | None = None
    boundary_f: float | None = None
    boxes: BoxCounts | None = None


@dataclass(frozen=True)
class PixelScores:
    """Scores of masks. `compat` and `strict` as in the specification, §1.5."""

    compat: DatasetScore
    #: as `compat`, pictures with an empty label left out
    compat_labelled: DatasetScore
    strict_pooled: DatasetScore
    #: means over pictures with a label
    strict_per_image: DatasetScore
    precision: float | None
    #: means over pictures with a label; None where not measured
    weighted_f: float | None = None
    boundary_f: float | None = None
    boundary_tolerance_px: float | None = None


@dataclass(frozen=True)
class Curves:
    """Figures over all thresholds, pooled pixels, probabilities with 8 bits."""

    average_precision: float | None
    best_f: BestF | None
    #: with β² = 0.3, as papers on salient objects give it
    best_f_03: BestF | None
    mean_absolute_error: float | None
    calibration: Calibration | None
    #: (threshold, precision, recall), thresholds falling
    points: tuple[tuple[float, float, float], ...]


@dataclass(frozen=True)
class SweepRow:
    """Scores at one threshold."""

    threshold: float
    strict_pooled: DatasetScore | None
    boxes: BoxCounts | None


@dataclass(frozen=True)
class InstanceScores:
    """Average precision of instances. `masks` is None where the labels are boxes only."""

    boxes: AveragePrecision
    masks: AveragePrecision | None
    computed_by: str


@dataclass
class Report:
    """One model (or folder of predictions) on one set."""

    #: model, weights' hash, what ran it
    model: dict[str, Any]
    #: source, split, licence, notes
    data: dict[str, Any]
    #: region, tiles, averaging, threshold
    settings: dict[str, Any]
    images: int
    seconds_per_image: float | None = None
    pixels: PixelScores | None = None
    #: the same on pictures whose labels were looked at by a person
    screened_pixels: PixelScores | None = None
    boxes: BoxCounts | None = None
    curves: Curves | None = None
    sweep: list[SweepRow] = field(default_factory=list)
    classes: list[ClassRow] = field(default_factory=list)
    confusion: list[list[int]] = field(default_factory=list)
    sizes: list[SizeRow] = field(default_factory=list)
    instances: InstanceScores | None = None
    rows: list[ImageRow] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def to_json(self) -> dict[str, Any]:
        """Plain values; undefined figures are null."""
        value = _plain(self)
        return {"format": FORMAT, **value}


def folder_json(scores: FolderScores) -> dict[str, Any]:
    """Scores of ready masks as plain values."""
    return {"format": FORMAT, **_plain(scores)}


def write_json(path: Path, value: object) -> None:
    """Write plain values as indented JSON. Raises TrainingError when the file cannot be written."""
    text = json.dumps(value, ensure_ascii=False, indent=2, allow_nan=False)
    write_text(path, text + "\n")


def write_text(path: Path, text: str) -> None:
    """Write a text file, its folder made. Raises TrainingError when it cannot be written."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise TrainingError(f"{path}: cannot be written ({error.strerror})") from error


def _plain(value: object) -> Any:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        names = [one.name for one in dataclasses.fields(value)]
        shown = {name: _plain(getattr(value, name)) for name in names}
        derived = ("hit_rate", "false_per_image", "off_all_boxes_per_image", "recall")
        for name in derived:
            if name not in shown and isinstance(getattr(type(value), name, None), property):
                shown[name] = _plain(getattr(value, name))
        return shown
    if isinstance(value, dict):
        return {str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    if isinstance(value, np.generic):
        return value.item()
    return value
