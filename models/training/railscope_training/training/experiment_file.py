"""Reads an experiment from a .yaml or .json file and applies `--set key=value` overrides."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from railscope_training.data.settings_file import read_settings
from railscope_training.errors import TrainingError
from railscope_training.training.experiment import Experiment
from railscope_training.training.schema import build
from railscope_training.training.yaml_subset import parse_scalar

#: beside the package in the repository; a bare name such as `configs/tiny.yaml` is found from any folder
CONFIGS_PARENT = Path(__file__).resolve().parents[2]


def load_experiment(path: str | Path, overrides: Sequence[str] = ()) -> Experiment:
    """The experiment of a file, `overrides` such as `batch=4` or `optimiser.learning_rate=1e-3` applied.

    A file may say `base: other.yaml` (beside it); its own keys then replace those of the base, mapping by mapping.
    Raises `TrainingError` naming the file and the key that is unknown, missing or of the wrong type.
    """
    found = _find(Path(path))
    settings = _read(found, seen=())
    for override in overrides:
        _apply(settings, override)
    try:
        return build(Experiment, settings, "")
    except TrainingError as error:
        raise TrainingError(f"{found.name}: {error}") from error


def _find(path: Path) -> Path:
    for candidate in (path, CONFIGS_PARENT / path):
        if candidate.is_file():
            return candidate
    raise TrainingError(f"{path}: no such experiment file")


def _read(path: Path, seen: tuple[Path, ...]) -> dict[str, Any]:
    if path in seen:
        raise TrainingError(f"{path}: 'base' leads back to itself")
    settings = read_settings(path)
    base = settings.pop("base", None)
    if base is None:
        return settings
    return _merged(_read(path.parent / str(base), (*seen, path)), settings)


def _merged(base: dict[str, Any], own: dict[str, Any]) -> dict[str, Any]:
    merged = dict(base)
    for key, value in own.items():
        inherited = merged.get(key)
        both = isinstance(inherited, dict) and isinstance(value, dict)
        merged[key] = _merged(inherited, value) if both else value  # type: ignore[arg-type]
    return merged


def _apply(settings: dict[str, Any], override: str) -> None:
    key, sign, text = override.partition("=")
    if not sign or not key.strip():
        raise TrainingError(f"--set {override}: write key=value, for example --set optimiser.learning_rate=1e-3")
    *parents, last = key.strip().split(".")
    place = settings
    for parent in parents:
        inner = place.get(parent)
        if not isinstance(inner, dict):
            inner = {}
            place[parent] = inner
        place = inner
    place[last] = parse_scalar(text, f"--set {override}")
