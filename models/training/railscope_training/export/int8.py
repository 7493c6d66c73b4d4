"""int8 files: static quantisation (QDQ), weights per channel, calibrated on representative tiles."""

from __future__ import annotations

import contextlib
import io
import logging
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
import onnx
from numpy.typing import NDArray

from railscope_training.errors import TrainingError
from railscope_training.evaluation.optional import need
from railscope_training.export.graph_walk import GraphWalk
from railscope_training.export.onnx_file import has_dynamic_batch

Calibration = Literal["percentile", "entropy", "minmax"]
#: softmax, norms, GELU, σ and products of activations are not among them
QUANTISED_OPERATORS = ("Conv", "Gemm", "MatMul", "MaxPool", "Concat", "Resize")
MINIMUM_TILES, MAXIMUM_TILES = 200, 500


@dataclass(frozen=True)
class QuantisationOptions:
    """`weight_bits` 7 is exact on every CPU; 8 is finer but overflows on x86 without VNNI."""

    calibration: Calibration = "percentile"
    percentile: float = 99.99
    weight_bits: Literal[7, 8] = 7


def float_nodes(model: onnx.ModelProto) -> set[str]:
    """Names of the nodes that stay in float: first convs, logit heads (all last and narrow convs), attention."""
    walk = GraphWalk(model)
    return (
        walk.first_convs()
        | walk.last_convs()
        | walk.narrow_convs()
        | walk.attention_logits()
        | walk.products_of_activations()
        | walk.tail()
    )


def quantise(model: onnx.ModelProto, tiles: NDArray[np.uint8], options: QuantisationOptions) -> onnx.ModelProto:
    """The quantised model. `tiles` uint8 [N, 3, H, W] at input size are what its ranges are measured on.

    Raises TrainingError without onnxruntime or without tiles.
    """
    if len(tiles) == 0:
        raise TrainingError("int8 needs pictures to calibrate with; name a folder or a pack")
    quantization = need("onnxruntime.quantization", "onnxruntime", "int8 export")
    methods = {
        "percentile": quantization.CalibrationMethod.Percentile,
        "entropy": quantization.CalibrationMethod.Entropy,
        "minmax": quantization.CalibrationMethod.MinMax,
    }
    level = logging.getLogger().level
    with tempfile.TemporaryDirectory(prefix="railscope-int8-") as folder:
        plain, prepared, result = (Path(folder, f"{name}.onnx") for name in ("plain", "prepared", "int8"))
        onnx.save(model, plain)
        try:
            logging.getLogger().setLevel(logging.ERROR)
            with contextlib.redirect_stdout(io.StringIO()):
                quantization.quant_pre_process(plain, prepared, skip_symbolic_shape=True)
                quantization.quantize_static(
                    prepared,
                    result,
                    _TileReader(model.graph.input[0].name, tiles, batch=4 if has_dynamic_batch(model) else 1),
                    quant_format=quantization.QuantFormat.QDQ,
                    op_types_to_quantize=list(QUANTISED_OPERATORS),
                    per_channel=True,
                    reduce_range=options.weight_bits == 7,
                    activation_type=quantization.QuantType.QUInt8,
                    weight_type=quantization.QuantType.QInt8,
                    nodes_to_exclude=sorted(float_nodes(onnx.load(prepared))),
                    calibrate_method=methods[options.calibration],
                    extra_options={"CalibPercentile": options.percentile, "CalibStridedMinMax": 1},
                )
        finally:
            logging.getLogger().setLevel(level)
        return onnx.load(result)


class _TileReader:
    """Feeds tiles batch by batch; ranges are counted after each batch, so that memory holds one batch only."""

    def __init__(self, name: str, tiles: NDArray[np.uint8], batch: int) -> None:
        self._name = name
        self._tiles = tiles
        self._batch = batch
        self._range = iter(range(len(self)))

    def __len__(self) -> int:
        return -(-len(self._tiles) // self._batch)

    def set_range(self, start_index: int, end_index: int) -> None:
        """Restrict to these batches."""
        self._range = iter(range(start_index, end_index))

    def get_next(self) -> dict[str, Any] | None:
        """The next batch, or None."""
        index = next(self._range, None)
        if index is None:
            return None
        tiles = self._tiles[index * self._batch : (index + 1) * self._batch]
        return {self._name: tiles.astype(np.float32) / 255.0}
