"""What one step trains on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

from railscope_training.networks.instances import InstanceTargets


@dataclass(frozen=True)
class Batch:
    """Pictures float [B, 3, H, W] of 0…1, with `masks` (see `losses`) or with `targets`, one per picture."""

    images: Tensor
    masks: Tensor | None = None
    targets: tuple[InstanceTargets, ...] | None = None

    def __len__(self) -> int:
        return len(self.images)

    def parts(self, size: int) -> Iterator[Batch]:
        """The batch in consecutive parts of at most `size` pictures."""
        for start in range(0, len(self), size):
            end = start + size
            yield Batch(
                self.images[start:end],
                None if self.masks is None else self.masks[start:end],
                None if self.targets is None else self.targets[start:end],
            )


def synthetic_batch(
    size: int, input_size: tuple[int, int], classes: int, instances: bool, device: torch.device
) -> Batch:
    """A batch of noise that costs what a real one costs; for probing memory and speed."""
    height, width = input_size
    generator = torch.Generator().manual_seed(0)
    images = torch.rand((size, 3, height, width), generator=generator).to(device)
    if not instances:
        masks = torch.randint(0, max(2, classes), (size, height, width), generator=generator, dtype=torch.uint8)
        return Batch(images, masks.to(device))
    return Batch(images, targets=tuple(_eight_boxes(height, width, classes, device) for _ in range(size)))


def _eight_boxes(height: int, width: int, classes: int, device: torch.device) -> InstanceTargets:
    """Eight instances of all sizes, each a filled box."""
    boxes, masks = [], torch.zeros((8, height, width), dtype=torch.bool)
    for index in range(8):
        side_y, side_x = height // (index + 1), width // (index + 1)
        y, x = (height - side_y) * (index % 3) // 2, (width - side_x) * (index % 2)
        boxes.append([float(x), float(y), float(x + side_x), float(y + side_y)])
        masks[index, y : y + side_y, x : x + side_x] = True
    indices = torch.arange(8) % classes
    return InstanceTargets(torch.tensor(boxes), indices, masks).to(device)
