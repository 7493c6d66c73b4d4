"""Catalog entries: files, gate, additions, command line."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from export_cases import meta_of
from PIL import Image
from torch import nn

from railscope_training.cli import main
from railscope_training.errors import TrainingError
from railscope_training.export import parity
from railscope_training.export.entry import ExportOptions, export_entry, extend_entry
from railscope_training.export.manifest import EntryDescription, read_manifest
from railscope_training.export.pictures import Tiles, made_up_tiles, tiles_from_folder
from railscope_training.networks.checkpoint import save_checkpoint

SIZE = (32, 32)


def labelled_tiles(count: int) -> Tiles:
    tiles = made_up_tiles(SIZE, count)
    masks = (tiles.images.mean(axis=1) > 255 * 0.55).astype(np.uint8)
    masks[0] = 0
    return Tiles(tiles.images, masks, "made up, labelled")


def options(**changes: object) -> ExportOptions:
    return replace(ExportOptions(precisions=["fp32"], parity_tiles=labelled_tiles(3)), **changes)  # type: ignore[arg-type]


def test_entry_of_a_segmenter(unet: nn.Module, description: EntryDescription, tmp_path: Path) -> None:
    wanted = options(precisions=["fp16", "int8"], calibration_tiles=labelled_tiles(12), allow_parity_failure=True)
    meta = meta_of("unet", {"widths": [8, 8, 16]}, SIZE)
    folder, rows = export_entry(unet, meta, description, tmp_path, wanted)
    assert [row.precision for row in rows] == ["fp32", "fp16", "int8"]
    assert rows[0].passed
    assert rows[0].difference < 1e-5
    assert rows[1].passed, rows[1].remark
    assert rows[2].reference_iou is not None
    files = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    assert files == [
        *("atc/aipp.cfg", "atc/atc.sh", "atc/keep-dtype.cfg", "atc/test-surface.onnx", "manifest.json", "parity.json"),
        *("parity.md", "recipe.json", "test-surface.fp16.onnx", "test-surface.int8.onnx", "test-surface.onnx"),
    ]
    manifest = read_manifest(folder / "manifest.json")
    for entry in manifest["weights"]:
        assert hashlib.sha256((folder / entry["file"]).read_bytes()).hexdigest() == entry["sha256"]
    assert manifest["input"]["batch"]["dynamic"] is True
    assert manifest["parameters"] == sum(parameter.numel() for parameter in unet.parameters())
    recipe = json.loads((folder / "recipe.json").read_text())
    assert recipe["experiment"] == {"name": "test"}
    assert recipe["export"]["calibrationTilesWithoutDefect"] >= 1
    assert len((folder / "parity.md").read_text().splitlines()) == 5
    assert [path.name for path in tmp_path.iterdir()] == ["test-surface"]
    with pytest.raises(TrainingError, match="--replace"):
        export_entry(unet, meta, description, tmp_path, wanted)


def test_gate_refuses_and_leaves_nothing(
    unet: nn.Module, description: EntryDescription, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(parity.DIFFERENCE_LIMITS, "fp16", 1e-9)
    meta = meta_of("unet", {}, SIZE)
    with pytest.raises(TrainingError, match=r"fp16: differs.*Nothing was written"):
        export_entry(unet, meta, description, tmp_path, options(precisions=["fp16"]))
    assert list(tmp_path.iterdir()) == []
    folder, rows = export_entry(
        unet, meta, description, tmp_path, options(precisions=["fp16"], allow_parity_failure=True)
    )
    assert not rows[1].passed
    assert "no: differs" in (folder / "parity.md").read_text()


def test_additions_to_an_entry(unet: nn.Module, description: EntryDescription, tmp_path: Path) -> None:
    folder, _ = export_entry(unet, meta_of("unet", {}, SIZE), description, tmp_path, options())
    before = (folder / "test-surface.onnx").read_bytes()
    rows = extend_entry(folder, options(precisions=["fp32", "fp16"]))
    assert [row.precision for row in rows] == ["fp16"]
    manifest = read_manifest(folder / "manifest.json")
    assert [entry["precision"] for entry in manifest["weights"]] == ["fp32", "fp16"]
    assert [row["precision"] for row in json.loads((folder / "parity.json").read_text())] == ["fp32", "fp16"]
    assert (folder / "test-surface.onnx").read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["test-surface"]
    with pytest.raises(TrainingError, match="fp16 or int8"):
        extend_entry(folder, options())
    with pytest.raises(TrainingError, match="calibrate"):
        extend_entry(folder, options(precisions=["int8"]))
    assert read_manifest(folder / "manifest.json") == manifest


def test_entry_of_a_detector(detector: nn.Module, description: EntryDescription, tmp_path: Path) -> None:
    wanted = options(parity_tiles=made_up_tiles((64, 64), 2), top_per_level=20)
    found = replace(description, component="fastener", classes=["fastener-missing"], metrics=[])
    folder, rows = export_entry(detector, meta_of("blendmask-r18", {}, (64, 64)), found, tmp_path, wanted)
    assert rows[0].passed, rows[0].remark
    manifest = read_manifest(folder / "manifest.json")
    assert manifest["task"] == "instance"
    assert manifest["output"]["attentionSide"] == 14
    assert manifest["input"]["batch"] == {"dynamic": False, "preferred": 1, "maximum": 1}
    assert manifest["thresholds"]["instances"]["nmsIou"] == 0.6
    semantic = sum(parameter.numel() for parameter in detector.get_submodule("basis.semantic").parameters())
    assert manifest["parameters"] == sum(parameter.numel() for parameter in detector.parameters()) - semantic
    script = (folder / "atc" / "atc.sh").read_text()
    assert "--dynamic_batch_size" not in script


def test_wrong_number_of_classes(unet: nn.Module, description: EntryDescription, tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match="1 class outputs, the entry names 2"):
        export_entry(unet, meta_of("unet", {}, SIZE), replace(description, classes=["a", "b"]), tmp_path, options())


def test_atc_files(unet: nn.Module, description: EntryDescription, tmp_path: Path) -> None:
    folder, _ = export_entry(unet, meta_of("unet", {}, SIZE), description, tmp_path, options())
    script = (folder / "atc" / "atc.sh").read_text()
    for part in (
        "--framework=5",
        '--input_shape="image:1,3,32,32"',
        "--precision_mode_v2=fp16",
        "--mode=3",
        "--keep_dtype=keep-dtype.cfg",
        '--dynamic_batch_size="1,2,4,8"',
        "--insert_op_conf=aipp.cfg",
    ):
        assert part in script
    for line in script.splitlines():
        assert not ("--precision_mode=" in line and "--precision_mode_v2" in line)
    assert "src_image_size_w: 32" in (folder / "atc" / "aipp.cfg").read_text()
    assert "must_keep_origin_dtype" not in script


def test_command_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pictures = tmp_path / "pictures"
    pictures.mkdir()
    generator = np.random.default_rng(0)
    for index in range(2):
        Image.fromarray(generator.integers(0, 256, (80, 70), dtype=np.uint8)).save(pictures / f"{index}.png")
    catalog = tmp_path / "catalog"
    arguments = ["--network", "unet-slim", "--size", "32", "32", "--out", str(catalog), "--pictures", str(pictures)]
    assert main(["export", *arguments, "--source-tile", "40", "--parity-tiles", "2", "--id", "slim"]) == 0
    assert "| fp32 | 2 | 2 pictures of pictures |" in capsys.readouterr().out
    entry = catalog / "slim"
    assert main(["export", "--from-catalog", str(entry), "--precision", "fp16", "--allow-parity-failure"]) == 0
    assert (entry / "slim.fp16.onnx").is_file()
    assert main(["export", *arguments, "--id", "slim"]) == 1
    assert "exists already" in capsys.readouterr().err
    assert main(["export", "--network", "unet-slim"]) == 1
    assert "--out" in capsys.readouterr().err
    assert main(["export", *arguments, "--id", "Not An Id"]) == 1
    assert "small letters" in capsys.readouterr().err


def test_command_line_with_a_checkpoint(unet: nn.Module, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    checkpoint, entry = tmp_path / "best.pt", tmp_path / "entry.json"
    options = {"classes": 1, "widths": [8, 8, 16]}
    save_checkpoint(checkpoint, {**meta_of("unet", options, SIZE), "state": unet.state_dict()})
    entry.write_text(json.dumps({"id": "taught", "licence": "a test", "component": "rail"}), encoding="utf-8")
    arguments = ["export", "--checkpoint", str(checkpoint), "--entry", str(entry), "--out", str(tmp_path / "catalog")]
    assert main(arguments) == 0
    assert "| fp32 | 4 | made-up noise |" in capsys.readouterr().out
    manifest = read_manifest(tmp_path / "catalog" / "taught" / "manifest.json")
    assert manifest["component"] == "rail"
    assert manifest["input"]["width"] == SIZE[1]
    assert main([*arguments, "--replace", "--precision", "int8"]) == 1
    assert "--pictures FOLDER or --pack FILE" in capsys.readouterr().err
    assert main([*arguments, "--replace", "--quantisation-aware", "3"]) == 1
    assert "--pack" in capsys.readouterr().err


def test_tiles_of_a_folder(tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match="no pictures"):
        tiles_from_folder(tmp_path, SIZE, 64, 10)
    Image.fromarray(np.zeros((100, 200, 3), np.uint8)).save(tmp_path / "a.png")
    tiles = tiles_from_folder(tmp_path, SIZE, 50, 10)
    assert tiles.images.shape == (8, 3, 32, 32)
    assert len(tiles.first(3).images) == 3
    (tmp_path / "b.png").write_bytes(b"damaged")
    with pytest.raises(TrainingError, match=r"b\.png"):
        tiles_from_folder(tmp_path, SIZE, 50, 10)
