"""Feature pyramid p3 … p7 over the three last maps of a backbone."""

from __future__ import annotations

from collections.abc import Sequence

from torch import Tensor, nn
from torch.nn import functional


class FeaturePyramid(nn.Module):
    """Lateral 1×1, nearest ×2 and add, output 3×3; p6 = strided conv of p5, p7 = strided conv of relu(p6)."""

    def __init__(self, channels_in: Sequence[int], channels: int) -> None:
        super().__init__()
        self.laterals = nn.ModuleList(nn.Conv2d(width, channels, 1) for width in channels_in)
        self.outputs = nn.ModuleList(nn.Conv2d(channels, channels, 3, padding=1) for _ in channels_in)
        self.p6 = nn.Conv2d(channels, channels, 3, 2, 1)
        self.p7 = nn.Conv2d(channels, channels, 3, 2, 1)
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_uniform_(module.weight, a=1)
                if module.bias is not None:
                    nn.init.zeros_(module.bias)

    def forward(self, maps: list[Tensor]) -> list[Tensor]:
        """Maps at strides 8, 16, 32 → five maps [B, channels, h, w] at strides 8 … 128 (sizes rounded up)."""
        merged = [lateral(level) for lateral, level in zip(self.laterals, maps, strict=True)]
        for index in range(len(merged) - 2, -1, -1):
            merged[index] = merged[index] + functional.interpolate(merged[index + 1], scale_factor=2.0, mode="nearest")
        pyramid = [output(level) for output, level in zip(self.outputs, merged, strict=True)]
        p6 = self.p6(pyramid[-1])
        return [*pyramid, p6, self.p7(functional.relu(p6))]
