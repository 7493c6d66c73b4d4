"""The module that is exported: normalisation, network, probabilities; batch norms behind transposed convs folded."""

from __future__ import annotations

import copy

import torch
from torch import Tensor, nn
from torch.nn.utils.fusion import fuse_conv_bn_weights

from railscope_training.networks import Normaliser, RawInstances

SEGMENTER_OUTPUTS = ("probability",)
DETECTOR_OUTPUTS = RawInstances._fields


class DeployedSegmenter(nn.Module):
    """Pictures [B, 3, H, W] of 0…1 → probabilities [B, classes, H, W] (σ for one class, softmax for several)."""

    def __init__(self, network: nn.Module, normalisation: str) -> None:
        super().__init__()
        self.normaliser = Normaliser(normalisation)
        self.network = network

    def forward(self, image: Tensor) -> Tensor:
        """See the class."""
        logits = self.network(self.normaliser(image))[0]
        return torch.sigmoid(logits) if logits.shape[1] == 1 else logits.softmax(dim=1)


class DeployedDetector(nn.Module):
    """Pictures [B, 3, H, W] of 0…1 → the five tensors of `RawInstances`."""

    def __init__(self, network: nn.Module, normalisation: str) -> None:
        super().__init__()
        self.normaliser = Normaliser(normalisation)
        self.network = network

    def forward(self, image: Tensor) -> tuple[Tensor, ...]:
        """See the class."""
        return tuple(self.network(self.normaliser(image)))


def deploy(network: nn.Module, normalisation: str, *, instances: bool, top_per_level: int | None = None) -> nn.Module:
    """A copy of the network on the CPU, wrapped for export, in eval mode (the wrapper too), in float32.

    `top_per_level` limits the candidates of a detector per pyramid level.
    """
    own = copy.deepcopy(network).cpu().float().eval()
    fold_transposed_batch_norms(own)
    if instances and top_per_level is not None:
        own.top_per_level = top_per_level  # type: ignore[assignment]
    wrapper = DeployedDetector(own, normalisation) if instances else DeployedSegmenter(own, normalisation)
    return wrapper.eval()


@torch.no_grad()
def fold_transposed_batch_norms(network: nn.Module) -> int:
    """Fold every batch norm that follows a transposed conv in a sequence; exporters leave those. Returns how many."""
    folded = 0
    for parent in network.modules():
        if not isinstance(parent, nn.Sequential):
            continue
        for index in range(len(parent) - 1):
            conv, norm = parent[index], parent[index + 1]
            if isinstance(conv, nn.ConvTranspose2d) and isinstance(norm, nn.BatchNorm2d):
                _fold(conv, norm)
                parent[index + 1] = nn.Identity()
                folded += 1
    return folded


def _fold(conv: nn.ConvTranspose2d, norm: nn.BatchNorm2d) -> None:
    assert norm.running_mean is not None
    assert norm.running_var is not None
    conv.weight, conv.bias = fuse_conv_bn_weights(  # type: ignore[assignment]
        *(conv.weight, conv.bias, norm.running_mean, norm.running_var, norm.eps, norm.weight, norm.bias),
        transpose=True,
    )
