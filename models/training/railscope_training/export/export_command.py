"""`export`: a checkpoint, or a network with random weights, as an entry of the catalog; or new files for an entry."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any, get_args

import torch
from torch import nn

from railscope_training.errors import TrainingError
from railscope_training.export import parity
from railscope_training.export.entry import ExportOptions, export_entry, extend_entry
from railscope_training.export.int8 import MAXIMUM_TILES, MINIMUM_TILES, Calibration, QuantisationOptions
from railscope_training.export.manifest import EntryDescription, describe, read_description, read_manifest
from railscope_training.export.parity import ParityRow, Precision
from railscope_training.export.pictures import Tiles, made_up_tiles, tiles_from_folder, tiles_from_pack
from railscope_training.networks import NORMALISATIONS, create_network, network_spec

DEFAULT_PARITY_TILES = 32


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Options of the command."""
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("--checkpoint", type=Path, help="checkpoint of a training")
    source.add_argument("--network", help="a network of the registry with random weights (tests, measurements)")
    source.add_argument("--from-catalog", type=Path, metavar="FOLDER", help="an entry that gets fp16 or int8 files")
    parser.add_argument("--random-seed", type=int, default=0, help="with --network")
    parser.add_argument("--size", type=int, nargs=2, metavar=("HEIGHT", "WIDTH"), help="other input size in pixels")
    parser.add_argument("--normalisation", choices=NORMALISATIONS, help="with --network")
    parser.add_argument("--out", type=Path, help="catalog folder; the entry becomes OUT/ID")
    parser.add_argument("--entry", type=Path, metavar="FILE.json", help="what the entry says (see EntryDescription)")
    parser.add_argument("--id", help="id of the entry")
    parser.add_argument("--licence", help="licence of the weights")
    parser.add_argument(
        "--precision", nargs="+", choices=get_args(Precision), default=["fp32"], help="files to write; fp32 always is"
    )
    pictures = parser.add_mutually_exclusive_group()
    pictures.add_argument("--pictures", type=Path, help="folder of pictures for calibration and parity")
    pictures.add_argument("--pack", type=Path, help="pack for calibration (train) and parity (--split), with labels")
    parser.add_argument("--split", default="val", help="split of the pack that parity is measured on")
    parser.add_argument("--source-tile", type=int, help="side of tiles of --pictures in pixels; default: the entry's")
    parser.add_argument("--parity-tiles", type=int, default=DEFAULT_PARITY_TILES)
    parser.add_argument(
        "--calibration-tiles",
        type=int,
        default=MINIMUM_TILES,
        help=f"{MINIMUM_TILES} to {MAXIMUM_TILES} are advised",
    )
    parser.add_argument("--calibration", choices=get_args(Calibration), default="percentile")
    parser.add_argument("--weight-bits", type=int, choices=(7, 8), default=7, help="8 only for CPUs with VNNI")
    parser.add_argument("--top-per-level", type=int, default=100, help="candidates per pyramid level of a detector")
    parser.add_argument("--quantisation-aware", type=int, metavar="STEPS", help="fine-tune for int8 on --pack first")
    parser.add_argument("--allow-parity-failure", action="store_true", help="write the entry all the same")
    parser.add_argument("--replace", action="store_true", help="replace an existing entry")


def run(arguments: argparse.Namespace) -> int:
    """Write the entry and print the parity table."""
    if arguments.from_catalog is not None:
        rows = _extend(arguments)
        print(f"{arguments.from_catalog}\n")
    else:
        folder, rows = _export(arguments)
        print(f"{folder}\n")
    print(parity.markdown(rows), end="")
    return 0


def _extend(arguments: argparse.Namespace) -> list[ParityRow]:
    manifest = read_manifest(arguments.from_catalog / "manifest.json")
    size = (manifest["input"]["height"], manifest["input"]["width"])
    options = _options(arguments, size, arguments.source_tile or manifest["tiling"]["sourceTilePx"])
    return extend_entry(arguments.from_catalog, options)


