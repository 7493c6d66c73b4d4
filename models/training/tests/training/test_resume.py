"""A training that was killed, resumed, gives the log and the weights of one that was not."""

from __future__ import annotations

import random
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from blob_pack import BlobPack
from conftest import FAST, read_log, start_training

from railscope_training import cli
from railscope_training.networks.checkpoint import read_checkpoint
from railscope_training.training import train_command

#: dropout-free networks hide mistakes with random numbers: OCINet has dropout and drop path
OCINET = (
    "network={name: ocinet-b0, input_size: [32, 32], options: {channels: 16}}",
    "loss.kind=bce-iou",
    "gradients={clamp: 0.5}",
    "length={steps: 9}",
    "batch=4",
    "ema=null",
    "tensorboard=false",
    "micro_batch=2",
    "log_every_steps=3",
    "validation.every_steps=4",
    "validation.overlays=1",
    "checkpoint.every_steps=3",
)


def _kill_at_line(arguments: list[str], out: Path, lines: int) -> None:
    """Start, and kill -9 once the log has so many lines."""
    process = start_training(arguments)
    deadline = time.monotonic() + 60
    log = out / "log.jsonl"
    while time.monotonic() < deadline and process.poll() is None:
        if log.is_file() and log.read_bytes().count(b"\n") >= lines:
            break
        time.sleep(0.005)
    time.sleep(random.uniform(0.0, 0.15))
    process.kill()
    process.wait()


def _states_equal(first: Path, second: Path) -> bool:
    a, b = read_checkpoint(first)["state"], read_checkpoint(second)["state"]
    return a.keys() == b.keys() and all(torch.equal(a[name], b[name]) for name in a)


def test_killed_at_random_steps_and_resumed_the_log_is_the_same(
    tmp_path: Path, train_arguments: Callable[..., list[str]]
) -> None:
    whole = start_training(train_arguments("whole", settings=OCINET))
    assert whole.wait() == 0
    killed = tmp_path / "killed"
    arguments = train_arguments("killed", "--resume", settings=OCINET)
    _kill_at_line(arguments, killed, random.randint(1, 3))
    _kill_at_line(arguments, killed, random.randint(3, 5))
    assert start_training(arguments).wait() == 0
    assert read_log(killed) == read_log(tmp_path / "whole")
    assert _states_equal(killed / "last.pt", tmp_path / "whole" / "last.pt")
    assert _states_equal(killed / "best.pt", tmp_path / "whole" / "best.pt")


@pytest.fixture
def in_process(monkeypatch: pytest.MonkeyPatch) -> Callable[[list[str]], int]:
    """Runs `train` here."""
    monkeypatch.setattr(train_command, "open_training_pack", lambda *_: BlobPack())
    return lambda arguments: cli.main(["train", *arguments])


def test_sigterm_saves_and_exits_with_130(tmp_path: Path, train_arguments: Callable[..., list[str]]) -> None:
    long = [*(one for one in FAST if not one.startswith("length")), "length={steps: 100000}"]
    process = start_training(train_arguments("stopped", settings=long))
    while not (tmp_path / "stopped" / "log.jsonl").is_file():
        time.sleep(0.05)
        assert process.poll() is None
    time.sleep(0.3)
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=30) == 130
    assert read_checkpoint(tmp_path / "stopped" / "last.pt")["train_state"]["step"] > 0


def test_a_finished_folder_is_not_overwritten(
    train_arguments: Callable[..., list[str]],
    in_process: Callable[[list[str]], int],
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert in_process(train_arguments("run")) == 0
    assert in_process(train_arguments("run")) == 1
    assert "--resume" in capsys.readouterr().err


def test_resume_refuses_other_settings(
    train_arguments: Callable[..., list[str]],
    in_process: Callable[[list[str]], int],
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert in_process(train_arguments("run")) == 0
    assert in_process(train_arguments("run", "--resume", "--set", "optimiser.learning_rate=1")) == 1
    assert "optimiser.learning_rate" in capsys.readouterr().err


def test_resume_of_a_finished_training_changes_nothing(
    tmp_path: Path, train_arguments: Callable[..., list[str]], in_process: Callable[[list[str]], int]
) -> None:
    assert in_process(train_arguments("run")) == 0
    before = read_log(tmp_path / "run")
    assert in_process(train_arguments("run", "--resume")) == 0
    assert read_log(tmp_path / "run") == before
