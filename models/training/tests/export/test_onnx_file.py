"""Exported graphs: operators, equality with the network, half precision, int8."""

from __future__ import annotations

import numpy as np
import onnx
import pytest
import torch
from onnx import TensorProto
from torch import nn

from railscope_training.errors import TrainingError
from railscope_training.export.deployed import deploy, fold_transposed_batch_norms
from railscope_training.export.graph_walk import GraphWalk
from railscope_training.export.half import full_precision_nodes, to_half
from railscope_training.export.int8 import QuantisationOptions, float_nodes, quantise
from railscope_training.export.onnx_file import (
    OPSET,
    UNWANTED_OPERATORS,
    export_network,
    has_dynamic_batch,
    input_size,
    operator_counts,
    read_onnx,
    with_batch_of_one,
)
from railscope_training.export.pictures import made_up_tiles
from railscope_training.export.session import OnnxSession
from railscope_training.networks import create_network


def outputs(module: nn.Module, pictures: np.ndarray) -> list[np.ndarray]:
    with torch.no_grad():
        result = module(torch.from_numpy(pictures))
    return [tensor.numpy() for tensor in (result if isinstance(result, tuple) else (result,))]


def opset_of(model: onnx.ModelProto) -> int:
    return next(entry.version for entry in model.opset_import if entry.domain in ("", "ai.onnx"))


def test_unet_with_a_free_batch(unet: nn.Module) -> None:
    model = export_network(unet, "imagenet", (32, 48), instances=False)
    assert opset_of(model) == OPSET
    assert input_size(model) == (32, 48)
    assert has_dynamic_batch(model)
    pictures = np.random.default_rng(0).random((2, 3, 32, 48), dtype=np.float32)
    (expected,) = outputs(deploy(unet, "imagenet", instances=False), pictures)
    (actual,) = OnnxSession(model).run(pictures)
    assert np.abs(expected - actual).max() < 1e-5
    static = with_batch_of_one(model)
    assert not has_dynamic_batch(static)
    assert np.abs(OnnxSession(static).run(pictures[:1])[0] - expected[:1]).max() < 1e-5


def test_several_classes_are_a_softmax() -> None:
    network = create_network("unet", classes=3, widths=(4, 8)).eval()
    (probability,) = OnnxSession(export_network(network, "half", (16, 16), instances=False)).run(
        np.zeros((1, 3, 16, 16), np.float32)
    )
    assert probability.shape == (1, 3, 16, 16)
    assert probability.sum(axis=1) == pytest.approx(1.0, abs=1e-5)


def test_ocinet_graph_is_plain_and_equal() -> None:
    torch.manual_seed(3)
    network = create_network("ocinet-b0", channels=16).eval()
    model = export_network(network, "imagenet", (32, 32), instances=False)
    counts = operator_counts(model)
    assert not UNWANTED_OPERATORS & counts.keys()
    assert counts["ConvTranspose"] == 3
    pictures = np.random.default_rng(1).random((2, 3, 32, 32), dtype=np.float32)
    (expected,) = outputs(deploy(network, "imagenet", instances=False), pictures)
    assert np.abs(expected - OnnxSession(model).run(pictures)[0]).max() < 1e-5
    # attention logits of 8 blocks (2 products each have one softmax) and of 3 column affinities stay in float32
    kept = GraphWalk(model).attention_logits()
    products = {node.name for node in model.graph.node if node.op_type == "MatMul" and node.name in kept}
    assert len(products) == 8 + 3
    half = onnx.shape_inference.infer_shapes(to_half(model, instances=False))
    kinds = {value.name: value.type.tensor_type.elem_type for value in half.graph.value_info}
    by_name = {node.name: node for node in half.graph.node}
    assert {kinds[by_name[name].output[0]] for name in products} == {TensorProto.FLOAT}
    others = [node for node in half.graph.node if node.op_type == "Conv"]
    assert {kinds[node.output[0]] for node in others} == {TensorProto.FLOAT16}
    assert np.abs(expected - OnnxSession(half).run(pictures)[0]).max() < 2e-2
    # int8 leaves products of activations, the first conv and the logit head alone
    skipped = float_nodes(model)
    assert products <= skipped
    assert GraphWalk(model).products_of_activations() <= skipped
    assert GraphWalk(model).narrow_convs() <= skipped


