"""The validation split measured with the weights that would ship."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from railscope_training.evaluation.instance_ap import ImageInstances, average_precisions
from railscope_training.evaluation.overlap import OverlapCounts, strict_dataset_score, strict_per_image_score
from railscope_training.networks.detect import detect
from railscope_training.networks.instances import Instances, InstanceTargets
from railscope_training.training.experiment import ValidationSettings
from railscope_training.training.feed import Split, validation_batches
from railscope_training.training.losses import IGNORE, MapLoss
from railscope_training.training.overlays import Overlay
from railscope_training.training.precision import Precision

#: masks of instances are compared with about this many pixels a side, so that thousands of them fit the memory;
#: `evaluate` compares them at full size
MASK_SIDE = 160


@dataclass(frozen=True)
class Validation:
    """Figures 0…1 (losses as they are) by name, None = undefined on this split; and pictures to look at."""

    figures: dict[str, float | None]
    overlays: tuple[Overlay, ...]


class Validator:
    """Measures a network on one split."""

    def __init__(
        self,
        split: Split,
        settings: ValidationSettings,
        *,
        loss: MapLoss | None,
        normalise: nn.Module,
        precision: Precision,
        input_size: tuple[int, int],
    ) -> None:
        self.split, self.settings, self.loss = split, settings, loss
        self.normalise, self.precision, self.input_size = normalise, precision, input_size

    @torch.no_grad()
    def run(self, network: nn.Module, batch: int) -> Validation:
        """Measure; `batch` pictures at a time. The network comes back in the mode it had."""
        was_training = network.training
        network.eval()
        try:
            return self._instances(network, batch) if self.loss is None else self._maps(network, batch, self.loss)
        finally:
            network.train(was_training)

    def _maps(self, network: nn.Module, size: int, loss: MapLoss) -> Validation:
        counts: list[OverlapCounts] = []
        sources: list[str] = []
        loss_sum, seen = 0.0, 0
        overlays: list[Overlay] = []
        for batch, raw in self._batches(size):
            masks = batch.masks
            assert masks is not None
            with self.precision.autocast():
                logits = network(self.normalise(batch.images))
            loss_sum += float(loss(logits, masks).total) * len(batch)
            seen += len(batch)
            probability = foreground_probability(logits[0].float(), masks.shape[-2:])
            predicted = probability >= self.settings.threshold
            counts += overlap_counts(predicted, masks)
            sources += [str(key).partition("/")[0] for key in raw["keys"]]
            overlays += self._take(overlays, raw, predicted, masks)
        figures = {"loss": loss_sum / seen if seen else None, **map_figures(counts)}
        names = sorted(set(sources))
        for name in names if len(names) > 1 else ():
            own = [one for one, source in zip(counts, sources, strict=True) if source == name]
            figures |= {f"{name}/{figure}": value for figure, value in map_figures(own).items()}
        return Validation(figures, tuple(overlays))

    def _instances(self, network: nn.Module, size: int) -> Validation:
        labels: list[ImageInstances] = []
        found: list[ImageInstances] = []
        overlays: list[Overlay] = []
        for batch, raw in self._batches(size):
            with self.precision.autocast():
                candidates = network(self.normalise(batch.images))
            detected = detect(candidates, score_threshold=self.settings.score_threshold)
            targets = batch.targets or ()
            labels += [_label(one) for one in targets]
            found += [_detection(one) for one in detected]
            side = batch.images.shape[-2:]
            shown = torch.stack([_union(one.masks, side) for one in detected])
            wanted = torch.stack([_union(one.masks, side) for one in targets])
            overlays += self._take(overlays, {**raw, "image": (batch.images * 255).byte()}, shown, wanted.byte())
        boxes, masks = average_precisions(labels, found, "box"), average_precisions(labels, found, "mask")
        figures = {
            "ap": boxes.ap50_95,
            "ap50": boxes.ap50,
            "mask_ap": masks.ap50_95,
            "mask_ap50": masks.ap50,
        }
        return Validation(figures, tuple(overlays))

    def _batches(self, size: int) -> Any:
        device = self.precision.device
        return validation_batches(self.split, device, size, self.input_size, self.settings.limit)

    def _take(self, taken: list[Overlay], raw: dict[str, Any], predicted: Tensor, masks: Tensor) -> list[Overlay]:
        wanted = max(0, self.settings.overlays - len(taken))
        return [
            Overlay(
                str(raw["keys"][index]),
                raw["image"][index].permute(1, 2, 0).cpu().numpy(),
                predicted[index].cpu().numpy().astype(bool),
                _foreground(masks[index]).cpu().numpy(),
            )
            for index in range(min(wanted, len(predicted)))
        ]


def foreground_probability(logits: Tensor, size: tuple[int, ...] | torch.Size) -> Tensor:
    """Logits [B, K, H, W] → probability [B, h, w] that a pixel is no background, resized bilinearly before σ."""
    if tuple(logits.shape[-2:]) != tuple(size):
        logits = functional.interpolate(logits, tuple(size), mode="bilinear", align_corners=False)
    if logits.shape[1] == 1:
        return torch.sigmoid(logits[:, 0])
    return 1.0 - torch.softmax(logits, 1)[:, 0]


def map_figures(counts: Sequence[OverlapCounts]) -> dict[str, float | None]:
    """Means over the pictures with a label, pooled figures over all, and how many of those without give an alarm."""
    pooled, per_image = strict_dataset_score(counts), strict_per_image_score(counts)
    return {
        "pa": per_image.pa,
        "iou": per_image.m_iou,
        "dice": per_image.m_dice,
        "pooled_iou": pooled.m_iou,
        "pooled_dice": pooled.m_dice,
        "false_alarm_rate": pooled.false_alarm_rate,
    }


def overlap_counts(predicted: Tensor, masks: Tensor) -> list[OverlapCounts]:
    """Pixel counts per picture of bool [B, h, w] against masks [B, h, w]; ignored pixels count nowhere."""
    valid = masks != IGNORE
    labelled = (masks > 0) & valid
    predicted = predicted & valid
    rows = torch.stack(
        [(predicted & labelled).flatten(1).sum(1), predicted.flatten(1).sum(1), labelled.flatten(1).sum(1)]
    )
    return [OverlapCounts(*(int(value) for value in column)) for column in rows.T.cpu()]


def _foreground(mask: Tensor) -> Tensor:
    return (mask > 0) & (mask != IGNORE)


def _union(masks: Tensor, size: torch.Size) -> Tensor:
    if len(masks) == 0:
        return torch.zeros(tuple(size), dtype=torch.bool, device=masks.device)
    return masks.bool().any(0)


def _label(target: InstanceTargets) -> ImageInstances:
    return _measurable(target.boxes, target.classes, torch.ones(len(target.boxes)), target.masks)


def _detection(found: Instances) -> ImageInstances:
    return _measurable(found.boxes, found.classes, found.scores, found.masks)


def _measurable(boxes: Tensor, classes: Tensor, scores: Tensor, masks: Tensor) -> ImageInstances:
    reduction = max(1, max(masks.shape[-2:]) // MASK_SIDE)
    return ImageInstances(
        boxes.float().cpu().numpy(),
        classes.cpu().numpy(),
        scores.float().cpu().numpy(),
        masks[:, ::reduction, ::reduction].bool().cpu().numpy() if len(masks) else None,
    )
