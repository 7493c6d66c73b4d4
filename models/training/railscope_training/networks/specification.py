"""Parameter counts that the specification gives, and the counting that is compared with them.

Counted are weights, biases and the affine terms of norms (frozen ones too), not running statistics.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from torch import nn


def parameter_count(module: nn.Module) -> int:
    """Number of parameters of a module, shared ones once."""
    return sum(parameter.numel() for parameter in module.parameters())


@dataclass(frozen=True)
class SpecifiedNetwork:
    """One row: a network of the registry, how it is built, and the count the specification gives.

    `modules` maps a part's name to the module paths that make it up and their common count.
    """

    label: str
    network: str
    classes: int
    parameters: int
    options: Mapping[str, Any] = field(default_factory=dict)
    modules: Mapping[str, tuple[tuple[str, ...], int]] = field(default_factory=dict)


def _one(path: str, count: int) -> tuple[tuple[str, ...], int]:
    return (path,), count


def _stages(counts: tuple[tuple[int, int, int], ...]) -> dict[str, tuple[tuple[str, ...], int]]:
    """Rows of the PVTv2 table: embedding, blocks, norm of each stage."""
    rows = {}
    for index, stage in enumerate(counts):
        for part, count in zip(("embedding", "blocks", "norm"), stage, strict=True):
            rows[f"PVTv2 stage {index + 1} {part}"] = _one(f"encoder.stages.{index}.{part}", count)
    return rows


_INTERACTIONS = {"channel": 8_192, "spatial": 196, "position": 394_754}
_OCINET_MODULES = {
    "PVTv2-b2": _one("encoder", 24_849_856),
    **_stages(
        (
            (9_600, 1_051_392, 128),
            (74_112, 2_410_496, 256),
            (369_600, 9_937_920, 640),
            (1_476_096, 9_518_592, 1_024),
        )
    ),
    **{f"R{i + 1}": _one(f"reduce.{i}", count) for i, count in enumerate((73_984, 147_712, 368_896, 590_080))},
    **{
        f"{kind} interaction {pair + 1}": _one(f"{kind}_interaction.pairs.{pair}", count)
        for kind, count in _INTERACTIONS.items()
        for pair in range(3)
    },
    **{
        f"{kind} fuse {level}": _one(f"{kind}_interaction.fuse{level}", 147_712)
        for kind in _INTERACTIONS
        for level in (2, 3)
    },
    "DR4": _one("decode4", 361_216),
    "DR3": _one("decode3", 508_672),
    "DR2": _one("decode2", 508_672),
    "DR1": _one("decode1", 442_880),
    **{f"S{i + 1}": _one(f"heads.{i}", 1_153) for i in range(4)},
}

_UNET_MODULES = {
    **{f"enc{i + 1}": _one(f"encoders.{i}", count) for i, count in enumerate((38_848, 221_696, 885_760, 3_540_992))},
    **{f"up{3 - i}": _one(f"enlargers.{i}", count) for i, count in enumerate((524_544, 131_200, 32_832))},
    **{f"dec{3 - i}": _one(f"decoders.{i}", count) for i, count in enumerate((1_770_496, 442_880, 110_848))},
    "head": _one("head", 65),
}


def _ccnet_modules(layer3: int, auxiliary: bool, classes: int) -> dict[str, tuple[tuple[str, ...], int]]:
    rows = {
        "stem": _one("backbone.stem", 112_832),
        "layer1": _one("backbone.stages.0", 236_288),
        "layer2": _one("backbone.stages.1", 1_219_584),
        "layer3": _one("backbone.stages.2", layer3),
        "layer4": _one("backbone.stages.3", 14_964_736),
        "conva": _one("before", 9_438_208),
        "CCA": _one("attention", 328_321),
        "convb": _one("after", 2_360_320),
        "fuse": _one("fuse", 11_797_504),
        "classifier": _one("classifier", 513 * classes),
    }
    if auxiliary:
        rows["aux"] = _one("auxiliary", 4_720_128 + 513 * classes)
    return rows


_U2NET_STAGES = (*(f"encoders.{index}" for index in range(6)), *(f"decoders.{index}" for index in range(5)))
_U2NET_LABELS = ("En1", "En2", "En3", "En4", "En5", "En6", "De5", "De4", "De3", "De2", "De1")


def _u2net_modules(stages: tuple[int, ...], sides: tuple[int, ...]) -> dict[str, tuple[tuple[str, ...], int]]:
    rows = {label: _one(path, count) for label, path, count in zip(_U2NET_LABELS, _U2NET_STAGES, stages, strict=True)}
    rows |= {f"side{index + 1}": _one(f"sides.{index}", count) for index, count in enumerate(sides)}
    rows["fuse"] = _one("fuse", 7)
    return rows


_U2NET_FULL = (
    *(206_016, 305_856, 1_108_992, 3_986_688, 10_034_688, 10_034_688),
    *(12_393_984, 4_280_064, 1_181_952, 323_904, 139_200),
)
_U2NET_SMALL = (67_200, 95_328, 88_320, 81_312, 81_312, 81_312, 118_176, 118_176, 125_184, 132_192, 139_200)
_BLENDMASK_MODULES: dict[str, tuple[tuple[str, ...], int]] = {
    "ResNet-50": _one("backbone", 23_454_912 + 53_120),
    "FPN p3–p5": (("pyramid.laterals", "pyramid.outputs"), 2_688_512),
    "p6, p7": (("pyramid.p6", "pyramid.p7"), 1_180_160),
    "class tower": _one("head.class_tower", 2_362_368),
    "box tower": _one("head.box_tower", 2_362_368),
    "cls_logits": _one("head.classes", 184_400),
    "bbox": _one("head.boxes", 9_220),
    "ctr": _one("head.centres", 2_305),
    "top layer": _one("head.attentions", 1_807_120),
    "basis refine": _one("basis.refine", 885_504),
    "basis tower": (("basis.tower", "basis.after"), 591_364),
}
_DEPLOYED_CCNET = {"auxiliary": False}
_DEPLOYED_BLENDMASK = {"semantic_head": False}

SPECIFIED: tuple[SpecifiedNetwork, ...] = (
    SpecifiedNetwork("OCINet", "ocinet-b2", 1, 29_952_278, {}, _OCINET_MODULES),
    SpecifiedNetwork("U-Net 64-128-256-512", "unet", 1, 7_700_161, {}, _UNET_MODULES),
    SpecifiedNetwork("U-Net 48-96-192-384", "unet-slim", 1, 4_332_817),
    SpecifiedNetwork(
        "CCNet R-50, training", "ccnet-r50", 19, 52_295_783, {}, _ccnet_modules(7_098_368, auxiliary=True, classes=19)
    ),
    SpecifiedNetwork(
        "CCNet R-101, training",
        "ccnet-r101",
        19,
        71_287_911,
        {},
        _ccnet_modules(26_090_496, auxiliary=True, classes=19),
    ),
    SpecifiedNetwork(
        "CCNet R-50, deployed",
        "ccnet-r50",
        2,
        47_557_187,
        _DEPLOYED_CCNET,
        _ccnet_modules(7_098_368, auxiliary=False, classes=2),
    ),
    SpecifiedNetwork(
        "CCNet R-101, deployed",
        "ccnet-r101",
        2,
        66_549_315,
        _DEPLOYED_CCNET,
        _ccnet_modules(26_090_496, auxiliary=False, classes=2),
    ),
    SpecifiedNetwork(
        "U²-Net",
        "u2net",
        1,
        44_009_869,
        {},
        _u2net_modules(_U2NET_FULL, (577, 577, 1_153, 2_305, 4_609, 4_609)),
    ),
    SpecifiedNetwork("U²-NetP", "u2netp", 1, 1_131_181, {}, _u2net_modules(_U2NET_SMALL, (577,) * 6)),
    SpecifiedNetwork("U²-Net groups = 2", "u2net-grouped", 1, 22_034_317),
    SpecifiedNetwork("U²-Net depthwise", "u2net-depthwise", 1, 5_140_715),
    SpecifiedNetwork(
        "BlendMask R-50, training",
        "blendmask-r50",
        80,
        36_034_682,
        {},
        {**_BLENDMASK_MODULES, "seg head": _one("basis.semantic", 453_329)},
    ),
    SpecifiedNetwork(
        "BlendMask R-50, deployed", "blendmask-r50", 80, 35_581_353, _DEPLOYED_BLENDMASK, _BLENDMASK_MODULES
    ),
    SpecifiedNetwork("BlendMask R-50, training", "blendmask-r50", 1, 35_842_396),
    SpecifiedNetwork("BlendMask R-50, deployed", "blendmask-r50", 1, 35_399_258, _DEPLOYED_BLENDMASK),
)


def module_differences(row: SpecifiedNetwork, network: nn.Module) -> list[str]:
    """Parts of a built network whose count is not the specified one, as "part: counted, specified"."""
    differences = []
    for part, (paths, expected) in row.modules.items():
        counted = sum(parameter_count(network.get_submodule(path)) for path in paths)
        if counted != expected:
            differences.append(f"{part}: {counted:,}, specified {expected:,}")
    return differences


def build_specified(row: SpecifiedNetwork, create: Callable[..., nn.Module]) -> nn.Module:
    """The network of a row, by `create_network`."""
    return create(row.network, classes=row.classes, **row.options)
