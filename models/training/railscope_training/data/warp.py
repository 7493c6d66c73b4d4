"""Where each pixel of a varied picture comes from: one affine map for picture, masks and boxes."""

from __future__ import annotations

import math

import torch
from torch import Tensor
from torch.nn import functional

from railscope_training.data.augment_settings import AugmentSettings
from railscope_training.errors import TrainingError


class Draws:
    """Random numbers of a batch: drawn where the generator lives, used where the pictures are."""

    def __init__(self, generator: torch.Generator | None, batch: int, device: torch.device) -> None:
        self._generator, self._batch, self._device = generator, batch, device

    def uniform(self, low: float, high: float) -> Tensor:
        """[B] in low…high."""
        home = self._generator.device if self._generator is not None else self._device
        values = torch.rand(self._batch, generator=self._generator, device=home)
        return (values * (high - low) + low).to(self._device)

    def happens(self, chance: float) -> Tensor:
        """bool [B]."""
        return self.uniform(0.0, 1.0) < chance

    def normal(self, shape: tuple[int, ...]) -> Tensor:
        """Standard normal numbers, always drawn on the pictures' device."""
        if self._generator is None or self._generator.device == self._device:
            return torch.randn(shape, generator=self._generator, device=self._device)
        seed = int(torch.randint(2**62, (1,), generator=self._generator, device=self._generator.device))
        return torch.randn(shape, generator=torch.Generator(self._device).manual_seed(seed), device=self._device)


def random_maps(settings: AugmentSettings, draws: Draws, height: int, width: int) -> Tensor:
    """[B, 2, 3]: picture pixels about the middle, output → input (x, y)."""
    apply = draws.happens(settings.affine)
    angle = torch.where(apply, draws.uniform(-settings.rotate_degrees, settings.rotate_degrees), 0.0) * (math.pi / 180)
    low, high = (math.log(one) for one in settings.scale)
    scale = torch.where(apply, draws.uniform(low, high), 0.0).exp()
    shift_x = torch.where(apply, draws.uniform(-settings.shift, settings.shift), 0.0) * width
    shift_y = torch.where(apply, draws.uniform(-settings.shift, settings.shift), 0.0) * height
    mirror_x = torch.where(draws.happens(settings.flip_x), -1.0, 1.0)
    mirror_y = torch.where(draws.happens(settings.flip_y), -1.0, 1.0)
    turns = torch.floor(draws.uniform(0.0, 4.0)).clamp(max=3)
    if settings.quarter_turns and height != width:
        raise TrainingError(f"augment.quarter_turns needs square pictures, not {height} × {width} px")
    turns = turns if settings.quarter_turns else torch.zeros_like(turns)
    # quarter turns exactly: cosines of 90° are not 0 in floating point
    turned_cos, turned_sin = (
        torch.tensor(row, device=turns.device)[turns.long()] for row in ([1.0, 0, -1, 0], [0.0, 1, 0, -1])
    )
    cos = (torch.cos(angle) * turned_cos - torch.sin(angle) * turned_sin) / scale
    sin = (torch.sin(angle) * turned_cos + torch.cos(angle) * turned_sin) / scale
    rows = [
        torch.stack([cos * mirror_x, -sin * mirror_y, shift_x], -1),
        torch.stack([sin * mirror_x, cos * mirror_y, shift_y], -1),
    ]
    return torch.stack(rows, dim=1)


def sampling_grid(maps: Tensor, height: int, width: int) -> Tensor:
    """The grid [B, H, W, 2] of `grid_sample` (corners not aligned) for maps [B, 2, 3] in pixels."""
    half = torch.tensor([width / 2, height / 2], device=maps.device)
    theta = torch.cat(
        [maps[:, :, :2] * half[None, None, :] / half[None, :, None], maps[:, :, 2:] / half[None, :, None]], -1
    )
    return functional.affine_grid(theta, [len(maps), 1, height, width], align_corners=False)


def forward_points(map_: Tensor, points: Tensor, height: int, width: int) -> Tensor:
    """Input pixels [..., 2] (x, y) → output pixels, for one map [2, 3]."""
    middle = torch.tensor([width / 2, height / 2], device=points.device)
    return (points - middle - map_[:, 2]) @ torch.linalg.inv(map_[:, :2]).T + middle
