"""The `rail400` set: dark line-scan pictures of rail heads with boxes, computed masks, and the place of each picture.

Layout: `images/`, `labels_nc3/` and `labels_nc8/` (YOLO), `classes_nc3.txt` …, `masks_pseudo_multiclass/` (indices of
the nc3 classes, computed inside the boxes), `screened.txt` (pictures whose masks were looked at) and `meta.csv` with
`rail_x0`, `rail_x1` (edges of the rail head), `location_cluster` and `split_location`.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from railscope_training.data.images import image_size, read_image, read_mask
from railscope_training.data.sample import Instance, Sample, SourceInfo
from railscope_training.data.sources.base import Entry, ListedSource
from railscope_training.data.sources.instances import ClassMap, clipped_box, require_same_size
from railscope_training.data.sources.yolo import box_in_pixels, read_labels
from railscope_training.errors import TrainingError

#: `dirt` and `gap` are no defects; leave them background
DEFAULT_CLASSES: Mapping[str, str | None] = {"defect": "defect", "*": None}


class Rail400Source(ListedSource):
    """Groups are places (`location_cluster`), splits `split_location`, the region is the rail head."""

    def __init__(
        self,
        root: Path,
        *,
        labels: str = "nc3",
        masks: bool = True,
        class_map: Mapping[str, str | None] | None = None,
        screened_only: bool = False,
        licence: str = "LGPL-3.0 (sirlis/RailDefect)",
        name: str | None = None,
    ) -> None:
        """labels: `nc3` or `nc8` (boxes only); masks: read the pseudo-masks; screened_only: those a person saw."""
        if labels not in ("nc3", "nc8"):
            raise TrainingError(f"labels must be nc3 or nc8, not {labels!r}")
        if labels == "nc8" and masks:
            raise TrainingError("the nc8 labels have no masks; set masks to false")
        self._given = _lines(root / f"classes_{labels}.txt")
        self._masks = root / "masks_pseudo_multiclass" if masks else None
        mapping = class_map or (DEFAULT_CLASSES if labels == "nc3" else None)
        self._class_map = ClassMap(self._given, mapping, str(root))
        screened = set(_lines(root / "screened.txt")) if screened_only else None
        entries = []
        for row in _meta(root / "meta.csv"):
            key = row["name"]
            if screened is not None and key not in screened:
                continue
            image = root / "images" / f"{key}.jpg"
            region = (int(row["rail_x0"]), 0, int(row["rail_x1"]), image_size(image)[0])
            label = root / f"labels_{labels}" / f"{key}.txt"
            entries.append(Entry(key, image, row["location_cluster"], row["split_location"], label, region))
        notes = ["masks are not human: computed inside the authors' boxes"] if masks else []
        if screened_only:
            notes.append("only pictures whose masks were looked at")
        info = SourceInfo("rail400", name or root.name, licence, tuple(notes))
        super().__init__(entries, self._class_map.classes, info)

    def _load(self, entry: Entry) -> Sample:
        image = read_image(entry.image)
        height, width = image.shape[:2]
        given = self._given_mask(entry, image)
        instances = []
        for class_number, numbers, where in read_labels(Path(str(entry.detail)), len(self._given)):
            class_index = self._class_map.index(self._given[class_number])
            if len(numbers) != 4:
                raise TrainingError(f"{where}: not a box")
            box = clipped_box(box_in_pixels(numbers, height, width), height, width)
            if class_index is not None and box is not None:
                instances.append(Instance(box, class_index, self._instance_mask(given, class_number, box)))
        mask = None if given is None else self._mapped(given)
        return Sample(image, mask, tuple(instances), entry.key, entry.group, entry.split, entry.region)

    def _given_mask(self, entry: Entry, image: np.ndarray) -> np.ndarray | None:  # type: ignore[type-arg]
        if self._masks is None:
            return None
        path = self._masks / f"{entry.key}.png"
        mask = read_mask(path, len(self._given), binary=False)
        require_same_size(image, mask, entry.image, path)
        return mask

    def _mapped(self, given: np.ndarray) -> np.ndarray:  # type: ignore[type-arg]
        table = np.zeros(256, dtype=np.uint8)
        for number, name in enumerate(self._given, start=1):
            table[number] = self._class_map.index(name) or 0
        return table[given]

    def _instance_mask(self, given: np.ndarray | None, class_number: int, box: np.ndarray) -> np.ndarray | None:  # type: ignore[type-arg]
        if given is None:
            return None
        mask = np.zeros(given.shape, dtype=np.bool_)
        x0, y0, x1, y1 = int(box[0]), int(box[1]), int(np.ceil(box[2])), int(np.ceil(box[3]))
        mask[y0:y1, x0:x1] = given[y0:y1, x0:x1] == class_number + 1
        return mask


def _meta(path: Path) -> list[dict[str, str]]:
    try:
        with path.open(newline="", encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise TrainingError(f"{path}: cannot be read ({error})") from error
    needed = {"name", "rail_x0", "rail_x1", "location_cluster", "split_location"}
    missing = needed - set(rows[0] if rows else ())
    if missing:
        raise TrainingError(f"{path}: the columns {', '.join(sorted(missing))} are missing")
    return rows


def _lines(path: Path) -> list[str]:
    try:
        return [line.strip() for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    except OSError as error:
        raise TrainingError(f"{path}: cannot be read ({error})") from error
