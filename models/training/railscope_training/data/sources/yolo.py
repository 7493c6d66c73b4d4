"""YOLO text labels: boxes `class cx cy w h` and polygons `class x y x y x y …`, relative to the picture's size."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from railscope_training.data.images import grey8, list_images, read_image
from railscope_training.data.pseudo_masks import METHODS, pseudo_mask
from railscope_training.data.sample import Instance, Sample, SourceInfo
from railscope_training.data.shapes import fill_polygons
from railscope_training.data.sources.base import Entry, Grouping, ListedSource, keys_of
from railscope_training.data.sources.instances import ClassMap, clipped_box, mask_of_instances
from railscope_training.errors import TrainingError

#: how far rounding may carry a coordinate over the edge
TOLERANCE = 2e-3


class YoloSource(ListedSource):
    """`images/` + `labels/`, recursive, names in `classes.txt` or `data.yaml`. A missing label file = nothing there."""

    def __init__(
        self,
        root: Path,
        *,
        images: str = "images",
        labels: str = "labels",
        classes: Sequence[str] | None = None,
        class_map: Mapping[str, str | None] | None = None,
        masks: str | None = None,
        group: str | None = None,
        split: Mapping[str, str] | None = None,
        licence: str = "",
        name: str | None = None,
    ) -> None:
        """masks: how boxes get masks: `box`, `ellipse` or `otsu` (see `pseudo_masks`); None = polygons only."""
        if masks is not None and masks not in METHODS:
            raise TrainingError(f"masks must be one of {', '.join(METHODS)}, not {masks!r}")
        self._method = masks
        self.given_classes = tuple(classes) if classes else class_names(root)
        self._class_map = ClassMap(self.given_classes, class_map, str(root))
        grouping = Grouping(group, split, str(root))
        files = list_images(root / images)
        entries = []
        for file, key in zip(files, keys_of(files), strict=True):
            label = (root / labels / file).with_suffix(".txt")
            entries.append(Entry(key, root / images / file, grouping.group(key), grouping.split(key), label))
        notes = (f"masks are not human: made inside the boxes by the rule {masks!r}",) if masks else ()
        info = SourceInfo("yolo", name or root.name, licence, notes)
        super().__init__(entries, self._class_map.classes, info)

    def _load(self, entry: Entry) -> Sample:
        image = read_image(entry.image)
        height, width = image.shape[:2]
        grey = grey8(image) if self._method else None
        instances = []
        for class_number, numbers, where in read_labels(Path(str(entry.detail)), len(self.given_classes)):
            class_index = self._class_map.index(self.given_classes[class_number])
            if class_index is None:
                continue
            instance = _instance(class_index, numbers, height, width, where)
            if instance is None:
                continue
            if instance.mask is None and grey is not None:
                made = pseudo_mask(grey, instance.box, self._method or "")
                instance = Instance(instance.box, class_index, made)
            instances.append(instance)
        has_masks = self._method is not None or any(instance.mask is not None for instance in instances)
        mask = mask_of_instances(instances, height, width) if has_masks else None
        return Sample(image, mask, tuple(instances), entry.key, entry.group, entry.split)


def class_names(root: Path) -> tuple[str, ...]:
    """The names in `classes.txt` (one a line) or `data.yaml` / `data.json` (`names`). Raises `TrainingError`."""
    listed = root / "classes.txt"
    if listed.is_file():
        return tuple(line.strip() for line in listed.read_text(encoding="utf-8").splitlines() if line.strip())
    from railscope_training.data.settings_file import read_settings

    for file in (root / "data.yaml", root / "data.yml", root / "data.json"):
        if file.is_file():
            return _names(read_settings(file).get("names"), file)
    raise TrainingError(f"{root}: class names are missing: write them into classes.txt, one a line")


def _names(value: Any, file: Path) -> tuple[str, ...]:
    if isinstance(value, dict):
        value = [value[key] for key in sorted(value, key=int)]
    if not isinstance(value, list) or not value:
        raise TrainingError(f"{file}: has no list 'names'")
    return tuple(str(name) for name in value)


def read_labels(path: Path, class_count: int) -> list[tuple[int, NDArray[np.float64], str]]:
    """Class number, numbers and place of each line; none where the file is missing.

    Raises `TrainingError` naming file and line.
    """
    if not path.is_file():
        return []
    rows = []
    for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), start=1):
        where = f"{path}:{number}"
        if not line.strip():
            continue
        try:
            values = np.array([float(word) for word in line.split()])
        except ValueError:
            raise TrainingError(f"{where}: not numbers: {line.strip()[:60]!r}") from None
        count = len(values) - 1
        if count != 4 and (count < 6 or count % 2):
            raise TrainingError(f"{where}: {count} numbers behind the class; a box has 4, a polygon 6, 8, …")
        if not (values[0].is_integer() and 0 <= values[0] < class_count):
            raise TrainingError(f"{where}: class {values[0]:g} is not one of {class_count}")
        outside = (values[1:] < -TOLERANCE) | (values[1:] > 1 + TOLERANCE)
        if outside.any() or not np.isfinite(values).all():
            raise TrainingError(f"{where}: coordinates must lie in 0…1")
        rows.append((int(values[0]), values[1:], where))
    return rows


def _instance(class_index: int, numbers: NDArray[np.float64], height: int, width: int, where: str) -> Instance | None:
    if len(numbers) == 4:
        box = clipped_box(box_in_pixels(numbers, height, width), height, width)
        return None if box is None else Instance(box, class_index)
    points = numbers.reshape(-1, 2) * (width, height)
    mask = fill_polygons([points.ravel().tolist()], height, width, where)
    box = clipped_box((*points.min(axis=0), *points.max(axis=0)), height, width)
    return None if box is None or not mask.any() else Instance(box, class_index, mask)


def box_in_pixels(relative: NDArray[np.float64], height: int, width: int) -> tuple[float, float, float, float]:
    """cx, cy, w, h in 0…1 → x0, y0, x1, y1 in pixels."""
    cx, cy, w, h = (float(value) for value in relative)
    return (cx - w / 2) * width, (cy - h / 2) * height, (cx + w / 2) * width, (cy + h / 2) * height
