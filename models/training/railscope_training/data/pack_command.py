"""`railscope_training pack`: data sets → one file; or what a pack holds."""

from __future__ import annotations

import argparse
import time
from dataclasses import replace
from pathlib import Path

from railscope_training.data.command_options import add_source_arguments, recipe_of
from railscope_training.data.pack import Pack, open_pack
from railscope_training.data.pack_build import write_pack
from railscope_training.data.recipe import pack_sources
from railscope_training.data.tile_sheet import write_sheet
from railscope_training.errors import TrainingError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of the command."""
    add_source_arguments(parser)
    parser.add_argument("--out", type=Path, required=True, metavar="FILE", help="the pack to write, FILE.rspack")
    parser.add_argument("--limit-mb", type=float, metavar="MB", help="largest size; JPEG quality is lowered to keep it")
    parser.add_argument("--tile-px", type=int, metavar="PX", help="side of a stored tile")
    parser.add_argument("--instances", action="store_true", help="whole pictures with instances instead of tiles")
    parser.add_argument("--seed", type=int, help="of splits and of the choice of tiles off the rail")
    parser.add_argument("--skip-unreadable", action="store_true", help="leave damaged pictures out and name them")
    parser.add_argument("--sheet", type=Path, metavar="PNG", help="also write a picture of some tiles with their masks")


def run(arguments: argparse.Namespace) -> int:
    """Writes the pack and prints what it holds."""
    recipe = recipe_of(arguments)
    settings = recipe.pack
    if arguments.limit_mb is not None:
        settings = replace(settings, limit_mb=arguments.limit_mb)
    if arguments.tile_px is not None:
        settings = replace(settings, tile_px=arguments.tile_px)
    if arguments.instances:
        settings = replace(settings, kind="instance")
    if arguments.seed is not None:
        settings = replace(settings, seed=arguments.seed)
    if arguments.skip_unreadable:
        settings = replace(settings, skip_unreadable=True)
    if settings.tile_px < 32 or settings.limit_mb <= 0:
        raise TrainingError("--tile-px must be 32 or more, --limit-mb above 0")
    started = time.monotonic()
    write_pack(pack_sources(recipe, arguments.data), arguments.out, settings, lambda line: print(line, flush=True))
    pack = open_pack(arguments.out)
    print(described(pack))
    print(f"{time.monotonic() - started:.1f} s")
    if arguments.sheet is not None:
        write_sheet(pack, arguments.sheet)
    return 0


def described(pack: Pack) -> str:
    """A few lines for people."""
    info = pack.info
    height, width = info.tile_size
    lines = [
        f"{pack.name}: {info.bytes / 1e6:.1f} MB, {info.kind}, {width} × {height} px, quality {info.quality}, "
        f"classes {', '.join(info.classes)}",
        f"sha256 {info.sha256}",
    ]
    for split, counts in info.counts.items():
        lines.append(f"  {split}: {counts['tiles']} tiles, {counts['labelled']} with labels, {counts['groups']} groups")
    for source in info.sources:
        lines.append(
            f"  {source['name']} ({source['licence'] or 'no licence stated'}): {source['pictures']} pictures, "
            f"{source['tiles']} tiles, {source['labelled']} with labels, weight {source['weight']:g}"
        )
        lines += [f"    {note}" for note in source["notes"]]
    if info.skipped:
        lines.append(f"  {len(info.skipped)} unreadable pictures left out")
    return "\n".join(lines)
