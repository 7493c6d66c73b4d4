"""What the tests of training share."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
import torch

HERE = Path(__file__).resolve().parent
PACKAGE = HERE.parents[1]
sys.path.insert(0, str(HERE))

#: with these, one step of the tiny experiment takes milliseconds
FAST = (
    "network.input_size=[32, 32]",
    "network.options={widths: [4, 8]}",
    "length={steps: 24}",
    "log_every_steps=4",
    "validation.every_steps=8",
    "validation.overlays=0",
    "tensorboard=false",
)


@pytest.fixture(autouse=True)
def _one_thread() -> Any:
    """Tiny networks are faster, and repeat exactly, on one thread."""
    kept = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(kept)


@pytest.fixture
def train_arguments(tmp_path: Path) -> Callable[..., list[str]]:
    """Arguments of `train` for the tiny experiment on blobs into a folder below `tmp_path`."""
    pack = tmp_path / "blobs.rspack"
    pack.touch()

    def arguments(out: str, *more: str, settings: Sequence[str] = FAST) -> list[str]:
        changed = [part for setting in settings for part in ("--set", setting)]
        fixed = ["--data", str(pack), "--out", str(tmp_path / out), "--no-export", "--device", "cpu", "--quiet"]
        return ["configs/tiny.yaml", *fixed, *changed, *more]

    return arguments


def start_training(
    arguments: Sequence[str], pack: dict[str, Any] | None = None, **options: Any
) -> subprocess.Popen[bytes]:
    """A training process on blobs."""
    environment = {**os.environ, "PYTHONPATH": str(PACKAGE), "OMP_NUM_THREADS": "1"}
    command = [sys.executable, str(HERE / "run_train.py"), json.dumps(pack or {}), *arguments]
    return subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, **options)


def read_log(folder: Path) -> list[dict[str, Any]]:
    """The lines of a log without what depends on the clock."""
    lines = [json.loads(line) for line in (folder / "log.jsonl").read_text(encoding="utf-8").splitlines()]
    for line in lines:
        del line["clock"]
    return lines
