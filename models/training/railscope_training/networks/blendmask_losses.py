"""The five losses of BlendMask, all in float32 (sums over points overflow half precision)."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, distributed
from torch.nn import functional

from railscope_training.networks.blender import BASIS_STRIDE, blend, crop_regions
from railscope_training.networks.blocks import full_precision, spatial_size
from railscope_training.networks.fcos_head import LevelOutput
from railscope_training.networks.fcos_targets import BACKGROUND, PointTargets, assign_points, pyramid_points
from railscope_training.networks.instances import InstanceTargets

FOCAL_ALPHA = 0.25
FOCAL_GAMMA = 2.0
SEMANTIC_WEIGHT = 0.3
SEMANTIC_STRIDE = 8
#: positive points beyond these are left out of the mask loss, drawn by chance, so that memory stays bounded
MAXIMUM_MASK_POINTS = 512
#: samples per side of a bin where target masks are cut out
TARGET_SAMPLES = 2


def blendmask_losses(
    levels: Sequence[LevelOutput], bases: Tensor, semantic: Tensor | None, targets: Sequence[InstanceTargets]
) -> dict[str, Tensor]:
    """Named losses of a batch, to be summed.

    `levels` head outputs of p3 … p7, `bases` [B, K, H/4, W/4], `semantic` logits [B, classes + 1, H/8, W/8] or None.
    """
    with full_precision(bases):
        points = pyramid_points([spatial_size(level.classes) for level in levels], bases.device)
        assigned = [assign_points(points, target.to(bases.device)) for target in targets]
        classes = torch.stack([entry.classes for entry in assigned])
        distances = torch.stack([entry.distances for entry in assigned])
        positive = classes != BACKGROUND
        normaliser = _mean_over_processes(positive.sum().float()).clamp(min=1.0)
        class_logits = _flatten([level.classes for level in levels])
        losses = {"loss_fcos_cls": focal_loss(class_logits, classes) / normaliser}
        box_losses, weights, weight_sum = _box_losses(levels, distances, positive, normaliser)
        losses |= box_losses
        attentions = _flatten([level.attentions for level in levels])[positive]
        losses["loss_mask"] = _mask_loss(bases.float(), attentions, weights, weight_sum, assigned, targets)
        if semantic is not None:
            size = spatial_size(semantic)
            wanted = torch.stack([semantic_target(target.to(bases.device), size) for target in targets])
            losses["loss_basis_sem"] = SEMANTIC_WEIGHT * functional.cross_entropy(semantic.float(), wanted)
        return losses


def focal_loss(logits: Tensor, classes: Tensor) -> Tensor:
    """Sum of the sigmoid focal loss. `logits` [B, P, C], `classes` long [B, P] with BACKGROUND."""
    wanted = functional.one_hot(classes + 1, logits.shape[-1] + 1)[..., 1:].to(logits)
    cross_entropy = functional.binary_cross_entropy_with_logits(logits, wanted, reduction="none")
    probability = torch.sigmoid(logits)
    missed = probability * (1 - wanted) + (1 - probability) * wanted
    balance = FOCAL_ALPHA * wanted + (1 - FOCAL_ALPHA) * (1 - wanted)
    return (balance * missed**FOCAL_GAMMA * cross_entropy).sum()


def centreness(distances: Tensor) -> Tensor:
    """[n, 4] left, top, right, bottom → [n]: 1 in the centre of the box, 0 at its border."""
    horizontal, vertical = distances[:, 0::2], distances[:, 1::2]
    ratio = (horizontal.amin(1) / horizontal.amax(1)) * (vertical.amin(1) / vertical.amax(1))
    return ratio.clamp(min=0).sqrt()


def generalised_iou(first: Tensor, second: Tensor) -> Tensor:
    """GIoU [n] of boxes given by distances [n, 4] from the same points."""
    first_area = (first[:, 0] + first[:, 2]) * (first[:, 1] + first[:, 3])
    second_area = (second[:, 0] + second[:, 2]) * (second[:, 1] + second[:, 3])
    least, most = torch.minimum(first, second), torch.maximum(first, second)
    intersection = (least[:, 0] + least[:, 2]) * (least[:, 1] + least[:, 3])
    hull = (most[:, 0] + most[:, 2]) * (most[:, 1] + most[:, 3])
    union = first_area + second_area - intersection
    return intersection / union.clamp(min=1e-6) - (hull - union) / hull.clamp(min=1e-6)


def semantic_target(target: InstanceTargets, size: tuple[int, int]) -> Tensor:
    """Long [h, w]: 0 background, class + 1; the instance with fewer pixels lies on top. Samples mid-cell pixels."""
    middle = SEMANTIC_STRIDE // 2
    cells = target.masks[:, middle::SEMANTIC_STRIDE, middle::SEMANTIC_STRIDE].bool()
    result = torch.zeros(size, dtype=torch.long, device=cells.device)
    order = target.masks.flatten(1).sum(1, dtype=torch.long).argsort(descending=True)
    for index in order.tolist():
        result[cells[index]] = int(target.classes[index]) + 1
    return result


def target_masks(target: InstanceTargets, side: int) -> Tensor:
    """The masks cut to their boxes: float 0 or 1 [n, side, side]."""
    crops = [
        crop_regions(mask[None].float(), box[None], stride=1, side=TARGET_SAMPLES * side)
        for mask, box in zip(target.masks, target.boxes.float(), strict=True)
    ]
    if not crops:
        return target.boxes.new_zeros((0, side, side))
    return (functional.avg_pool2d(torch.cat(crops), TARGET_SAMPLES) >= 0.5)[:, 0].float()


def _box_losses(
    levels: Sequence[LevelOutput], distances: Tensor, positive: Tensor, normaliser: Tensor
) -> tuple[dict[str, Tensor], Tensor, Tensor]:
    """Losses of boxes and centres, the centre-ness of each positive point, and its mean sum over processes."""
    wanted = distances[positive]
    predicted = _flatten([level.boxes for level in levels])[positive]
    logits = _flatten([level.centres for level in levels])[positive][:, 0]
    weights = centreness(wanted)
    weight_sum = _mean_over_processes(weights.sum()).clamp(min=1e-6)
    centre_loss = functional.binary_cross_entropy_with_logits(logits, weights, reduction="sum")
    location_loss = (weights * (1 - generalised_iou(predicted, wanted))).sum()
    losses = {"loss_fcos_ctr": centre_loss / normaliser, "loss_fcos_loc": location_loss / weight_sum}
    return losses, weights, weight_sum


def _mask_loss(
    bases: Tensor,
    attentions: Tensor,
    weights: Tensor,
    weight_sum: Tensor,
    assigned: Sequence[PointTargets],
    targets: Sequence[InstanceTargets],
) -> Tensor:
    """Centre-weighted mean binary cross-entropy on ground-truth boxes; attentions [n, K·A·A] of positive points."""
    total = bases.sum() * 0.0 + attentions.sum() * 0.0
    chosen = torch.ones_like(weights, dtype=torch.bool)
    scale: Tensor | float = 1.0
    if len(weights) > MAXIMUM_MASK_POINTS:
        chosen = torch.zeros_like(chosen)
        chosen[torch.randperm(len(weights), device=weights.device)[:MAXIMUM_MASK_POINTS]] = True
        scale = weights.sum() / weights[chosen].sum().clamp(min=1e-6)
    start = 0
    for picture, (entry, target) in enumerate(zip(assigned, targets, strict=True)):
        instances = entry.instances[entry.classes != BACKGROUND]
        end = start + len(instances)
        kept = chosen[start:end]
        if bool(kept.any()):
            owner = instances[kept]
            regions = crop_regions(bases[picture], target.boxes.to(bases)[owner], BASIS_STRIDE)
            logits = blend(regions, attentions[start:end][kept])
            wanted = target_masks(target.to(bases.device), int(regions.shape[2]))[owner]
            cross_entropy = functional.binary_cross_entropy_with_logits(logits, wanted, reduction="none")
            total = total + (weights[start:end][kept] * cross_entropy.mean(dim=(1, 2))).sum() * scale
        start = end
    return total / weight_sum


def _flatten(maps: Sequence[Tensor]) -> Tensor:
    """Levels [B, C, h, w] → float [B, P, C], points row by row, level after level."""
    return torch.cat([level.float().flatten(2).transpose(1, 2) for level in maps], dim=1)


def _mean_over_processes(value: Tensor) -> Tensor:
    """The mean of a scalar over the processes of a distributed run; the value itself otherwise."""
    if not (distributed.is_available() and distributed.is_initialized()):
        return value
    total = value.detach().clone()
    distributed.all_reduce(total)
    return total / distributed.get_world_size()
