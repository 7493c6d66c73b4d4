"""Reading YAML and JSON settings; the package's own YAML reader does where PyYAML is not installed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from railscope_training.errors import TrainingError
from railscope_training.training.yaml_subset import parse_yaml


def read_settings(path: Path) -> dict[str, Any]:
    """The mapping that the file holds. Raises `TrainingError` naming the file."""
    try:
        text = path.read_text(encoding="utf-8")
        content = json.loads(text) if path.suffix == ".json" else parse_yaml(text, path.name)
    except (OSError, UnicodeDecodeError, json.JSONDecodeError) as error:
        raise TrainingError(f"{path}: cannot be read ({error})") from error
    if not isinstance(content, dict):
        raise TrainingError(f"{path}: holds no settings (`key: value`)")
    return content
