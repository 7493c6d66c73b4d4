"""`railscope_training synthesise`: a folder of synthetic pictures, their masks, and where each part came from."""

from __future__ import annotations

import argparse
import csv
import json
from pathlib import Path

import numpy as np
from PIL import Image as PilImage

from railscope_training.data.command_options import add_source_arguments, recipe_of
from railscope_training.data.open_source import SOURCE_KINDS, open_source
from railscope_training.data.recipe import open_recipe_source
from railscope_training.data.sources.folder import SAMPLE_LIST
from railscope_training.data.synthesis import Backgrounds, SynthesisSettings, collect_textures, list_shapes, synthesise
from railscope_training.errors import TrainingError

PROVENANCE_FILE = "provenance.json"
FORMAT = 1


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of the command. --data, --kind and --option name the backgrounds."""
    add_source_arguments(parser)
    parser.add_argument(
        "--shapes", type=Path, required=True, metavar="DIR", help="masks of real defects, with or without pictures"
    )
    parser.add_argument("--textures", type=Path, metavar="DIR", help="a data set whose defects lend their look")
    parser.add_argument("--textures-kind", choices=list(SOURCE_KINDS), default="folder", help="how to read --textures")
    parser.add_argument(
        "--out", type=Path, required=True, metavar="DIR", help="receives images/, masks/, samples.csv, provenance.json"
    )
    parser.add_argument("--count", type=int, default=200, help="pictures to make")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--tile-px", type=int, default=SynthesisSettings.tile_px, help="side of a picture")
    parser.add_argument(
        "--empty-share", type=float, default=SynthesisSettings.empty_share, help="share without a defect"
    )
    parser.add_argument(
        "--split",
        default="train",
        help="backgrounds and textures of this split, or without one; 'all' = of every split",
    )


def run(arguments: argparse.Namespace) -> int:
    """Writes the data set; the same arguments and data give the same bytes."""
    if arguments.count < 1 or arguments.tile_px < 64 or not 0 <= arguments.empty_share <= 1:
        raise TrainingError("--count must be 1 or more, --tile-px 64 or more, --empty-share in 0…1")
    out: Path = arguments.out
    if out.exists() and any(out.iterdir()):
        raise TrainingError(f"{out}: is not empty; name a new folder, so that no old picture stays among the new ones")
    recipe = recipe_of(arguments)
    if len(recipe.sources) != 1:
        raise TrainingError("backgrounds come from one data set: use --kind")
    ((name, one),) = recipe.sources.items()
    source = open_recipe_source(name, one, arguments.data)
    split = None if arguments.split == "all" else arguments.split
    settings = SynthesisSettings(tile_px=arguments.tile_px, empty_share=arguments.empty_share, seed=arguments.seed)
    backgrounds = Backgrounds(source, settings.tile_px, split)
    shapes = list_shapes(arguments.shapes)
    lender = open_source(arguments.textures_kind, arguments.textures) if arguments.textures else None
    textures = collect_textures(lender, split) if lender else []
    (out / "images").mkdir(parents=True, exist_ok=True)
    (out / "masks").mkdir(exist_ok=True)
    rows, listed = [], []
    for number in range(arguments.count):
        rng = np.random.default_rng([settings.seed, number])
        background = backgrounds.load(int(rng.integers(len(backgrounds))))
        image, mask, placed = synthesise(background, shapes, textures, settings, rng)
        key = f"synthetic-{number:05d}"
        PilImage.fromarray(image).save(out / "images" / f"{key}.png")
        PilImage.fromarray(mask).save(out / "masks" / f"{key}.png")
        rows.append({"key": key, "background": background.key, "corner": list(background.corner), "defects": placed})
        listed.append((key, f"background-{background.group}", split or ""))
    _write_list(out / SAMPLE_LIST, listed)
    licences = {one.info.name: one.info.licence for one in (source, lender) if one is not None}
    facts = {
        "format": FORMAT,
        "seed": settings.seed,
        "licences": licences,
        "shapes": arguments.shapes.name,
        "pictures": rows,
    }
    (out / PROVENANCE_FILE).write_text(json.dumps(facts, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    print(f"{out}: {len(rows)} pictures, {sum(len(row['defects']) for row in rows)} defects")
    print(f"from {len(backgrounds)} backgrounds, {len(shapes)} shapes, {len(textures)} textures")
    return 0


def _write_list(path: Path, rows: list[tuple[str, str, str]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(("key", "group", "split"))
        writer.writerows(rows)
