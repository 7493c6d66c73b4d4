"""Packages that only evaluation needs; a machine that only trains does without them."""

from __future__ import annotations

import importlib
from types import ModuleType

from railscope_training.errors import TrainingError


def need(module: str, package: str, purpose: str) -> ModuleType:
    """Import `module`.

    Raises TrainingError naming the `package` to install and what it is needed for.
    """
    try:
        return importlib.import_module(module)
    except ImportError as error:
        raise TrainingError(f"{purpose} needs the package {package}: pip install {package}") from error
