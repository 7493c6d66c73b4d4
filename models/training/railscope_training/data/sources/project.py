"""The application's own project: pictures that an inspector accepted, with the masks as the inspector left them."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from railscope_training.data.images import UnreadableFileError, inside, read_image
from railscope_training.data.sample import IGNORE, Instance, Region, Sample, SourceInfo
from railscope_training.data.shapes import box_of_mask
from railscope_training.data.sources.base import Entry, Grouping, ListedSource
from railscope_training.data.sources.instances import ClassMap, mask_of_instances
from railscope_training.data.sources.mask_tiles import label_map
from railscope_training.data.sources.project_file import DATA_FOLDER, find_database, open_database
from railscope_training.errors import TrainingError

REVIEW_LAYER = 1
STATUSES = ("unreviewed", "in-progress", "accepted", "rejected", "second-look")
READ_CHUNK = 1 << 20


@dataclass(frozen=True)
class _Document:
    tiles: tuple[tuple[int, int, bytes], ...]
    #: label → (class code, decision)
    defects: Mapping[int, tuple[str, str]]
    content_hash: str


class ProjectSource(ListedSource):
    """Documents of the wanted review status whose picture is, byte for byte, the one that was reviewed."""

    def __init__(
        self,
        root: Path,
        *,
        pictures: str | None = None,
        statuses: Sequence[str] = ("accepted",),
        class_map: Mapping[str, str | None] | None = None,
        group: str | None = "folder",
        split: Mapping[str, str] | None = None,
        licence: str = "",
        name: str | None = None,
    ) -> None:
        """Options.

        root: the pictures' folder, or the project's data folder together with `pictures` (absolute, or below root);
        statuses: review statuses to take; with others than `accepted`, defects not decided on become "ignore";
        group: pattern, default `folder`: pictures of one folder are one run.
        """
        unknown = [status for status in statuses if status not in STATUSES]
        if unknown:
            raise TrainingError(f"review status {unknown[0]!r} is not one of {', '.join(STATUSES)}")
        self._file = find_database(root)
        folder = _picture_folder(root, self._file, pictures)
        grouping = Grouping(group, split, str(root))
        counts = {"missing": 0, "replaced since the review": 0}
        entries: list[Entry] = []
        codes: set[str] = set()
        with open_database(self._file) as connection:
            for row in _documents(connection, statuses):
                path = inside(folder, row["relative_path"], str(self._file))
                if not path.is_file():
                    counts["missing"] += 1
                    continue
                if _sha256(path) != row["content_hash"]:
                    counts["replaced since the review"] += 1
                    continue
                document = _document(connection, row["id"], row["content_hash"])
                codes.update(code for code, decision in document.defects.values() if decision != "rejected")
                key = row["relative_path"]
                entries.append(
                    Entry(key, path, grouping.group(key), grouping.split(key), document, _region(row["region"]))
                )
        notes = [f"reviewed masks ({', '.join(statuses)})"]
        notes += [f"{count} reviewed pictures left out: {why}" for why, count in counts.items() if count]
        info = SourceInfo("railscope-project", name or folder.name, licence, tuple(notes))
        if not entries:
            raise TrainingError(
                f"{self._file}: no picture with status {', '.join(statuses)} ({'; '.join(notes[1:]) or 'review some'})"
            )
        self._class_map = ClassMap(sorted(codes) or ["defect"], class_map, str(self._file))
        super().__init__(entries, self._class_map.classes, info)

    def _load(self, entry: Entry) -> Sample:
        document: _Document = entry.detail  # type: ignore[assignment]
        if _sha256(entry.image) != document.content_hash:
            raise UnreadableFileError(f"{entry.image}: was replaced since the review")
        image = read_image(entry.image)
        height, width = image.shape[:2]
        where = f"{self._file}: {entry.key}"
        labels = label_map(document.tiles, height, width, where)
        ignored = np.zeros((height, width), dtype=np.bool_)
        instances = []
        for label in np.unique(labels[labels > 0]).tolist():
            if label not in document.defects:
                raise TrainingError(f"{where}: label {label} of the mask names no defect")
            code, decision = document.defects[label]
            class_index = None if decision == "rejected" else self._class_map.index(code)
            if class_index is None:
                continue
            mask = labels == label
            box = box_of_mask(mask)
            if decision == "unreviewed":
                ignored |= mask
            elif box is not None:
                instances.append(Instance(box, class_index, mask))
        mask = mask_of_instances(instances, height, width)
        mask[ignored] = IGNORE
        return Sample(image, mask, tuple(instances), entry.key, entry.group, entry.split, entry.region)


def _picture_folder(root: Path, database: Path, pictures: str | None) -> Path:
    if pictures is not None:
        return root / pictures
    if database.parent.name == DATA_FOLDER:
        return database.parent.parent
    raise TrainingError(f"{root}: this project does not lie beside its pictures; say where they are with `pictures`")


def _documents(connection: sqlite3.Connection, statuses: Sequence[str]) -> list[sqlite3.Row]:
    """Also those of earlier contents of a file: the hash decides which one is meant."""
    marks = ", ".join("?" for _ in statuses)
    sql = f"""SELECT documents.id, relative_path, documents.content_hash, documents.region
      FROM documents JOIN images ON images.id = documents.image_id
      WHERE documents.review_status IN ({marks}) ORDER BY relative_path, documents.id"""
    return connection.execute(sql, tuple(statuses)).fetchall()


def _document(connection: sqlite3.Connection, document_id: int, content_hash: str) -> _Document:
    tiles = connection.execute(
        "SELECT tile_y, tile_x, runs FROM mask_tiles WHERE document_id = ? AND layer = ?", (document_id, REVIEW_LAYER)
    )
    defects = connection.execute(
        "SELECT label, class_code, decision FROM defects WHERE document_id = ? AND layer = ?",
        (document_id, REVIEW_LAYER),
    )
    return _Document(
        tuple((row["tile_y"], row["tile_x"], bytes(row["runs"])) for row in tiles),
        {row["label"]: (row["class_code"], row["decision"]) for row in defects},
        content_hash,
    )


def _region(text: str) -> Region | None:
    box = json.loads(text).get("box")
    return None if box is None else (box["x"], box["y"], box["x"] + box["width"], box["y"] + box["height"])


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    try:
        with path.open("rb") as file:
            while chunk := file.read(READ_CHUNK):
                digest.update(chunk)
    except OSError as error:
        raise UnreadableFileError(f"{path}: cannot be read ({error})") from error
    return digest.hexdigest()
