"""Criss-cross attention: each pixel attends to the H + W − 1 pixels of its row and column.

The form has rank ≤ 4 tensors, no loop, no gather: it exports to MatMul, Transpose and Softmax. The pixel itself lies
on both branches; a constant mask takes it out of the column branch.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from railscope_training.networks.blocks import full_precision, spatial_size

#: exp of it is 0 in half and single precision, and it needs no arithmetic with infinities
MASKED_LOGIT = -1e4


class CrissCrossAttention(nn.Module):
    """y = γ·Σ softmax(q·k)·v + x over the cross of each pixel; γ starts at 0; logits unscaled, in float32."""

    self_mask: Tensor

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.query = nn.Conv2d(channels, channels // 8, 1)
        self.key = nn.Conv2d(channels, channels // 8, 1)
        self.value = nn.Conv2d(channels, channels, 1)
        self.scale = nn.Parameter(torch.zeros(1))
        self.register_buffer("self_mask", torch.zeros(0, 0), persistent=False)

    def forward(self, x: Tensor) -> Tensor:
        """[B, C, H, W] → [B, C, H, W]."""
        height, _ = spatial_size(x)
        mask = self._mask(height, x.device)
        return self.scale * criss_cross(self.query(x), self.key(x), self.value(x), mask) + x

    def _mask(self, height: int, device: torch.device) -> Tensor:
        """[H, H]: MASKED_LOGIT on the diagonal; kept as a buffer so that graphs hold it as a constant."""
        if self.self_mask.shape[0] != height or self.self_mask.device != device:
            self.self_mask = torch.full((height,), MASKED_LOGIT, device=device).diag()
        return self.self_mask


def criss_cross(query: Tensor, key: Tensor, value: Tensor, mask: Tensor) -> Tensor:
    """Attention over the cross. query, key [B, C′, H, W], value [B, C, H, W], mask [H, H] → [B, C, H, W]."""
    height, _ = spatial_size(query)
    with full_precision(query):
        query, key = query.float(), key.float()
        columns = query.permute(0, 3, 2, 1) @ key.permute(0, 3, 1, 2) + mask
        rows = query.permute(0, 2, 3, 1) @ key.permute(0, 2, 1, 3)
        weights = torch.cat((columns.transpose(1, 2), rows), dim=3).softmax(dim=3)
    weights = weights.to(value.dtype)
    column_weights, row_weights = weights[..., :height].transpose(1, 2), weights[..., height:]
    from_columns = column_weights @ value.permute(0, 3, 2, 1)
    from_rows = row_weights @ value.permute(0, 2, 3, 1)
    return from_columns.permute(0, 3, 2, 1) + from_rows.permute(0, 3, 1, 2)
