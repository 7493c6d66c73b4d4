"""Small networks with settled statistics."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from railscope_training.export.manifest import EntryDescription
from railscope_training.networks import create_network


@pytest.fixture(scope="session")
def unet() -> nn.Module:
    """A U-Net with random weights whose logits are spread, so that its masks are clear-cut."""
    torch.manual_seed(1)
    network = create_network("unet", widths=(8, 8, 16))
    with torch.no_grad():
        pictures = (torch.rand(4, 3, 8, 8).repeat_interleave(4, 2).repeat_interleave(4, 3) - 0.45) / 0.225
        spread = network(pictures)[0].std()
        head = network.get_submodule("head")
        head.weight.mul_(3 / spread)
        head.bias.zero_()
    return network.eval()


@pytest.fixture(scope="session")
def detector() -> nn.Module:
    """A BlendMask with random weights and settled statistics."""
    torch.manual_seed(2)
    network = create_network(
        "blendmask-r18", channels=16, backbone_width=8, tower_depth=1, norm_groups=4, basis_channels=8
    )
    network.get_submodule("backbone")(torch.rand(4, 3, 64, 64))
    return network.eval()


@pytest.fixture
def description() -> EntryDescription:
    """A complete description of an entry."""
    return EntryDescription(
        id="test-surface",
        licence="none, a test",
        name={"zh": "测试", "en": "Test"},
        component="rail-surface",
        training_data=["made up"],
        metrics=[{"dataset": "made up", "images": 3, "pa": 0.5, "mIoU": 0.4, "mDice": 0.6}],
        rail_band=True,
    )
