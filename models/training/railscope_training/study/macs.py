"""Multiply-accumulate operations of convs and linear layers; products of attention and norms are not counted."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

_COUNTED = (nn.Conv2d, nn.ConvTranspose2d, nn.Linear)


def count_macs(network: nn.Module, size: tuple[int, int]) -> int:
    """Operations of one picture of `size` (height, width) in evaluation. The network may be on the meta device."""
    total = 0

    def count(module: nn.Module, inputs: Any, output: Tensor) -> None:
        nonlocal total
        total += _macs(module, inputs[0], output)

    hooks = [module.register_forward_hook(count) for module in network.modules() if isinstance(module, _COUNTED)]
    training = network.training
    device = next(network.parameters()).device
    try:
        with torch.no_grad():
            network.eval()(torch.zeros(1, 3, *size, device=device))
    finally:
        network.train(training)
        for hook in hooks:
            hook.remove()
    return total


def _macs(module: nn.Module, first: Tensor, output: Tensor) -> int:
    if isinstance(module, nn.Linear):
        return output.numel() * module.in_features
    assert isinstance(module, nn.Conv2d | nn.ConvTranspose2d)
    taps = module.kernel_size[0] * module.kernel_size[1] * module.in_channels * module.out_channels // module.groups
    positions = first if isinstance(module, nn.ConvTranspose2d) else output
    return positions.numel() // positions.shape[1] * taps
