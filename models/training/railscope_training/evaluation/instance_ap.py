"""Average precision of instances, boxes or masks, as COCO defines it.

`average_precisions` is plain numpy, for validation during training and machines without pycocotools;
`official_average_precisions` asks pycocotools. Tests hold the first to the second.
"""

from __future__ import annotations

import contextlib
import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from railscope_training.evaluation.optional import need

Kind = Literal["box", "mask"]
IOU_THRESHOLDS = np.linspace(0.5, 0.95, 10)
_RECALL_POINTS = np.linspace(0.0, 1.0, 101)
#: detections per picture and class that count
MAX_DETECTIONS = 100


@dataclass(frozen=True)
class ImageInstances:
    """Instances of one picture; arrays agree in their first axis."""

    #: float [n, 4], xyxy px
    boxes: NDArray[np.float32]
    #: int [n]
    classes: NDArray[np.int64]
    #: float [n]; ones for labels
    scores: NDArray[np.float32]
    #: bool [n, H, W]; None without masks
    masks: NDArray[np.bool_] | None = None


@dataclass(frozen=True)
class AveragePrecision:
    """Means over the classes that are labelled, 0…1; None where nothing is labelled."""

    ap50: float | None
    ap50_95: float | None


def average_precisions(
    labels: Sequence[ImageInstances], detections: Sequence[ImageInstances], kind: Kind
) -> AveragePrecision:
    """AP over pictures (labels and detections in the same order); IoU of boxes or of masks."""
    classes = sorted({int(index) for one in labels for index in one.classes})
    per_class = [_class_ap(labels, detections, index, kind) for index in classes]
    if not per_class:
        return AveragePrecision(None, None)
    table = np.array(per_class)
    return AveragePrecision(float(table[:, 0].mean()), float(table.mean()))


def official_average_precisions(
    labels: Sequence[ImageInstances], detections: Sequence[ImageInstances], kind: Kind
) -> AveragePrecision:
    """The same figures by pycocotools. Raises TrainingError when it is not installed."""
    coco_module = need("pycocotools.coco", "pycocotools", "the official AP")
    evaluation = need("pycocotools.cocoeval", "pycocotools", "the official AP")
    if not any(len(one.classes) for one in labels):
        return AveragePrecision(None, None)
    with contextlib.redirect_stdout(io.StringIO()):
        truth = coco_module.COCO()
        truth.dataset = _coco_dataset(labels, kind)
        truth.createIndex()
        found = _coco_rows(detections, kind)
        if not found:
            return AveragePrecision(0.0, 0.0)
        run = evaluation.COCOeval(truth, truth.loadRes(found), "bbox" if kind == "box" else "segm")
        run.evaluate()
        run.accumulate()
        run.summarize()
    return AveragePrecision(float(run.stats[1]), float(run.stats[0]))


def _class_ap(
    labels: Sequence[ImageInstances], detections: Sequence[ImageInstances], class_index: int, kind: Kind
) -> NDArray[np.float64]:
    """[10] AP at each IoU threshold."""
    scores, hits, wanted = [], [], 0
    for label, found in zip(labels, detections, strict=True):
        chosen = np.flatnonzero(found.classes == class_index)
        order = chosen[np.argsort(-found.scores[chosen], kind="stable")][:MAX_DETECTIONS]
        truth = np.flatnonzero(label.classes == class_index)
        wanted += len(truth)
        scores.append(found.scores[order])
        hits.append(_match(_ious(found, order, label, truth, kind)))
    ranking = np.argsort(-np.concatenate(scores), kind="stable")
    ranked = np.concatenate(hits, axis=1)[:, ranking]
    return np.array([_interpolated(row, wanted) for row in ranked])


def _match(ious: NDArray[np.float64]) -> NDArray[np.bool_]:
    """[n, m] IoU of detections in order of score with labels → [10, n] whether each takes a free label."""
    taken = np.zeros((len(IOU_THRESHOLDS), ious.shape[1]), bool)
    hits = np.zeros((len(IOU_THRESHOLDS), ious.shape[0]), bool)
    for at, threshold in enumerate(IOU_THRESHOLDS):
        for detection, row in enumerate(ious):
            free = np.where(taken[at], -1.0, row)
            # the last of equally good labels, as COCO's own matching
            best = len(free) - 1 - int(np.argmax(free[::-1])) if len(free) else -1
            if best >= 0 and free[best] >= min(threshold, 1 - 1e-10):
                taken[at, best] = hits[at, detection] = True
    return hits


