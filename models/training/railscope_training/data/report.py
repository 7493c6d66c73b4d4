"""What a data set holds, read through once: counts, sizes, depths, classes, splits, repeats, damaged files."""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np

from railscope_training.data.images import UnreadableFileError
from railscope_training.data.likeness import DEFAULT_THRESHOLD, Fingerprint, find_alike, fingerprint
from railscope_training.data.sample import IGNORE, Sample, SampleSource
from railscope_training.data.splits import assign_splits, joined_groups
from railscope_training.errors import TrainingError

#: longer side of an instance's box in pixels
SIZE_BINS = ((32, "≤ 32 px"), (96, "≤ 96 px"), (10**9, "> 96 px"))


@dataclass(frozen=True)
class Leak:
    """The same or nearly the same picture in two splits."""

    left: str
    right: str
    left_split: str
    right_split: str
    bits_apart: int
    identical: bool


@dataclass(frozen=True)
class SourceReport:
    """One data set. Shares are of all pixels; instances are those that the data set names, not connected areas."""

    name: str
    kind: str
    licence: str
    notes: tuple[str, ...]
    pictures: int
    unreadable: dict[str, str]
    #: "width × height" → pictures
    sizes: dict[str, int]
    depths: dict[str, int]
    #: mean level of 0…255: smallest, mean, largest over the pictures
    levels: tuple[float, float, float]
    class_pixel_shares: dict[str, float]
    ignored_share: float
    pictures_without_defect: int
    #: class → size → instances
    instances: dict[str, dict[str, int]]
    #: split → pictures, groups, with defect
    splits: dict[str, dict[str, int]]
    groups_in_two_splits: str
    alike_pairs: int
    alike_across_groups: int
    leaks: tuple[Leak, ...] = field(default=())

    def as_json(self) -> dict[str, Any]:
        """Plain mappings and lists."""
        return asdict(self)


class _Counts:
    def __init__(self, classes: tuple[str, ...]) -> None:
        self.classes = classes
        self.sizes: Counter[str] = Counter()
        self.depths: Counter[str] = Counter()
        self.levels: list[float] = []
        self.pixels = np.zeros(256, dtype=np.int64)
        self.empty = 0
        self.instances = {name: {text: 0 for _, text in SIZE_BINS} for name in classes}

    def add(self, sample: Sample) -> bool:
        """Returns whether the picture holds a defect."""
        image = sample.image
        bits = 16 if image.dtype == np.uint16 else 8
        self.sizes[f"{image.shape[1]} × {image.shape[0]}"] += 1
        self.depths[f"{'grey' if image.ndim == 2 else 'RGB'}, {bits} bit"] += 1
        self.levels.append(float(image.mean()) / (257 if bits == 16 else 1))
        if sample.mask is not None:
            self.pixels += np.bincount(sample.mask.ravel(), minlength=256)
        for one in sample.instances:
            side = float(max(one.box[2] - one.box[0], one.box[3] - one.box[1]))
            size = next(text for limit, text in SIZE_BINS if side <= limit)
            self.instances[self.classes[one.class_index - 1]][size] += 1
        marked = sample.mask is not None and bool(((sample.mask > 0) & (sample.mask < IGNORE)).any())
        defect = bool(sample.instances) or marked
        self.empty += not defect
        return defect


def report_source(
    source: SampleSource,
    shares: dict[str, float] | None = None,
    seed: int = 0,
    join_alike: bool = False,
    alike_bits: int = DEFAULT_THRESHOLD,
) -> SourceReport:
    """Reads every picture. Damaged ones are counted, other faults raise `TrainingError`.

    The splits are those that `pack` would make with the same shares, seed and `join_alike`.
    """
    counts = _Counts(tuple(source.classes))
    unreadable: dict[str, str] = {}
    prints: list[Fingerprint] = []
    digests: list[str] = []
    places: list[int] = []
    has_defect: dict[int, bool] = {}
    for index in range(len(source)):
        try:
            sample = source[index]
        except UnreadableFileError as error:
            unreadable[source.keys[index]] = str(error)
            continue
        has_defect[index] = counts.add(sample)
        prints.append(fingerprint(sample.image))
        digests.append(hashlib.sha256(np.ascontiguousarray(sample.image).tobytes()).hexdigest())
        places.append(index)
    pairs = [(places[one.left], places[one.right], one.bits_apart) for one in find_alike(prints, alike_bits)]
    groups, splits, torn = _splits(source, pairs, shares, seed, join_alike)
    same = dict(zip(places, digests, strict=True))
    leaks = [
        Leak(source.keys[a], source.keys[b], splits[a], splits[b], bits, same[a] == same[b])
        for a, b, bits in pairs
        if splits[a] != splits[b]
    ]
    total = max(1, int(counts.pixels.sum()))
    levels = counts.levels or [0.0]
    return SourceReport(
        name=source.info.name,
        kind=source.info.kind,
        licence=source.info.licence,
        notes=source.info.notes,
        pictures=len(source),
        unreadable=unreadable,
        sizes=dict(counts.sizes.most_common()),
        depths=dict(counts.depths.most_common()),
        levels=(min(levels), sum(levels) / len(levels), max(levels)),
        class_pixel_shares={name: int(counts.pixels[i]) / total for i, name in enumerate(source.classes, start=1)},
        ignored_share=int(counts.pixels[IGNORE]) / total,
        pictures_without_defect=counts.empty,
        instances=counts.instances,
        splits=_split_counts(groups, splits, has_defect),
        groups_in_two_splits=torn,
        alike_pairs=len(pairs),
        alike_across_groups=sum(source.groups[a] != source.groups[b] for a, b, _ in pairs),
        leaks=tuple(leaks),
    )


def _splits(
    source: SampleSource,
    pairs: list[tuple[int, int, int]],
    shares: dict[str, float] | None,
    seed: int,
    join_alike: bool,
) -> tuple[list[str], list[str], str]:
    """Groups, splits, and what is wrong with the given splits ('' = nothing)."""
    given = source.splits
    groups = list(source.groups)
    if join_alike:
        groups = joined_groups(groups, [(a, b) for a, b, _ in pairs if None in (given[a], given[b])])
    try:
        return groups, assign_splits(groups, given, shares, seed), ""
    except TrainingError as error:
        return groups, [one or "not given" for one in given], str(error)


def _split_counts(groups: list[str], splits: list[str], has_defect: dict[int, bool]) -> dict[str, dict[str, int]]:
    result = {}
    for name in sorted(set(splits)):
        own = [index for index, split in enumerate(splits) if split == name]
        result[name] = {
            "pictures": len(own),
            "groups": len({groups[index] for index in own}),
            "with_defect": sum(has_defect.get(index, False) for index in own),
        }
    return result