def _export(arguments: argparse.Namespace) -> tuple[Path, list[ParityRow]]:
    if arguments.out is None:
        raise TrainingError("name the catalog folder that the entry is written to (--out)")
    network, meta = _source(arguments)
    if arguments.size is not None:
        meta["input_size"] = list(arguments.size)
    size = (int(meta["input_size"][0]), int(meta["input_size"][1]))
    description = _description(arguments, meta)
    if arguments.quantisation_aware is not None:
        network = _fine_tuned(arguments, network, meta)
    options = _options(arguments, size, arguments.source_tile or description.source_tile_px)
    return export_entry(network, meta, description, arguments.out, options)


def _source(arguments: argparse.Namespace) -> tuple[nn.Module, dict[str, Any]]:
    """The network in eval mode and its checkpoint's contents."""
    if arguments.checkpoint is not None:
        from railscope_training.networks.checkpoint import load_network

        return load_network(arguments.checkpoint)
    spec = network_spec(arguments.network)
    torch.manual_seed(arguments.random_seed)
    meta = {
        "network": spec.name,
        "options": {},
        "normalisation": arguments.normalisation or spec.normalisation,
        "input_size": list(spec.default_size),
        "classes": ["defect"],
        "experiment": {"weights": f"random, seed {arguments.random_seed}"},
        "metrics": {},
    }
    return create_network(spec.name).eval(), meta


def _description(arguments: argparse.Namespace, meta: dict[str, Any]) -> EntryDescription:
    """From `--entry`, or from the options and the checkpoint alone."""
    given = {key: value for key, value in (("id", arguments.id), ("licence", arguments.licence)) if value}
    if arguments.entry is not None:
        return read_description(arguments.entry, given)
    defaults: dict[str, Any] = {"id": meta["network"], "classes": _class_codes(meta)}
    if arguments.network is not None:
        defaults["licence"] = "random weights, for tests only"
    return describe({**defaults, **given}, "options --id, --licence")


def _class_codes(meta: dict[str, Any]) -> list[str]:
    """One name per class output; several outputs of a segmenter start with the background."""
    names = [str(name) for name in meta["classes"]]
    outputs = int(meta["options"].get("classes", 1))
    if network_spec(meta["network"]).task != "instance" and outputs == len(names) + 1:
        return ["background", *names]
    return names if outputs == len(names) else ["defect"] * outputs


def _options(arguments: argparse.Namespace, size: tuple[int, int], source_tile: int) -> ExportOptions:
    wanted_tiles = arguments.calibration_tiles
    calibration: Tiles | None = None
    if arguments.pack is not None:
        compared = tiles_from_pack(arguments.pack, arguments.split, size, arguments.parity_tiles)
        if "int8" in arguments.precision:
            calibration = tiles_from_pack(arguments.pack, "train", size, wanted_tiles)
    elif arguments.pictures is not None:
        tiles = tiles_from_folder(arguments.pictures, size, source_tile, max(wanted_tiles, arguments.parity_tiles))
        compared, calibration = tiles.first(arguments.parity_tiles), tiles.first(wanted_tiles)
    else:
        compared = made_up_tiles(size, min(arguments.parity_tiles, 4))
    return ExportOptions(
        precisions=arguments.precision,
        parity_tiles=compared,
        calibration_tiles=calibration,
        quantisation=QuantisationOptions(calibration=arguments.calibration, weight_bits=arguments.weight_bits),
        top_per_level=arguments.top_per_level,
        allow_parity_failure=arguments.allow_parity_failure,
        replace=arguments.replace,
    )


def _fine_tuned(arguments: argparse.Namespace, network: nn.Module, meta: dict[str, Any]) -> nn.Module:
    from railscope_training.export.quantisation_training import fine_tune_on_pack

    if arguments.pack is None:
        raise TrainingError("quantisation-aware fine-tuning needs labels; name a pack (--pack)")
    return fine_tune_on_pack(network, meta, arguments.pack, steps=arguments.quantisation_aware)
