"""Writing a catalog entry: every file is made and compared in a draft folder, which then takes its place."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from torch import nn

from railscope_training.errors import TrainingError
from railscope_training.export import parity
from railscope_training.export.atc import write_atc_files
from railscope_training.export.deployed import deploy
from railscope_training.export.half import to_half
from railscope_training.export.int8 import QuantisationOptions, quantise
from railscope_training.export.manifest import (
    EntryDescription,
    NetworkFacts,
    build_manifest,
    read_manifest,
    weight_entry,
    write_json,
)
from railscope_training.export.onnx_file import (
    export_network,
    output_channels,
    read_onnx,
    simplify,
    with_batch_of_one,
    write_onnx,
)
from railscope_training.export.parity import ParityRow, Precision
from railscope_training.export.pictures import Tiles
from railscope_training.export.session import OnnxSession
from railscope_training.networks.registry import network_spec
from railscope_training.networks.specification import parameter_count

#: parts that only training uses
TRAINING_PARTS = ("auxiliary", "basis.semantic")
PARITY_FILE = "parity.json"


@dataclass(frozen=True)
class ExportOptions:
    """What to write. `parity_tiles` are compared, `calibration_tiles` measure the ranges of int8."""

    precisions: Sequence[Precision]
    parity_tiles: Tiles
    calibration_tiles: Tiles | None = None
    quantisation: QuantisationOptions = field(default_factory=QuantisationOptions)
    top_per_level: int = 100
    allow_parity_failure: bool = False
    replace: bool = False


def export_entry(
    network: nn.Module,
    meta: dict[str, Any],
    description: EntryDescription,
    catalog: Path,
    options: ExportOptions,
) -> tuple[Path, list[ParityRow]]:
    """Write `catalog/<id>` for a network with its checkpoint's contents (`network`, `normalisation`, `input_size`).

    Returns the folder and the parity table. Raises TrainingError when a file fails the parity gate (nothing is
    written then, unless allowed), the manifest breaks the schema, or the folder exists and may not be replaced.
    """
    spec = network_spec(meta["network"])
    instances = spec.task == "instance"
    size = (int(meta["input_size"][0]), int(meta["input_size"][1]))
    target = catalog / description.id
    if target.exists() and not options.replace:
        raise TrainingError(f"{target}: exists already; choose another id, or replace it (--replace)")
    model = export_network(
        network, meta["normalisation"], size, instances=instances, top_per_level=options.top_per_level
    )
    module = deploy(network, meta["normalisation"], instances=instances, top_per_level=options.top_per_level)
    precisions: list[Precision] = ["fp32", *(entry for entry in options.precisions if entry != "fp32")]
    with _Draft(target) as draft:
        rows, weights = _write_precisions(
            draft,
            description.id,
            description.probability,
            model,
            precisions,
            options,
            lambda tiles: _run_module(module, tiles),
            instances=instances,
        )
        facts = NetworkFacts(
            network=meta["network"],
            task=spec.task,
            parameters=deployed_parameter_count(network),
            size=size,
            channels=int(network.classes) if instances else output_channels(model),  # type: ignore[arg-type]
            dynamic_batch=not instances,
            detector=(int(network.basis_count), int(network.attention_side)) if instances else None,  # type: ignore[arg-type]
        )
        write_json(draft / "manifest.json", build_manifest(description, facts, weights))
        write_json(draft / "recipe.json", _recipe(meta, options))
        write_atc_files(draft / "atc", description.id, with_batch_of_one(model), instances=instances)
    return target, rows


def extend_entry(folder: Path, options: ExportOptions) -> list[ParityRow]:
    """Add fp16 or int8 files to an existing entry, compared with its own fp32 file; manifest and table follow.

    Raises TrainingError when the entry has no fp32 file or a new file fails the parity gate (nothing is changed then).
    """
    manifest = read_manifest(folder / "manifest.json")
    full = next((entry for entry in manifest["weights"] if entry["precision"] == "fp32"), None)
    if full is None:
        raise TrainingError(f"{folder}: has no fp32 file to start from")
    added: Sequence[Precision] = [precision for precision in options.precisions if precision != "fp32"]
    if not added:
        raise TrainingError("an existing entry takes fp16 or int8 files; name one of them (--precision)")
    original = read_onnx(folder / full["file"])
    model = simplify(original)
    instances = manifest["output"]["kind"] == "instances"
    threshold = float(manifest["thresholds"]["probability"])
    session = OnnxSession(original)
    with _Draft(folder, copy=True) as draft:
        rows, weights = _write_precisions(
            draft, manifest["id"], threshold, model, added, options, session.run_tiles, instances=instances
        )
        kept = [entry for entry in manifest["weights"] if entry["precision"] not in added]
        manifest["weights"] = kept + weights
        write_json(draft / "manifest.json", manifest)
        if not (draft / "atc").exists():
            write_atc_files(draft / "atc", manifest["id"], with_batch_of_one(model), instances=instances)
    return rows


def deployed_parameter_count(network: nn.Module) -> int:
    """Parameters without the parts that only training uses."""
    modules = dict(network.named_modules())
    return parameter_count(network) - sum(parameter_count(modules[name]) for name in TRAINING_PARTS if name in modules)


def _write_precisions(
    draft: Path,
    model_id: str,
    threshold: float,
    model: onnx.ModelProto,
    precisions: Sequence[Precision],
    options: ExportOptions,
    reference: Callable[[NDArray[np.uint8]], Iterable[parity.Outputs]],
    *,
    instances: bool,
) -> tuple[list[ParityRow], list[dict[str, str]]]:
    """Write the files and the parity table; the gate is applied once all are compared."""
    rows, weights = [], []
    for precision in precisions:
        converted = convert(model, precision, options, instances=instances)
        file = f"{model_id}.onnx" if precision == "fp32" else f"{model_id}.{precision}.onnx"
        write_onnx(converted, draft / file)
        tiles = options.parity_tiles
        rows.append(
            parity.compare(
                precision,
                reference(tiles.images),
                OnnxSession(converted).run_tiles(tiles.images),
                tiles.masks,
                instances=instances,
                threshold=threshold,
                origin=tiles.origin,
            )
        )
        weights.append(weight_entry(draft, file, precision))
    _write_parity(draft, rows)
    failed = [row for row in rows if not row.passed]
    if failed and not options.allow_parity_failure:
        faults = "; ".join(f"{row.precision}: {row.remark}" for row in failed)
        raise TrainingError(
            f"parity gate: {faults}. Nothing was written; --allow-parity-failure writes it all the same"
        )
    return rows, weights


def convert(
    model: onnx.ModelProto, precision: Precision, options: ExportOptions, *, instances: bool
) -> onnx.ModelProto:
    """The model in a precision. Raises TrainingError for int8 without calibration tiles."""
    if precision == "fp32":
        return model
    if precision == "fp16":
        return to_half(model, instances=instances)
    if options.calibration_tiles is None:
        raise TrainingError("int8 needs pictures to calibrate with (--pictures FOLDER or --pack FILE)")
    return quantise(model, options.calibration_tiles.images, options.quantisation)


def _run_module(module: nn.Module, tiles: NDArray[np.uint8]) -> Iterable[parity.Outputs]:
    """Outputs of the wrapped network, tile by tile."""
    for tile in tiles:
        with torch.no_grad():
            result = module(torch.from_numpy(tile[None].astype(np.float32) / 255.0))
        yield [tensor.numpy() for tensor in (result if isinstance(result, tuple) else (result,))]


def _write_parity(draft: Path, rows: Sequence[ParityRow]) -> None:
    """parity.json and parity.md; rows of precisions that were not compared now are kept."""
    file = draft / PARITY_FILE
    entries = {row.precision: row.to_json() for row in rows}
    if file.is_file():
        for entry in json.loads(file.read_text(encoding="utf-8")):
            entries.setdefault(entry["precision"], entry)
    ordered = [entries[precision] for precision in ("fp32", "fp16", "int8") if precision in entries]
    write_json(file, ordered)
    (draft / "parity.md").write_text(parity.markdown([ParityRow(**entry) for entry in ordered]), encoding="utf-8")


def _recipe(meta: dict[str, Any], options: ExportOptions) -> dict[str, Any]:
    """How the entry came about: the checkpoint's settings and measurements, and how it was exported."""
    calibration = options.calibration_tiles
    return {
        **{
            key: meta.get(key)
            for key in ("network", "options", "normalisation", "input_size", "classes", "experiment", "metrics")
        },
        "export": {
            "torch": torch.__version__,
            "onnx": onnx.__version__,
            "calibrationTiles": None if calibration is None else len(calibration.images),
            "calibrationTilesWithoutDefect": None if calibration is None else calibration.without_defect,
            "calibrationOrigin": None if calibration is None else calibration.origin,
            "weightBits": options.quantisation.weight_bits,
            "calibration": options.quantisation.calibration,
        },
    }


class _Draft:
    """A folder beside the target that takes its place when the block ends well, and vanishes otherwise."""

    def __init__(self, target: Path, *, copy: bool = False) -> None:
        self._target = target
        self._folder = target.with_name(f".{target.name}.part")
        self._copy = copy

    def __enter__(self) -> Path:
        shutil.rmtree(self._folder, ignore_errors=True)
        try:
            if self._copy:
                shutil.copytree(self._target, self._folder)
            else:
                self._folder.mkdir(parents=True)
        except OSError as error:
            raise TrainingError(f"{self._folder}: cannot be made ({error})") from error
        return self._folder

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is not None:
            shutil.rmtree(self._folder, ignore_errors=True)
            return
        old = self._target.with_name(f".{self._target.name}.old")
        shutil.rmtree(old, ignore_errors=True)
        if self._target.exists():
            self._target.rename(old)
        self._folder.rename(self._target)
        shutil.rmtree(old, ignore_errors=True)
