"""The small parts: order of pictures, average of weights, watch on gradients, checkpoints, first weights, log."""

from __future__ import annotations

import json
import math
from collections import Counter
from pathlib import Path

import pytest
import torch
from torch import nn

from railscope_training.errors import TrainingError
from railscope_training.networks import create_network
from railscope_training.networks.checkpoint import load_network, read_checkpoint, save_checkpoint
from railscope_training.training.ema import WeightAverage
from railscope_training.training.experiment import GradientSettings, InitSettings
from railscope_training.training.gradient_watch import GradientWatch
from railscope_training.training.initialise import initialise
from railscope_training.training.overlays import Overlay, overlay_sheet
from railscope_training.training.progress import Progress, format_seconds
from railscope_training.training.run_log import RunLog
from railscope_training.training.sampling import SampleOrder

SMALL = {"widths": [4, 8]}


def _save(path: Path, name: str = "unet", classes: int = 1, **options: object) -> nn.Module:
    network = create_network(name, classes=classes, **options)
    save_checkpoint(
        path,
        {
            "network": name,
            "options": {"classes": classes, **options},
            "normalisation": "half",
            "input_size": [32, 32],
            "classes": ["defect"],
            "state": network.state_dict(),
        },
    )
    return network


def test_every_picture_comes_equally_often_and_the_order_is_a_function_of_the_step() -> None:
    order = SampleOrder(10, 4, seed=3)
    drawn = [index for step in range(25) for index in order.indices(step)]
    assert set(Counter(drawn).values()) == {10}
    assert SampleOrder(10, 4, seed=3).indices(17) == order.indices(17)
    assert SampleOrder(10, 4, seed=4).indices(17) != order.indices(17)


def test_a_share_of_each_batch_comes_from_labelled_pictures() -> None:
    order = SampleOrder(100, 8, seed=1, labelled=[5, 6, 7], labelled_share=0.5)
    for step in range(20):
        assert sum(index in (5, 6, 7) for index in order.indices(step)) >= 4


def test_pictures_come_as_often_as_their_weights_say() -> None:
    order = SampleOrder(8, 4, seed=2, weights=[4, 4, 1, 1, 1, 1, 0, 4])
    drawn = Counter(index for step in range(200) for index in order.indices(step))
    assert drawn[6] == 0
    for index in (0, 1, 7):
        assert drawn[index] == pytest.approx(200, abs=12)
    assert drawn[3] == pytest.approx(50, abs=12)


def test_a_share_without_labelled_pictures_is_an_error() -> None:
    with pytest.raises(TrainingError, match="no training picture has a label"):
        SampleOrder(10, 4, seed=1, labelled=[], labelled_share=0.5)


def test_the_average_follows_the_weights() -> None:
    network = create_network("unet", **SMALL)
    average = WeightAverage(network, decay=0.5)
    first = {name: value.clone() for name, value in average.module.state_dict().items()}
    with torch.no_grad():
        for one in network.parameters():
            one.add_(1.0)
    average.update(network)
    # after one update the decay is 2/11, not yet 0.5
    for name, one in average.module.named_parameters():
        assert torch.allclose(one, first[name] + 9 / 11, atol=1e-5)
    assert not average.module.training


def test_the_watch_reports_spikes_and_stops_a_training_that_diverged() -> None:
    watch = GradientWatch(GradientSettings(spike=10.0, patience=3))
    assert all(watch.look(1.0 + 0.1 * (step % 3), scaling=False) is None for step in range(20))
    assert "times its median" in (watch.look(50.0, scaling=False) or "")
    assert "left out" in (watch.look(math.nan, scaling=False) or "")
    assert watch.look(math.inf, scaling=True) is None
    with pytest.raises(TrainingError, match="diverged"):
        watch.look(math.inf, scaling=True)


def test_a_checkpoint_gives_the_same_network(tmp_path: Path) -> None:
    network = _save(tmp_path / "a.pt", **SMALL).eval()
    loaded, meta = load_network(tmp_path / "a.pt")
    x = torch.rand(1, 3, 32, 32)
    assert torch.equal(loaded(x)[0], network(x)[0])
    assert not loaded.training
    assert meta["normalisation"] == "half"
    assert "state" not in meta


