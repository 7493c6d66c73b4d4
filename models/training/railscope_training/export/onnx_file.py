"""ONNX files: export by the tracing exporter, simplification, and what a graph must not hold."""

from __future__ import annotations

import inspect
import tempfile
import warnings
from collections import Counter
from pathlib import Path
from typing import Any

import onnx
import torch
from torch import nn

from railscope_training.errors import TrainingError
from railscope_training.export.deployed import DETECTOR_OUTPUTS, SEGMENTER_OUTPUTS, DeployedDetector, deploy

OPSET = 17
INPUT = "image"
#: operators that neither the Ascend compiler nor a quantiser deals with well; each has a form without it
UNWANTED_OPERATORS = frozenset({"Shape", "If", "Loop", "Scan", "EyeLike", "Einsum", "NonZero", "BatchNormalization"})


def export_network(
    network: nn.Module,
    normalisation: str,
    size: tuple[int, int],
    *,
    instances: bool,
    dynamic_batch: bool = True,
    top_per_level: int | None = None,
) -> onnx.ModelProto:
    """A network as an ONNX model with normalisation and probabilities inside, opset 17.

    `size` is (height, width). The batch is dynamic unless `dynamic_batch` is False; detectors are always static.
    Needs torch and onnx only; with onnxslim installed the graph is simplified too.
    Raises TrainingError when the graph holds operators that the targets cannot take.
    """
    module = deploy(network, normalisation, instances=instances, top_per_level=top_per_level)
    model = simplify(trace(module, size, dynamic_batch=dynamic_batch and not instances))
    unwanted = sorted(UNWANTED_OPERATORS & operator_counts(model).keys())
    if unwanted:
        raise TrainingError(f"the exported graph holds {', '.join(unwanted)}; the network must be written without them")
    return model


def trace(module: nn.Module, size: tuple[int, int], *, dynamic_batch: bool) -> onnx.ModelProto:
    """The graph of a wrapped network in eval mode, constants folded."""
    outputs = DETECTOR_OUTPUTS if isinstance(module, DeployedDetector) else SEGMENTER_OUTPUTS
    picture = torch.zeros(1, 3, *size)
    axes = {name: {0: "batch"} for name in (INPUT, *outputs)} if dynamic_batch else None
    # only torch 2.5 and later know the flag; without it the newest ones take another exporter
    flags: dict[str, Any] = {"dynamo": False} if "dynamo" in inspect.signature(torch.onnx.export).parameters else {}
    with torch.no_grad(), warnings.catch_warnings(), tempfile.TemporaryDirectory(prefix="railscope-onnx-") as folder:
        file = Path(folder, "network.onnx")
        warnings.simplefilter("ignore")
        module(picture)
        torch.onnx.export(
            module,
            (picture,),
            str(file),
            opset_version=OPSET,
            do_constant_folding=True,
            input_names=[INPUT],
            output_names=list(outputs),
            dynamic_axes=axes,
            **flags,
        )
        return with_node_names(onnx.load(file))


def simplify(model: onnx.ModelProto) -> onnx.ModelProto:
    """The model with redundant nodes removed, if onnxslim is installed; otherwise as it is."""
    try:
        import onnxslim
    except ImportError:
        return model
    slim = onnxslim.slim(model)
    assert isinstance(slim, onnx.ModelProto)
    return with_node_names(slim)


def operator_counts(model: onnx.ModelProto) -> Counter[str]:
    """Operator → how often it occurs."""
    return Counter(node.op_type for node in model.graph.node)


def read_onnx(path: str | Path) -> onnx.ModelProto:
    """The model in a file. Raises TrainingError when it is missing or no ONNX model."""
    if not Path(path).is_file():
        raise TrainingError(f"{path}: no such ONNX file")
    try:
        model = onnx.load(str(path))
        onnx.checker.check_model(model)
        return with_node_names(model)
    except Exception as error:
        raise TrainingError(f"{path}: is no ONNX model ({str(error).splitlines()[0][:200]})") from error


def write_onnx(model: onnx.ModelProto, path: Path) -> None:
    """Check and write a model. Raises TrainingError when it cannot be written."""
    onnx.checker.check_model(model)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(model.SerializeToString())
    except OSError as error:
        raise TrainingError(f"{path}: cannot be written ({error})") from error


def with_batch_of_one(model: onnx.ModelProto) -> onnx.ModelProto:
    """A copy whose inputs and outputs have the fixed batch 1."""
    fixed = onnx.ModelProto()
    fixed.CopyFrom(model)
    del fixed.graph.value_info[:]
    for value in (*fixed.graph.input, *fixed.graph.output):
        dimension = value.type.tensor_type.shape.dim[0]
        if dimension.dim_param or dimension.dim_value <= 0:
            dimension.dim_value = 1
    return onnx.shape_inference.infer_shapes(fixed)


def with_node_names(model: onnx.ModelProto) -> onnx.ModelProto:
    """The model itself, nodes without a name named by operator and index."""
    for index, node in enumerate(model.graph.node):
        if not node.name:
            node.name = f"{node.op_type}_{index}"
    return model


def input_size(model: onnx.ModelProto) -> tuple[int, int]:
    """(height, width) of the picture input. Raises TrainingError when the model has another or a dynamic one."""
    dimensions = [dimension.dim_value for dimension in model.graph.input[0].type.tensor_type.shape.dim]
    if len(dimensions) != 4 or dimensions[1] != 3 or dimensions[2] <= 0 or dimensions[3] <= 0:
        raise TrainingError(f"the model's input is {dimensions}; expected [batch, 3, height, width] of fixed size")
    return dimensions[2], dimensions[3]


def output_channels(model: onnx.ModelProto) -> int:
    """Channels of the first output."""
    return int(model.graph.output[0].type.tensor_type.shape.dim[1].dim_value)


def has_dynamic_batch(model: onnx.ModelProto) -> bool:
    """Whether the first axis of the input is free."""
    return bool(model.graph.input[0].type.tensor_type.shape.dim[0].dim_param)