def _interpolated(hits: NDArray[np.bool_], wanted: int) -> float:
    true = np.cumsum(hits)
    recall = true / wanted
    precision = true / np.arange(1, len(hits) + 1)
    envelope = np.maximum.accumulate(precision[::-1])[::-1]
    at = np.searchsorted(recall, _RECALL_POINTS, side="left")
    return float(np.mean(np.where(at < len(hits), np.append(envelope, 0.0)[np.minimum(at, len(hits))], 0.0)))


def _ious(
    found: ImageInstances, order: NDArray[np.intp], label: ImageInstances, truth: NDArray[np.intp], kind: Kind
) -> NDArray[np.float64]:
    if kind == "box":
        return box_iou(found.boxes[order], label.boxes[truth])
    if found.masks is None or label.masks is None or len(order) == 0 or len(truth) == 0:
        return np.zeros((len(order), len(truth)))
    a = found.masks[order].reshape(len(order), -1)
    b = label.masks[truth].reshape(len(truth), -1)
    both = np.array([[np.count_nonzero(one & other) for other in b] for one in a], float).reshape(len(a), len(b))
    union = a.sum(1)[:, None] + b.sum(1)[None, :] - both
    return both / np.maximum(union, 1)


def box_iou(a: NDArray[np.float32], b: NDArray[np.float32]) -> NDArray[np.float64]:
    """[n, 4] and [m, 4] boxes, xyxy → [n, m] intersection over union."""
    first, second = a.astype(np.float64).reshape(-1, 4), b.astype(np.float64).reshape(-1, 4)
    low = np.maximum(first[:, None, :2], second[None, :, :2])
    high = np.minimum(first[:, None, 2:], second[None, :, 2:])
    both = np.prod(np.clip(high - low, 0, None), axis=2)
    union = _areas(first)[:, None] + _areas(second)[None, :] - both
    return both / np.maximum(union, 1e-12)


def _areas(boxes: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.prod(boxes[:, 2:] - boxes[:, :2], axis=1)


def _coco_dataset(labels: Sequence[ImageInstances], kind: Kind) -> dict[str, object]:
    rows = _coco_rows(labels, kind)
    for number, row in enumerate(rows):
        row.update(id=number + 1, iscrowd=0)
    categories = sorted({int(index) for one in labels for index in one.classes})
    return {
        "info": {},
        "images": [{"id": number + 1, **_coco_size(image)} for number, image in enumerate(labels)],
        "annotations": rows,
        "categories": [{"id": index} for index in categories],
    }


def _coco_size(image: ImageInstances) -> dict[str, int]:
    if image.masks is None:
        return {}
    return {"height": image.masks.shape[1], "width": image.masks.shape[2]}


def _coco_rows(images: Sequence[ImageInstances], kind: Kind) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = []
    for number, image in enumerate(images):
        for at, (x0, y0, x1, y1) in enumerate(image.boxes.astype(float).tolist()):
            row: dict[str, object] = {
                "image_id": number + 1,
                "category_id": int(image.classes[at]),
                "score": float(image.scores[at]),
                "bbox": [x0, y0, x1 - x0, y1 - y0],
                "area": (x1 - x0) * (y1 - y0),
            }
            if kind == "mask":
                row.update(_coco_mask(image, at))
            rows.append(row)
    return rows


def _coco_mask(image: ImageInstances, at: int) -> dict[str, object]:
    masks = need("pycocotools.mask", "pycocotools", "the official AP of masks")
    mask = np.zeros((1, 1), bool) if image.masks is None else image.masks[at]
    runs = masks.encode(np.asfortranarray(mask, dtype=np.uint8))
    return {"segmentation": runs, "area": float(mask.sum())}
