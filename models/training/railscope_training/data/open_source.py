"""Every kind of data set by name."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from pathlib import Path
from typing import Any

from railscope_training.data.sample import SampleSource
from railscope_training.data.sources.coco import CocoSource
from railscope_training.data.sources.export import ExportSource
from railscope_training.data.sources.folder import FolderSource
from railscope_training.data.sources.project import ProjectSource
from railscope_training.data.sources.published import open_nrsd_mn, open_rsdds
from railscope_training.data.sources.rail400 import Rail400Source
from railscope_training.data.sources.yolo import YoloSource
from railscope_training.errors import TrainingError

SOURCE_KINDS: dict[str, Callable[..., SampleSource]] = {
    "folder": FolderSource,
    "nrsd-mn": open_nrsd_mn,
    "rsdds": open_rsdds,
    "coco": CocoSource,
    "yolo": YoloSource,
    "rail400": Rail400Source,
    "railscope-project": ProjectSource,
    "railscope-export": ExportSource,
}


def open_source(kind: str, root: str | Path, **options: Any) -> SampleSource:
    """The data set below `root`. The options are those of its reader.

    Raises `TrainingError` for an unknown kind or option, and for what the reader finds wrong.
    """
    if kind not in SOURCE_KINDS:
        raise TrainingError(f"kind of data set {kind!r} is unknown; known: {', '.join(SOURCE_KINDS)}")
    reader = SOURCE_KINDS[kind]
    known = [name for name in inspect.signature(reader).parameters if name != "root"]
    strange = [name for name in options if name not in known]
    if strange:
        raise TrainingError(f"{kind}: option {strange[0]!r} is unknown; known: {', '.join(known) or 'none'}")
    path = Path(root)
    if not path.exists():
        raise TrainingError(f"{path}: no such folder")
    try:
        return reader(path, **options)
    except (TypeError, AttributeError) as error:
        raise TrainingError(f"{kind}: an option has the wrong type ({error})") from error
