"""From raw candidates to instances: threshold, suppression, blending, pasting. Reference for the application."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

from railscope_training.networks.blender import BASIS_STRIDE, blend, crop_regions
from railscope_training.networks.instances import Instances, RawInstances

SCORE_THRESHOLD = 0.05
SUPPRESSION_IOU = 0.6
MAXIMUM_INSTANCES = 100
MASK_THRESHOLD = 0.5


def detect(
    raw: RawInstances,
    *,
    score_threshold: float = SCORE_THRESHOLD,
    suppression_iou: float = SUPPRESSION_IOU,
    maximum: int = MAXIMUM_INSTANCES,
    mask_threshold: float = MASK_THRESHOLD,
) -> list[Instances]:
    """Instances of each picture, best first.

    Candidates with raw score > `score_threshold` (before the square root) stay; their final score is the square
    root. Per class a candidate with IoU > `suppression_iou` to a better one goes; at most `maximum` stay.
    """
    height, width = (BASIS_STRIDE * int(side) for side in raw.bases.shape[-2:])
    return [
        _detect_picture(
            RawInstances(*(tensor[picture].float() for tensor in raw)),
            (height, width),
            score_threshold,
            suppression_iou,
            maximum,
            mask_threshold,
        )
        for picture in range(len(raw.boxes))
    ]


def _detect_picture(
    raw: RawInstances,
    size: tuple[int, int],
    score_threshold: float,
    suppression_iou: float,
    maximum: int,
    mask_threshold: float,
) -> Instances:
    height, width = size
    keep = torch.nonzero(raw.scores > score_threshold)[:, 0]
    keep = keep[raw.scores[keep].argsort(descending=True, stable=True)]
    limits = raw.boxes.new_tensor([width, height, width, height])
    boxes = torch.minimum(raw.boxes[keep].clamp(min=0), limits)
    classes = raw.classes[keep].long()
    kept = suppress(boxes, classes, suppression_iou, maximum)
    keep, boxes, classes = keep[kept], boxes[kept], classes[kept]
    logits = blend(crop_regions(raw.bases, boxes, BASIS_STRIDE), raw.attentions[keep])
    probabilities = torch.sigmoid(logits)
    masks = paste(probabilities, boxes, size) >= mask_threshold
    return Instances(boxes, raw.scores[keep].sqrt(), classes, probabilities, masks)


def suppress(boxes: Tensor, classes: Tensor, iou_limit: float, maximum: int) -> Tensor:
    """Indices that survive greedy per-class suppression. Boxes [n, 4] and classes [n] are sorted, best first."""
    alive = (boxes[:, 2] > boxes[:, 0]) & (boxes[:, 3] > boxes[:, 1])
    kept: list[int] = []
    for index in range(len(boxes)):
        if not bool(alive[index]):
            continue
        kept.append(index)
        if len(kept) == maximum:
            break
        rivals = (classes == classes[index]) & (box_iou(boxes[index], boxes) > iou_limit)
        rivals[: index + 1] = False
        alive &= ~rivals
    return torch.tensor(kept, dtype=torch.long, device=boxes.device)


def box_iou(box: Tensor, boxes: Tensor) -> Tensor:
    """IoU [n] of one box [4] with boxes [n, 4]."""
    overlap = (torch.minimum(box[2:], boxes[:, 2:]) - torch.maximum(box[:2], boxes[:, :2])).clamp(min=0).prod(dim=1)
    areas = (boxes[:, 2:] - boxes[:, :2]).prod(dim=1)
    return overlap / (areas + (box[2:] - box[:2]).prod() - overlap)


def paste(probabilities: Tensor, boxes: Tensor, size: tuple[int, int]) -> Tensor:
    """Maps [n, R, R] drawn bilinearly into their boxes on pictures of `size` → [n, H, W], 0 outside.

    A pixel takes the map at its centre.
    """
    height, width = size
    if len(boxes) == 0:
        return probabilities.new_zeros((0, height, width))
    xs = torch.arange(width, device=boxes.device, dtype=boxes.dtype) + 0.5
    ys = torch.arange(height, device=boxes.device, dtype=boxes.dtype) + 0.5
    xs = (xs - boxes[:, 0:1]) / (boxes[:, 2:3] - boxes[:, 0:1]) * 2 - 1
    ys = (ys - boxes[:, 1:2]) / (boxes[:, 3:4] - boxes[:, 1:2]) * 2 - 1
    grid = torch.stack((xs[:, None, :].expand(-1, height, -1), ys[:, :, None].expand(-1, -1, width)), dim=3)
    return functional.grid_sample(probabilities[:, None], grid, align_corners=False)[:, 0]
