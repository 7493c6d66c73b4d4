"""Losses of the semantic and salient networks, always on float32 logits outside autocast."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from railscope_training.errors import TrainingError
from railscope_training.training.experiment import LossSettings, OhemSettings

#: mask value of pixels that no loss and no metric counts
IGNORE = 255
#: keeps the IoU term finite where prediction and label are empty
IOU_EPSILON = 1e-6


@dataclass(frozen=True)
class Loss:
    """The scalar to minimise, and its weighted parts by name (detached scalars) for the log."""

    total: Tensor
    parts: dict[str, Tensor]


class MapLoss:
    """Loss of the maps of one network; `weights` has one value per training output, finest first."""

    def __init__(self, settings: LossSettings, weights: Sequence[float]) -> None:
        self.settings = settings
        self.weights = tuple(settings.weights or weights)

    def __call__(self, logits: Sequence[Tensor], masks: Tensor) -> Loss:
        """`logits`: each [B, K, H, W]; `masks`: uint8 [B, h, w] of class indices or float [B, h, w] of coverage.

        Deep supervision: the weighted sum over the outputs. Raises `TrainingError` when the numbers do not match.
        """
        if len(logits) > len(self.weights):
            raise TrainingError(
                f"the network gives {len(logits)} maps, but 'loss.weights' has {len(self.weights)} values"
            )
        with torch.autocast(logits[0].device.type, enabled=False):
            maps = [one.float() for one in logits]
            if self.settings.kind == "cross-entropy":
                target = class_targets(masks, maps[0].shape[-2:])
                terms = [{"ce": cross_entropy(one, target, self.settings.ohem)} for one in maps]
            else:
                soft, valid = binary_targets(masks, maps[0].shape[-2:])
                terms = [self._binary_terms(one, soft, valid) for one in maps]
            return _weighted(terms, self.weights)

    def _binary_terms(self, logits: Tensor, target: Tensor, valid: Tensor) -> dict[str, Tensor]:
        if logits.shape[1] != 1:
            raise TrainingError(
                f"'loss.kind: {self.settings.kind}' needs one map, the network gives {logits.shape[1]}; "
                "set 'network.classes: 1' or 'loss.kind: cross-entropy'"
            )
        terms = {"bce": binary_cross_entropy(logits, target, valid, self.settings.positive_weight)}
        if self.settings.kind == "bce-iou":
            terms["iou"] = iou_loss(logits, target, valid)
        elif self.settings.kind == "bce-dice":
            terms["dice"] = dice_loss(logits, target, valid)
        return terms


def binary_targets(masks: Tensor, size: Sequence[int]) -> tuple[Tensor, Tensor]:
    """Foreground coverage 0…1 and validity 0/1, both float [B, 1, H, W].

    `masks`: uint8 [B, h, w] (any class is foreground, 255 is ignored) or float [B, h, w] (coverage; NaN is ignored).
    Another size than `size` is resized bilinearly, which gives the soft edges of OCINet's recipe.
    """
    if masks.is_floating_point():
        ignored = masks.isnan()
        foreground = torch.nan_to_num(masks).unsqueeze(1).float()
    else:
        ignored = masks == IGNORE
        foreground = ((masks > 0) & ~ignored).unsqueeze(1).float()
    valid = (~ignored).unsqueeze(1).float()
    if tuple(foreground.shape[-2:]) != tuple(size):
        foreground = functional.interpolate(foreground, tuple(size), mode="bilinear", antialias=True).clamp(0.0, 1.0)
        valid = functional.interpolate(valid, tuple(size), mode="bilinear", antialias=True)
    return foreground, (valid > 0.999).float()


def class_targets(masks: Tensor, size: Sequence[int]) -> Tensor:
    """Class index long [B, H, W] with 255 ignored; another size is resized to the nearest pixel.

    A float mask is coverage of the one class: 0.5 and above is class 1, NaN is ignored.
    """
    if masks.is_floating_point():
        masks = torch.where(masks.isnan(), float(IGNORE), (masks >= 0.5).float())
    if tuple(masks.shape[-2:]) != tuple(size):
        masks = functional.interpolate(masks.unsqueeze(1).float(), tuple(size), mode="nearest-exact").squeeze(1)
    return masks.long()


def binary_cross_entropy(logits: Tensor, target: Tensor, valid: Tensor, positive_weight: float = 1.0) -> Tensor:
    """Mean over the valid pixels of each picture, then over pictures (no difference where nothing is ignored)."""
    weight = logits.new_tensor(positive_weight) if positive_weight != 1.0 else None
    pixels = functional.binary_cross_entropy_with_logits(logits, target, reduction="none", pos_weight=weight)
    return ((pixels * valid).flatten(1).sum(1) / valid.flatten(1).sum(1).clamp(min=1.0)).mean()


def iou_loss(logits: Tensor, target: Tensor, valid: Tensor) -> Tensor:
    """1 − Σpg / (Σp + Σg − Σpg) per picture, mean over the batch."""
    both, predicted, labelled = _soft_counts(logits, target, valid)
    return (1.0 - both / (predicted + labelled - both + IOU_EPSILON)).mean()


def dice_loss(logits: Tensor, target: Tensor, valid: Tensor) -> Tensor:
    """1 − (2Σpg + 1) / (Σp + Σg + 1) per picture, mean over the batch."""
    both, predicted, labelled = _soft_counts(logits, target, valid)
    return (1.0 - (2.0 * both + 1.0) / (predicted + labelled + 1.0)).mean()


def cross_entropy(logits: Tensor, target: Tensor, ohem: OhemSettings | None = None) -> Tensor:
    """Mean over the pixels that count; with `ohem` over the hard ones. 0 where every pixel is ignored."""
    pixels = functional.cross_entropy(logits, target, ignore_index=IGNORE, reduction="none")[target != IGNORE]
    if pixels.numel() == 0:
        return logits.sum() * 0.0
    if ohem is None or pixels.numel() <= ohem.keep:
        return pixels.mean()
    # the loss of a pixel is −ln p: the easy ones, p at or above the threshold, are those with the smaller loss
    kept_at_least = pixels.detach().topk(ohem.keep).values[-1]
    limit = torch.minimum(kept_at_least, -torch.log(pixels.new_tensor(ohem.threshold)))
    return pixels[pixels.detach() >= limit].mean()


def sum_of_losses(named: dict[str, Tensor]) -> Loss:
    """The losses that an instance network computes itself."""
    total = torch.stack([one.float() for one in named.values()]).sum()
    return Loss(total, {name: one.detach().float() for name, one in named.items()})


def _soft_counts(logits: Tensor, target: Tensor, valid: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    probability = torch.sigmoid(logits) * valid
    labelled = target * valid
    return (probability * labelled).flatten(1).sum(1), probability.flatten(1).sum(1), labelled.flatten(1).sum(1)


def _weighted(terms: Sequence[dict[str, Tensor]], weights: Sequence[float]) -> Loss:
    parts: dict[str, Tensor] = {}
    total = torch.zeros((), device=next(iter(terms[0].values())).device)
    for index, (named, weight) in enumerate(zip(terms, weights, strict=False), start=1):
        for name, value in named.items():
            total = total + weight * value
            parts[f"{name}{index}"] = (weight * value).detach()
    return Loss(total, parts)
