"""Pictures in one folder, masks of the same names in another."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path, PurePosixPath

import numpy as np

from railscope_training.data.images import FOREGROUND_LEVEL, list_images, read_image, read_mask
from railscope_training.data.sample import Sample, SourceInfo
from railscope_training.data.sources.base import Entry, Grouping, ListedSource, keys_of
from railscope_training.data.sources.instances import require_same_size
from railscope_training.errors import TrainingError

#: optional list beside the folders: columns key, group, split (the last two may be empty)
SAMPLE_LIST = "samples.csv"
MASK_ENDINGS = (".mask", "_mask", "_gt", "_label")


class FolderSource(ListedSource):
    """`images/` + `masks/`, recursive; the mask has the picture's name (`a.png`, `a.jpg.png`, `a.mask.png`)."""

    def __init__(
        self,
        root: Path,
        *,
        images: str = "images",
        masks: str = "masks",
        classes: Sequence[str] = ("defect",),
        encoding: str | None = None,
        foreground: int = FOREGROUND_LEVEL,
        missing_masks: str = "error",
        group: str | None = None,
        split: Mapping[str, str] | None = None,
        licence: str = "",
        name: str | None = None,
        notes: Sequence[str] = (),
    ) -> None:
        """Options.

        encoding: `binary` (default for one class) or `index`; foreground: first level of a binary mask's foreground;
        missing_masks: `error`, `empty` (the picture has no defect) or `skip`; group: pattern, see `Grouping`;
        split: {regular expression: split}. A file `samples.csv` goes before both.
        """
        if encoding not in (None, "binary", "index"):
            raise TrainingError(f"encoding must be binary or index, not {encoding!r}")
        if missing_masks not in ("error", "empty", "skip"):
            raise TrainingError(f"missing_masks must be error, empty or skip, not {missing_masks!r}")
        self._binary = encoding == "binary" or (encoding is None and len(classes) == 1)
        self._foreground = foreground
        files = list_images(root / images)
        pairs = pair_masks(files, list_images(root / masks) if (root / masks).is_dir() else [])
        unpaired = [file for file in files if file not in pairs]
        if unpaired and missing_masks == "error":
            raise TrainingError(
                f"{root / masks}: no mask for {len(unpaired)} of {len(files)} pictures, first {unpaired[0]!r}; "
                "set missing_masks to empty (they have no defect) or skip"
            )
        grouping = Grouping(group, split, str(root))
        listed = read_sample_list(root / SAMPLE_LIST)
        entries = []
        for file, key in zip(files, keys_of(files), strict=True):
            if file not in pairs and missing_masks == "skip":
                continue
            own_group, own_split = listed.get(key, ("", ""))
            mask = root / masks / pairs[file] if file in pairs else None
            split_of_rule = own_split or grouping.split(key)
            entries.append(Entry(key, root / images / file, own_group or grouping.group(key), split_of_rule, mask))
        skipped = (f"{len(unpaired)} pictures without a mask: {missing_masks}",) if unpaired else ()
        info = SourceInfo("folder", name or root.name, licence, (*notes, *skipped))
        super().__init__(entries, classes, info)

    def _load(self, entry: Entry) -> Sample:
        image = read_image(entry.image)
        if isinstance(entry.detail, Path):
            mask = read_mask(entry.detail, len(self.classes), binary=self._binary, foreground=self._foreground)
            require_same_size(image, mask, entry.image, entry.detail)
        else:
            mask = np.zeros(image.shape[:2], dtype=np.uint8)
        return Sample(image, mask, (), entry.key, entry.group, entry.split)


def pair_masks(images: Sequence[str], masks: Sequence[str]) -> dict[str, str]:
    """Picture → mask, by folder and name. A mask named after the whole file name (`a.jpg.png`) goes first."""
    by_name: dict[str, str] = {}
    for mask in masks:
        stem = PurePosixPath(mask).with_suffix("").as_posix()
        by_name.setdefault(stem, mask)
    for mask in masks:
        stem = PurePosixPath(mask).with_suffix("").as_posix()
        for ending in MASK_ENDINGS:
            if stem.endswith(ending):
                by_name.setdefault(stem[: -len(ending)], mask)
    pairs = {}
    for image in images:
        found = by_name.get(image) or by_name.get(PurePosixPath(image).with_suffix("").as_posix())
        if found is not None:
            pairs[image] = found
    return pairs


def read_sample_list(path: Path) -> dict[str, tuple[str, str]]:
    """key → (group, split), both '' where not given; empty where there is no such file. Raises `TrainingError`."""
    if not path.is_file():
        return {}
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            rows = list(csv.DictReader(file))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise TrainingError(f"{path}: cannot be read ({error})") from error
    if rows and "key" not in rows[0]:
        raise TrainingError(f"{path}: needs a column 'key' (and 'group', 'split')")
    return {row["key"]: (row.get("group") or "", row.get("split") or "") for row in rows}
