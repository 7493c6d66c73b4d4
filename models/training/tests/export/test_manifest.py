"""The manifest's schema, and the fixtures that the application's own tests parse."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest

from railscope_training.errors import TrainingError
from railscope_training.export.manifest import (
    EntryDescription,
    NetworkFacts,
    architecture,
    build_manifest,
    describe,
    read_description,
)
from railscope_training.export.manifest_check import check_manifest

FIXTURES = Path(__file__).parent / "fixtures"
WEIGHTS = [
    {"precision": "fp32", "file": "surface.onnx", "sha256": "0" * 64},
    {"precision": "int8", "file": "surface.int8.onnx", "sha256": "f" * 64},
]


def probability_manifest() -> dict[str, Any]:
    description = EntryDescription(
        id="surface",
        licence="made up",
        name={"zh": "轨面", "en": "Rail surface"},
        component="rail-surface",
        training_data=["made up"],
        metrics=[{"dataset": "made up", "images": 3, "pa": 0.5, "mIoU": 0.4, "mDice": 0.6, "note": "of a test"}],
        notes="fixture",
        rail_band=True,
    )
    facts = NetworkFacts("ocinet-b0", "salient", 7_922_358, (352, 352), channels=1, dynamic_batch=True)
    return build_manifest(description, facts, WEIGHTS)


def instance_manifest() -> dict[str, Any]:
    description = EntryDescription(
        id="fasteners",
        licence="made up",
        component="fastener",
        classes=["fastener-missing", "fastener-broken"],
        metrics=[
            {"dataset": "made up", "images": 3, "boxAp": 0.3, "boxAp50": 0.5, "maskAp": 0.2, "maskAp50": 0.4},
        ],
        source_tile_px=1280,
    )
    facts = NetworkFacts(
        *("blendmask-r18", "instance", 14_000_000, (640, 960)), channels=2, dynamic_batch=False, detector=(4, 14)
    )
    return build_manifest(description, facts, WEIGHTS[:1])


@pytest.mark.parametrize(
    ("file", "manifest"),
    [("manifest-probability.json", probability_manifest()), ("manifest-instances.json", instance_manifest())],
)
def test_fixtures_of_the_application_are_up_to_date(file: str, manifest: dict[str, Any]) -> None:
    assert json.loads((FIXTURES / file).read_text(encoding="utf-8")) == manifest


@pytest.mark.parametrize("folder", ["ocinet-b0-surface", "u2netp-surface"])
def test_shipped_manifests_pass(folder: str) -> None:
    path = Path(__file__).parents[3] / "catalog" / folder / "manifest.json"
    check_manifest(json.loads(path.read_text(encoding="utf-8")))


@pytest.mark.parametrize(
    ("path", "value", "fault"),
    [
        ("id", "Surface", "id is"),
        ("task", "segmentation", "task is"),
        ("parameters", 0, "parameters is"),
        ("input.width", 352.0, "input.width is"),
        ("input.std", [0, 1, 1], "input.std is"),
        ("input.mean", [0, 0], "2 values for 3 channels"),
        ("thresholds.probability", 1.5, "thresholds.probability is"),
        ("tiling.overlapPx", 300, "more than half a tile"),
        ("weights", [], "weights is empty"),
        ("weights", [{"precision": "fp32", "file": "../x", "sha256": "0" * 64}], "weights.0.file is"),
        ("metrics", [{"dataset": "x", "images": 1}], "metrics.0.pa is missing"),
        ("trainingData", "x", "trainingData"),
        ("output.kind", "boxes", "output.kind is"),
        ("task", "instance", "does not go with"),
    ],
)
def test_faults_are_named(path: str, value: Any, fault: str) -> None:
    manifest = copy.deepcopy(probability_manifest())
    *parents, key = path.split(".")
    place = manifest
    for parent in parents:
        place = place[parent]
    place[key] = value
    with pytest.raises(TrainingError, match=fault.replace(".", r"\.")):
        check_manifest(manifest)


def test_descriptions(tmp_path: Path) -> None:
    path = tmp_path / "entry.json"
    path.write_text(json.dumps({"id": "a", "licence": "b", "component": "bolt"}), encoding="utf-8")
    assert read_description(path, {"id": "other"}).id == "other"
    with pytest.raises(TrainingError, match="unknown key colour"):
        describe({"id": "a", "licence": "b", "colour": 1}, "x")
    with pytest.raises(TrainingError, match="licence must be given"):
        describe({"id": "a"}, "x")
    path.write_text("{", encoding="utf-8")
    with pytest.raises(TrainingError, match=r"entry\.json"):
        read_description(path, {})


@pytest.mark.parametrize(
    ("network", "expected"),
    [
        ("ocinet-b2", "OCINet (PVTv2-b2 encoder)"),
        ("ccnet-r50", "CCNet (ResNet-50 encoder)"),
        ("blendmask-r18", "BlendMask (ResNet-18 backbone)"),
        ("u2netp", "U²-NetP"),
        ("u2net-depthwise", "U²-Net, depthwise"),
    ],
)
def test_architectures(network: str, expected: str) -> None:
    assert architecture(network) == expected
