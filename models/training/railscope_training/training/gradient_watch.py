"""Watches the norm of the gradients: not finite, or far above what it was."""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterable
from dataclasses import dataclass, field

import torch
from torch import Tensor

from railscope_training.errors import TrainingError
from railscope_training.training.experiment import GradientSettings

#: norms that the running median looks back on, and how many it needs before it judges
WINDOW = 50
JUDGE_AFTER = 10


@dataclass
class GradientWatch:
    """The last finite norms, and how many steps in a row had none."""

    settings: GradientSettings
    recent: list[float] = field(default_factory=list)
    broken_in_a_row: int = 0

    def look(self, norm: float, scaling: bool) -> str | None:
        """Judge one step. Returns a warning or None.

        With a gradient scaler (`scaling`) single infinities are its normal search for a scale and give no warning.
        Raises `TrainingError` when training has diverged.
        """
        if not math.isfinite(norm):
            self.broken_in_a_row += 1
            if self.broken_in_a_row >= self.settings.patience:
                raise TrainingError(
                    f"no finite gradients for {self.broken_in_a_row} steps: the training has diverged; "
                    "lower optimiser.learning_rate, set gradients.clip_norm, or use precision.kind=bf16 or fp32"
                )
            return None if scaling else f"gradient norm is {norm}; the step is left out"
        self.broken_in_a_row = 0
        warning = None
        if len(self.recent) >= JUDGE_AFTER:
            median = statistics.median(self.recent)
            if median > 0 and norm > self.settings.spike * median:
                warning = f"gradient norm {norm:.3g} is {norm / median:.0f} times its median {median:.3g}"
        self.recent.append(norm)
        del self.recent[:-WINDOW]
        return warning


def gradient_norm(parameters: Iterable[Tensor]) -> Tensor:
    """Euclidean norm over all gradients, a scalar on their device (float32); 0 without gradients."""
    gradients = [one.grad.detach() for one in parameters if one.grad is not None]
    if not gradients:
        return torch.zeros(())
    return torch.linalg.vector_norm(torch.stack(torch._foreach_norm(gradients, 2.0)).float())


def limit_gradients(parameters: Iterable[Tensor], norm: Tensor, settings: GradientSettings) -> None:
    """Clamp each element and limit the norm, as far as the settings say so. Gradients must be unscaled."""
    gradients = [one.grad for one in parameters if one.grad is not None]
    if not gradients:
        return
    if settings.clamp is not None:
        torch._foreach_clamp_min_(gradients, -settings.clamp)
        torch._foreach_clamp_max_(gradients, settings.clamp)
        norm = torch.linalg.vector_norm(torch.stack(torch._foreach_norm(gradients, 2.0)).float())
    if settings.clip_norm is not None:
        factor = (settings.clip_norm / (norm + 1e-6)).clamp(max=1.0)
        torch._foreach_mul_(gradients, factor.to(gradients[0].device))
