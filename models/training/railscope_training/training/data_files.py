"""Finds the pack that an experiment trains on, or makes it from a data set."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch

from railscope_training.errors import TrainingError
from railscope_training.networks.instances import InstanceTargets
from railscope_training.training.experiment import DataSettings
from railscope_training.training.feed import Split

PACK_SUFFIX = ".rspack"


def find_pack(data: Path, settings: DataSettings, out: Path) -> Path:
    """The pack file that `--data` means: the file itself, the one in that folder, or one made from a data set.

    In a folder: the file `data.pack` names, else the only pack there. A folder without packs is read as a data set of
    `data.kind` and packed into `out`. Raises `TrainingError` saying what was looked for.
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
    return _pack_folder(data, settings.kind, out / f"data{PACK_SUFFIX}")


def open_training_pack(path: Path) -> Any:
    """The pack of a file (see `railscope_training.data.open_pack`), decoded on the fly."""
    from railscope_training.data import open_pack

    return open_pack(path)


class MergedClasses:
    """A split in which every class is the first one."""

    def __init__(self, split: Split) -> None:
        self.split = split

    def __len__(self) -> int:
        return len(self.split)

    def batch(self, indices: Any) -> dict[str, Any]:
        """The batch with masks of 0, 1 and 255 and targets of class 0."""
        raw = dict(self.split.batch(indices))
        if raw.get("mask") is not None:
            mask = raw["mask"]
            raw["mask"] = torch.where(mask == 255, mask, mask.clamp(max=1))
        if raw.get("targets") is not None:
            raw["targets"] = [InstanceTargets(t.boxes, torch.zeros_like(t.classes), t.masks) for t in raw["targets"]]
        return raw


def labelled_indices(split: Split) -> list[int]:
    """The pictures of a split that hold a defect, by looking at all of them once."""
    found: list[int] = []
    for start in range(0, len(split), 64):
        indices = list(range(start, min(start + 64, len(split))))
        raw = split.batch(indices)
        if raw.get("targets") is not None:
            found += [index for index, one in zip(indices, raw["targets"], strict=True) if len(one.boxes)]
        else:
            mask = raw["mask"]
            positive = ((mask > 0) & (mask != 255)).flatten(1).any(1).tolist()
            found += [index for index, one in zip(indices, positive, strict=True) if one]
    return found


def _pack_folder(folder: Path, kind: str, target: Path) -> Path:
    from railscope_training.data import open_source, write_pack

    write_pack([open_source(kind, folder)], target)
    return target
