"""The pack file: one file with a checked header and the encoded tiles behind it.

    8 bytes   magic
    4 bytes   version, little-endian
    4 bytes   length of the header as stored
    32 bytes  sha256 of everything that follows
    header    zlib-compressed JSON: {"info": …, "records": [[…], …]}
    payload   encoded pictures and masks, one after the other

The same data and libraries give the same bytes. Offsets count from the start of the payload.
"""

from __future__ import annotations

import hashlib
import json
import mmap
import os
import struct
import tempfile
import zlib
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from railscope_training.errors import TrainingError

MAGIC = b"RSPACK\r\n"
VERSION = 1
HEAD = struct.Struct("<8sII32s")
CHUNK = 1 << 20


@dataclass(frozen=True)
class Part:
    """Bytes of the payload; length 0 = nothing stored."""

    offset: int
    length: int


@dataclass(frozen=True)
class InstanceRecord:
    """box x0, y0, x1, y1 and class (from 1); the mask is a 1-bit PNG of the box's whole pixels."""

    box: tuple[float, float, float, float]
    class_index: int
    mask: Part


@dataclass(frozen=True)
class Record:
    """One tile. `gain` was multiplied into the levels before they were encoded (dark pictures keep their levels)."""

    key: str
    source: int
    split: str
    group: str
    height: int
    width: int
    gain: float
    labelled: bool
    image: Part
    mask: Part
    instances: tuple[InstanceRecord, ...] = ()


def write_file(path: Path, info: dict[str, Any], records: Iterable[Record], payload: Path) -> str:
    """Writes the pack in one step, beside it first. Returns the sha256. Raises `TrainingError`."""
    content = {"info": info, "records": [_row(record) for record in records]}
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    header = zlib.compress(text.encode(), 9)
    digest = hashlib.sha256(header)
    for chunk in _chunks(payload):
        digest.update(chunk)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(HEAD.pack(MAGIC, VERSION, len(header), digest.digest()))
                file.write(header)
                for chunk in _chunks(payload):
                    file.write(chunk)
            os.replace(name, path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise TrainingError(f"{path}: cannot be written ({error})") from error
    return digest.hexdigest()


class PackFile:
    """An open pack, checked as a whole."""

    def __init__(self, path: Path) -> None:
        """Raises `TrainingError` where it is no pack, of a newer version, truncated or changed."""
        self.path = path
        try:
            self.bytes = path.stat().st_size
            with path.open("rb") as file:
                head = file.read(HEAD.size)
                self._map = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) if self.bytes else None
        except OSError as error:
            raise TrainingError(f"{path}: cannot be read ({error})") from error
        if self._map is None or len(head) < HEAD.size or not head.startswith(MAGIC):
            raise TrainingError(f"{path}: is no pack, or cut off at its start; make it again with `pack`")
        _, version, header_length, digest = HEAD.unpack(head)
        if version != VERSION:
            raise TrainingError(f"{path}: is a pack of version {version}; this package reads version {VERSION}")
        actual = hashlib.sha256()
        for start in range(HEAD.size, self.bytes, CHUNK):
            actual.update(self._map[start : start + CHUNK])
        if actual.digest() != digest:
            raise TrainingError(f"{path}: is damaged or cut off (its checksum does not match); copy or make it again")
        self.sha256 = digest.hex()
        self._payload = HEAD.size + header_length
        content = json.loads(zlib.decompress(self._map[HEAD.size : self._payload]))
        self.info: dict[str, Any] = content["info"]
        self.records = tuple(_record(row) for row in content["records"])

    def read(self, part: Part) -> bytes:
        """The stored bytes."""
        assert self._map is not None
        start = self._payload + part.offset
        return self._map[start : start + part.length]


def _row(record: Record) -> list[Any]:
    row = asdict(record)
    row["image"] = [record.image.offset, record.image.length]
    row["mask"] = [record.mask.offset, record.mask.length]
    row["instances"] = [[*one.box, one.class_index, one.mask.offset, one.mask.length] for one in record.instances]
    return list(row.values())


def _record(row: list[Any]) -> Record:
    key, source, split, group, height, width, gain, labelled, image, mask, instances = row
    listed = tuple(InstanceRecord((one[0], one[1], one[2], one[3]), one[4], Part(one[5], one[6])) for one in instances)
    return Record(key, source, split, group, height, width, gain, labelled, Part(*image), Part(*mask), listed)


def _chunks(path: Path) -> Iterable[bytes]:
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            yield chunk
