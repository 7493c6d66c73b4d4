"""Opens what is to be evaluated: a catalog entry, an ONNX file or a checkpoint."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from railscope_training.errors import TrainingError
from railscope_training.evaluation.instance_ap import ImageInstances
from railscope_training.evaluation.instance_detection import DetectionLimits, InstanceDetector, torch_raw_run
from railscope_training.evaluation.pipeline.preprocess import Image, normalised
from railscope_training.evaluation.predictors import TiledPredictor, Tiling, WholePredictor
from railscope_training.evaluation.runners import Run, Runner, flip_averaged, onnx_run, onnx_session, torch_run

#: what the application's manifests say of rail surfaces; for checkpoints, which say nothing of tiles
DEFAULT_TILING = Tiling(source_tile_px=512, overlap_px=64, rail_band=True)
DEFAULT_THRESHOLD = 0.5
DEFAULT_MINIMUM_AREA_PX = 64
#: from which score (after the square root) an instance of a checkpoint is shown
DEFAULT_SCORE = 0.35


@dataclass(frozen=True)
class RunOptions:
    """How a model is run. None = what the model says itself."""

    region: Literal["auto", "full"] = "auto"
    #: the whole picture scaled to the input instead of tiles
    whole: bool = False
    tile_px: int | None = None
    overlap_px: int | None = None
    flips: Sequence[str] = ()
    scales: Sequence[float] = (1.0,)
    threads: int = 2
    device: str = "cpu"
    #: which weight file of a catalog entry
    precision: str = "fp32"


@dataclass(frozen=True)
class OpenedModel:
    """A model ready to predict: maps or instances, one of both."""

    facts: dict[str, Any]
    threshold: float
    minimum_area_px: int
    #: names without background; empty where the model does not say
    classes: tuple[str, ...]
    settings: dict[str, Any] = field(default_factory=dict)
    #: picture → probabilities [K, H, W]
    predict: Callable[[Image], NDArray[np.float32]] | None = None
    #: picture → instances in input pixels, and input pixels per picture pixel
    detect: Callable[[Image], tuple[ImageInstances, float]] | None = None


def open_model(path: Path, options: RunOptions) -> OpenedModel:
    """Open a catalog folder, its manifest, an ONNX file beside a manifest, or a checkpoint (.pt).

    Raises TrainingError for anything else, and where options do not suit the model.
    """
    if path.suffix in {".pt", ".pth", ".ckpt"}:
        return _open_checkpoint(path, options)
    manifest = path / "manifest.json" if path.is_dir() else path
    if path.suffix == ".onnx":
        manifest = path.with_name("manifest.json")
    if manifest.name != "manifest.json":
        raise TrainingError(
            f"{path}: give a catalog folder, its manifest.json, an .onnx file in it, or a .pt checkpoint"
        )
    return _open_catalog_entry(manifest, path if path.suffix == ".onnx" else None, options)


def _open_catalog_entry(path: Path, weights: Path | None, options: RunOptions) -> OpenedModel:
    manifest = _read_manifest(path)
    try:
        named = {one["precision"]: one["file"] for one in manifest["weights"] if one["precision"] != "om"}
        file = weights or path.with_name(named[options.precision])
        shape, thresholds, output = manifest["input"], manifest["thresholds"], manifest["output"]
        size = (int(shape["height"]), int(shape["width"]))
        session = onnx_session(file, options.threads, options.device)
        facts = {
            "id": manifest["id"],
            "architecture": manifest["architecture"],
            "file": file.name,
            "sha256": _sha256(file),
            "runs_on": "onnxruntime " + options.device,
            "precision": options.precision if weights is None else None,
        }
        classes = tuple(one["code"] for one in manifest["classes"])
        own = Tiling(**_tiling_of(manifest["tiling"]))
        if output["kind"] == "instances":
            return _instances_of_session(session, manifest, size, facts, classes, options)
        run = onnx_run(session, shape["name"], output["name"])
    except KeyError as error:
        raise TrainingError(f"{path}: has no {error}; known precisions and fields are those of the schema") from error
    network = _normalising(run, shape["mean"], shape["std"])
    batch = 1 if not shape["batch"]["dynamic"] else int(shape["batch"]["preferred"])
    runner = Runner(network, size, maximum_batch=batch)
    return OpenedModel(
        facts,
        float(thresholds["probability"]),
        int(thresholds["minimumAreaPx"]),
        classes,
        *_predictor(runner, own, options),
    )


def _open_checkpoint(path: Path, options: RunOptions) -> OpenedModel:
    from railscope_training.networks import NETWORKS, Normaliser
    from railscope_training.networks.checkpoint import load_network

    network, meta = load_network(path, options.device)
    spec = NETWORKS[meta["network"]]
    height, width = (int(side) for side in meta["input_size"])
    normaliser = Normaliser(meta["normalisation"]).to(options.device)
    facts = {"id": path.stem, "architecture": meta["network"], "file": path.name, "sha256": _sha256(path)}
    facts["runs_on"] = f"torch {options.device}"
    classes = tuple(meta["classes"])
    if spec.task == "instance":
        _refuse_averaging(options)
        run = torch_raw_run(network, normaliser, options.device)
        detector = InstanceDetector(run, (height, width), DetectionLimits())
        settings = {"input": [height, width], "mode": "whole, proportions kept"}
        return OpenedModel(facts, DEFAULT_SCORE, 0, classes, settings, detect=detector)
    runner = Runner(
        torch_run(network, normaliser, options.device), (height, width), any_size=True, size_multiple=spec.size_multiple
    )
    return OpenedModel(
        facts, DEFAULT_THRESHOLD, DEFAULT_MINIMUM_AREA_PX, classes, *_predictor(runner, DEFAULT_TILING, options)
    )


def _predictor(
    runner: Runner, own: Tiling, options: RunOptions
) -> tuple[dict[str, Any], Callable[[Image], NDArray[np.float32]]]:
    averaged = flip_averaged(runner, options.flips)
    settings: dict[str, Any] = {
        "input": list(runner.input_size),
        "flips": list(options.flips),
        "scales": list(options.scales),
    }
    if options.whole:
        return {**settings, "mode": "whole"}, WholePredictor(averaged, options.scales)
    tiling = Tiling(options.tile_px or own.source_tile_px, _or(options.overlap_px, own.overlap_px), own.rail_band)
    settings |= {"mode": "tiles", "tile_px": tiling.source_tile_px, "overlap_px": tiling.overlap_px}
    settings["region"] = options.region
    return settings, TiledPredictor(averaged, tiling, options.region, options.scales)


def _instances_of_session(
    session: Any,
    manifest: dict[str, Any],
    size: tuple[int, int],
    facts: dict[str, Any],
    classes: tuple[str, ...],
    options: RunOptions,
) -> OpenedModel:
    _refuse_averaging(options)
    output, shape, thresholds = manifest["output"], manifest["input"], manifest["thresholds"]
    names = [output[name] for name in ("boxes", "scores", "classes", "attentions", "bases")]
    own = thresholds["instances"]
    limits = DetectionLimits(
        pre_score=own["preScore"],
        suppression_iou=own["nmsIou"],
        maximum=own["maximumInstances"],
        mask=thresholds["probability"],
    )

    def run(tensor: NDArray[np.float32]) -> list[NDArray[np.float32]]:
        values = normalised(tensor, shape["mean"], shape["std"])
        return [np.asarray(one, np.float32) for one in session.run(names, {shape["name"]: values})]

    settings = {"input": list(size), "mode": "whole, proportions kept"}
    detector = InstanceDetector(run, size, limits)
    return OpenedModel(facts, float(own["score"]), int(thresholds["minimumAreaPx"]), classes, settings, detect=detector)


def _refuse_averaging(options: RunOptions) -> None:
    if options.flips or tuple(options.scales) != (1.0,):
        raise TrainingError("test-time averaging is for maps, not for instances: leave --tta out")


def _normalising(run: Run, mean: Sequence[float], std: Sequence[float]) -> Run:
    return lambda tensor: run(normalised(tensor, mean, std))


def _read_manifest(path: Path) -> dict[str, Any]:
    try:
        manifest = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise TrainingError(f"{path}: cannot be read ({error.strerror})") from error
    except ValueError as error:
        raise TrainingError(f"{path}: is no JSON ({error})") from error
    if not isinstance(manifest, dict):
        raise TrainingError(f"{path}: is no manifest of a model")
    return manifest


def _tiling_of(tiling: dict[str, Any]) -> dict[str, Any]:
    return {
        "source_tile_px": int(tiling["sourceTilePx"]),
        "overlap_px": int(tiling["overlapPx"]),
        "rail_band": bool(tiling["railBand"]),
    }


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _or(value: int | None, other: int) -> int:
    return other if value is None else value
