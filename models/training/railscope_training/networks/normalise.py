"""Normalisation of network inputs, part of the exported graph."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from railscope_training.errors import TrainingError

#: kind → (mean, deviation) per RGB channel, for pictures scaled to 0…1
FIXED_NORMALISATIONS: dict[str, tuple[tuple[float, float, float], tuple[float, float, float]]] = {
    "imagenet": ((0.485, 0.456, 0.406), (0.229, 0.224, 0.225)),
    "half": ((0.5, 0.5, 0.5), (0.5, 0.5, 0.5)),
    "none": ((0.0, 0.0, 0.0), (1.0, 1.0, 1.0)),
}
NORMALISATIONS = (*FIXED_NORMALISATIONS, "per-image")

#: keeps flat pictures finite in `per-image`
MINIMUM_DEVIATION = 1e-3


class Normaliser(nn.Module):
    """Pictures [B, 3, H, W] of 0…1 → network values of the same shape.

    Kinds: `imagenet`, `half` (mean = deviation = 0.5), `none`, `per-image` (each picture to zero mean and unit
    deviation over all its values). Raises TrainingError on any other kind.
    """

    mean: Tensor
    deviation: Tensor

    def __init__(self, kind: str) -> None:
        super().__init__()
        if kind not in NORMALISATIONS:
            raise TrainingError(f"normalisation '{kind}' is unknown; use one of {', '.join(NORMALISATIONS)}")
        self.kind = kind
        mean, deviation = FIXED_NORMALISATIONS.get(kind, FIXED_NORMALISATIONS["none"])
        self.register_buffer("mean", torch.tensor(mean).view(1, 3, 1, 1), persistent=False)
        self.register_buffer("deviation", torch.tensor(deviation).view(1, 3, 1, 1), persistent=False)

    def forward(self, pictures: Tensor) -> Tensor:
        """[B, 3, H, W] 0…1 → [B, 3, H, W]."""
        if self.kind == "none":
            return pictures
        if self.kind == "per-image":
            centred = pictures - pictures.mean(dim=(1, 2, 3), keepdim=True)
            deviation = centred.square().mean(dim=(1, 2, 3), keepdim=True).sqrt()
            return centred / deviation.clamp(min=MINIMUM_DEVIATION)
        return (pictures - self.mean) / self.deviation
