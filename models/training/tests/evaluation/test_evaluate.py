"""Whole evaluations on pictures made here: maps, instances, ONNX files, checkpoints, the command."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
import torch
from numpy.typing import NDArray
from onnx import TensorProto, helper
from PIL import Image

from railscope_training.cli import main
from railscope_training.data.open_source import open_source
from railscope_training.data.sample import Instance, Sample, SourceInfo
from railscope_training.errors import TrainingError
from railscope_training.evaluation.class_order import maps_in_order, source_indices
from railscope_training.evaluation.evaluate import (
    EvaluationOptions,
    chosen_indices,
    evaluate_instances,
    evaluate_network,
)
from railscope_training.evaluation.instance_ap import ImageInstances
from railscope_training.evaluation.instance_detection import DetectionLimits, InstanceDetector
from railscope_training.evaluation.markdown import report_markdown
from railscope_training.evaluation.scoring import ScoreOptions

SIDE = 96


class _Pictures:
    """Bright squares on dark ground; the last picture is clean. Boxes of class 1 (defect) and 2 (dirt)."""

    classes = ("defect", "dirt")
    info = SourceInfo("coco", "squares", "CC0", ("made by a test",))
    keys = ("a", "b", "clean")
    groups = keys
    splits: tuple[str | None, ...] = ("test", "test", "test")

    def __len__(self) -> int:
        return len(self.keys)

    def __getitem__(self, index: int) -> Sample:
        image, mask = np.full((SIDE, SIDE), 20, np.uint8), np.zeros((SIDE, SIDE), np.uint8)
        instances: tuple[Instance, ...] = ()
        if index < 2:
            instances = (self._put(image, mask, 10 + 20 * index, 1), self._put(image, mask, 60, 2))
        return Sample(image, mask, instances, self.keys[index], self.keys[index], self.splits[index])

    def image_path(self, index: int) -> str:
        return self.keys[index]

    def _put(self, image: NDArray[np.uint8], mask: NDArray[np.uint8], at: int, class_index: int) -> Instance:
        square = np.zeros((SIDE, SIDE), bool)
        square[at : at + 16, at : at + 16] = True
        image[square], mask[square] = 220, class_index
        return Instance(np.array([at, at, at + 16, at + 16], np.float32), class_index, square)


def _brightness(image: NDArray[Any]) -> NDArray[np.float32]:
    return (image / 255).astype(np.float32)


def _options(**changes: Any) -> EvaluationOptions:
    return EvaluationOptions(ScoreOptions(threshold=0.5, minimum_area_px=4, **changes), split="test")


def test_brightness_finds_all_defects_and_takes_dirt_for_one() -> None:
    report = evaluate_network(_brightness, _Pictures(), _options(sweep=(0.05, 0.9)))
    assert report.boxes is not None
    assert (report.boxes.defect_boxes, report.boxes.defect_boxes_hit) == (2, 2)
    assert (report.boxes.false_instances, report.boxes.false_instances_off_all_boxes) == (2, 0)
    assert report.pixels is not None
    assert report.pixels.strict_pooled.pa == 1
    assert report.pixels.strict_pooled.m_iou == 0.5
    assert report.pixels.strict_pooled.false_alarm_rate == 0
    assert report.pixels.precision == 0.5
    assert report.pixels.compat.pa is None
    # flat blocks of 16 px, not on the JPEG's grid of 8: some pixels are lost
    assert 0.5 < (report.pixels.compat_labelled.pa or 0) <= 1
    assert report.pixels.weighted_f is not None
    assert [row.recall for row in report.classes] == [1, 1]
    assert report.curves is not None
    assert report.curves.best_f is not None
    assert [row.threshold for row in report.sweep] == [0.05, 0.9]
    assert report.sweep[1].boxes is not None
    assert report.sweep[1].boxes.defect_boxes_hit == 0
    text = report_markdown(report)
    assert "| defect boxes hit" in text
    assert "2 of 2" in text
    json.dumps(report.to_json(), allow_nan=False)


def test_several_classes_have_a_confusion() -> None:
    def predict(image: NDArray[Any]) -> NDArray[np.float32]:
        bright = (image > 100).astype(np.float32)
        return np.stack([1 - bright, 0.6 * bright, 0.4 * bright])

    report = evaluate_network(predict, _Pictures(), _options(defect_classes=frozenset({1, 2}), slow_scores=False))
    # dirt is taken for a defect
    assert np.array(report.confusion)[1:].tolist() == [[0, 512, 0], [0, 512, 0]]
    assert [row.recall for row in report.classes] == [1, 1, 0]
    assert report.pixels is not None
    assert report.pixels.strict_pooled.m_dice == 1
    assert report.pixels.weighted_f is None


def test_screened_labels_and_raw_label_files_count_apart() -> None:
    raw = {"a": np.full((SIDE, SIDE), 254, np.uint8)}
    options = EvaluationOptions(
        ScoreOptions(0.5, 4, slow_scores=False), split="test", screened=frozenset({"b"}), raw_label=raw.get
    )
    report = evaluate_network(_brightness, _Pictures(), options)
    assert report.screened_pixels is not None
    assert report.screened_pixels.strict_pooled.images == 1
    assert report.pixels is not None
    # the label file of "a" holds no byte of exactly 255: it is empty for compat
    assert report.pixels.compat.empty_labels == 2
    assert report.pixels.strict_pooled.empty_labels == 1


def test_pictures_are_chosen_evenly() -> None:
    assert chosen_indices(_Pictures(), "test", 2) == [0, 1]
    assert chosen_indices(_Pictures(), None, None) == [0, 1, 2]
    with pytest.raises(TrainingError, match="no picture in split 'val'; there are test"):
        chosen_indices(_Pictures(), "val", None)


def test_a_map_of_another_size_is_refused() -> None:
    with pytest.raises(TrainingError, match="not that of the picture"):
        evaluate_network(lambda image: np.zeros((5, 5), np.float32), _Pictures(), _options())


def test_instances_in_input_pixels() -> None:
    """A detector at half the size that finds the defects exactly and nothing else."""
    pictures = _Pictures()

    def detect(image: NDArray[Any]) -> tuple[ImageInstances, float]:
        index = 0 if image[12, 12] > 100 else 1 if image[32, 32] > 100 else 2
        own = [one for one in pictures[index].instances if one.class_index == 1]
        boxes = np.array([one.box / 2 for one in own], np.float32).reshape(-1, 4)
        masks = np.array([one.mask[::2, ::2] for one in own if one.mask is not None], bool)
        masks = masks.reshape(-1, SIDE // 2, SIDE // 2)
        ones = np.ones(len(own))
        return ImageInstances(boxes, ones.astype(np.int64), 0.9 * ones.astype(np.float32), masks), 0.5

    report = evaluate_instances(detect, pictures, _options())
    assert report.instances is not None
    # two classes are labelled; one is found perfectly, the other never
    assert report.instances.boxes.ap50_95 == pytest.approx(0.5)
    assert report.instances.masks is not None
    assert report.instances.masks.ap50 == pytest.approx(0.5)
    assert report.boxes is not None
    assert (report.boxes.defect_boxes_hit, report.boxes.false_instances) == (2, 0)
    assert "box AP50" in report_markdown(report)


def test_raw_outputs_become_instances() -> None:
    raw_boxes = np.array([[[8, 8, 24, 24], [9, 8, 24, 24], [40, 40, 50, 50]]], np.float32)
    scores, classes = np.array([[0.81, 0.64, 0.01]], np.float32), np.zeros((1, 3), np.float32)
    attentions, bases = np.zeros((1, 3, 4 * 14 * 14), np.float32), np.full((1, 4, 16, 16), 3, np.float32)
    detector = InstanceDetector(
        lambda tensor: [raw_boxes, scores, classes, attentions, bases], (64, 64), DetectionLimits()
    )
    found, scale = detector(np.zeros((32, 64), np.uint8))
    assert scale == 1
    # the second is suppressed, the third below the threshold; the score is the square root
    assert found.scores.tolist() == pytest.approx([0.9])
    assert found.classes.tolist() == [1]
    assert found.masks is not None
    assert found.masks[0, 8:24, 8:24].all()


def _write_set(folder: Path) -> None:
    """A folder data set of three pictures, the last one clean."""
    pictures = _Pictures()
    for name in ("images", "masks"):
        (folder / name).mkdir(parents=True)
    for index, key in enumerate(pictures.keys):
        sample = pictures[index]
        assert sample.mask is not None
        Image.fromarray(sample.image).save(folder / "images" / f"{key}.png")
        Image.fromarray(np.where(sample.mask == 1, 255, 0).astype(np.uint8)).save(folder / "masks" / f"{key}.png")


def _write_catalog_entry(folder: Path) -> None:
    """A network whose probability is the first channel."""
    folder.mkdir()
    shape = ["n", 3, 32, 32]
    graph = helper.make_graph(
        [helper.make_node("Split", ["image"], ["probability", "g", "b"], axis=1, num_outputs=3)],
        "first-channel",
        [helper.make_tensor_value_info("image", TensorProto.FLOAT, shape)],
        [helper.make_tensor_value_info("probability", TensorProto.FLOAT, ["n", 1, 32, 32])],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)
    onnx.save(model, folder / "bright.onnx")
    manifest = {
        "id": "bright",
        "architecture": "none",
        "classes": [{"code": "defect"}],
        "input": {
            "name": "image",
            "width": 32,
            "height": 32,
            "channels": 3,
            "mean": [0, 0, 0],
            "std": [1, 1, 1],
            "batch": {"dynamic": True, "preferred": 4, "maximum": 16},
        },
        "tiling": {"sourceTilePx": 64, "overlapPx": 16, "railBand": True},
        "output": {"name": "probability", "kind": "probability", "channels": 1},
        "thresholds": {"probability": 0.5, "minimumAreaPx": 8},
        "weights": [{"precision": "fp32", "file": "bright.onnx", "sha256": "0" * 64}],
    }
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")


def test_the_command_compares_models(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _write_set(tmp_path / "set")
    _write_catalog_entry(tmp_path / "bright")
    source = f"folder:{tmp_path / 'set'}"
    out = tmp_path / "out"
    arguments = ["evaluate", "--source", source, "--split", "all", "--out", str(out), "--tta", "flips,scales"]
    arguments += ["--model", str(tmp_path / "bright"), "--model", str(tmp_path / "bright" / "bright.onnx")]
    assert main([*arguments, "--scales", "1,2", "--sweep"]) == 0
    assert "# Side by side" in capsys.readouterr().out
    report = json.loads((out / "bright.json").read_text(encoding="utf-8"))
    assert report["images"] == 3
    assert report["settings"]["tile_px"] == 64
    assert report["pixels"]["strict_pooled"]["pa"] > 0.9
    # a set of masks only has no boxes to count
    assert report["boxes"] is None
    assert len(report["sweep"]) == 9
    with Image.open(out / "bright-worst.png") as sheet:
        assert sheet.width > 1000
    assert (out / "comparison.md").read_text(encoding="utf-8").startswith("| figure")


def test_a_damaged_picture_is_left_out_and_noted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _write_set(tmp_path / "set")
    _write_catalog_entry(tmp_path / "bright")
    arguments = ["evaluate", "--model", str(tmp_path / "bright"), "--source", f"folder:{tmp_path / 'set'}", "--quick"]
    (tmp_path / "set" / "images" / "b.png").write_bytes(b"no picture")
    assert main([*arguments, "--split", "all"]) == 0
    out = capsys.readouterr().out
    assert "left out:" in out
    assert "b.png" in out
    for name in ("a", "clean"):
        (tmp_path / "set" / "images" / f"{name}.png").write_bytes(b"")
    assert main([*arguments, "--split", "all"]) == 1
    assert "no picture can be read" in capsys.readouterr().err


def test_the_command_scores_folders(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _write_set(tmp_path / "set")
    masks = str(tmp_path / "set" / "masks")
    assert main(["evaluate", "--predictions", masks, "--masks", masks, "--out", str(tmp_path / "out")]) == 0
    assert "strict, pooled" in capsys.readouterr().out
    scores = json.loads((tmp_path / "out" / "evaluation.json").read_text(encoding="utf-8"))
    assert scores["strict"]["m_dice"] == 1
    assert scores["compat"]["pa"] is None


def test_a_checkpoint_is_evaluated(tmp_path: Path) -> None:
    from railscope_training.evaluation.models import RunOptions, open_model
    from railscope_training.networks import create_network
    from railscope_training.networks.checkpoint import save_checkpoint

    _write_set(tmp_path / "set")
    torch.manual_seed(1)
    options = {"widths": (4, 8, 8, 8), "classes": 1}
    network = create_network("unet", **options)
    contents = {"network": "unet", "options": options, "normalisation": "half", "input_size": [64, 64]}
    save_checkpoint(tmp_path / "net.pt", {**contents, "classes": ["defect"], "state": network.state_dict()})
    source = open_source("folder", tmp_path / "set")
    for run_options in (RunOptions(whole=True, flips=("h",), scales=(0.5, 1.0)), RunOptions(tile_px=64)):
        model = open_model(tmp_path / "net.pt", run_options)
        assert model.predict is not None
        report = evaluate_network(model.predict, source, EvaluationOptions(ScoreOptions(0.5, 4, slow_scores=False)))
        assert report.images == 3
        assert report.pixels is not None


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ([], "give --model and --source"),
        (["--predictions", "x"], "go together"),
        (["--model", "x", "--source", "nowhere"], "write it as KIND:DIR"),
        (["--model", "x.txt", "--source", "folder:SET", "--split", "all"], "give a catalog folder"),
        (["--model", "MODEL", "--source", "folder:SET", "--split", "all", "--tta", "turns"], "use flips"),
        (["--model", "MODEL", "--source", "folder:SET", "--scales", "1"], "needs --tta scales"),
        (["--model", "MODEL", "--source", "folder:SET", "--split", "all", "--precision", "int8"], "int8"),
        (["--model", "MODEL", "--source", "folder:SET", "--defect-classes", "rust"], "'rust' is not one of defect"),
        (["--model", "MODEL", "--source", "folder:SET", "--option", "masks"], "KEY=VALUE"),
    ],
)
def test_faults_are_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], text: str
) -> None:
    _write_set(tmp_path / "set")
    _write_catalog_entry(tmp_path / "bright")
    filled = [one.replace("SET", str(tmp_path / "set")).replace("MODEL", str(tmp_path / "bright")) for one in arguments]
    assert main(["evaluate", *filled]) == 1
    error = capsys.readouterr().err
    assert text in error
    assert error.count("\n") == 1


def test_classes_are_brought_into_the_order_of_the_data_set() -> None:
    def predict(image: NDArray[Any]) -> NDArray[np.float32]:
        return np.stack([np.full(image.shape, value, np.float32) for value in (0.1, 0.2, 0.7)])

    ordered = maps_in_order(predict, ["dirt", "defect"], ["defect", "dirt", "gap"])(np.zeros((2, 2), np.uint8))
    assert ordered[:, 0, 0].tolist() == pytest.approx([0.1, 0.7, 0.2, 0])
    assert source_indices(["x", "y"], ["a", "b"]) == (1, 2)
    with pytest.raises(TrainingError, match="not those of the data set"):
        source_indices(["x"], ["a", "b"])


TINY_BLENDMASK = {"channels": 16, "backbone_width": 8, "tower_depth": 1, "norm_groups": 4, "classes": 2}


def test_a_checkpoint_of_instances_is_evaluated(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from railscope_training.networks import create_network
    from railscope_training.networks.checkpoint import save_checkpoint

    torch.manual_seed(1)
    network = create_network("blendmask-r18", **TINY_BLENDMASK)
    contents = {"network": "blendmask-r18", "options": TINY_BLENDMASK, "normalisation": "imagenet"}
    contents |= {"input_size": [64, 64], "classes": ["clip", "bolt"], "state": network.state_dict()}
    save_checkpoint(tmp_path / "net.pt", contents)
    _write_yolo_set(tmp_path / "set")
    source = ["--source", f"yolo:{tmp_path / 'set'}", "--split", "all"]
    arguments = ["evaluate", "--model", str(tmp_path / "net.pt"), *source, "--out", str(tmp_path / "out")]
    assert main(arguments) == 0
    assert "box AP50" in capsys.readouterr().out
    report = json.loads((tmp_path / "out" / "net.json").read_text(encoding="utf-8"))
    # an untrained network finds nothing above the threshold
    assert report["instances"]["boxes"]["ap50"] == pytest.approx(0, abs=0.05)
    assert report["instances"]["masks"] is None
    assert report["boxes"]["defect_boxes"] == 4
    assert main([*arguments, "--tta", "flips"]) == 1
    assert "not for instances" in capsys.readouterr().err


def test_a_catalog_entry_of_instances_is_opened(tmp_path: Path) -> None:
    from railscope_training.evaluation.models import RunOptions, open_model

    values = {
        "boxes": np.array([[[8, 8, 24, 24]]], np.float32),
        "scores": np.array([[0.64]], np.float32),
        "classes": np.array([[1]], np.float32),
        "attentions": np.zeros((1, 1, 4 * 14 * 14), np.float32),
        "bases": np.full((1, 4, 8, 8), 3, np.float32),
    }
    _write_instance_entry(tmp_path / "fixed", values)
    model = open_model(tmp_path / "fixed", RunOptions())
    assert (model.threshold, model.predict) == (0.4, None)
    assert model.detect is not None
    found, scale = model.detect(np.zeros((64, 64), np.uint8))
    assert scale == 0.5
    assert found.scores.tolist() == pytest.approx([0.8])
    # class 1 of the network is the second name: index 2, counted from 1
    assert found.classes.tolist() == [2]


def _write_yolo_set(folder: Path) -> None:
    pictures = _Pictures()
    for name in ("images", "labels"):
        (folder / name).mkdir(parents=True)
    (folder / "classes.txt").write_text("clip\nbolt\n", encoding="utf-8")
    for index, key in enumerate(pictures.keys):
        sample = pictures[index]
        Image.fromarray(sample.image).save(folder / "images" / f"{key}.png")
        lines = []
        for one in sample.instances:
            x0, y0, x1, y1 = (one.box / SIDE).tolist()
            lines.append(f"{one.class_index - 1} {(x0 + x1) / 2} {(y0 + y1) / 2} {x1 - x0} {y1 - y0}\n")
        (folder / "labels" / f"{key}.txt").write_text("".join(lines), encoding="utf-8")


def _write_instance_entry(folder: Path, values: dict[str, NDArray[np.float32]]) -> None:
    """A network that always finds the same."""
    folder.mkdir()
    nodes = [
        helper.make_node("Constant", [], [name], value=onnx.numpy_helper.from_array(value))
        for name, value in values.items()
    ]
    outputs = [helper.make_tensor_value_info(name, TensorProto.FLOAT, one.shape) for name, one in values.items()]
    image = helper.make_tensor_value_info("image", TensorProto.FLOAT, [1, 3, 32, 32])
    graph = helper.make_graph(nodes, "fixed", [image], outputs)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    onnx.save(model, folder / "fixed.onnx")
    names = {name: name for name in values}
    manifest = {
        "id": "fixed",
        "architecture": "none",
        "classes": [{"code": "clip"}, {"code": "bolt"}],
        "input": {
            "name": "image",
            "width": 32,
            "height": 32,
            "mean": [0, 0, 0],
            "std": [1, 1, 1],
            "batch": {"dynamic": False, "preferred": 1, "maximum": 1},
        },
        "tiling": {"sourceTilePx": 64, "overlapPx": 0, "railBand": False},
        "output": {"kind": "instances", **names, "basisCount": 4, "attentionSide": 14, "roiSide": 56, "basisStride": 4},
        "thresholds": {
            "probability": 0.5,
            "minimumAreaPx": 0,
            "instances": {"preScore": 0.05, "score": 0.4, "nmsIou": 0.6, "maximumInstances": 100},
        },
        "weights": [{"precision": "fp32", "file": "fixed.onnx", "sha256": "0" * 64}],
    }
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
