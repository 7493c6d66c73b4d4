"""Reading packs: batches of uint8 tensors, decoded in threads, or kept decoded on a device."""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
import torch
from torch import Tensor

from railscope_training.data.encoding import decode_bits, decode_image, decode_mask
from railscope_training.data.pack_format import PackFile, Record
from railscope_training.data.tiles import pad_mask, resize_image, resize_mask
from railscope_training.errors import TrainingError
from railscope_training.networks.instances import InstanceTargets

MAX_THREADS = 8
Levels = Literal["true", "stretched"]


@dataclass(frozen=True)
class PackInfo:
    """What the pack says of itself."""

    #: `semantic` (masks) or `instance` (targets, and masks)
    kind: str
    classes: tuple[str, ...]
    #: height and width of a batch
    tile_size: tuple[int, int]
    #: JPEG quality; 101 = lossless
    quality: int
    #: name, kind, licence, notes, weight, pictures, tiles, labelled, source_px
    sources: tuple[dict[str, Any], ...]
    #: by split: tiles, labelled, groups
    counts: dict[str, dict[str, int]]
    #: pictures that were unreadable
    skipped: tuple[str, ...]
    sha256: str
    bytes: int


class Pack:
    """An open pack file. Use `open_pack`."""

    def __init__(self, path: Path, levels: Levels) -> None:
        self._file = PackFile(path)
        self._levels: Levels = levels
        self.name = path.name
        facts = self._file.info
        try:
            self.info = PackInfo(
                kind=facts["kind"],
                classes=tuple(facts["classes"]),
                tile_size=(facts["tile_size"][0], facts["tile_size"][1]),
                quality=facts["quality"],
                sources=tuple(facts["sources"]),
                counts=facts["counts"],
                skipped=tuple(facts["skipped"]),
                sha256=self._file.sha256,
                bytes=self._file.bytes,
            )
        except (KeyError, IndexError, TypeError) as error:
            raise TrainingError(f"{path}: the pack lacks {error}; make it again with `pack`") from error

    @property
    def splits(self) -> tuple[str, ...]:
        """The splits that hold tiles."""
        return tuple(self.info.counts)

    def split(self, name: str) -> PackSplit:
        """The tiles of one split, in the order of the file; none where the pack has no such split."""
        records = [record for record in self._file.records if record.split == name]
        return PackSplit(self._file, self.info, records, self._levels)


