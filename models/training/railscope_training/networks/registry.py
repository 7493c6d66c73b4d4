"""All networks by name."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import partial
from typing import Any

from torch import nn

from railscope_training.errors import TrainingError
from railscope_training.networks.blendmask import BlendMask
from railscope_training.networks.ccnet import CcNet
from railscope_training.networks.ocinet import OciNet
from railscope_training.networks.spec import NetworkSpec, Task
from railscope_training.networks.u2net import FULL_STAGES, SMALL_STAGES, ConvKind, U2Net
from railscope_training.networks.unet import SLIM_WIDTHS, UNet

Build = Callable[..., nn.Module]

#: for processors and edge devices; everything of it is an option of BlendMask
BLENDMASK_SMALL: dict[str, Any] = {"depth": 18, "channels": 128, "tower_depth": 3, "basis_channels": 64}


def _spec(name: str, task: Task, side: int, multiple: int, normalisation: str, build: Build) -> NetworkSpec:
    return NetworkSpec(name, task, (side, side), multiple, normalisation, build)


def _u2net_specs() -> list[NetworkSpec]:
    specs = []
    forms: tuple[tuple[str, ConvKind], ...] = (("", "full"), ("-grouped", "grouped"), ("-depthwise", "depthwise"))
    for base, stages in (("u2net", FULL_STAGES), ("u2netp", SMALL_STAGES)):
        for suffix, conv in forms:
            build = partial(U2Net, stages=stages, conv=conv)
            specs.append(_spec(base + suffix, "salient", 320, 32, "imagenet", build))
    return specs


_SPECS = [
    *(
        _spec(f"ocinet-{size}", "salient", 352, 32, "imagenet", partial(OciNet, encoder=size))
        for size in ("b0", "b1", "b2")
    ),
    _spec("unet", "semantic", 512, 8, "half", UNet),
    _spec("unet-slim", "semantic", 512, 8, "half", partial(UNet, widths=SLIM_WIDTHS)),
    *(_spec(f"ccnet-r{depth}", "semantic", 512, 8, "imagenet", partial(CcNet, depth=depth)) for depth in (18, 50, 101)),
    *_u2net_specs(),
    _spec("blendmask-r18", "instance", 640, 32, "imagenet", partial(BlendMask, **BLENDMASK_SMALL)),
    _spec("blendmask-r50", "instance", 800, 32, "imagenet", BlendMask),
]

NETWORKS: dict[str, NetworkSpec] = {spec.name: spec for spec in _SPECS}


def network_spec(name: str) -> NetworkSpec:
    """The spec of a network. Raises TrainingError, listing the names there are, on an unknown one."""
    spec = NETWORKS.get(name)
    if spec is None:
        raise TrainingError(f"network '{name}' is unknown; use one of {', '.join(NETWORKS)}")
    return spec


def create_network(name: str, *, classes: int = 1, **options: Any) -> nn.Module:
    """A network with random weights, in training mode.

    `classes` is the number of output channels (1 = binary; instance networks: defect classes without background).
    Raises TrainingError on an unknown name or option, or on fewer than one class.
    """
    spec = network_spec(name)
    if classes < 1:
        raise TrainingError(f"network '{name}': classes must be at least 1, not {classes}")
    known = inspect.signature(spec.build).parameters
    unknown = sorted(set(options) - set(known))
    if unknown:
        offered = ", ".join(sorted(set(known) - {"classes"})) or "none"
        raise TrainingError(f"network '{name}' has no option {', '.join(unknown)}; its options: {offered}")
    return spec.build(classes=classes, **options)
