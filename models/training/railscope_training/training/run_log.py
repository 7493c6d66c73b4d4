"""What a training writes while it runs: one JSON line per event, and TensorBoard files where that is installed."""

from __future__ import annotations

import json
import math
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from railscope_training.errors import TrainingError
from railscope_training.training.overlays import Overlay, overlay_sheet


class RunLog:
    """The file `log.jsonl`. All that depends on the clock stands under the key `clock`: without it, a run that was
    killed and resumed has the same lines as one that was not.
    """

    def __init__(self, path: Path, keep_bytes: int = 0) -> None:
        """Open for writing behind the first `keep_bytes`; lines after them are of steps that will come again."""
        self.path = path
        try:
            self._file = path.open("r+b" if path.exists() else "w+b")
            kept = min(keep_bytes, self._file.seek(0, os.SEEK_END))
            self._file.truncate(kept)
            self._file.seek(kept)
        except OSError as error:
            raise TrainingError(f"{path}: cannot be written ({error})") from error

    def write(self, event: str, clock: dict[str, float] | None = None, **values: Any) -> None:
        """Add one line. Numbers that are not finite are written as text (JSON has none)."""
        line = {"event": event, **_clean(values), "clock": _clean(clock or {})}
        self._file.write((json.dumps(line, ensure_ascii=False) + "\n").encode())
        self._file.flush()

    def position(self) -> int:
        """Bytes so far, all of them on the disk: what a checkpoint written now belongs to."""
        self._file.flush()
        os.fsync(self._file.fileno())
        return self._file.tell()

    def close(self) -> None:
        """Close the file."""
        self._file.close()


class Board:
    """TensorBoard scalars and overlays in `folder`; does nothing where the package tensorboard is not installed."""

    def __init__(self, folder: Path, first_step: int) -> None:
        self._writer: Any = None
        try:
            from torch.utils.tensorboard import SummaryWriter
        except ImportError:
            return
        # lines after the checkpoint that a resumed run starts from are hidden
        self._writer = SummaryWriter(str(folder), purge_step=first_step or None)

    @property
    def active(self) -> bool:
        """Whether anything is written."""
        return self._writer is not None

    def scalars(self, prefix: str, values: Mapping[str, float | None], step: int) -> None:
        """Add scalars; undefined ones are left out."""
        if self._writer is None:
            return
        for name, value in values.items():
            if value is not None:
                self._writer.add_scalar(f"{prefix}/{name}", value, step)

    def overlays(self, overlays: Sequence[Overlay], step: int) -> None:
        """Add the overlay sheet."""
        sheet = overlay_sheet(overlays)
        if self._writer is not None and sheet is not None:
            self._writer.add_image("validation/overlays", sheet, step, dataformats="HWC")

    def close(self) -> None:
        """Close the files."""
        if self._writer is not None:
            self._writer.close()


def _clean(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _clean(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_clean(item) for item in value]
    if isinstance(value, float):
        return float(f"{value:.9g}") if math.isfinite(value) else str(value)
    return value
