"""The parity gate: an exported file must compute what the network computes, within the limits of its precision."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

import numpy as np
import torch
from numpy.typing import NDArray

from railscope_training.evaluation.overlap import OverlapCounts, count_boolean_overlap, strict_score
from railscope_training.networks import RawInstances
from railscope_training.networks.detect import SCORE_THRESHOLD, detect

Precision = Literal["fp32", "fp16", "int8"]
Outputs = Sequence[NDArray[np.float32]]

#: largest difference of a probability (of scores, for detectors)
DIFFERENCE_LIMITS: dict[Precision, float] = {"fp32": 1e-4, "fp16": 2e-2}
#: least Dice between the binarised masks of network and file, over all tiles
DICE_LIMIT = 0.995
#: IoU points (0…1) that int8 may lose against labels; without labels the masks of both must overlap by 1 − this
IOU_LOSS_LIMIT = 0.01
#: candidates compared where none passes the threshold (untrained detectors)
FALLBACK_CANDIDATES = 10


@dataclass(frozen=True)
class ParityRow:
    """One file against the network. IoU values are pooled over all tiles, None without labels."""

    precision: Precision
    tiles: int
    origin: str
    difference: float
    dice: float
    agreement_iou: float
    reference_iou: float | None
    iou: float | None
    passed: bool
    remark: str

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        return asdict(self)


def compare(
    precision: Precision,
    reference: Iterable[Outputs],
    candidate: Iterable[Outputs],
    masks: NDArray[np.uint8] | None,
    *,
    instances: bool,
    threshold: float,
    origin: str,
) -> ParityRow:
    """Compare outputs tile by tile. `masks` uint8 [N, H, W] are labels of segmenters (255 = ignore)."""
    difference = 0.0
    agreement = reference_counts = candidate_counts = OverlapCounts(0, 0, 0)
    tiles = 0
    for tile, (expected, actual) in enumerate(zip(reference, candidate, strict=True)):
        difference = max(difference, _difference(expected, actual, instances=instances))
        limit = _score_limit(expected) if instances else threshold
        first, second = (predicted_mask(outputs, limit, instances=instances) for outputs in (expected, actual))
        agreement += count_boolean_overlap(first, second)
        if masks is not None and not instances:
            valid, truth = masks[tile] != 255, masks[tile] > 0
            reference_counts += count_boolean_overlap(first, truth, valid)
            candidate_counts += count_boolean_overlap(second, truth, valid)
        tiles += 1
    labelled = masks is not None and not instances
    reference_iou = _iou(reference_counts) if labelled else None
    iou = _iou(candidate_counts) if labelled else None
    dice, agreement_iou = strict_score(agreement).dice, _iou(agreement)
    dice = 1.0 if dice is None else dice
    passed, remark = judge(precision, difference, dice, agreement_iou, reference_iou, iou)
    return ParityRow(precision, tiles, origin, difference, dice, agreement_iou, reference_iou, iou, passed, remark)


def judge(
    precision: Precision,
    difference: float,
    dice: float,
    agreement_iou: float,
    reference_iou: float | None,
    iou: float | None,
) -> tuple[bool, str]:
    """Whether the limits hold, and a sentence that says which does not."""
    faults = []
    limit = DIFFERENCE_LIMITS.get(precision)
    if limit is not None and not difference <= limit:
        faults.append(f"differs by {difference:.2g} (limit {limit:g})")
    if precision != "int8" and dice < DICE_LIMIT:
        faults.append(f"Dice of the masks {dice:.4f} (limit {DICE_LIMIT})")
    if precision == "int8" and reference_iou is not None and iou is not None:
        if reference_iou - iou > IOU_LOSS_LIMIT:
            faults.append(f"loses {100 * (reference_iou - iou):.2f} IoU points (limit {100 * IOU_LOSS_LIMIT:g})")
    elif precision == "int8" and agreement_iou < 1 - IOU_LOSS_LIMIT:
        faults.append(f"masks overlap by {agreement_iou:.4f} (limit {1 - IOU_LOSS_LIMIT}, no labels given)")
    return not faults, "; ".join(faults)


def markdown(rows: Sequence[ParityRow]) -> str:
    """The parity table."""
    lines = [
        "| precision | tiles | from | largest difference | Dice of masks | IoU of network | IoU of file | passed |",
        "|---|---:|---|---:|---:|---:|---:|---|",
    ]
    for row in rows:
        reference, own = ("–" if value is None else f"{value:.4f}" for value in (row.reference_iou, row.iou))
        passed = "yes" if row.passed else f"no: {row.remark}"
        cells = f"{row.precision} | {row.tiles} | {row.origin} | {row.difference:.2e} | {row.dice:.4f}"
        lines.append(f"| {cells} | {reference} | {own} | {passed} |")
    return "\n".join(lines) + "\n"


def _difference(expected: Outputs, actual: Outputs, *, instances: bool) -> float:
    """Largest difference of probabilities; of a detector's scores, which are sorted within each level."""
    index = RawInstances._fields.index("scores") if instances else 0
    return float(np.abs(expected[index].astype(np.float64) - actual[index]).max())


def _iou(counts: OverlapCounts) -> float:
    """Pooled IoU; 1 where both masks are empty everywhere."""
    value = strict_score(counts).iou
    return 1.0 if value is None else value


def _score_limit(outputs: Outputs) -> float:
    """The usual threshold, or one that lets the best candidates pass where none is above it."""
    scores = np.sort(outputs[RawInstances._fields.index("scores")].ravel())[::-1]
    if scores[0] > SCORE_THRESHOLD:
        return SCORE_THRESHOLD
    return float(scores[min(FALLBACK_CANDIDATES, len(scores) - 1)])


def predicted_mask(outputs: Outputs, threshold: float, *, instances: bool) -> NDArray[np.bool_]:
    """[H, W] defect pixels of one tile; of a detector the union of its instances; of several classes any of them."""
    if instances:
        raw = RawInstances(*(torch.from_numpy(np.ascontiguousarray(value)) for value in outputs))
        union: NDArray[np.bool_] = detect(raw, score_threshold=threshold)[0].masks.any(dim=0).numpy()
        return union
    probability = outputs[0][0]
    return probability[0] >= threshold if len(probability) == 1 else probability.argmax(axis=0) > 0
