"""manifest.json of a catalog entry, as electron/shared/domain/model.ts defines it."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from railscope_training.errors import TrainingError
from railscope_training.export.manifest_check import check_manifest
from railscope_training.export.onnx_file import INPUT
from railscope_training.networks import RawInstances

ARCHITECTURES = {
    "ocinet": "OCINet (PVTv2-{} encoder)",
    "unet": "U-Net",
    "ccnet": "CCNet (ResNet-{} encoder)",
    "u2net": "U²-Net",
    "u2netp": "U²-NetP",
    "blendmask": "BlendMask (ResNet-{} backbone)",
}


@dataclass(frozen=True)
class EntryDescription:
    """What a catalog entry says besides what the network itself tells; keys of `--entry FILE.json`."""

    id: str
    licence: str
    name: Mapping[str, str] = field(default_factory=dict)
    component: str = "any"
    classes: Sequence[str] = ("defect",)
    training_data: Sequence[str] = ()
    metrics: Sequence[Mapping[str, Any]] = ()
    notes: str | None = None
    source_tile_px: int = 512
    overlap_px: int = 64
    rail_band: bool = False
    probability: float = 0.5
    minimum_area_px: int = 64
    triage: Mapping[str, float] = field(default_factory=lambda: {"clear": 0.6, "defect": 0.8})
    instances: Mapping[str, float] = field(
        default_factory=lambda: {"preScore": 0.05, "score": 0.35, "nmsIou": 0.6, "maximumInstances": 100}
    )

    def __post_init__(self) -> None:
        if not re.fullmatch(r"[a-z0-9][a-z0-9-]*", self.id):
            raise TrainingError(f"the id '{self.id}' must consist of small letters, digits and hyphens")
        if not self.licence:
            raise TrainingError("the entry must state a licence")


@dataclass(frozen=True)
class NetworkFacts:
    """What the network tells.

    `size` (height, width), `channels` class outputs, `detector` None or (bases, side of an attention).
    """

    network: str
    task: str
    parameters: int
    size: tuple[int, int]
    channels: int
    dynamic_batch: bool
    detector: tuple[int, int] | None = None


def read_description(path: str | Path, overrides: Mapping[str, Any]) -> EntryDescription:
    """The description in a JSON file, single keys replaced. Raises TrainingError, naming the key, when unusable."""
    try:
        contents = json.loads(Path(path).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise TrainingError(f"{path}: cannot be read as JSON ({error})") from error
    if not isinstance(contents, dict):
        raise TrainingError(f"{path}: must hold one JSON object")
    return describe({**contents, **overrides}, str(path))


def describe(values: Mapping[str, Any], origin: str) -> EntryDescription:
    """A description from plain values. Raises TrainingError on an unknown or missing key."""
    known = set(EntryDescription.__dataclass_fields__)
    unknown = sorted(set(values) - known)
    if unknown:
        raise TrainingError(f"{origin}: unknown key {', '.join(unknown)}; known: {', '.join(sorted(known))}")
    missing = [key for key in ("id", "licence") if not values.get(key)]
    if missing:
        raise TrainingError(f"{origin}: {' and '.join(missing)} must be given")
    return EntryDescription(**values)


def architecture(network: str) -> str:
    """The name that people know, from a registry name."""
    family, _, variant = network.partition("-")
    size = variant.removeprefix("r") if family in ("ccnet", "blendmask") else variant
    text = ARCHITECTURES.get(family, network).format(size)
    return f"{text}, {variant}" if variant and "{" not in ARCHITECTURES.get(family, "{") else text


def build_manifest(
    description: EntryDescription, facts: NetworkFacts, weights: Sequence[Mapping[str, str]]
) -> dict[str, Any]:
    """The manifest. `weights` are entries of `weight_entry`. Raises TrainingError when it breaks the schema."""
    if len(description.classes) != facts.channels:
        raise TrainingError(
            f"the network has {facts.channels} class outputs, the entry names {len(description.classes)} classes; "
            "name one for each (key 'classes')"
        )
    height, width = facts.size
    label = architecture(facts.network)
    batch = {"dynamic": facts.dynamic_batch, "preferred": 4, "maximum": 16} if facts.dynamic_batch else None
    thresholds: dict[str, Any] = {
        "probability": description.probability,
        "minimumAreaPx": description.minimum_area_px,
        "triage": dict(description.triage),
    }
    if facts.detector is not None:
        thresholds["instances"] = dict(description.instances)
    manifest: dict[str, Any] = {
        "schemaVersion": 1,
        "id": description.id,
        "name": {language: description.name.get(language, label) for language in ("zh", "en")},
        "architecture": label,
        "parameters": facts.parameters,
        "task": facts.task,
        "component": description.component,
        "classes": [{"code": code} for code in description.classes],
        "input": {
            "name": INPUT,
            "width": width,
            "height": height,
            "channels": 3,
            "mean": [0, 0, 0],
            "std": [1, 1, 1],
            "batch": batch or {"dynamic": False, "preferred": 1, "maximum": 1},
        },
        "tiling": {
            "sourceTilePx": description.source_tile_px,
            "overlapPx": description.overlap_px,
            "railBand": description.rail_band,
        },
        "output": _output(facts),
        "thresholds": thresholds,
        "weights": [dict(entry) for entry in weights],
        "licence": description.licence,
        "trainingData": list(description.training_data),
        "metrics": [dict(entry) for entry in description.metrics],
    }
    if description.notes:
        manifest["notes"] = description.notes
    check_manifest(manifest)
    return manifest


def weight_entry(folder: Path, file: str, precision: str) -> dict[str, str]:
    """The manifest's entry of a file in `folder`, with its hash."""
    return {"precision": precision, "file": file, "sha256": hashlib.sha256((folder / file).read_bytes()).hexdigest()}


def read_manifest(path: Path) -> dict[str, Any]:
    """A manifest of the catalog, checked. Raises TrainingError when it is missing or breaks the schema."""
    try:
        manifest = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise TrainingError(f"{path}: cannot be read as JSON ({error})") from error
    check_manifest(manifest)
    return dict(manifest)


def write_json(path: Path, value: Any) -> None:
    """Write a value as indented JSON. Raises TrainingError when it cannot be written."""
    try:
        path.write_text(json.dumps(value, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    except OSError as error:
        raise TrainingError(f"{path}: cannot be written ({error})") from error


def _output(facts: NetworkFacts) -> dict[str, Any]:
    if facts.detector is None:
        return {"name": "probability", "kind": "probability", "channels": facts.channels}
    basis_count, attention_side = facts.detector
    return {
        "kind": "instances",
        **{name: name for name in RawInstances._fields},
        "basisCount": basis_count,
        "attentionSide": attention_side,
        "roiSide": 56,
        "basisStride": 4,
    }
