"""Torch's threads wait actively: on a busy machine more than one makes tiny networks slow."""

from __future__ import annotations

import pytest
import torch


@pytest.fixture(autouse=True)
def _one_thread() -> None:
    torch.set_num_threads(1)
