"""Batch-norm statistics measured anew, after weights changed without training."""

from __future__ import annotations

from collections.abc import Iterable

import torch
from torch import Tensor, nn
from torch.nn.modules.batchnorm import _BatchNorm

from railscope_training.errors import TrainingError


@torch.no_grad()
def reset_batch_norm_statistics(network: nn.Module, batches: Iterable[Tensor]) -> int:
    """Replace running means and variances by their plain average over forward passes of `batches`.

    `batches` are normalised pictures [B, 3, H, W] on the network's device; at least 200 are advised. Dropout stays
    off; the network's mode and momenta are as before afterwards. Returns the number of batches.
    Raises TrainingError when there is no batch.
    """
    norms = [module for module in network.modules() if isinstance(module, _BatchNorm)]
    modes = {module: module.training for module in network.modules()}
    momenta = {norm: norm.momentum for norm in norms}
    network.eval()
    for norm in norms:
        norm.reset_running_stats()
        norm.momentum = None
        norm.train()
    count = 0
    try:
        for batch in batches:
            network(batch)
            count += 1
    finally:
        for module, training in modes.items():
            module.training = training
        for norm, momentum in momenta.items():
            norm.momentum = momentum
    if count == 0:
        raise TrainingError("batch-norm statistics need at least one batch; the data set is empty")
    return count
