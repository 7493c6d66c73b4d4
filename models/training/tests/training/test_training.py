"""Whole trainings of seconds: every kind of network, the time budget, several processes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import onnx
import pytest
import torch
from blob_pack import BlobPack
from conftest import FAST, HERE, PACKAGE, read_log, start_training

from railscope_training import cli
from railscope_training.errors import TrainingError
from railscope_training.networks.checkpoint import load_network, read_checkpoint
from railscope_training.training import train_command
from railscope_training.training.data_files import find_pack
from railscope_training.training.distributed import World
from railscope_training.training.experiment import DataSettings
from railscope_training.training.experiment_file import load_experiment
from railscope_training.training.session import build_session

Train = Callable[..., int]


@pytest.fixture
def train(monkeypatch: pytest.MonkeyPatch, train_arguments: Callable[..., list[str]]) -> Train:
    """Runs `train` here, on blobs made as `pack` says."""

    def run(out: str, *more: str, pack: dict[str, Any] | None = None, settings: tuple[str, ...] = FAST) -> int:
        monkeypatch.setattr(train_command, "open_training_pack", lambda *_: BlobPack(**(pack or {})))
        return cli.main(["train", *train_arguments(out, *more, settings=settings)])

    return run


def test_a_training_learns_blobs_and_leaves_its_results(tmp_path: Path, train: Train) -> None:
    settings = (*FAST[2:], "network.options={widths: [8, 16]}", "length={steps: 120}", "validation.every_steps=60")
    settings = (*settings, "network.input_size=[32, 32]", "validation.overlays=2", "optimiser.learning_rate=1e-2")
    assert train("run", settings=settings) == 0
    out = tmp_path / "run"
    metrics = json.loads((out / "metrics.json").read_text())
    assert metrics["best"]["iou"] > 0.8
    assert metrics["steps"] == 120
    assert sorted(one.name for one in (out / "overlays").iterdir()) == ["step-000060.png", "step-000120.png"]
    network, meta = load_network(out / "best.pt")
    assert meta["metrics"]["iou"] == metrics["best"]["iou"]
    raw = BlobPack().split("val").batch([0])
    pictures = raw["image"].float() / 255
    centred = (pictures - pictures.mean()) / pictures.std()
    found = network(centred)[0][0, 0] > 0
    wanted = raw["mask"][0] > 0
    assert float((found & wanted).sum()) / float((found | wanted).sum()) > 0.7


@pytest.mark.parametrize(
    ("network", "loss", "classes"),
    [
        ("{name: u2netp, input_size: [32, 32]}", "{kind: bce}", ("defect",)),
        ("{name: unet, options: {widths: [4, 8]}, input_size: [32, 32]}", "{kind: cross-entropy}", ("a", "b")),
        (
            "{name: unet, options: {widths: [4, 8]}, input_size: [32, 32], classes: 2}",
            "{kind: cross-entropy}",
            ("a", "b"),
        ),
    ],
)
def test_each_kind_of_map_network_trains(
    tmp_path: Path, train: Train, network: str, loss: str, classes: tuple[str, ...]
) -> None:
    settings = (f"network={network}", f"loss={loss}", "length={steps: 2}", "validation.every_steps=2", "ema=null")
    assert train("run", pack={"classes": classes}, settings=(*settings, "tensorboard=false")) == 0
    contents = read_checkpoint(tmp_path / "run" / "last.pt")
    merged = "classes: 2" in network
    assert contents["classes"] == (["defect"] if merged else list(classes))
    assert contents["options"]["classes"] == (1 if "bce" in loss else 2 if merged else 3)


def test_an_instance_network_trains_and_is_measured(tmp_path: Path, train: Train) -> None:
    options = "{depth: 18, backbone_width: 8, channels: 16, tower_depth: 1, norm_groups: 4, basis_channels: 8}"
    settings = (
        f"network={{name: blendmask-r18, input_size: [64, 64], options: {options}}}",
        "loss={kind: instances}",
        "length={steps: 4}",
        "batch=2",
        "validation={best: ap, every_steps: 4, overlays: 1}",
        "tensorboard=false",
        "log_every_steps=2",
    )
    assert train("run", pack={"side": 64, "instances": True}, settings=settings) == 0
    lines = read_log(tmp_path / "run")
    assert {"loss_fcos_cls", "loss_mask", "loss_basis_sem"} <= set(lines[1]["parts"])
    assert lines[-1]["event"] == "validation"
    assert lines[-1]["ap"] is not None


def test_a_time_budget_is_kept_and_annealed_to_its_end(tmp_path: Path, train: Train) -> None:
    settings = (*FAST, "validation.every_steps=null", "export.reserve_seconds=0.5", "log_every_steps=1")
    assert train("run", "--minutes", "0.1", settings=settings) == 0
    metrics = json.loads((tmp_path / "run" / "metrics.json").read_text())
    assert 4.0 < 60 * metrics["minutes"] < 6.5
    lines = read_log(tmp_path / "run")
    rates = [line["learning_rate"] for line in lines if line["event"] == "train"]
    assert any(line["event"] == "plan" for line in lines)
    assert rates[-1] < 0.1 * max(rates)
    assert sum(line["event"] == "validation" for line in lines) >= 8


def test_a_budget_that_is_over_before_the_first_step_is_an_error(
    train: Train, capsys: pytest.CaptureFixture[str]
) -> None:
    assert train("run", "--minutes", "0.0001") == 1
    assert "give more --minutes" in capsys.readouterr().err


def test_fit_memory_and_precisions_are_reported(
    tmp_path: Path, train: Train, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ("run", "--fit-memory", "64GiB", "--compare-precision")
    assert train(*arguments, settings=(*FAST, "length={steps: 1}")) == 0
    rows = json.loads((tmp_path / "run" / "precision.json").read_text())
    assert [row["precision"] for row in rows] == ["fp32", "bf16", "fp16"]
    assert all(row["problem"] is None and row["working_bytes"] > 0 for row in rows[:2])
    assert read_log(tmp_path / "run")[0]["micro_batch"] == 4
    assert train("small", "--fit-memory", "1MiB") == 1
    assert "does not fit 1 MiB" in capsys.readouterr().err


def test_two_processes_train_as_one_with_the_whole_batch(tmp_path: Path, train: Train) -> None:
    # each process changes its pictures at random by itself: only unchanged ones are the same in both trainings
    off = ("flip_x", "flip_y", "affine", "brightness", "contrast", "gamma", "noise_chance", "blur_chance")
    unchanged = ", ".join(f"{name}: 0" for name in off)
    fixed = (f"augment={{{unchanged}}}", "batch=8", "micro_batch=2", "freeze_batch_norm=true")
    settings = (*FAST, *fixed, "length={steps: 6}", "log_every_steps=1")
    assert train("one", settings=settings) == 0
    changed = [part for setting in settings for part in ("--set", setting)]
    command = [
        *(sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2"),
        *(str(HERE / "run_train.py"), "{}", "configs/tiny.yaml", "--data", str(tmp_path / "blobs.rspack")),
        *("--out", str(tmp_path / "two"), "--no-export", "--device", "cpu", "--quiet", *changed),
    ]
    environment = {**os.environ, "PYTHONPATH": str(PACKAGE), "OMP_NUM_THREADS": "1"}
    subprocess.run(command, env=environment, check=True, capture_output=True, timeout=120)
    one, two = read_log(tmp_path / "one"), read_log(tmp_path / "two")
    assert [line["event"] for line in one] == [line["event"] for line in two]
    for a, b in zip(one[1:], two[1:], strict=True):
        if a["event"] == "train":
            assert b["loss"] == pytest.approx(a["loss"], rel=1e-5)
            assert b["gradient_norm"] == pytest.approx(a["gradient_norm"], rel=1e-4)
    first, second = (read_checkpoint(tmp_path / run / "last.pt")["state"] for run in ("one", "two"))
    assert all(torch.allclose(first[name].float(), second[name].float(), atol=1e-5) for name in first)


def test_a_machine_with_only_torch_numpy_pillow_and_onnx_trains_and_writes_onnx(
    tmp_path: Path, train_arguments: Callable[..., list[str]]
) -> None:
    missing = [
        *("yaml", "tensorboard", "onnxruntime", "onnxslim", "onnxscript", "scipy", "pycocotools", "cv2"),
        *("torchvision", "timm", "pytest", "tqdm"),
    ]
    arguments = [one for one in train_arguments("bare", "--set", "tensorboard=true") if one != "--no-export"]
    process = start_training(arguments, {"without": missing})
    _, errors = process.communicate(timeout=120)
    assert process.returncode == 0, errors.decode()
    model = onnx.load(tmp_path / "bare" / "tiny.onnx")
    assert [one.name for one in model.graph.input] == ["image"]
    assert [one.name for one in model.graph.output] == ["probability"]
    assert not (tmp_path / "bare" / "board").exists()


def test_the_pack_is_found_in_a_folder(tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match="holds no pack"):
        find_pack(tmp_path, DataSettings(), tmp_path)
    (tmp_path / "one.rspack").touch()
    assert find_pack(tmp_path, DataSettings(pack="missing.rspack"), tmp_path).name == "one.rspack"
    (tmp_path / "two.rspack").touch()
    assert find_pack(tmp_path, DataSettings(pack="two.rspack"), tmp_path).name == "two.rspack"
    with pytest.raises(TrainingError, match=r"several packs \(one\.rspack, two\.rspack\)"):
        find_pack(tmp_path, DataSettings(), tmp_path)


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ("network.classes=5", "must be 1"),
        ("network.name=blendmask-r18", "does not go with"),
        ("network.input_size=[33, 33]", "multiples of"),
        ("data.train_split=test", "no pictures in the split 'test'"),
        ("freeze=[nothing]", "'freeze: nothing' fits no parameter"),
        ("optimiser.multipliers={nothing: 2}", "fits no parameter"),
        ("network.options={colour: red}", "no option colour"),
    ],
)
def test_what_does_not_go_together_is_named(setting: str, message: str) -> None:
    with pytest.raises(TrainingError, match=message):
        build_session(load_experiment("configs/tiny.yaml", [*FAST, setting]), BlobPack(), World())
