"""BlendMask: FCOS detector whose instances blend common bases into masks."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from railscope_training.networks.basis_module import BasisModule
from railscope_training.networks.blendmask_losses import blendmask_losses
from railscope_training.networks.blocks import full_precision, spatial_size
from railscope_training.networks.checkpointing import run_block
from railscope_training.networks.fcos_head import FcosHead, LevelOutput
from railscope_training.networks.fcos_targets import STRIDES, level_positions
from railscope_training.networks.fpn import FeaturePyramid
from railscope_training.networks.instances import InstanceTargets, RawInstances
from railscope_training.networks.resnet_msra import MsraResNet
from railscope_training.networks.spec import require_size_multiple

SIZE_MULTIPLE = 32


class BlendMask(nn.Module):
    """Input [B, 3, H, W] normalised, sides multiples of 32.

    Training: `forward(images, targets)` returns the named losses. Evaluation: `RawInstances` with the
    `top_per_level` best candidates of each level (fewer where a level has fewer). The defaults are the published
    R_50 form; `channels`, `basis_channels`, `tower_depth`, `backbone_width`, `norm_groups` make it narrower.
    `frozen_backbone` is for fine-tuning from ImageNet weights only. `semantic_head=False` is the deployed form.
    """

    def __init__(
        self,
        *,
        classes: int = 1,
        depth: int = 50,
        backbone_width: int = 64,
        channels: int = 256,
        tower_depth: int = 4,
        norm_groups: int = 32,
        basis_channels: int = 128,
        basis_count: int = 4,
        attention_side: int = 14,
        top_per_level: int = 1000,
        frozen_backbone: bool = False,
        semantic_head: bool = True,
    ) -> None:
        super().__init__()
        self.checkpointing = False
        self.classes = classes
        self.basis_count = basis_count
        self.attention_side = attention_side
        self.top_per_level = top_per_level
        self.backbone = MsraResNet(depth, backbone_width, frozen=frozen_backbone)
        self.pyramid = FeaturePyramid(self.backbone.channels, channels)
        self.head = FcosHead(channels, classes, basis_count * attention_side**2, tower_depth, norm_groups)
        self.basis = BasisModule(channels, basis_channels, basis_count, classes + 1 if semantic_head else None)

    def forward(
        self, images: Tensor, targets: Sequence[InstanceTargets] | None = None
    ) -> dict[str, Tensor] | RawInstances:
        """See the class. Raises ValueError in training without one target per picture."""
        require_size_multiple("BlendMask", *spatial_size(images), SIZE_MULTIPLE)
        maps = self.backbone(images, self.checkpointing)
        pyramid = run_block(self.pyramid, maps, checkpointing=self.checkpointing)
        levels = [run_block(self.head, level, checkpointing=self.checkpointing) for level in pyramid]
        bases = run_block(self.basis, *pyramid[:3], checkpointing=self.checkpointing)
        if not self.training:
            return self._candidates(levels, bases)
        if targets is None or len(targets) != len(images):
            raise ValueError("BlendMask in training mode needs one InstanceTargets per picture")
        semantic = self.basis.semantic(pyramid[0]) if self.basis.semantic is not None else None
        return blendmask_losses(levels, bases, semantic, targets)

    def _candidates(self, levels: list[LevelOutput], bases: Tensor) -> RawInstances:
        """The best points of every level, level after level, each picture by itself (plain Gather in graphs)."""
        pictures = []
        with full_precision(bases):
            for picture in range(int(bases.shape[0])):
                parts = [
                    self._level_candidates(level, stride, picture)
                    for level, stride in zip(levels, STRIDES, strict=True)
                ]
                pictures.append([torch.cat(tensors) for tensors in zip(*parts, strict=True)])
            boxes, scores, classes, attentions = (torch.stack(tensors) for tensors in zip(*pictures, strict=True))
            return RawInstances(boxes, scores, classes, attentions, bases.float())

    def _level_candidates(self, level: LevelOutput, stride: int, picture: int) -> tuple[Tensor, ...]:
        """Boxes [k, 4], scores [k], classes [k], attentions [k, K·A·A] of one level of one picture."""
        size = spatial_size(level.classes)
        scores = torch.sigmoid(level.classes[picture].float()) * torch.sigmoid(level.centres[picture].float())
        flat = scores.reshape(self.classes, -1).transpose(0, 1).reshape(-1)
        best, index = flat.topk(min(self.top_per_level, size[0] * size[1] * self.classes))
        point = torch.div(index, self.classes, rounding_mode="trunc")
        distances = _rows(level.boxes[picture]).index_select(0, point) * float(stride)
        position = level_positions(size, stride, flat.device).index_select(0, point)
        boxes = torch.cat((position - distances[:, :2], position + distances[:, 2:]), dim=1)
        attentions = _rows(level.attentions[picture]).index_select(0, point)
        return boxes, best, (index - point * self.classes).float(), attentions


def _rows(level: Tensor) -> Tensor:
    """[C, h, w] → float [h·w, C]."""
    height, width = spatial_size(level)
    return level.float().reshape(-1, height * width).transpose(0, 1)
