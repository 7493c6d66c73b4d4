"""Checkpoint files: a network's weights with all that is needed to build it again.

One dictionary: `format` 1, `network` (registry name), `options` (of its build function, `classes` among them),
`normalisation`, `input_size` [H, W], `classes` (names), `state` (weights; averaged ones where training averaged),
`experiment`, `metrics`, and in files that training resumes from also `train_state`. Only tensors and plain values,
so that a file is read without running code from it (`weights_only`).
"""

from __future__ import annotations

import os
import pickle
import zipfile
from pathlib import Path
from typing import Any

import torch
from torch import nn

from railscope_training.errors import TrainingError
from railscope_training.networks.registry import create_network

FORMAT = 1
_REQUIRED = ("network", "options", "normalisation", "input_size", "classes", "state")


def save_checkpoint(path: Path, contents: dict[str, Any]) -> None:
    """Write a checkpoint so that at any moment the old or the new file is there, whole.

    Raises `TrainingError` when the file cannot be written.
    """
    missing = [key for key in _REQUIRED if key not in contents]
    if missing:
        raise ValueError(f"checkpoint lacks {', '.join(missing)}")
    draft = path.with_name(f".{path.name}.part")
    try:
        with draft.open("wb") as file:
            torch.save({"format": FORMAT, **contents}, file)
            file.flush()
            os.fsync(file.fileno())
        os.replace(draft, path)
        _sync_folder(path.parent)
    except OSError as error:
        draft.unlink(missing_ok=True)
        raise TrainingError(f"{path}: cannot be written ({error})") from error


def read_checkpoint(path: str | Path, device: torch.device | str = "cpu") -> dict[str, Any]:
    """The contents of a checkpoint, tensors on `device`.

    Raises `TrainingError` for a file that is missing, damaged, of another kind, or of a newer format.
    """
    path = Path(path)
    if not path.is_file():
        raise TrainingError(f"{path}: no such checkpoint")
    try:
        with zipfile.ZipFile(path) as archive:
            damaged = archive.testzip()
        if damaged is not None:
            raise TrainingError(f"{path}: is damaged; take another copy or an earlier checkpoint")
        contents = torch.load(path, map_location=device, weights_only=True)
    except (OSError, RuntimeError, EOFError, ValueError, KeyError, pickle.UnpicklingError, zipfile.BadZipFile) as error:
        raise TrainingError(f"{path}: is no checkpoint, or is damaged ({_first_line(error)})") from error
    if not isinstance(contents, dict) or any(key not in contents for key in _REQUIRED):
        raise TrainingError(f"{path}: is no checkpoint of railscope_training")
    if contents.get("format") != FORMAT:
        raise TrainingError(f"{path}: has format {contents.get('format')}; this version reads format {FORMAT}")
    return contents


def load_network(path: str | Path, device: torch.device | str = "cpu") -> tuple[nn.Module, dict[str, Any]]:
    """The network of a checkpoint in eval mode on `device`, and the checkpoint's other contents.

    Raises `TrainingError` when the file is unusable or its weights do not fit the network it names.
    """
    contents = read_checkpoint(path, device)
    state = contents.pop("state")
    contents.pop("train_state", None)
    network = create_network(contents["network"], **contents["options"])
    try:
        network.load_state_dict(state)
    except RuntimeError as error:
        raise TrainingError(f"{path}: its weights do not fit {contents['network']} ({_first_line(error)})") from error
    return network.to(device).eval(), contents


def _sync_folder(folder: Path) -> None:
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _first_line(error: BaseException) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0][:200]