@pytest.mark.parametrize("damage", ["cut", "flip", "text", "missing", "other"])
def test_a_damaged_checkpoint_is_named(tmp_path: Path, damage: str) -> None:
    path = tmp_path / "a.pt"
    _save(path, **SMALL)
    content = bytearray(path.read_bytes())
    if damage == "cut":
        path.write_bytes(content[: len(content) // 2])
    elif damage == "flip":
        content[len(content) // 2] ^= 0xFF
        path.write_bytes(content)
    elif damage == "text":
        path.write_text("not a checkpoint")
    elif damage == "missing":
        path.unlink()
    else:
        torch.save({"weights": torch.zeros(3)}, path)
    with pytest.raises(TrainingError, match=r"a\.pt"):
        load_network(path)


def test_code_in_a_checkpoint_is_not_run(tmp_path: Path) -> None:
    class Trap:
        def __reduce__(self) -> tuple[object, ...]:
            return (Path.touch, (tmp_path / "sprung",))

    torch.save({"state": Trap()}, tmp_path / "trap.pt")
    with pytest.raises(TrainingError, match="no checkpoint"):
        read_checkpoint(tmp_path / "trap.pt")
    assert not (tmp_path / "sprung").exists()


def test_a_write_that_fails_leaves_the_old_checkpoint(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _save(tmp_path / "a.pt", **SMALL)

    def full(*_: object) -> None:
        raise OSError("no space left")

    monkeypatch.setattr(torch, "save", full)
    with pytest.raises(TrainingError, match="no space left"):
        _save(tmp_path / "a.pt", **SMALL)
    load_network(tmp_path / "a.pt")
    assert [one.name for one in tmp_path.iterdir()] == ["a.pt"]


def test_partial_weights_are_reported(tmp_path: Path) -> None:
    source = _save(tmp_path / "a.pt", **SMALL)
    network = create_network("unet", classes=3, **SMALL)
    with pytest.raises(TrainingError, match=r"init\.partial"):
        initialise(network, InitSettings(str(tmp_path / "a.pt")))
    report = initialise(network, InitSettings(str(tmp_path / "a.pt"), partial=True))
    assert report is not None
    assert report.reshaped == ("head.weight", "head.bias")
    assert "stay random (other shape): head.weight, head.bias" in report.text()
    name = next(iter(report.loaded))
    assert torch.equal(network.state_dict()[name], source.state_dict()[name])


def test_compressed_networks_start_from_a_full_one(tmp_path: Path) -> None:
    source = _save(tmp_path / "a.pt", "u2netp")
    network = create_network("u2netp-depthwise")
    before = {name: value.clone() for name, value in network.state_dict().items()}
    initialise(network, InitSettings(str(tmp_path / "a.pt"), transfer="ours"))
    changed = [name for name, value in network.state_dict().items() if not torch.equal(value, before[name])]
    assert len(changed) > len(source.state_dict()) / 4


def test_the_log_forgets_what_comes_after_its_checkpoint(tmp_path: Path) -> None:
    log = RunLog(tmp_path / "log.jsonl")
    log.write("train", {"seconds": 1.5}, step=1, loss=math.nan)
    position = log.position()
    log.write("train", step=2)
    log.close()
    again = RunLog(tmp_path / "log.jsonl", position)
    again.write("train", step=20)
    again.close()
    lines = [json.loads(line) for line in (tmp_path / "log.jsonl").read_text().splitlines()]
    assert [line["step"] for line in lines] == [1, 20]
    assert lines[0]["loss"] == "nan"


def test_overlays_colour_hits_misses_and_false_alarms() -> None:
    image = torch.zeros(4, 4, 3, dtype=torch.uint8).numpy()
    predicted = torch.zeros(4, 4, dtype=torch.bool).numpy()
    labelled = predicted.copy()
    predicted[0, 0] = labelled[0, 0] = labelled[1, 1] = predicted[2, 2] = True
    sheet = overlay_sheet([Overlay("a", image, predicted, labelled)] * 5)
    assert sheet is not None
    assert sheet.shape == (8, 16, 3)
    green, amber, red, none = sheet[0, 0], sheet[1, 1], sheet[2, 2], sheet[3, 3]
    assert green[1] > green[0]
    assert amber[0] > amber[2]
    assert red[0] > red[1]
    assert not none.any()


def test_the_progress_line_names_the_time_left(capsys: pytest.CaptureFixture[str]) -> None:
    progress = Progress()
    progress.show(0.5, 10, 20, 75.0, "loss 1.0")
    progress.show(0.6, 12, 20, 70.0, "not shown: too soon")
    line = capsys.readouterr().err
    assert line.count("\n") == 1
    assert "50 %  step 10/20  1:15 left  loss 1.0" in line
    assert format_seconds(3725) == "1:02:05"
