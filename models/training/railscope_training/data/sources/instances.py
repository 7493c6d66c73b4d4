"""Building masks from instances and instances from masks; renaming classes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from railscope_training.data.images import UnreadableFileError
from railscope_training.data.sample import Image, Instance, Mask
from railscope_training.errors import TrainingError


class ClassMap:
    """Class names as a data set gives them → class indices as training wants them.

    mapping: given name → wanted name, or None to leave the class out; `*` stands for every other name. Without a
    mapping names stay as they are. `classes` are the wanted names in order of first mention.
    """

    def __init__(self, given: Sequence[str], mapping: Mapping[str, str | None] | None, where: str) -> None:
        mapping = mapping or {"*": "*"}
        unknown = [name for name in mapping if name != "*" and name not in given]
        if unknown:
            raise TrainingError(f"{where}: class {unknown[0]!r} is not in the data; it has {', '.join(given)}")
        wanted: list[str] = []
        self._index: dict[str, int | None] = {}
        for name in given:
            target = mapping.get(name, mapping.get("*"))
            target = name if target == "*" else target
            if target is not None and target not in wanted:
                wanted.append(target)
            self._index[name] = None if target is None else wanted.index(target) + 1
        if not wanted:
            raise TrainingError(f"{where}: the class mapping leaves no class")
        self.classes = tuple(wanted)

    def index(self, name: str) -> int | None:
        """1…; None = left out."""
        return self._index[name]


def mask_of_instances(instances: Sequence[Instance], height: int, width: int) -> Mask:
    """Class indices [H, W], the smaller instance on top; instances without a mask are not drawn."""
    mask = np.zeros((height, width), dtype=np.uint8)
    drawn = [(instance.mask, instance.class_index) for instance in instances if instance.mask is not None]
    for own, class_index in sorted(drawn, key=lambda one: -int(np.count_nonzero(one[0]))):
        mask[own] = class_index
    return mask


def clipped_box(box: Sequence[float], height: int, width: int) -> NDArray[np.float32] | None:
    """The part of x0, y0, x1, y1 inside the picture; None where nothing is left."""
    x0, y0, x1, y1 = box
    cut = np.array([max(0.0, x0), max(0.0, y0), min(float(width), x1), min(float(height), y1)], dtype=np.float32)
    return cut if cut[2] > cut[0] and cut[3] > cut[1] else None


def require_same_size(image: Image, mask: Mask, image_name: object, mask_name: object) -> None:
    """Raises `UnreadableFileError` where mask and picture differ in size."""
    if image.shape[:2] != mask.shape[:2]:
        (height, width), (mask_height, mask_width) = image.shape[:2], mask.shape[:2]
        raise UnreadableFileError(
            f"{mask_name}: {mask_width} × {mask_height} px, but its picture {image_name} has {width} × {height} px"
        )
