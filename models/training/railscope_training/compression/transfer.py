"""Transfer of all weights of a full U²-Net to a compressed one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import torch
from torch import nn

from railscope_training.compression.kernels import (
    average_grouped,
    average_separable,
    decompose_separable,
    slice_grouped,
)
from railscope_training.errors import TrainingError
from railscope_training.networks.u2net import ConvUnit, SeparableConv

TransferMethod = Literal["ours", "published"]
METHODS: tuple[TransferMethod, ...] = ("ours", "published")


@dataclass(frozen=True)
class TransferReport:
    """How many 3×3 convs were copied as they are, grouped, or made separable."""

    copied: int
    grouped: int
    separable: int


@torch.no_grad()
def transfer_weights(source: nn.Module, target: nn.Module, *, method: TransferMethod = "ours") -> TransferReport:
    """Fill `target` (full, grouped or depthwise U²-Net) from `source` (full U²-Net of the same widths).

    Everything but the 3×3 convs of the RSU blocks is copied. The activations change their scale, so batch-norm
    statistics must be measured anew before fine-tuning (`reset_batch_norm_statistics`).
    Raises TrainingError when the two networks have other parts or widths, or on an unknown method.
    """
    if method not in METHODS:
        raise TrainingError(f"weight transfer '{method}' is unknown; use one of {', '.join(METHODS)}")
    units = {name: module for name, module in target.named_modules() if isinstance(module, ConvUnit)}
    sources = {name: module for name, module in source.named_modules() if isinstance(module, ConvUnit)}
    if not units or units.keys() != sources.keys():
        raise TrainingError("weight transfer needs two U²-Nets of the same form; take the full network as source")
    _copy_the_rest(source, target, tuple(units))
    kinds = [_transfer_unit(name, sources[name].conv, unit.conv, method) for name, unit in units.items()]
    return TransferReport(kinds.count("copied"), kinds.count("grouped"), kinds.count("separable"))


def _copy_the_rest(source: nn.Module, target: nn.Module, units: tuple[str, ...]) -> None:
    prefixes = tuple(f"{name}.conv." for name in units)
    rest = {key: value for key, value in source.state_dict().items() if not key.startswith(prefixes)}
    try:
        result = target.load_state_dict(rest, strict=False)
    except RuntimeError as error:
        raise TrainingError(f"weight transfer: the networks differ in width ({str(error).splitlines()[-1]})") from error
    missing = [key for key in result.missing_keys if not key.startswith(prefixes)]
    if missing or result.unexpected_keys:
        raise TrainingError(f"weight transfer: the networks differ in {(missing or result.unexpected_keys)[0]}")


def _transfer_unit(name: str, full: nn.Module, conv: nn.Module, method: TransferMethod) -> str:
    """Fill one conv; what was done."""
    if not isinstance(full, nn.Conv2d) or full.groups != 1:
        raise TrainingError(f"weight transfer: {name} of the source is compressed already")
    weight = full.weight.float()
    if isinstance(conv, SeparableConv):
        depthwise, pointwise = decompose_separable(weight) if method == "ours" else average_separable(weight)
        first, second = conv[0], conv[1]
        _fill(name, first, depthwise, None)
        _fill(name, second, pointwise, full.bias)
        return "separable"
    if isinstance(conv, nn.Conv2d) and conv.groups > 1:
        reduce = slice_grouped if method == "ours" else average_grouped
        _fill(name, conv, reduce(weight, conv.groups), full.bias)
        return "grouped"
    _fill(name, conv, weight, full.bias)
    return "copied"


def _fill(name: str, conv: nn.Module, weight: torch.Tensor, bias: torch.Tensor | None) -> None:
    assert isinstance(conv, nn.Conv2d)
    assert conv.bias is not None
    if conv.weight.shape != weight.shape:
        raise TrainingError(f"weight transfer: {name} has {tuple(conv.weight.shape)}, expected {tuple(weight.shape)}")
    conv.weight.copy_(weight)
    if bias is None:
        conv.bias.zero_()
    else:
        conv.bias.copy_(bias)
