"""Finds the pack that an experiment trains on, or makes it from a data set."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

import torch
from torch import Tensor

from railscope_training.data import Pack, PackSettings, open_pack, open_source, write_pack
from railscope_training.errors import TrainingError
from railscope_training.networks.instances import InstanceTargets
from railscope_training.training.experiment import DataSettings
from railscope_training.training.feed import Split

PACK_SUFFIX = ".rspack"


def find_pack(data: Path, settings: DataSettings, out: Path, instances: bool = False) -> Path:
    """The pack that `--data` means: the file itself, the one in that folder, or one made from a data set.

    In a folder: the file `data.pack` names, else the only pack there. A folder without packs is read as a data set of
    `data.kind` and packed into `out`, with `instances` or with masks.
    Raises `TrainingError` saying what was looked for.
    """
    if data.is_file():
        return data
    if not data.is_dir():
        raise TrainingError(f"--data {data}: no such file or folder")
    if settings.pack is not None and (data / settings.pack).is_file():
        return data / settings.pack
    packs = sorted(data.glob(f"*{PACK_SUFFIX}"))
    if len(packs) == 1:
        return packs[0]
    if len(packs) > 1:
        names = ", ".join(pack.name for pack in packs)
        raise TrainingError(f"--data {data}: holds several packs ({names}); name one, or set data.pack")
    if settings.kind is None:
        wanted = settings.pack or f"any *{PACK_SUFFIX}"
        raise TrainingError(
            f"--data {data}: holds no pack ({wanted}); make one with `pack`, or set data.kind to read the folder itself"
        )
    return _pack_folder(data, settings.kind, out / f"data{PACK_SUFFIX}", instances)


def open_training_pack(path: Path, levels: Literal["true", "stretched"]) -> Pack:
    """The pack of a file. Raises `TrainingError` where it is damaged."""
    return open_pack(path, levels)


class MergedClasses:
    """A split in which every class is the first one."""

    def __init__(self, split: Split) -> None:
        self.split = split

    @property
    def labelled(self) -> Sequence[int]:
        """As in the split itself."""
        return self.split.labelled

    @property
    def weights(self) -> Tensor:
        """As in the split itself."""
        return self.split.weights

    @property
    def decoded_bytes(self) -> int:
        """As in the split itself."""
        return self.split.decoded_bytes

    def cache_on(self, device: torch.device) -> None:
        """As in the split itself."""
        self.split.cache_on(device)

    def __len__(self) -> int:
        return len(self.split)

    def batch(self, indices: Sequence[int]) -> dict[str, Any]:
        """The batch with masks of 0, 1 and 255 and targets of class 0."""
        raw = dict(self.split.batch(indices))
        if raw.get("mask") is not None:
            mask = raw["mask"]
            raw["mask"] = torch.where(mask == 255, mask, mask.clamp(max=1))
        if raw.get("targets") is not None:
            raw["targets"] = [InstanceTargets(t.boxes, torch.zeros_like(t.classes), t.masks) for t in raw["targets"]]
        return raw


def _pack_folder(folder: Path, kind: str, target: Path, instances: bool) -> Path:
    settings = PackSettings(kind="instance" if instances else "semantic")
    write_pack([open_source(kind, folder)], target, settings)
    return target
