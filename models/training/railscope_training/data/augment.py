"""Varying pictures on their own device: no copies to the CPU, no numpy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from railscope_training.data.augment_settings import AugmentSettings
from railscope_training.data.sample import IGNORE
from railscope_training.data.warp import Draws, forward_points, random_maps, sampling_grid
from railscope_training.networks.instances import InstanceTargets
from railscope_training.training.schema import build

BLUR_RADIUS = 3
#: a box that fits its mask this closely (pixels) follows the mask
FIT_PX = 1.5


class Augment:
    """Mirrors, moves, brightens, blurs … a batch. The same generator state gives the same batch."""

    def __init__(self, settings: AugmentSettings | Mapping[str, Any] | None = None) -> None:
        """A mapping names fields of `AugmentSettings`; others raise `TrainingError`."""
        given = {} if settings is None else settings
        self.settings = given if isinstance(given, AugmentSettings) else build(AugmentSettings, given, "augment")

    def __call__(
        self, images: Tensor, masks: Tensor | None, generator: torch.Generator | None = None
    ) -> tuple[Tensor, Tensor | None]:
        """uint8 [B, 3, h, w] and class indices [B, h, w] → float 0…1 [B, 3, H, W] and masks [B, H, W].

        What lies outside the picture is its mirror image, in picture and mask alike.
        """
        draws = Draws(generator, len(images), images.device)
        height, width = images.shape[-2:]
        grid = sampling_grid(random_maps(self.settings, draws, height, width), height, width)
        moved = _sampled(images.float() / 255, grid, "bilinear", "reflection")
        moved_masks = None
        if masks is not None:
            moved_masks = _sampled(masks[:, None].float(), grid, "nearest", "reflection")[:, 0].to(masks.dtype)
        moved, hidden = self._appearance(moved, draws)
        if moved_masks is not None:
            moved_masks = torch.where(hidden, torch.full_like(moved_masks, IGNORE), moved_masks)
        return self._at_size(moved), _masks_at_size(moved_masks, self.settings.size)

    def instances(
        self, images: Tensor, targets: Sequence[InstanceTargets], generator: torch.Generator | None = None
    ) -> tuple[Tensor, tuple[InstanceTargets, ...]]:
        """The same for pictures with instances; outside the picture is black, so that no object appears unlabelled.

        Masks move with the picture. A box that fitted its mask fits it again; a looser one is carried along by the
        middles of its sides, and always holds the mask. Instances mostly outside are dropped.
        """
        draws = Draws(generator, len(images), images.device)
        height, width = images.shape[-2:]
        maps = random_maps(self.settings, draws, height, width)
        grid = sampling_grid(maps, height, width)
        moved, _ = self._appearance(_sampled(images.float() / 255, grid, "bilinear", "zeros"), draws)
        kept = [self._moved(one, maps[index], grid[index]) for index, one in enumerate(targets)]
        if self.settings.size is not None:
            kept = [_target_at_size(one, self.settings.size) for one in kept]
        return self._at_size(moved), tuple(kept)

    def _appearance(self, images: Tensor, draws: Draws) -> tuple[Tensor, Tensor]:
        """Levels changed, and where a rectangle was cut out: bool [B, H, W]."""
        settings = self.settings
        scale = draws.uniform(-settings.brightness, settings.brightness).exp()[:, None, None, None]
        contrast = draws.uniform(-settings.contrast, settings.contrast).exp()[:, None, None, None]
        exponent = draws.uniform(-settings.gamma, settings.gamma).exp()[:, None, None, None]
        top = images.amax(dim=(1, 2, 3), keepdim=True).clamp_min(1e-6)
        images = top * (images / top).clamp(0, 1) ** exponent
        mean = images.mean(dim=(1, 2, 3), keepdim=True)
        images = ((images - mean) * contrast + mean) * scale
        images = self._blurred(images, draws)
        images = self._noisy(images, draws)
        images, hidden = self._cut_out(images, draws)
        return images.clamp(0, 1), hidden

    def _blurred(self, images: Tensor, draws: Draws) -> Tensor:
        sigma = draws.uniform(0.1, max(0.1, self.settings.blur_px))
        sigma = torch.where(draws.happens(self.settings.blur_chance), sigma, 0.0)
        if self.settings.blur_chance <= 0 or self.settings.blur_px <= 0:
            return images
        offsets = torch.arange(-BLUR_RADIUS, BLUR_RADIUS + 1, device=images.device, dtype=images.dtype)
        kernel = torch.exp(-0.5 * (offsets[None] / sigma.clamp_min(1e-3)[:, None]) ** 2)
        kernel = kernel / kernel.sum(dim=1, keepdim=True)
        batch, channels, height, width = images.shape
        # one kernel for each picture: pictures become groups of one convolution
        weight = kernel.repeat_interleave(channels, dim=0)
        flat = functional.pad(images.reshape(1, batch * channels, height, width), (BLUR_RADIUS,) * 4, mode="reflect")
        flat = functional.conv2d(flat, weight[:, None, None, :], groups=batch * channels)
        flat = functional.conv2d(flat, weight[:, None, :, None], groups=batch * channels)
        return flat.reshape(images.shape)

    def _noisy(self, images: Tensor, draws: Draws) -> Tensor:
        """Grey noise, the same in all channels: sensors of line-scan cameras are grey."""
        strength = draws.uniform(0.0, self.settings.noise)
        strength = torch.where(draws.happens(self.settings.noise_chance), strength, 0.0)
        if self.settings.noise_chance <= 0 or self.settings.noise <= 0:
            return images
        deviation = images.std(dim=(1, 2, 3)) * strength
        return images + draws.normal((len(images), 1, *images.shape[-2:])) * deviation[:, None, None, None]

    def _cut_out(self, images: Tensor, draws: Draws) -> tuple[Tensor, Tensor]:
        height, width = images.shape[-2:]
        happens = draws.happens(self.settings.cutout_chance)
        tall, wide = (draws.uniform(0.02, max(0.02, self.settings.cutout)) for _ in range(2))
        top, left = draws.uniform(0.0, 1.0) * (1 - tall), draws.uniform(0.0, 1.0) * (1 - wide)
        rows = (torch.arange(height, device=images.device) + 0.5)[None] / height
        columns = (torch.arange(width, device=images.device) + 0.5)[None] / width
        in_rows = (rows >= top[:, None]) & (rows < (top + tall)[:, None])
        in_columns = (columns >= left[:, None]) & (columns < (left + wide)[:, None])
        hidden = in_rows[:, :, None] & in_columns[:, None, :] & happens[:, None, None]
        mean = images.mean(dim=(1, 2, 3), keepdim=True)
        return torch.where(hidden[:, None], mean, images), hidden

    def _moved(self, target: InstanceTargets, map_: Tensor, grid: Tensor) -> InstanceTargets:
        count = len(target.boxes)
        if count == 0:
            return target
        height, width = target.masks.shape[-2:]
        masks = (
            _sampled(target.masks[:, None].float(), grid[None].expand(count, -1, -1, -1), "nearest", "zeros")[:, 0]
            > 0.5
        )
        boxes = torch.stack([self._box(target, masks, map_, index) for index in range(count)])
        limits = torch.tensor([width, height, width, height], device=boxes.device, dtype=boxes.dtype)
        whole = (boxes[:, 2:] - boxes[:, :2]).clamp_min(0).prod(dim=1)
        boxes = torch.minimum(boxes.clamp_min(0), limits)
        left = (boxes[:, 2:] - boxes[:, :2]).clamp_min(0).prod(dim=1)
        keep = masks.flatten(1).any(dim=1) & (left >= self.settings.keep_share * whole) & (left > 0)
        return InstanceTargets(boxes[keep], target.classes[keep], masks[keep].to(target.masks.dtype))

    def _box(self, target: InstanceTargets, masks: Tensor, map_: Tensor, index: int) -> Tensor:
        """The new box, not yet cut at the picture's edge."""
        height, width = masks.shape[-2:]
        box = target.boxes[index]
        x0, y0, x1, y1 = box.unbind()
        middles = torch.stack([torch.stack([(x0 + x1) / 2, y0]), torch.stack([(x0 + x1) / 2, y1]),
                               torch.stack([x0, (y0 + y1) / 2]), torch.stack([x1, (y0 + y1) / 2])])  # fmt: skip
        carried = forward_points(map_, middles, height, width)
        loose = torch.cat([carried.amin(dim=0), carried.amax(dim=0)])
        tight = mask_box(masks[index])
        before = mask_box(target.masks[index] > 0)
        if tight is None:
            return loose
        inside = torch.cat([torch.minimum(loose[:2], tight[:2]), torch.maximum(loose[2:], tight[2:])])
        fitted = before is not None and bool(((before - box).abs() <= FIT_PX).all())
        # a mask cut off by the edge does not say where its box would end
        cut_off = bool((loose[:2] < 0).any()) or bool(
            (loose[2:] > torch.tensor([width, height], device=box.device)).any()
        )
        return tight if fitted and not cut_off else inside

    def _at_size(self, images: Tensor) -> Tensor:
        size = self.settings.size
        if size is None or tuple(images.shape[-2:]) == tuple(size):
            return images
        return functional.interpolate(images, size, mode="bilinear", align_corners=False, antialias=True).clamp(0, 1)


