"""Operations against the specification's figures, the table, the command."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn

from railscope_training import data
from railscope_training.cli import main
from railscope_training.networks import create_network
from railscope_training.networks.checkpoint import save_checkpoint
from railscope_training.study.macs import count_macs


@pytest.mark.parametrize(
    ("name", "side", "options", "giga"),
    [
        ("u2net", 320, {}, 58.6),
        ("u2netp", 320, {}, 19.8),
        ("unet", 512, {}, 147.0),
        ("unet", 352, {}, 69.5),
        ("ccnet-r50", 512, {"classes": 2}, 206.1),
        ("ocinet-b2", 352, {}, 18.72),
    ],
)
def test_operations_of_the_specification(name: str, side: int, options: dict[str, Any], giga: float) -> None:
    with torch.device("meta"):
        network = create_network(name, **options)
    digits = 2 if name.startswith("ocinet") else 1
    assert round(count_macs(network, (side, side)) / 1e9, digits) == giga


def test_operations_by_hand() -> None:
    class Small(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.grouped = nn.Conv2d(3, 6, 3, padding=1, groups=3)
            self.enlarge = nn.ConvTranspose2d(6, 2, 2, 2)
            self.linear = nn.Linear(16, 5)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            result: torch.Tensor = self.linear(self.enlarge(self.grouped(x)))
            return result

    # 8×8 places · 6 outputs · 9 taps · 1 input; 8×8 · 6·2·4; 2·16 rows · 16·5
    assert count_macs(Small(), (8, 8)) == 64 * 6 * 9 + 64 * 6 * 2 * 4 + 2 * 16 * 16 * 5


def test_command_with_and_without_weights(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    class Split:
        def __len__(self) -> int:
            return 2

        def batch(self, indices: list[int]) -> dict[str, Any]:
            images = torch.full((len(indices), 3, 32, 32), 100 + indices[0], dtype=torch.uint8)
            return {"image": images, "mask": torch.ones(len(indices), 32, 32, dtype=torch.uint8)}

    class Pack:
        def split(self, name: str) -> Split:
            return Split()

    monkeypatch.setattr(data, "open_pack", lambda path: Pack(), raising=False)
    network = create_network("unet", widths=(4, 8))
    with torch.no_grad():
        network.get_parameter("head.bias").fill_(9.0)
    path = tmp_path / "unet.pt"
    save_checkpoint(
        path,
        {
            "network": "unet",
            "options": {"classes": 1, "widths": [4, 8]},
            "normalisation": "half",
            "input_size": [32, 32],
            "classes": ["defect"],
            "state": network.state_dict(),
        },
    )
    arguments = ["--networks", "unet", "unet-slim", "--size", "32", "32", "--runs", "2", "--checkpoint", f"unet={path}"]
    assert main(["study", *arguments, "--pack", "x.pack", "--out", str(tmp_path / "out")]) == 0
    printed = capsys.readouterr().out
    assert (tmp_path / "out" / "study.md").read_text(encoding="utf-8") in printed
    first, second = json.loads((tmp_path / "out" / "study.json").read_text(encoding="utf-8"))["rows"]
    assert first["files"]["fp32"]["iou"] == 1.0
    assert second["files"]["fp32"]["iou"] is None
    assert second["parameters"] == 4_332_817
    assert second["files"]["int8"]["megabytes"] < second["files"]["fp16"]["megabytes"] < 9
    assert main(["study", "--networks", "unet", "--checkpoint", "u2net=x"]) == 1
    assert "NETWORK=FILE" in capsys.readouterr().err
