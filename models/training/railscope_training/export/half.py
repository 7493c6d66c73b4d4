"""fp16 files: weights and activations in half precision, inputs and outputs in float32."""

from __future__ import annotations

import logging

import onnx

from railscope_training.evaluation.optional import need
from railscope_training.export.graph_walk import GraphWalk

#: sums over many values or exponentials
FULL_PRECISION_OPERATORS = (
    *("Softmax", "LayerNormalization", "InstanceNormalization", "GlobalAveragePool", "ReduceMean", "Sigmoid", "Exp"),
    *("Erf", "TopK"),
)


def full_precision_nodes(model: onnx.ModelProto, *, instances: bool) -> set[str]:
    """Names of the nodes that stay in float32.

    Normalisation of the picture, attention logits, norms, softmax, and a detector's decoding.
    """
    walk = GraphWalk(model)
    names = walk.head() | walk.attention_logits() | walk.of_types(FULL_PRECISION_OPERATORS)
    return names | walk.tail() if instances else names


def to_half(model: onnx.ModelProto, *, instances: bool) -> onnx.ModelProto:
    """A half-precision copy. Raises TrainingError without onnxruntime, whose converter does the work."""
    float16 = need("onnxruntime.transformers.float16", "onnxruntime", "fp16 export")
    copied = onnx.ModelProto()
    copied.CopyFrom(model)
    logging.getLogger(float16.__name__).setLevel(logging.ERROR)
    converted = float16.convert_float_to_float16(
        copied,
        keep_io_types=True,
        node_block_list=sorted(full_precision_nodes(model, instances=instances)),
    )
    # casts of the inputs are appended behind the nodes that read them
    sorter = need("onnxruntime.transformers.onnx_model", "onnxruntime", "fp16 export")
    sorter.OnnxModel(converted).topological_sort(is_deterministic=True)
    assert isinstance(converted, onnx.ModelProto)
    return converted
