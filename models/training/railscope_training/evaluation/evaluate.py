"""Evaluates a model on a data set: runs it on every picture of a split and scores what comes out."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from railscope_training.data.images import UnreadableFileError
from railscope_training.errors import TrainingError
from railscope_training.evaluation.box_hits import BoxCounts, LabelBox, count_box_hits
from railscope_training.evaluation.instance_ap import (
    AveragePrecision,
    ImageInstances,
    average_precisions,
    official_average_precisions,
)
from railscope_training.evaluation.instance_detection import painted
from railscope_training.evaluation.pipeline.preprocess import Image
from railscope_training.evaluation.report import ImageRow, InstanceScores, Report
from railscope_training.evaluation.scoring import MapScorer, ScoreOptions
from railscope_training.evaluation.sheet import WorstSheet

if TYPE_CHECKING:
    from railscope_training.data.sample import Sample, SampleSource

Predict = Callable[[Image], NDArray[np.float32]]
#: data sets without boxes: a picture without any says nothing there
MASK_ONLY_KINDS = frozenset({"folder", "nrsd-mn", "rsdds"})
Detect = Callable[[Image], tuple[ImageInstances, float]]


@dataclass(frozen=True)
class EvaluationOptions:
    """Which pictures, and what is measured on them."""

    scores: ScoreOptions
    #: None = all pictures
    split: str | None = None
    #: evenly spread over the split; None = all
    limit: int | None = None
    #: keys of pictures whose labels were looked at by a person
    screened: frozenset[str] = frozenset()
    #: bytes of the label file by key, for the exactly-255 rule of compat
    raw_label: Callable[[str], NDArray[np.uint8] | None] | None = None
    sheet: WorstSheet | None = None
    on_picture: Callable[[int, int], None] = lambda done, total: None
    facts: dict[str, Any] = field(default_factory=dict)
    settings: dict[str, Any] = field(default_factory=dict)


def evaluate_network(predict: Predict, source: SampleSource, options: EvaluationOptions) -> Report:
    """Score maps. `predict`: picture [H, W] or [H, W, 3] → probabilities [H, W] or [K, H, W], float32 of 0…1.

    K > 1 is softmax over classes, background first. Damaged pictures are left out and noted. Raises TrainingError when
    the split is empty.
    """
    scorer = MapScorer(options.scores, source.classes)
    seconds, unreadable = 0.0, list[str]()
    indices = chosen_indices(source, options.split, options.limit)
    for sample in _samples(source, indices, options, unreadable):
        started = time.perf_counter()
        probability = np.asarray(predict(sample.image), np.float32)
        seconds += time.perf_counter() - started
        probability = probability[None] if probability.ndim == 2 else probability
        if probability.shape[1:] != sample.image.shape[:2]:
            raise TrainingError(f"{sample.key}: the map has shape {probability.shape[1:]}, not that of the picture")
        boxes = None if source.info.kind in MASK_ONLY_KINDS else label_boxes(sample)
        predicted = scorer.add(
            sample.key,
            probability,
            sample.mask,
            boxes,
            screened=sample.key in options.screened,
            raw_label=None if options.raw_label is None else options.raw_label(sample.key),
        )
        if options.sheet is not None:
            label = None if sample.mask is None else np.isin(sample.mask, list(options.scores.defect_classes))
            options.sheet.add(scorer.rows[-1], sample.image, label, predicted, boxes or ())
    report = _report(source, len(indices), options, seconds, unreadable)
    report.pixels, report.screened_pixels, report.boxes = scorer.pixels, scorer.screened_pixels, scorer.boxes
    report.curves, report.sweep, report.classes = scorer.curves(), scorer.sweep(), scorer.class_rows()
    report.confusion, report.sizes, report.rows = scorer.confusion, scorer.sizes.rows, scorer.rows
    return report


def evaluate_instances(detect: Detect, source: SampleSource, options: EvaluationOptions) -> Report:
    """Score instances: COCO AP of boxes, of masks where every instance has one, and boxes hit at the threshold.

    `detect`: picture → instances in input pixels (classes from 1), and input pixels per picture pixel. Labels are
    brought to input pixels, so that large pictures need no large masks.
    """
    labels, found, rows = [], [], []
    boxes_sum, seconds, unreadable = BoxCounts(), 0.0, list[str]()
    indices = chosen_indices(source, options.split, options.limit)
    for sample in _samples(source, indices, options, unreadable):
        started = time.perf_counter()
        instances, scale = detect(sample.image)
        seconds += time.perf_counter() - started
        label = _label_instances(sample, scale, instances)
        labels.append(label)
        found.append(instances if label.masks is not None else _without_masks(instances))
        row, predicted = _instance_row(sample, instances, scale, options)
        rows.append(row)
        if row.boxes is not None:
            boxes_sum += row.boxes
        if options.sheet is not None:
            options.sheet.add(row, sample.image, None, predicted, label_boxes(sample))
    report = _report(source, len(indices), options, seconds, unreadable)
    report.instances = _instance_scores(labels, found)
    report.boxes, report.rows = boxes_sum, rows
    return report


def label_boxes(sample: Sample) -> list[LabelBox]:
    """The boxes of a picture's instances."""
    corners = [[float(value) for value in one.box] for one in sample.instances]
    return [
        LabelBox(one.class_index, (x0, y0, x1, y1))
        for one, (x0, y0, x1, y1) in zip(sample.instances, corners, strict=True)
    ]


