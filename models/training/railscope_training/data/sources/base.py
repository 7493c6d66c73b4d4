"""What all readers share: a list made without decoding, and pictures decoded one by one."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from railscope_training.data.sample import Region, Sample, SourceInfo
from railscope_training.errors import TrainingError


@dataclass(frozen=True)
class Entry:
    """One picture of the list. `detail` is whatever its reader needs to decode the labels."""

    key: str
    image: Path
    group: str
    split: str | None
    detail: object = None
    region: Region | None = None


class ListedSource:
    """A `SampleSource` over a list of entries; readers implement `_load`."""

    def __init__(self, entries: Sequence[Entry], classes: Sequence[str], info: SourceInfo) -> None:
        if not entries:
            raise TrainingError(f"{info.name}: no picture found for a {info.kind!r} data set")
        if not classes or len(set(classes)) != len(classes):
            raise TrainingError(f"{info.name}: class names must be given, each once, not {list(classes)}")
        self.entries = tuple(entries)
        self.classes = tuple(classes)
        self.info = info
        twice = [key for key, count in _counts(entry.key for entry in entries).items() if count > 1]
        if twice:
            raise TrainingError(f"{info.name}: two pictures are both called {twice[0]!r}")

    @property
    def keys(self) -> tuple[str, ...]:
        return tuple(entry.key for entry in self.entries)

    @property
    def groups(self) -> tuple[str, ...]:
        return tuple(entry.group for entry in self.entries)

    @property
    def splits(self) -> tuple[str | None, ...]:
        return tuple(entry.split for entry in self.entries)

    def __len__(self) -> int:
        return len(self.entries)

    def __getitem__(self, index: int) -> Sample:
        """Decodes one picture. Raises `UnreadableFileError` for a damaged file, `TrainingError` for wrong labels."""
        return self._load(self.entries[index])

    def image_path(self, index: int) -> str:
        return str(self.entries[index].image)

    def _load(self, entry: Entry) -> Sample:
        raise NotImplementedError


def keys_of(files: Sequence[str]) -> list[str]:
    """A key for each relative path: the path without extension; files that would share a key keep their extensions."""
    plain = [PurePosixPath(file).with_suffix("").as_posix() for file in files]
    shared = _counts(plain)
    return [file if shared[key] > 1 else key for file, key in zip(files, plain, strict=True)]


class Grouping:
    """The group of a picture from its key, and its split from rules.

    pattern: regular expression; the parts in brackets, joined by `_`, name the group. Without a match, or without a
    pattern, each picture is a group of its own. `folder` groups by the folder that the picture lies in.
    """

    def __init__(self, pattern: str | None, rules: Mapping[str, str] | None, where: str) -> None:
        self._by_folder = pattern == "folder"
        self._pattern = None if pattern is None or self._by_folder else _compiled(pattern, where)
        if self._pattern is not None and self._pattern.groups == 0:
            raise TrainingError(f"{where}: group pattern {pattern!r} marks no part with brackets")
        self._rules = [(_compiled(rule, where), split) for rule, split in (rules or {}).items()]

    def group(self, key: str) -> str:
        if self._by_folder:
            folder = PurePosixPath(key).parent.as_posix()
            return key if folder == "." else folder
        found = self._pattern.search(key) if self._pattern else None
        return "_".join(part for part in found.groups() if part is not None) if found else key

    def split(self, key: str) -> str | None:
        """The split of the first rule (regular expression) that the key matches; None without one."""
        return next((split for rule, split in self._rules if rule.search(key)), None)


def _compiled(pattern: str, where: str) -> re.Pattern[str]:
    try:
        return re.compile(pattern)
    except re.error as error:
        raise TrainingError(f"{where}: {pattern!r} is no regular expression ({error})") from error


def _counts(values: object) -> dict[str, int]:
    counts: dict[str, int] = {}
    for value in values:  # type: ignore[attr-defined]
        counts[value] = counts.get(value, 0) + 1
    return counts
