"""COCO instance JSON: polygons (a ring inside another is a hole) and run-length masks, plain or compressed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from railscope_training.data.images import UnreadableFileError, inside, read_image
from railscope_training.data.sample import IGNORE, Instance, Sample, SourceInfo
from railscope_training.data.shapes import BoolMask, box_of_mask, decode_rle, fill_polygons
from railscope_training.data.sources.base import Entry, Grouping, ListedSource, keys_of
from railscope_training.data.sources.instances import ClassMap, clipped_box, mask_of_instances
from railscope_training.errors import TrainingError


class CocoSource(ListedSource):
    """Pictures of one annotation file. Crowd regions become "ignore" in the mask and are no instances."""

    def __init__(
        self,
        root: Path,
        *,
        annotations: str = "annotations.json",
        images: str = "images",
        class_map: Mapping[str, str | None] | None = None,
        group: str | None = None,
        split: Mapping[str, str] | None = None,
        licence: str = "",
        name: str | None = None,
    ) -> None:
        """annotations: the file below `root`; images: the folder that its file names start from; others as `folder`."""
        self._file = root / annotations
        content = _read(self._file)
        names = {
            _id(one, self._file): str(one.get("name", one["id"])) for one in _rows(content, "categories", self._file)
        }
        ordered = [names[key] for key in sorted(names)]
        self._class_map = ClassMap(ordered, class_map, str(self._file))
        self._names = names
        rows = _rows(content, "images", self._file)
        by_image: dict[int, list[dict[str, Any]]] = {_id(row, self._file): [] for row in rows}
        for annotation in _rows(content, "annotations", self._file):
            if annotation.get("image_id") not in by_image:
                raise TrainingError(f"{self._file}: annotation {annotation.get('id')} is of an unknown image")
            if annotation.get("category_id") not in names:
                raise TrainingError(f"{self._file}: annotation {annotation.get('id')} is of an unknown category")
            by_image[annotation["image_id"]].append(annotation)
        grouping = Grouping(group, split, str(root))
        paths = [inside(root / images, str(row.get("file_name", "")), str(self._file)) for row in rows]
        entries = []
        for row, path, key in zip(rows, paths, keys_of([_below(path, root / images) for path in paths]), strict=True):
            detail = (row.get("height"), row.get("width"), by_image[row["id"]])
            entries.append(Entry(key, path, grouping.group(key), grouping.split(key), detail))
        super().__init__(entries, self._class_map.classes, SourceInfo("coco", name or root.name, licence))

    def _load(self, entry: Entry) -> Sample:
        image = read_image(entry.image)
        height, width = image.shape[:2]
        detail: tuple[int | None, int | None, list[dict[str, Any]]] = entry.detail  # type: ignore[assignment]
        stated_height, stated_width, annotations = detail
        if (stated_height or height, stated_width or width) != (height, width):
            raise UnreadableFileError(
                f"{entry.image}: {width} × {height} px, but {self._file.name} says {stated_width} × {stated_height} px"
            )
        instances = []
        crowd = np.zeros((height, width), dtype=np.bool_)
        for annotation in annotations:
            class_index = self._class_map.index(self._names[annotation["category_id"]])
            own_mask = self._mask(annotation, height, width)
            if annotation.get("iscrowd") and own_mask is not None:
                crowd |= own_mask
            elif class_index is not None:
                instance = self._instance(annotation, class_index, own_mask, height, width)
                instances += [] if instance is None else [instance]
        mask = mask_of_instances(instances, height, width)
        mask[crowd & (mask == 0)] = IGNORE
        return Sample(image, mask, tuple(instances), entry.key, entry.group, entry.split)

    def _mask(self, annotation: dict[str, Any], height: int, width: int) -> BoolMask | None:
        where = f"{self._file}: annotation {annotation.get('id')}"
        segmentation = annotation.get("segmentation")
        if not segmentation:
            return None
        if isinstance(segmentation, list):
            return fill_polygons(segmentation, height, width, where)
        if not isinstance(segmentation, dict) or list(segmentation.get("size", ())) != [height, width]:
            raise TrainingError(f"{where}: the mask is not of the picture's size {height} × {width}")
        return decode_rle(segmentation.get("counts", []), height, width, where)

    def _instance(
        self, annotation: dict[str, Any], class_index: int, mask: BoolMask | None, height: int, width: int
    ) -> Instance | None:
        given = annotation.get("bbox")
        if given is None:
            box = None if mask is None else box_of_mask(mask)
        else:
            try:
                x, y, box_width, box_height = (float(value) for value in given)
            except (TypeError, ValueError):
                raise TrainingError(
                    f"{self._file}: annotation {annotation.get('id')} has no box of 4 numbers"
                ) from None
            box = clipped_box((x, y, x + box_width, y + box_height), height, width)
        if box is None or (mask is not None and not mask.any()):
            return None
        return Instance(box, class_index, mask)


def _below(path: Path, folder: Path) -> str:
    return path.relative_to(folder).as_posix()


def _read(path: Path) -> dict[str, Any]:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise TrainingError(f"{path}: cannot be read as JSON ({error})") from error
    if not isinstance(content, dict):
        raise TrainingError(f"{path}: no COCO file: it must hold images, annotations and categories")
    return content


def _rows(content: dict[str, Any], part: str, path: Path) -> list[dict[str, Any]]:
    rows = content.get(part)
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise TrainingError(f"{path}: no COCO file: the list {part!r} is missing")
    return rows


def _id(row: dict[str, Any], path: Path) -> int:
    if not isinstance(row.get("id"), int):
        raise TrainingError(f"{path}: an image or category has no whole number as id")
    return int(row["id"])
