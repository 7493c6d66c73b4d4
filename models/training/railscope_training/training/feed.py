"""From a pack to batches on the device: read ahead in a thread, augmented there, at the network's input size."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, Protocol

import torch
from torch import Tensor
from torch.nn import functional

from railscope_training.networks.instances import InstanceTargets
from railscope_training.training.batch import Batch
from railscope_training.training.distributed import World
from railscope_training.training.sampling import SampleOrder, step_seed

#: purpose of the random numbers of augmentation
AUGMENTATION = 2


class Split(Protocol):
    """One split of a pack (see `PackSplit`): uint8 pictures [B, 3, h, w] with masks [B, h, w] or targets, by index."""

    @property
    def labelled(self) -> Sequence[int]: ...
    @property
    def weights(self) -> Tensor: ...
    @property
    def decoded_bytes(self) -> int: ...
    def cache_on(self, device: torch.device) -> None: ...
    def __len__(self) -> int: ...
    def batch(self, indices: Sequence[int]) -> dict[str, Any]: ...


#: uint8 pictures, masks or None, targets or None, generator → the batch, augmented, of any size
Targets = tuple[InstanceTargets, ...] | None
Augmentation = Callable[[Tensor, Tensor | None, Targets, torch.Generator | None], Batch]


class TrainingFeed:
    """Batches of this process by step number; the same step always gives the same batch, whatever came before."""

    def __init__(
        self,
        split: Split,
        order: SampleOrder,
        world: World,
        augmentation: Augmentation,
        input_size: tuple[int, int],
        seed: int,
    ) -> None:
        self.split, self.order, self.world = split, order, world
        self.augmentation, self.input_size, self.seed = augmentation, input_size, seed
        self._reader = ThreadPoolExecutor(1, thread_name_prefix="read-ahead")
        self._ahead: tuple[int, Future[dict[str, Any]]] | None = None
        self._generator = torch.Generator(device=world.device)

    def batch(self, step: int) -> Batch:
        """The augmented batch of optimiser step `step` on the device; the next one starts to be read."""
        read_ahead = self._ahead is not None and self._ahead[0] == step
        raw = self._ahead[1].result() if self._ahead is not None and read_ahead else self._read(step)
        self._ahead = (step + 1, self._reader.submit(self._read, step + 1))
        self._generator.manual_seed(step_seed(self.seed, step, self.world.rank, AUGMENTATION))
        images, masks, targets = to_device(raw, self.world.device)
        return at_size(self.augmentation(images, masks, targets, self._generator), self.input_size)

    def close(self) -> None:
        """End the reading thread."""
        self._reader.shutdown(wait=True, cancel_futures=True)

    def _read(self, step: int) -> dict[str, Any]:
        raw = self.split.batch(self.world.share(self.order.indices(step)))
        if self.world.device.type == "cuda" and not raw["image"].is_cuda:
            raw["image"] = raw["image"].pin_memory()
        return raw


def validation_batches(
    split: Split, device: torch.device, size: int, input_size: tuple[int, int], limit: int = 0
) -> Iterator[tuple[Batch, dict[str, Any]]]:
    """The split in order: each batch at input size, and the raw one as it came (masks at their own size).

    `limit` pictures spread evenly over the split; 0 = all.
    """
    count = len(split)
    chosen = range(count) if not 0 < limit < count else [index * count // limit for index in range(limit)]
    with ThreadPoolExecutor(1, thread_name_prefix="read-ahead") as reader:
        groups = [list(chosen[start : start + size]) for start in range(0, len(chosen), size)]
        ahead = reader.submit(split.batch, groups[0]) if groups else None
        for index in range(len(groups)):
            assert ahead is not None
            raw = ahead.result()
            ahead = reader.submit(split.batch, groups[index + 1]) if index + 1 < len(groups) else None
            images, masks, targets = to_device(raw, device)
            yield at_size(Batch(images / 255.0, masks, targets), input_size), raw


def to_device(raw: dict[str, Any], device: torch.device) -> tuple[Tensor, Tensor | None, Targets]:
    """Pictures, masks and targets of a raw batch on the device."""
    masks, targets = raw.get("mask"), raw.get("targets")
    return (
        raw["image"].to(device, non_blocking=True),
        None if masks is None else masks.to(device, non_blocking=True),
        None if targets is None else tuple(one.to(device) for one in targets),
    )


def at_size(batch: Batch, size: tuple[int, int]) -> Batch:
    """The batch with pictures [B, 3, *size]: bilinear, antialiased when it shrinks.

    Masks of pixels keep their size (the loss resizes them softly); targets follow the pictures.
    """
    height, width = batch.images.shape[-2:]
    if (height, width) == size:
        return batch
    images = functional.interpolate(batch.images, size, mode="bilinear", align_corners=False, antialias=True)
    targets = batch.targets
    if targets is not None:
        scale = torch.tensor([size[1] / width, size[0] / height] * 2, device=images.device)
        targets = tuple(
            InstanceTargets(one.boxes * scale, one.classes, _resized_masks(one.masks, size)) for one in targets
        )
    return Batch(images.clamp(0.0, 1.0), batch.masks, targets)


def _resized_masks(masks: Tensor, size: tuple[int, int]) -> Tensor:
    if len(masks) == 0:
        return masks.new_zeros((0, *size))
    return functional.interpolate(masks[None].float(), size, mode="nearest-exact")[0].to(masks.dtype)
