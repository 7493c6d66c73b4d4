"""What several tests of this folder need."""

from __future__ import annotations

from typing import Any


def meta_of(name: str, options: dict[str, Any], size: tuple[int, int]) -> dict[str, Any]:
    """What a checkpoint says of a network."""
    return {
        "network": name,
        "options": options,
        "normalisation": "imagenet",
        "input_size": list(size),
        "classes": ["defect"],
        "experiment": {"name": "test"},
        "metrics": {},
    }
