"""For all tests of the package."""

from __future__ import annotations

import pytest
import torch


@pytest.fixture(scope="session", autouse=True)
def _one_thread() -> None:
    """Networks as small as those of the tests run slower on several threads."""
    torch.set_num_threads(1)
