"""The manifest's schema on the Python side; electron/shared/domain/model.ts is the one that counts.

A manifest that passes here is parsed by the application; a fixture made by this package proves it in its tests.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from railscope_training.errors import TrainingError

COMPONENTS = ("rail-surface", "rail", "fastener", "bolt", "any")
TASKS = ("semantic", "instance", "salient")
PRECISIONS = ("fp32", "fp16", "int8", "om")

Rule = Callable[[Any], bool]


def _text(value: Any) -> bool:
    return isinstance(value, str)


def _number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _whole(minimum: int) -> Rule:
    return lambda value: isinstance(value, int) and not isinstance(value, bool) and value >= minimum


def _share(value: Any) -> bool:
    return _number(value) and 0 <= value <= 1


def _one_of(*allowed: Any) -> Rule:
    return lambda value: value in allowed


def _numbers(positive: bool = False) -> Rule:
    return lambda value: (
        isinstance(value, list) and bool(value) and all(_number(item) and (item > 0 or not positive) for item in value)
    )


def _matches(alphabet: str, length: int | None = None) -> Rule:
    return lambda value: (
        isinstance(value, str) and bool(value) and set(value) <= set(alphabet) and length in (None, len(value))
    )


_SMALL = "abcdefghijklmnopqrstuvwxyz0123456789"
_FILE = _SMALL + _SMALL.upper() + "_.-"

#: path → rule of every required field; "*" stands for each item of a list
REQUIRED: dict[str, Rule] = {
    "schemaVersion": _one_of(1),
    "id": lambda value: _matches(_SMALL + "-")(value) and value[0] != "-",
    "name.zh": _text,
    "name.en": _text,
    "architecture": _text,
    "parameters": _whole(1),
    "task": _one_of(*TASKS),
    "component": _one_of(*COMPONENTS),
    "classes.*.code": _text,
    "input.name": _text,
    "input.width": _whole(1),
    "input.height": _whole(1),
    "input.channels": _one_of(1, 3),
    "input.mean": _numbers(),
    "input.std": _numbers(positive=True),
    "input.batch.dynamic": lambda value: isinstance(value, bool),
    "input.batch.preferred": _whole(1),
    "input.batch.maximum": _whole(1),
    "tiling.sourceTilePx": _whole(1),
    "tiling.overlapPx": _whole(0),
    "tiling.railBand": lambda value: isinstance(value, bool),
    "output.kind": _one_of("probability", "instances"),
    "thresholds.probability": _share,
    "thresholds.minimumAreaPx": _whole(0),
    "thresholds.triage.clear": _number,
    "thresholds.triage.defect": _number,
    "weights.*.precision": _one_of(*PRECISIONS),
    "weights.*.file": _matches(_FILE),
    "weights.*.sha256": _matches("0123456789abcdef", 64),
    "licence": _text,
    "metrics.*.dataset": _text,
    "metrics.*.images": _whole(0),
}
PROBABILITY: dict[str, Rule] = {
    "output.name": _text,
    "output.channels": _whole(1),
    **{f"metrics.*.{key}": _number for key in ("pa", "mIoU", "mDice")},
}
INSTANCES: dict[str, Rule] = {
    **{f"output.{key}": _text for key in ("boxes", "scores", "classes", "attentions", "bases")},
    **{f"output.{key}": _whole(1) for key in ("basisCount", "attentionSide", "roiSide", "basisStride")},
    **{f"thresholds.instances.{key}": _share for key in ("preScore", "score", "nmsIou")},
    "thresholds.instances.maximumInstances": _whole(1),
    **{f"metrics.*.{key}": _number for key in ("boxAp", "boxAp50", "maskAp", "maskAp50")},
}


def check_manifest(manifest: Any) -> None:
    """Raises TrainingError that lists every field which breaks the schema or the limits of the pipeline."""
    if not isinstance(manifest, dict):
        raise TrainingError("manifest.json must hold one JSON object")
    output = manifest.get("output")
    kind = output.get("kind") if isinstance(output, dict) else None
    rules = REQUIRED | (INSTANCES if kind == "instances" else PROBABILITY)
    faults = [fault for path, rule in rules.items() for fault in _faults(manifest, path.split("."), rule, "")]
    for key in ("classes", "weights"):
        if manifest.get(key) == []:
            faults.append(f"{key} is empty")
    training_data = manifest.get("trainingData")
    if not isinstance(training_data, list) or not all(map(_text, training_data)):
        faults.append("trainingData must be a list of texts")
    if not _text(manifest.get("notes", "")):
        faults.append("notes must be a text")
    faults += _contradictions(manifest) if not faults else []
    if faults:
        raise TrainingError(f"manifest.json breaks the application's schema: {'; '.join(faults)}")


def _faults(value: Any, path: list[str], rule: Rule, place: str) -> list[str]:
    """What is wrong at a path below `value`."""
    if not path:
        return [] if rule(value) else [f"{place} is {value!r}"]
    if path[0] == "*":
        if not isinstance(value, list):
            return [f"{place} is no list"]
        return [
            fault for index, item in enumerate(value) for fault in _faults(item, path[1:], rule, f"{place}.{index}")
        ]
    here = f"{place}.{path[0]}" if place else path[0]
    if not isinstance(value, dict) or path[0] not in value:
        return [f"{here} is missing"]
    return _faults(value[path[0]], path[1:], rule, here)


def _contradictions(manifest: dict[str, Any]) -> list[str]:
    """What each field allows but the pipeline cannot do."""
    faults = []
    channels = manifest["input"]["channels"]
    for key in ("mean", "std"):
        if len(manifest["input"][key]) not in (1, channels):
            faults.append(f"input.{key} has {len(manifest['input'][key])} values for {channels} channels")
    if 2 * manifest["tiling"]["overlapPx"] > manifest["tiling"]["sourceTilePx"]:
        faults.append("tiling.overlapPx is more than half a tile")
    if (manifest["output"]["kind"] == "instances") != (manifest["task"] == "instance"):
        faults.append(f"task {manifest['task']} does not go with output {manifest['output']['kind']}")
    return faults
