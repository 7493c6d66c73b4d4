"""Quantisation-aware fine-tuning: weights learn to live on the int8 grid before they are quantised statically.

During fine-tuning every quantised conv sees its weights and its input rounded as the int8 file will round them; the
gradient passes the rounding unchanged. The result is an ordinary float network that is exported and quantised as usual.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.utils import parametrize

from railscope_training.errors import TrainingError
from railscope_training.export.graph_walk import FEW_CHANNELS
from railscope_training.networks import Normaliser, network_spec

LEARNING_RATE = 1e-5
BATCH = 8
#: of the moving range of activations
RANGE_MOMENTUM = 0.05


class RoundedWeight(nn.Module):
    """Weights [O, …] on a symmetric grid of `bits` bits per output channel."""

    def __init__(self, bits: int) -> None:
        super().__init__()
        self._limit = 2 ** (bits - 1) - 1

    def forward(self, weight: Tensor) -> Tensor:
        """[O, …] → [O, …]."""
        scale = weight.detach().flatten(1).abs().amax(dim=1).clamp(min=1e-8) / self._limit
        zero = torch.zeros_like(scale, dtype=torch.int32)
        return torch.fake_quantize_per_channel_affine(weight, scale, zero, 0, -self._limit, self._limit)


class RoundedActivation(nn.Module):
    """Activations on an unsigned 8-bit grid over a moving range that always holds 0."""

    low: Tensor
    high: Tensor

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("low", torch.zeros(()), persistent=False)
        self.register_buffer("high", torch.zeros(()), persistent=False)

    def forward(self, x: Tensor) -> Tensor:
        """[B, C, H, W] → [B, C, H, W]."""
        if self.training:
            with torch.no_grad():
                least, most = x.detach().amin().clamp(max=0), x.detach().amax().clamp(min=0)
                fresh = bool(self.low == self.high)
                share = 1.0 if fresh else RANGE_MOMENTUM
                self.low += share * (least.float() - self.low)
                self.high += share * (most.float() - self.high)
        scale = ((self.high - self.low) / 255).clamp(min=1e-8)
        zero = (-self.low / scale).round().clamp(0, 255).to(torch.int32)
        return torch.fake_quantize_per_tensor_affine(x.float(), scale, zero, 0, 255)


def quantised_convs(network: nn.Module) -> list[nn.Conv2d]:
    """The convs that the int8 file rounds: not the first one and not those with few outputs (logits)."""
    convs = [module for module in network.modules() if isinstance(module, nn.Conv2d)]
    return [conv for conv in convs[1:] if conv.out_channels >= FEW_CHANNELS]


def fine_tune(
    network: nn.Module,
    batches: Iterator[tuple[Tensor, Tensor]],
    loss: Callable[[tuple[Tensor, ...], Tensor], Tensor],
    *,
    steps: int,
    weight_bits: int = 7,
    learning_rate: float = LEARNING_RATE,
) -> nn.Module:
    """A fine-tuned copy in eval mode. `batches` yields (normalised pictures [B, 3, H, W], labels); `loss` of the
    training outputs and labels. Batch-norm statistics stay as they are.

    Raises TrainingError when the network has no convs to quantise or the loss is not finite.
    """
    tuned = copy.deepcopy(network).train()
    for module in tuned.modules():
        if isinstance(module, nn.modules.batchnorm._BatchNorm):
            module.eval()
    convs = quantised_convs(tuned)
    if not convs:
        raise TrainingError("the network has no convolutions that int8 would round")
    hooks = []
    for conv in convs:
        rounding = RoundedActivation().to(conv.weight.device).train()
        parametrize.register_parametrization(conv, "weight", RoundedWeight(weight_bits))
        hooks.append(conv.register_forward_pre_hook(lambda _, inputs, rounding=rounding: (rounding(inputs[0]),)))
    optimiser = torch.optim.Adam(tuned.parameters(), lr=learning_rate)
    for _ in range(steps):
        pictures, labels = next(batches)
        value = loss(tuned(pictures), labels)
        if not bool(torch.isfinite(value)):
            raise TrainingError("quantisation-aware fine-tuning diverged; lower the learning rate")
        optimiser.zero_grad()
        value.backward()
        optimiser.step()
    for hook in hooks:
        hook.remove()
    for conv in convs:
        parametrize.remove_parametrizations(conv, "weight", leave_parametrized=True)
    return tuned.eval()


def fine_tune_on_pack(network: nn.Module, meta: dict[str, Any], pack: Path, *, steps: int) -> nn.Module:
    """Fine-tune a segmenter on the training split of a pack with binary cross-entropy (cross-entropy for classes).

    Raises TrainingError for detectors and for packs without masks or of another size.
    """
    if network_spec(meta["network"]).task == "instance":
        raise TrainingError("quantisation-aware fine-tuning is for segmenters")
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    normaliser = Normaliser(meta["normalisation"]).to(device)
    size = (int(meta["input_size"][0]), int(meta["input_size"][1]))
    weights: tuple[float, ...] = network.loss_weights  # type: ignore[assignment]

    def loss(outputs: tuple[Tensor, ...], labels: Tensor) -> Tensor:
        return torch.stack(
            [weight * _pixel_loss(output.float(), labels) for weight, output in zip(weights, outputs, strict=True)]
        ).sum()

    batches = _batches(pack, size, normaliser, device)
    return fine_tune(network.to(device), batches, loss, steps=steps).cpu()


def _pixel_loss(logits: Tensor, labels: Tensor) -> Tensor:
    """Mean cross-entropy of logits [B, K, H, W] against class indices [B, H, W], 255 ignored."""
    if logits.shape[1] > 1:
        return nn.functional.cross_entropy(logits, labels.long(), ignore_index=255)
    valid = (labels != 255).float()
    wanted = (labels > 0).float() * valid
    each = nn.functional.binary_cross_entropy_with_logits(logits[:, 0], wanted, reduction="none")
    return (each * valid).sum() / valid.sum().clamp(min=1)


def _batches(
    pack: Path, size: tuple[int, int], normaliser: Normaliser, device: torch.device
) -> Iterator[tuple[Tensor, Tensor]]:
    """Endless shuffled batches of a pack's training split, scaled to `size`."""
    from railscope_training.data import open_pack

    split = open_pack(pack).split("train")
    if len(split) == 0:
        raise TrainingError(f"{pack}: its training split is empty")
    generator = torch.Generator().manual_seed(0)
    while True:
        for chosen in torch.randperm(len(split), generator=generator).split(BATCH):
            batch = split.batch(chosen.tolist())
            if batch.get("mask") is None:
                raise TrainingError(f"{pack}: has no masks; fine-tuning needs labels")
            pictures = batch["image"].to(device).float() / 255.0
            pictures = nn.functional.interpolate(pictures, size=size, mode="bilinear", align_corners=False)
            labels = nn.functional.interpolate(batch["mask"][:, None].to(device).float(), size=size, mode="nearest")
            yield normaliser(pictures), labels[:, 0].to(torch.uint8)