class PackSplit:
    """Tiles of one split. Safe to use from several threads."""

    def __init__(self, file: PackFile, info: PackInfo, records: Sequence[Record], levels: Levels) -> None:
        self._file, self.info, self._levels = file, info, levels
        self.records = tuple(records)
        self._threads = ThreadPoolExecutor(min(MAX_THREADS, os.cpu_count() or 1), thread_name_prefix="unpack")
        self._cached: tuple[Tensor, Tensor] | None = None

    def __len__(self) -> int:
        return len(self.records)

    @property
    def keys(self) -> tuple[str, ...]:
        """source/picture@x,y of each tile."""
        return tuple(record.key for record in self.records)

    @property
    def labelled(self) -> tuple[int, ...]:
        """Indices of the tiles that hold a defect or an instance."""
        return tuple(index for index, record in enumerate(self.records) if record.labelled)

    @property
    def weights(self) -> Tensor:
        """float64 [N], sum 1: chances by which each source is drawn as often as its weight says."""
        weights = [self.info.sources[record.source]["weight"] for record in self.records]
        sizes = np.bincount([record.source for record in self.records], minlength=len(self.info.sources))
        chances = [weight / sizes[record.source] for weight, record in zip(weights, self.records, strict=True)]
        values = torch.tensor(chances, dtype=torch.float64)
        return values / values.sum().clamp_min(1e-12)

    def batch(self, indices: Sequence[int]) -> dict[str, Any]:
        """The tiles of these indices.

        `image` uint8 [B, 3, h, w], `mask` uint8 [B, h, w] (0 background, 1… classes, 255 ignore), `keys`, `gain`
        float [B] (what `image` was multiplied with, 1 for true levels); in an instance pack `targets`, one
        `InstanceTargets` for each (boxes in pixels of the batch, classes from 0). On the CPU unless cached.
        """
        chosen = [self.records[index] for index in indices]
        if self._cached is None:
            decoded = list(self._threads.map(self._decode, chosen))
            images = torch.from_numpy(np.stack([image for image, _ in decoded]))
            masks = torch.from_numpy(np.stack([mask for _, mask in decoded]))
        else:
            at = torch.as_tensor(list(indices), device=self._cached[0].device)
            images, masks = self._cached[0][at], self._cached[1][at]
        gains = [record.gain if self._levels == "stretched" else 1.0 for record in chosen]
        result: dict[str, Any] = {
            "image": images,
            "mask": masks,
            "keys": [record.key for record in chosen],
            "gain": torch.tensor(gains),
        }
        if self.info.kind == "instance":
            result["targets"] = [self._targets(record).to(images.device) for record in chosen]
        return result

    @property
    def decoded_bytes(self) -> int:
        """What `cache_on` takes."""
        height, width = self.info.tile_size
        return len(self) * height * width * 4

    def cache_on(self, device: torch.device | str) -> None:
        """Keeps all tiles decoded on the device (`decoded_bytes`); `batch` then only picks them."""
        height, width = self.info.tile_size
        images = torch.empty((len(self), 3, height, width), dtype=torch.uint8, device=device)
        masks = torch.empty((len(self), height, width), dtype=torch.uint8, device=device)
        for index, (image, mask) in enumerate(self._threads.map(self._decode, self.records)):
            images[index] = torch.from_numpy(image)
            masks[index] = torch.from_numpy(mask)
        self._cached = images, masks

    def _decode(self, record: Record) -> tuple[np.ndarray, np.ndarray]:  # type: ignore[type-arg]
        """uint8 [3, h, w] and [h, w] of the batch's size."""
        height, width = self.info.tile_size
        image = decode_image(self._file.read(record.image), record.gain, self._levels == "true")
        mask = decode_mask(self._file.read(record.mask), record.height, record.width)
        if self.info.kind == "semantic":
            if image.shape[:2] != (height, width):
                image = np.clip(np.rint(resize_image(image, height, width)), 0, 255).astype(np.uint8)
                mask = resize_mask(mask, height, width)
        else:
            grown = np.zeros((height, width, *image.shape[2:]), dtype=np.uint8)
            grown[: record.height, : record.width] = image
            image, mask = grown, pad_mask(mask, height, width)
        planes = np.broadcast_to(image[None], (3, height, width)) if image.ndim == 2 else image.transpose(2, 0, 1)
        # copies: decoders give arrays that cannot be written to
        return np.array(planes), np.array(mask)

    def _targets(self, record: Record) -> InstanceTargets:
        height, width = self.info.tile_size
        count = len(record.instances)
        masks = torch.zeros((count, height, width), dtype=torch.bool)
        for index, one in enumerate(record.instances):
            bits = torch.from_numpy(decode_bits(self._file.read(one.mask)))
            y, x = max(0, int(np.floor(one.box[1]))), max(0, int(np.floor(one.box[0])))
            masks[index, y : y + bits.shape[0], x : x + bits.shape[1]] = bits
        boxes = torch.tensor([one.box for one in record.instances], dtype=torch.float32).reshape(count, 4)
        classes = torch.tensor([one.class_index - 1 for one in record.instances], dtype=torch.long)
        return InstanceTargets(boxes, classes, masks)


def open_pack(path: str | Path, levels: Levels = "true") -> Pack:
    """Opens and checks a pack.

    levels: `true` gives the levels of the pictures; `stretched` gives dark tiles as they are stored, multiplied with
    their gain, which keeps more of their texture (for networks that normalise each tile).
    Raises `TrainingError` where the file is missing, no pack, damaged or cut off.
    """
    if levels not in ("true", "stretched"):
        raise TrainingError(f"levels must be true or stretched, not {levels!r}")
    return Pack(Path(path), levels)