def mask_box(mask: Tensor) -> Tensor | None:
    """float [4] x0, y0, x1, y1 (ends not included) of a bool mask [H, W]; None where it is empty."""
    rows, columns = torch.nonzero(mask.any(dim=1)).flatten(), torch.nonzero(mask.any(dim=0)).flatten()
    if len(rows) == 0:
        return None
    return torch.stack([columns[0], rows[0], columns[-1] + 1, rows[-1] + 1]).float()


def _sampled(values: Tensor, grid: Tensor, mode: str, padding: str) -> Tensor:
    return functional.grid_sample(values, grid.to(values.dtype), mode=mode, padding_mode=padding, align_corners=False)


def _masks_at_size(masks: Tensor | None, size: tuple[int, int] | None) -> Tensor | None:
    if masks is None or size is None or tuple(masks.shape[-2:]) == tuple(size):
        return masks
    return functional.interpolate(masks[:, None].float(), size, mode="nearest-exact")[:, 0].to(masks.dtype)


def _target_at_size(target: InstanceTargets, size: tuple[int, int]) -> InstanceTargets:
    height, width = target.masks.shape[-2:]
    scale = torch.tensor([size[1] / width, size[0] / height] * 2, device=target.boxes.device)
    masks = _masks_at_size(target.masks, size) if len(target.masks) else target.masks.new_zeros((0, *size))
    assert masks is not None
    return InstanceTargets(target.boxes * scale, target.classes, masks)
