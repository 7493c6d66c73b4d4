"""Basis module of BlendMask: K maps that every instance blends, and the semantic head that helps training."""

from __future__ import annotations

from torch import Tensor, nn

from railscope_training.networks.blocks import conv_bn_relu, resize_bilinear, spatial_size


class BasisModule(nn.Module):
    """p3, p4, p5 → bases at stride 4; in training also semantic logits from p3 at stride 8."""

    def __init__(self, channels_in: int, channels: int, basis_count: int, semantic_classes: int | None) -> None:
        super().__init__()
        self.refine = nn.ModuleList(conv_bn_relu(channels_in, channels) for _ in range(3))
        self.tower = nn.Sequential(*(conv_bn_relu(channels, channels) for _ in range(3)))
        self.after = nn.Sequential(conv_bn_relu(channels, channels), nn.Conv2d(channels, basis_count, 1))
        self.semantic: nn.Sequential | None = None
        if semantic_classes is not None:
            self.semantic = nn.Sequential(
                conv_bn_relu(channels_in, channels),
                conv_bn_relu(channels, channels),
                nn.Conv2d(channels, semantic_classes, 1),
            )

    def forward(self, p3: Tensor, p4: Tensor, p5: Tensor) -> Tensor:
        """Three pyramid levels → bases [B, K, 2h, 2w] for p3 of h × w."""
        size = spatial_size(p3)
        x = self.refine[0](p3)
        for refine, level in zip(self.refine[1:], (p4, p5), strict=True):
            x = x + resize_bilinear(refine(level), size, align_corners=False)
        x = resize_bilinear(self.tower(x), (2 * size[0], 2 * size[1]), align_corners=False)
        return self.after(x)
