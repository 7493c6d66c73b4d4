"""Making a pack: pictures cut into tiles (or scaled whole, with instances), encoded so that the file keeps a limit."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from railscope_training.data.encoding import encode_bits, encode_image, encode_mask, gain_for
from railscope_training.data.images import UnreadableFileError
from railscope_training.data.likeness import find_alike, fingerprint
from railscope_training.data.pack_format import InstanceRecord, Part, Record, write_file
from railscope_training.data.pack_parts import all_classes, canvas_of, class_table, counts_of, levels_of, without_copies
from railscope_training.data.pack_settings import PackSettings, PackSource
from railscope_training.data.sample import IGNORE, Instance, Mask, Sample, SampleSource
from railscope_training.data.splits import assign_splits, joined_groups, require_disjoint_groups
from railscope_training.data.tiles import cut, plan_tiles, resize_image, resize_mask, tile_side
from railscope_training.errors import TrainingError

#: tried from the first on until the file keeps its limit; 101 = lossless
QUALITIES = (101, 95, 92, 90, 87, 84, 80, 75, 70, 60)
#: every so many pictures are encoded at all qualities to choose one
PROBE_STEP = 12


@dataclass(frozen=True, eq=False)
class _Tile:
    levels: np.ndarray  # type: ignore[type-arg]
    mask: np.ndarray | None  # type: ignore[type-arg]
    instances: tuple[Instance, ...]
    key: str
    source: int
    split: str
    group: str


def write_pack(
    sources: Sequence[SampleSource | PackSource],
    path: str | Path,
    settings: PackSettings | None = None,
    progress: Callable[[str], None] = lambda line: None,
) -> str:
    """Writes the pack and returns its sha256.

    Raises `TrainingError` where groups lie in two splits, classes or masks are missing, a picture is unreadable
    (unless `skip_unreadable`), or no quality keeps the limit.
    """
    plans = [one if isinstance(one, PackSource) else PackSource(one) for one in sources]
    builder = _Builder(plans, settings or PackSettings(), progress)
    return builder.write(Path(path))


class _Builder:
    def __init__(self, plans: list[PackSource], settings: PackSettings, progress: Callable[[str], None]) -> None:
        if not plans:
            raise TrainingError("a pack needs at least one data set")
        self.plans, self.settings, self.progress = plans, settings, progress
        self.classes = all_classes(plans, settings.merge_classes)
        self.unreadable: dict[str, str] = {}
        self.splits: list[list[str]] = []
        self.groups: list[list[str]] = []
        for plan in plans:
            groups = self._groups(plan)
            splits = assign_splits(groups, plan.source.splits, plan.shares, settings.seed)
            require_disjoint_groups(groups, splits)
            self.groups.append(groups)
            self.splits.append(splits)

    def write(self, path: Path) -> str:
        limit = int(self.settings.limit_mb * 1e6)
        candidates = [quality for quality in QUALITIES if quality <= self.settings.quality] or [self.settings.quality]
        expected = self._probe(candidates)
        for quality in candidates:
            if expected[quality] > limit and quality != candidates[-1]:
                continue
            with tempfile.TemporaryDirectory(prefix="railscope-pack-") as folder:
                payload = Path(folder) / "payload"
                self.progress(f"encoding at quality {quality}, about {expected[quality] / 1e6:.1f} MB expected")
                records = self._encode(payload, quality, limit)
                if records is not None:
                    return write_file(path, self._info(records, quality), records, payload)
        raise TrainingError(
            f"{path}: more than {self.settings.limit_mb:g} MB even at quality {candidates[-1]}; "
            "raise --limit-mb, make tiles smaller, or leave data sets out"
        )

    def _groups(self, plan: PackSource) -> list[str]:
        source = plan.source
        groups = list(source.groups)
        if not plan.join_alike:
            return groups
        prints = []
        places = []
        for index in range(len(source)):
            sample = self._sample(source, index)
            if sample is not None:
                prints.append(fingerprint(sample.image))
                places.append(index)
        pairs = [(places[pair.left], places[pair.right]) for pair in find_alike(prints)]
        free = [pair for pair in pairs if None in (source.splits[pair[0]], source.splits[pair[1]])]
        return joined_groups(groups, free)

    def _probe(self, qualities: Sequence[int]) -> dict[int, float]:
        """Bytes to expect by quality, from every `PROBE_STEP`th picture."""
        expected = dict.fromkeys(qualities, 0.0)
        for number, plan in enumerate(self.plans):
            chosen = range(0, len(plan.source), PROBE_STEP if len(plan.source) > 2 * PROBE_STEP else 1)
            factor = len(plan.source) / len(chosen)
            for tile in self._tiles(number, chosen):
                gain = gain_for(tile.levels)
                other = 0 if tile.mask is None else len(encode_mask(tile.mask))
                other += sum(len(encode_bits(mask)) for mask in (_crop(one)[0] for one in tile.instances))
                for quality in qualities:
                    expected[quality] += factor * (len(encode_image(tile.levels, gain, quality)) + other)
        return expected

    def _encode(self, payload: Path, quality: int, limit: int) -> list[Record] | None:
        """The records of all tiles, their bytes in `payload`; None where they exceed the limit."""
        records: list[Record] = []
        with payload.open("wb") as file:
            written = 0

            def put(data: bytes) -> Part:
                nonlocal written
                file.write(data)
                written += len(data)
                return Part(written - len(data), len(data))

            for number, plan in enumerate(self.plans):
                for tile in self._tiles(number, range(len(plan.source))):
                    records.append(_record(tile, quality, put))
                    if written > limit:
                        return None
                self.progress(f"{plan.source.info.name}: {len(plan.source)} pictures, {len(records)} tiles so far")
        if not records:
            raise TrainingError("no picture could be packed")
        # the header takes its part of the limit
        return records if written + 60 * len(records) <= limit else None

    def _tiles(self, number: int, indices: Sequence[int]) -> Iterator[_Tile]:
        plan = self.plans[number]
        table = class_table(plan.source.classes, self.classes, self.settings.merge_classes)
        for index in indices:
            sample = self._sample(plan.source, index)
            if sample is None:
                continue
            split, group = self.splits[number][index], self.groups[number][index]
            make = self._whole if self.settings.kind == "instance" else self._cut
            for levels, mask, instances, suffix in make(sample, plan, split, table):
                key = f"{plan.source.info.name}/{sample.key}{suffix}"
                yield _Tile(levels, mask, instances, key, number, split, f"{plan.source.info.name}/{group}")

    def _sample(self, source: SampleSource, index: int) -> Sample | None:
        try:
            return source[index]
        except UnreadableFileError as error:
            if not self.settings.skip_unreadable:
                raise TrainingError(f"{error} (--skip-unreadable leaves such pictures out)") from error
            self.unreadable[source.image_path(index)] = str(error)
            return None

    def _cut(self, sample: Sample, plan: PackSource, split: str, table: np.ndarray) -> Iterator[tuple[Any, ...]]:  # type: ignore[type-arg]
        if sample.mask is None:
            raise TrainingError(f"{plan.source.info.name}/{sample.key}: has no mask; a semantic pack needs masks")
        if plan.whole:
            yield self._scaled(sample, table[sample.mask])
            return
        height, width = sample.image.shape[:2]
        side = tile_side(height, width, plan.source_px)
        stored = min(side, self.settings.tile_px)
        image, mask = levels_of(without_copies(sample.image)), table[sample.mask]
        for x, y in self._corners(sample, plan, split, height, width):
            levels = resize_image(cut(image, x, y, side), stored, stored)
            tile_mask = resize_mask(cut(mask, x, y, side, fill=IGNORE), stored, stored)
            kept = split != "train" or has_label(tile_mask)
            if kept or _chance(f"{sample.key}#{x},{y}", self.settings.seed) < plan.empty_share:
                yield levels, tile_mask, (), f"@{x},{y}"

    def _scaled(self, sample: Sample, mask: Mask) -> tuple[Any, ...]:
        """The whole picture as one tile."""
        side = self.settings.tile_px
        levels = resize_image(levels_of(without_copies(sample.image)), side, side)
        return levels, resize_mask(mask, side, side), (), ""

    def _corners(self, sample: Sample, plan: PackSource, split: str, height: int, width: int) -> list[tuple[int, int]]:
        overlap = plan.overlap_px
        if split == "train" and plan.train_overlap_px is not None:
            overlap = plan.train_overlap_px
        whole = (0, 0, width, height)
        corners = plan_tiles(height, width, sample.region or whole, plan.source_px, overlap)
        if sample.region is None or plan.off_region <= 0:
            return corners
        x0, _, x1, _ = sample.region
        side = tile_side(height, width, plan.source_px)
        off = [
            (x, y) for x, y in plan_tiles(height, width, whole, plan.source_px, overlap) if x + side <= x0 or x >= x1
        ]
        ranked = sorted(off, key=lambda corner: _chance(f"{sample.key}@{corner}", self.settings.seed))
        wanted = int(plan.off_region + _chance(sample.key, self.settings.seed))
        return corners + sorted(ranked[:wanted])

    def _whole(self, sample: Sample, plan: PackSource, split: str, table: np.ndarray) -> Iterator[tuple[Any, ...]]:  # type: ignore[type-arg]
        height, width = sample.image.shape[:2]
        scale = min(1.0, self.settings.max_side_px / max(height, width))
        size = max(1, round(height * scale)), max(1, round(width * scale))
        instances = []
        for one in sample.instances:
            if one.mask is None:
                raise TrainingError(
                    f"{plan.source.info.name}/{sample.key}: an instance has no mask; set the option masks of its reader"
                )
            index = int(table[one.class_index])
            mask = resize_mask(one.mask.astype(np.uint8), *size) > 0
            box = one.box * np.array([size[1] / width, size[0] / height] * 2, dtype=np.float32)
            if index and mask.any():
                instances.append(Instance(box, index, mask))
        stored = None if sample.mask is None else resize_mask(table[sample.mask], *size)
        yield resize_image(levels_of(without_copies(sample.image)), *size), stored, tuple(instances), ""

    def _info(self, records: list[Record], quality: int) -> dict[str, Any]:
        sources = []
        for number, plan in enumerate(self.plans):
            own = [record for record in records if record.source == number]
            facts = plan.source.info
            sources.append(
                {"name": facts.name, "kind": facts.kind, "licence": facts.licence, "notes": list(facts.notes)}
                | {"weight": plan.weight, "pictures": len(plan.source), "tiles": len(own)}
                | {"labelled": sum(record.labelled for record in own), "source_px": plan.source_px}
            )
        return {
            "kind": self.settings.kind,
            "classes": list(self.classes),
            "tile_size": list(canvas_of(records, self.settings)),
            "quality": quality,
            "sources": sources,
            "counts": counts_of(records),
            "skipped": sorted(self.unreadable),
        }


def _record(tile: _Tile, quality: int, put: Callable[[bytes], Part]) -> Record:
    gain = gain_for(tile.levels)
    image = put(encode_image(tile.levels, gain, quality))
    mask = put(b"" if tile.mask is None else encode_mask(tile.mask))
    instances = []
    for one in tile.instances:
        bits, box = _crop(one)
        instances.append(InstanceRecord(box, one.class_index, put(encode_bits(bits))))
    height, width = tile.levels.shape[:2]
    labelled = bool(tile.instances) or (tile.mask is not None and has_label(tile.mask))
    return Record(
        tile.key, tile.source, tile.split, tile.group, height, width, gain, labelled, image, mask, tuple(instances)
    )


def has_label(mask: Mask) -> bool:
    """Whether class indices [H, W] hold a class: neither background nor "ignore" counts."""
    return bool(((mask > 0) & (mask < IGNORE)).any())


def _crop(instance: Instance) -> tuple[np.ndarray, tuple[float, float, float, float]]:  # type: ignore[type-arg]
    """The mask inside the whole pixels that the box touches, and the box."""
    assert instance.mask is not None
    x0, y0, x1, y1 = (float(value) for value in instance.box)
    height, width = instance.mask.shape
    rows = slice(max(0, int(np.floor(y0))), min(height, int(np.ceil(y1))))
    columns = slice(max(0, int(np.floor(x0))), min(width, int(np.ceil(x1))))
    return instance.mask[rows, columns], (x0, y0, x1, y1)


def _chance(text: str, seed: int) -> float:
    """0…1, the same for the same text."""
    return int.from_bytes(hashlib.sha256(f"{seed}\0{text}".encode()).digest()[:6], "big") / 2**48
