"""Rows of the study and how they are measured and printed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import onnx
from torch import nn

from railscope_training.evaluation.overlap import OverlapCounts, count_boolean_overlap, strict_score
from railscope_training.export.entry import ExportOptions, convert
from railscope_training.export.onnx_file import export_network
from railscope_training.export.parity import Precision, predicted_mask
from railscope_training.export.pictures import Tiles
from railscope_training.export.session import OnnxSession
from railscope_training.networks.specification import parameter_count
from railscope_training.study.latency import LatencyOptions, Machine, median_latency_ms
from railscope_training.study.macs import count_macs

PRECISIONS: tuple[Precision, ...] = ("fp32", "fp16", "int8")
STUDIED = ("u2net", "u2netp", "u2net-grouped", "u2net-depthwise", "unet", "unet-slim")


@dataclass(frozen=True)
class FileRow:
    """One file: megabytes (10⁶ bytes), latency, and pooled scores where labels were given."""

    megabytes: float
    latency_ms: float
    iou: float | None
    dice: float | None


@dataclass(frozen=True)
class StudyRow:
    """One network. `weights` says where they come from."""

    network: str
    weights: str
    size: tuple[int, int]
    parameters: int
    macs: int
    files: dict[Precision, FileRow] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        return asdict(self)


@dataclass(frozen=True)
class StudyOptions:
    """`calibration_tiles` feed int8; `labelled_tiles`, where given, measure accuracy (trained weights only)."""

    latency: LatencyOptions
    calibration_tiles: Tiles
    labelled_tiles: Tiles | None
    threshold: float = 0.5


def measure(
    name: str, network: nn.Module, normalisation: str, weights: str, *, trained: bool, options: StudyOptions
) -> StudyRow:
    """All figures of one network at the size of the calibration tiles. Raises TrainingError without onnxruntime."""
    height, width = options.calibration_tiles.images.shape[2:]
    model = export_network(network, normalisation, (height, width), instances=False)
    conversion = ExportOptions(
        precisions=PRECISIONS, parity_tiles=options.calibration_tiles, calibration_tiles=options.calibration_tiles
    )
    labelled = options.labelled_tiles if trained else None
    row = StudyRow(name, weights, (height, width), parameter_count(network), count_macs(network, (height, width)))
    for precision in PRECISIONS:
        converted = convert(model, precision, conversion, instances=False)
        iou, dice = (None, None) if labelled is None else _scores(converted, labelled, options.threshold)
        row.files[precision] = FileRow(
            megabytes=converted.ByteSize() / 1e6,
            latency_ms=median_latency_ms(converted, options.latency),
            iou=iou,
            dice=dice,
        )
    return row


def markdown(rows: Sequence[StudyRow], machine: Machine) -> str:
    """The table, with the machine above it."""
    lines = [
        f"{machine.processor}, {machine.threads} threads, onnxruntime {machine.onnxruntime}; "
        "median latency of one picture, size of the ONNX file (10⁶ bytes), MACs of convs and linear layers.",
        "",
        "| network | weights | input | parameters | GMAC | MB fp32 / fp16 / int8 | ms fp32 / fp16 / int8 "
        "| IoU fp32 / fp16 / int8 | Dice fp32 / fp16 / int8 |",
        "|---|---|---|---:|---:|---:|---:|---:|---:|",
    ]
    for row in rows:
        files = [row.files[precision] for precision in PRECISIONS]
        cells = (
            row.network,
            row.weights,
            f"{row.size[0]}×{row.size[1]}",
            f"{row.parameters:,}",
            f"{row.macs / 1e9:.1f}",
            " / ".join(f"{file.megabytes:.1f}" for file in files),
            " / ".join(f"{file.latency_ms:.0f}" for file in files),
            " / ".join(_score_text(file.iou) for file in files),
            " / ".join(_score_text(file.dice) for file in files),
        )
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def _score_text(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"


def _scores(model: onnx.ModelProto, tiles: Tiles, threshold: float) -> tuple[float | None, float | None]:
    """Pooled IoU and Dice of a file on labelled tiles."""
    assert tiles.masks is not None
    counts = OverlapCounts(0, 0, 0)
    for outputs, mask in zip(OnnxSession(model).run_tiles(tiles.images), tiles.masks, strict=True):
        predicted = predicted_mask(outputs, threshold, instances=False)
        counts += count_boolean_overlap(predicted, mask > 0, mask != 255)
    score = strict_score(counts)
    return score.iou, score.dice
