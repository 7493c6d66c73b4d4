"""Activation checkpointing that leaves the result of training as it is without it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any

import torch
from torch import nn
from torch.nn.modules.batchnorm import _BatchNorm
from torch.utils.checkpoint import checkpoint


@contextmanager
def _frozen_statistics(module: nn.Module) -> Iterator[None]:
    """Normalise by batch statistics as usual, but do not count this pass in the running ones."""
    norms = [child for child in module.modules() if isinstance(child, _BatchNorm) and child.training]
    momenta = [norm.momentum for norm in norms]
    counts = [None if norm.num_batches_tracked is None else norm.num_batches_tracked.clone() for norm in norms]
    for norm in norms:
        norm.momentum = 0.0
    try:
        yield
    finally:
        for norm, momentum, count in zip(norms, momenta, counts, strict=True):
            norm.momentum = momentum
            if count is not None and norm.num_batches_tracked is not None:
                norm.num_batches_tracked.copy_(count)


def run_block(block: nn.Module, *inputs: Any, checkpointing: bool) -> Any:
    """`block(*inputs)`; with `checkpointing` its inner activations are computed again in the backward pass.

    The second pass does not update batch-norm statistics, which would otherwise count each batch twice.
    """
    if not (checkpointing and block.training and torch.is_grad_enabled()):
        return block(*inputs)

    def contexts() -> tuple[AbstractContextManager[None], AbstractContextManager[None]]:
        return nullcontext(), _frozen_statistics(block)

    call: Callable[..., Any] = block
    return checkpoint(call, *inputs, use_reentrant=False, context_fn=contexts)