def test_folding_keeps_the_function() -> None:
    torch.manual_seed(4)
    block = nn.Sequential(nn.ConvTranspose2d(4, 6, 2, 2, bias=False), nn.BatchNorm2d(6), nn.ReLU())
    for _ in range(3):
        block(torch.randn(4, 4, 5, 5) * 3 + 1)
    block.eval()
    x = torch.randn(2, 4, 5, 5)
    expected = block(x)
    assert fold_transposed_batch_norms(block) == 1
    assert isinstance(block[1], nn.Identity)
    assert torch.allclose(block(x), expected, atol=1e-5)


def test_criss_cross_mask_is_a_constant() -> None:
    network = create_network("ccnet-r18", width=8).eval()
    for parameter in network.get_submodule("attention").parameters():
        nn.init.normal_(parameter, std=0.5)
    model = export_network(network, "none", (32, 48), instances=False)
    assert not UNWANTED_OPERATORS & operator_counts(model).keys()
    pictures = np.random.default_rng(2).random((2, 3, 32, 48), dtype=np.float32)
    (expected,) = outputs(deploy(network, "none", instances=False), pictures)
    assert np.abs(expected - OnnxSession(model).run(pictures)[0]).max() < 1e-4


def test_detector_graph(detector: nn.Module) -> None:
    model = export_network(detector, "imagenet", (64, 96), instances=True, top_per_level=6)
    counts = operator_counts(model)
    assert counts["TopK"] == 5
    assert not {"NonMaxSuppression", "RoiAlign", *UNWANTED_OPERATORS} & counts.keys()
    assert not has_dynamic_batch(model)
    pictures = np.random.default_rng(3).random((1, 3, 64, 96), dtype=np.float32)
    expected = outputs(deploy(detector, "imagenet", instances=True, top_per_level=6), pictures)
    actual = OnnxSession(model).run(pictures)
    assert [value.shape for value in actual] == [(1, 21, 4), (1, 21), (1, 21), (1, 21, 784), (1, 4, 16, 24)]
    for first, second in zip(expected, actual, strict=True):
        assert np.abs(first - second).max() < 1e-3
    assert {node.name for node in model.graph.node if node.op_type == "TopK"} <= full_precision_nodes(
        model, instances=True
    )
    last = GraphWalk(model).last_convs()
    assert len(last) == 5 * 4 + 1
    assert last <= float_nodes(model)


def test_int8_rounds_inner_convs_only(unet: nn.Module) -> None:
    model = export_network(unet, "imagenet", (32, 32), instances=False)
    tiles = made_up_tiles((32, 32), 9)
    rounded = quantise(model, tiles.images, QuantisationOptions())
    walk = GraphWalk(rounded)
    convs = [node for node in rounded.graph.node if node.op_type == "Conv"]
    weights_rounded = [
        node.input[1] in walk.producers and walk.producers[node.input[1]].op_type == "DequantizeLinear"
        for node in convs
    ]
    assert weights_rounded[0] is False
    assert weights_rounded[-1] is False
    assert all(weights_rounded[1:-1])
    scales = [walk.producers[node.input[1]].input[1] for node in convs[1:-1]]
    assert all(walk.shapes[scale] != () for scale in scales), "weights must have one scale per channel"
    pictures = tiles.images[:1].astype(np.float32) / 255
    difference = np.abs(OnnxSession(rounded).run(pictures)[0] - OnnxSession(model).run(pictures)[0])
    assert 0 < difference.mean() < 0.1


def test_int8_without_tiles_is_refused(unet: nn.Module) -> None:
    model = export_network(unet, "imagenet", (32, 32), instances=False)
    with pytest.raises(TrainingError, match="calibrate"):
        quantise(model, np.zeros((0, 3, 32, 32), np.uint8), QuantisationOptions())


def test_files_that_are_no_model(tmp_path: object) -> None:
    from pathlib import Path

    path = Path(str(tmp_path), "x.onnx")
    with pytest.raises(TrainingError, match="no such"):
        read_onnx(path)
    path.write_bytes(b"not a model")
    with pytest.raises(TrainingError, match="no ONNX model"):
        read_onnx(path)
