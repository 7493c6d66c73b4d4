"""Packages that only some commands need."""

from __future__ import annotations

import importlib
from typing import Any

from railscope_training.errors import TrainingError


def require(module: str, package: str, purpose: str) -> Any:
    """The module. Raises TrainingError, naming the package to install, when it is missing."""
    try:
        return importlib.import_module(module)
    except ImportError as error:
        raise TrainingError(f"{purpose} needs the package {package}; install it (pip install {package})") from error
