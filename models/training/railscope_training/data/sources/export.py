"""The folder that `railscope inspect --out` writes: a mask `NAME.mask.png` and a `NAME.json` for each picture."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from railscope_training.data.images import inside, read_image, read_mask
from railscope_training.data.sample import Instance, Sample, SourceInfo
from railscope_training.data.sources.base import Entry, Grouping, ListedSource
from railscope_training.data.sources.instances import ClassMap, clipped_box, mask_of_instances, require_same_size
from railscope_training.errors import TrainingError

OUTPUT_MARKER = ".railscope-output"


class ExportSource(ListedSource):
    """Masks are what the model said, unless somebody corrected the files since; failed pictures are left out."""

    def __init__(
        self,
        root: Path,
        *,
        pictures: str | None = None,
        class_map: Mapping[str, str | None] | None = None,
        group: str | None = "folder",
        split: Mapping[str, str] | None = None,
        licence: str = "",
        name: str | None = None,
    ) -> None:
        """pictures: the inspected folder, absolute or relative to root; default root (results beside pictures)."""
        if not (root / OUTPUT_MARKER).is_file():
            raise TrainingError(f"{root}: was not written by `railscope inspect --out` ({OUTPUT_MARKER} is missing)")
        folder = root / (pictures or ".")
        grouping = Grouping(group, split, str(root))
        entries: list[Entry] = []
        codes: set[str] = set()
        failed = 0
        for file in sorted(path for path in root.rglob("*.json") if not path.name.startswith(".")):
            content = _result(file)
            if content is None:
                continue
            if content.get("status") != "done" or not content.get("mask"):
                failed += 1
                continue
            key = str(content["path"])
            codes.update(str(one["class"]) for one in content["instances"])
            mask = inside(file.parent, str(content["mask"]), str(file))
            image = inside(folder, key, str(file))
            entries.append(Entry(key, image, grouping.group(key), grouping.split(key), (mask, content, file)))
        self._class_map = ClassMap(sorted(codes) or ["defect"], class_map, str(root))
        notes = ["masks of a model, not reviewed in RailScope"]
        notes += [f"{failed} failed pictures left out"] if failed else []
        super().__init__(
            entries, self._class_map.classes, SourceInfo("railscope-export", name or root.name, licence, tuple(notes))
        )

    def _load(self, entry: Entry) -> Sample:
        detail: tuple[Path, dict[str, Any], Path] = entry.detail  # type: ignore[assignment]
        mask_path, content, file = detail
        image = read_image(entry.image)
        height, width = image.shape[:2]
        found = read_mask(mask_path, 1, binary=True)
        require_same_size(image, found, entry.image, mask_path)
        instances = []
        for one in content["instances"]:
            try:
                x, y, box_width, box_height = (float(value) for value in one["bbox"])
            except (KeyError, TypeError, ValueError):
                raise TrainingError(f"{file}: an instance has no box of 4 numbers") from None
            class_index = self._class_map.index(str(one["class"]))
            box = clipped_box((x, y, x + box_width, y + box_height), height, width)
            if class_index is None or box is None:
                continue
            own = np.zeros((height, width), dtype=np.bool_)
            x0, y0, x1, y1 = (int(value) for value in box)
            own[y0:y1, x0:x1] = found[y0:y1, x0:x1] > 0
            if own.any():
                instances.append(Instance(box, class_index, own))
        # pixels that somebody added outside the boxes count as the first class
        mask = mask_of_instances(instances, height, width)
        left_out = _inside_boxes(content["instances"], height, width)
        mask[(mask == 0) & (found > 0) & ~left_out] = 1
        return Sample(image, mask, tuple(instances), entry.key, entry.group, entry.split)


def _inside_boxes(instances: list[dict[str, Any]], height: int, width: int) -> np.ndarray:  # type: ignore[type-arg]
    """Where the model found anything: pixels there without a class belong to a class that is left out."""
    covered = np.zeros((height, width), dtype=np.bool_)
    for one in instances:
        x, y, box_width, box_height = (int(value) for value in one["bbox"])
        covered[max(0, y) : max(0, y + box_height), max(0, x) : max(0, x + box_width)] = True
    return covered


def _result(file: Path) -> dict[str, Any] | None:
    """The content of a result file; None for other JSON files. Raises `TrainingError` where it cannot be read."""
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise TrainingError(f"{file}: cannot be read as JSON ({error})") from error
    if not isinstance(content, dict) or not {"path", "status", "instances"} <= content.keys():
        return None
    return content
