"""A pack in memory: bright noise with dark blobs. Training is tested on it, whatever the file format of packs is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from railscope_training.networks.instances import InstanceTargets


@dataclass(frozen=True)
class BlobInfo:
    """What a pack says of itself."""

    classes: tuple[str, ...]
    sha256: str
    kind: str
    sources: tuple[dict[str, Any], ...] = ({"name": "blobs"},)


class BlobSplit:
    """`count` pictures of `side`² pixels, made from their index; two of three hold a blob (of one of `classes`)."""

    def __init__(self, count: int, side: int, classes: int, instances: bool, seed: int) -> None:
        self.count, self.side, self.classes, self.instances, self.seed = count, side, classes, instances, seed

    def __len__(self) -> int:
        return self.count

    @property
    def labelled(self) -> tuple[int, ...]:
        """Indices of the pictures with a blob."""
        return tuple(index for index in range(self.count) if index % 3 != 2)

    @property
    def weights(self) -> torch.Tensor:
        """All alike."""
        return torch.full((self.count,), 1.0 / self.count, dtype=torch.float64)

    @property
    def decoded_bytes(self) -> int:
        """Of all pictures and masks."""
        return self.count * self.side**2 * 4

    def cache_on(self, _: torch.device) -> None:
        """Nothing to keep: pictures are made anew."""

    def batch(self, indices: Sequence[int]) -> dict[str, Any]:
        """See `Split`."""
        made = [self._picture(index) for index in indices]
        masks = torch.from_numpy(np.stack([mask for _, mask in made]))
        raw: dict[str, Any] = {
            "image": torch.from_numpy(np.stack([image for image, _ in made])),
            "keys": [f"blob-{index}" for index in indices],
        }
        if self.instances:
            raw["targets"] = [_targets(mask) for mask in masks]
        else:
            raw["mask"] = masks
        return raw

    def _picture(self, index: int) -> tuple[np.ndarray, np.ndarray]:
        random = np.random.default_rng([self.seed, index])
        image = random.normal(170, 12, (3, self.side, self.side))
        mask = np.zeros((self.side, self.side), np.uint8)
        if index % 3 != 2:
            y, x = random.uniform(0.3, 0.7, 2) * self.side
            radius = random.uniform(0.15, 0.25) * self.side
            rows, columns = np.mgrid[: self.side, : self.side]
            inside = (rows - y) ** 2 + (columns - x) ** 2 < radius**2
            mask[inside] = 1 + index % self.classes
            image[:, inside] -= 90
        return image.clip(0, 255).astype(np.uint8), mask


class BlobPack:
    """See `BlobSplit`."""

    def __init__(
        self, count: int = 12, side: int = 32, classes: tuple[str, ...] = ("defect",), instances: bool = False
    ) -> None:
        self.info = BlobInfo(
            classes, f"blobs-{count}-{side}-{len(classes)}-{instances}", "instance" if instances else "semantic"
        )
        self.count, self.side, self.instances = count, side, instances

    def split(self, name: str) -> BlobSplit:
        """`train` holds all, `val` a third as many others, `test` nothing."""
        counts = {"train": self.count, "val": max(1, self.count // 3)}
        return BlobSplit(counts.get(name, 0), self.side, len(self.info.classes), self.instances, seed=len(name))


def _targets(mask: torch.Tensor) -> InstanceTargets:
    ys, xs = torch.nonzero(mask, as_tuple=True)
    if len(ys) == 0:
        side = mask.shape[0]
        return InstanceTargets(torch.zeros(0, 4), torch.zeros(0, dtype=torch.long), torch.zeros(0, side, side).bool())
    box = torch.tensor([[xs.min(), ys.min(), xs.max() + 1, ys.max() + 1]], dtype=torch.float32)
    return InstanceTargets(box, mask[ys[0], xs[0]].long()[None] - 1, (mask > 0)[None])
