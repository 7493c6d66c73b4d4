"""Mixed precision: autocast around the forward pass, and a gradient scaler where fp16 needs one."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from typing import Any, Literal

import torch
from torch import Tensor

from railscope_training.errors import TrainingError
from railscope_training.training.experiment import PrecisionKind, PrecisionSettings

Kind = Literal["fp32", "bf16", "fp16"]


def resolve_precision(kind: PrecisionKind, device: torch.device) -> Kind:
    """What `auto` means on this device; a fixed kind as it is.

    Raises `TrainingError` where the GPU lacks bf16.
    """
    on_cuda = device.type == "cuda"
    if kind == "auto":
        if not on_cuda:
            return "fp32"
        return "bf16" if torch.cuda.is_bf16_supported(including_emulation=False) else "fp16"
    if kind == "bf16" and on_cuda and not torch.cuda.is_bf16_supported(including_emulation=False):
        raise TrainingError("this GPU does not compute bf16; use precision.kind=fp16")
    return kind


class Precision:
    """One kind of arithmetic on one device."""

    def __init__(self, kind: Kind, device: torch.device, initial_scale: float = 65536.0) -> None:
        self.kind = kind
        self.device = device
        self.scaler = torch.amp.GradScaler(device.type, init_scale=initial_scale, enabled=kind == "fp16")

    @classmethod
    def of(cls, settings: PrecisionSettings, device: torch.device) -> Precision:
        """The precision of an experiment."""
        return cls(resolve_precision(settings.kind, device), device, settings.initial_scale)

    @property
    def scaling(self) -> bool:
        """Whether gradients are scaled."""
        return self.kind == "fp16"

    def autocast(self) -> AbstractContextManager[Any]:
        """Context of the forward pass; losses are computed outside it."""
        if self.kind == "fp32":
            return nullcontext()
        return torch.autocast(self.device.type, torch.float16 if self.kind == "fp16" else torch.bfloat16)

    def backward(self, loss: Tensor) -> None:
        """Add the gradients of a loss, scaled where needed."""
        self.scaler.scale(loss).backward()

    def step(self, optimiser: torch.optim.Optimizer, finite: bool) -> bool:
        """Take the optimiser's step with unscaled gradients. Returns whether it was taken.

        Steps without finite gradients are left out, in every precision.
        """
        if self.scaling:
            self.scaler.step(optimiser)
            self.scaler.update()
        elif finite:
            optimiser.step()
        return finite

    @property
    def scale(self) -> float:
        """The scaler's scale; 1 without one."""
        return float(self.scaler.get_scale())
