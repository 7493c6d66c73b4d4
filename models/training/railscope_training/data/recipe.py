"""Recipes: which data sets go into a pack. One YAML or JSON file; paths are relative to `--data`."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from railscope_training.data.likeness import DEFAULT_THRESHOLD
from railscope_training.data.open_source import open_source
from railscope_training.data.pack_settings import PackSettings, PackSource
from railscope_training.data.sample import SampleSource
from railscope_training.data.settings_file import read_settings
from railscope_training.data.splits import DEFAULT_SHARES
from railscope_training.errors import TrainingError
from railscope_training.training.schema import build

#: beside the package in the repository; a bare name such as `configs/packs/surface.yaml` is found from any folder
CONFIGS_PARENT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class SourceRecipe:
    """One data set. `options` are those of its reader; for the others see `PackSource`."""

    kind: str
    root: str
    options: dict[str, Any] = field(default_factory=dict)
    weight: float = 1.0
    source_px: int = 512
    overlap_px: int = 64
    whole: bool = False
    train_overlap_px: int | None = None
    off_region: float = 0.0
    empty_share: float = 1.0
    join_alike: bool = False
    #: for `report`: bits of 512 in which two pictures differ that count as the same picture
    alike_bits: int = DEFAULT_THRESHOLD
    shares: dict[str, float] = field(default_factory=lambda: dict(DEFAULT_SHARES))


@dataclass(frozen=True)
class Recipe:
    """The sources by name (the name goes into each tile's key) and the settings of the pack."""

    sources: dict[str, SourceRecipe]
    pack: PackSettings = field(default_factory=PackSettings)


def read_recipe(path: Path) -> Recipe:
    """Raises `TrainingError` naming the file and the setting that is unknown, missing or of the wrong type."""
    found = next((one for one in (path, CONFIGS_PARENT / path) if one.is_file()), None)
    if found is None:
        raise TrainingError(f"{path}: no such recipe")
    content = read_settings(found)
    sources = content.get("sources")
    strange = [key for key in content if key not in ("sources", "pack")]
    if not isinstance(sources, dict) or not sources or strange:
        raise TrainingError(
            f"{found}: a recipe has `sources: {{name: …}}` and `pack:`, not {', '.join(content) or 'nothing'}"
        )
    try:
        built = {name: build(SourceRecipe, value, f"sources.{name}") for name, value in sources.items()}
        return Recipe(built, build(PackSettings, content.get("pack") or {}, "pack"))
    except TrainingError as error:
        raise TrainingError(f"{found.name}: {error}") from error


def open_recipe_source(name: str, recipe: SourceRecipe, data: Path) -> SampleSource:
    """The data set of a recipe; its name is that of the recipe. Raises `TrainingError`."""
    options = dict(recipe.options)
    if recipe.kind not in ("nrsd-mn", "rsdds"):
        options.setdefault("name", name)
    return open_source(recipe.kind, data / recipe.root, **options)


def pack_sources(recipe: Recipe, data: Path) -> list[PackSource]:
    """All data sets of the recipe, opened. Raises `TrainingError`."""
    shared = [one.name for one in fields(PackSource) if one.name != "source"]
    return [
        PackSource(open_recipe_source(name, one, data), **{key: getattr(one, key) for key in shared})
        for name, one in recipe.sources.items()
    ]