def chosen_indices(source: SampleSource, split: str | None, limit: int | None) -> list[int]:
    """Indices of a split, evenly thinned to the limit. Raises TrainingError when none is left."""
    indices = [index for index, own in enumerate(source.splits) if split is None or own == split]
    if not indices:
        known = sorted({str(own) for own in source.splits})
        raise TrainingError(f"{source.info.name}: no picture in split {split!r}; there are {', '.join(known)}")
    if limit is None or limit >= len(indices):
        return indices
    return [indices[index * len(indices) // limit] for index in range(limit)]


def _samples(
    source: SampleSource, indices: Sequence[int], options: EvaluationOptions, unreadable: list[str]
) -> Iterator[Sample]:
    """The pictures; damaged ones are left out, and named in `unreadable`."""
    for done, index in enumerate(indices):
        options.on_picture(done, len(indices))
        try:
            sample = source[index]
        except UnreadableFileError as error:
            unreadable.append(str(error))
            continue
        yield sample
    options.on_picture(len(indices), len(indices))
    if len(unreadable) == len(indices):
        raise TrainingError(f"{source.info.name}: no picture can be read; first: {unreadable[0]}")


def _report(
    source: SampleSource, chosen: int, options: EvaluationOptions, seconds: float, unreadable: Sequence[str]
) -> Report:
    info = source.info
    data = {
        "kind": info.kind,
        "name": info.name,
        "split": options.split,
        "licence": info.licence,
        "notes": list(info.notes),
        "classes": list(source.classes),
        "defect_classes": [
            name for index, name in enumerate(source.classes, 1) if index in options.scores.defect_classes
        ],
    }
    scores = options.scores
    thresholds = {"threshold": scores.threshold, "minimum_area_px": scores.minimum_area_px}
    images = chosen - len(unreadable)
    report = Report(dict(options.facts), data, {**options.settings, **thresholds}, images, seconds / images)
    report.notes += [f"left out: {one}" for one in unreadable]
    return report


def _instance_row(
    sample: Sample, instances: ImageInstances, scale: float, options: EvaluationOptions
) -> tuple[ImageRow, NDArray[np.bool_]]:
    """Box hits in input pixels, and what is predicted [H, W] in picture pixels."""
    height, width = sample.image.shape[:2]
    inner = (max(1, int(height * scale + 0.5)), max(1, int(width * scale + 0.5)))
    regions = painted(_cropped(instances, *inner), options.scores.threshold, *inner)
    scaled = [LabelBox(box.class_index, _scaled(box, scale)) for box in label_boxes(sample)]
    counts = count_box_hits(regions, scaled, options.scores.defect_classes)
    mask = regions.mask()
    rows = np.minimum((np.arange(height) * scale).astype(int), mask.shape[0] - 1)
    columns = np.minimum((np.arange(width) * scale).astype(int), mask.shape[1] - 1)
    predicted = mask[rows][:, columns]
    return ImageRow(sample.key, predicted_px=int(np.count_nonzero(predicted)), boxes=counts), predicted


def _scaled(box: LabelBox, scale: float) -> tuple[float, float, float, float]:
    x0, y0, x1, y1 = box.xyxy
    return x0 * scale, y0 * scale, x1 * scale, y1 * scale


def _cropped(instances: ImageInstances, height: int, width: int) -> ImageInstances:
    if instances.masks is None:
        return instances
    masks = instances.masks[:, :height, :width]
    return ImageInstances(instances.boxes, instances.classes, instances.scores, masks)


def _without_masks(instances: ImageInstances) -> ImageInstances:
    return ImageInstances(instances.boxes, instances.classes, instances.scores)


def _label_instances(sample: Sample, scale: float, found: ImageInstances) -> ImageInstances:
    """The labels of a picture in input pixels; masks only where every instance has one and the network gives some."""
    own = sample.instances
    boxes = np.array([one.box for one in own], np.float32).reshape(-1, 4) * np.float32(scale)
    classes = np.array([one.class_index for one in own], np.int64)
    masks = None
    if found.masks is not None and all(one.mask is not None for one in own):
        size = found.masks.shape[1:]
        shown = [_nearest(one.mask, scale, size) for one in own if one.mask is not None]
        masks = np.array(shown, bool).reshape(-1, *size)
    return ImageInstances(boxes, classes, np.ones(len(own), np.float32), masks)


def _nearest(mask: NDArray[np.bool_], scale: float, size: tuple[int, ...]) -> NDArray[np.bool_]:
    """A mask scaled by its nearest pixels to the top left of [size]."""
    rows = ((np.arange(size[0]) + 0.5) / scale).astype(int)
    columns = ((np.arange(size[1]) + 0.5) / scale).astype(int)
    out = np.zeros(size, bool)
    inner_rows, inner_columns = rows[rows < mask.shape[0]], columns[columns < mask.shape[1]]
    out[: len(inner_rows), : len(inner_columns)] = mask[inner_rows][:, inner_columns]
    return out


def _instance_scores(labels: Sequence[ImageInstances], found: Sequence[ImageInstances]) -> InstanceScores:
    with_masks = all(one.masks is not None for one in labels)
    try:
        boxes = official_average_precisions(labels, found, "box")
        masks = official_average_precisions(labels, found, "mask") if with_masks else None
        return InstanceScores(boxes, masks, "pycocotools")
    except TrainingError:
        masks_own: AveragePrecision | None = average_precisions(labels, found, "mask") if with_masks else None
        return InstanceScores(average_precisions(labels, found, "box"), masks_own, "railscope_training")
