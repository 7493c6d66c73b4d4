"""`study`: U²-Net and U-Net in full and compressed forms, measured side by side."""

from __future__ import annotations

import argparse
from pathlib import Path

import torch

from railscope_training.errors import TrainingError
from railscope_training.export.manifest import write_json
from railscope_training.export.pictures import Tiles, made_up_tiles, tiles_from_pack
from railscope_training.networks import create_network, network_spec
from railscope_training.networks.checkpoint import load_network
from railscope_training.study.latency import LatencyOptions, this_machine
from railscope_training.study.study_table import STUDIED, StudyOptions, StudyRow, markdown, measure

#: tiles that int8 is calibrated on where no pack is given; enough for its latency
MADE_UP_TILES = 8


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Options of the command."""
    parser.add_argument("--networks", nargs="+", default=list(STUDIED), help="names of the registry")
    parser.add_argument("--size", type=int, nargs=2, default=(320, 320), metavar=("HEIGHT", "WIDTH"))
    parser.add_argument(
        "--checkpoint", action="append", default=[], metavar="NETWORK=FILE", help="trained weights of a network"
    )
    parser.add_argument("--pack", type=Path, help="labelled tiles: accuracy of trained networks, calibration")
    parser.add_argument("--split", default="test", help="split of the pack that accuracy is measured on")
    parser.add_argument("--tiles", type=int, default=200, help="most tiles of the pack per split")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--runs", type=int, default=15)
    parser.add_argument("--out", type=Path, help="folder for study.json and study.md")


def run(arguments: argparse.Namespace) -> int:
    """Print the table and write it where `--out` says."""
    size = (int(arguments.size[0]), int(arguments.size[1]))
    checkpoints = _checkpoints(arguments.checkpoint, arguments.networks)
    labelled: Tiles | None = None
    calibration = made_up_tiles(size, MADE_UP_TILES)
    if arguments.pack is not None:
        labelled = tiles_from_pack(arguments.pack, arguments.split, size, arguments.tiles)
        calibration = tiles_from_pack(arguments.pack, "train", size, arguments.tiles)
        if labelled.masks is None:
            raise TrainingError(f"{arguments.pack}: has no masks, so that accuracy cannot be measured")
    latency = LatencyOptions(threads=arguments.threads, runs=arguments.runs)
    options = StudyOptions(latency, calibration, labelled)
    rows = [_row(name, checkpoints.get(name), options) for name in arguments.networks]
    machine = this_machine(arguments.threads)
    text = markdown(rows, machine)
    print(text, end="")
    if arguments.out is not None:
        arguments.out.mkdir(parents=True, exist_ok=True)
        write_json(
            arguments.out / "study.json", {"machine": machine.to_json(), "rows": [row.to_json() for row in rows]}
        )
        (arguments.out / "study.md").write_text(text, encoding="utf-8")
    return 0


def _row(name: str, checkpoint: Path | None, options: StudyOptions) -> StudyRow:
    spec = network_spec(name)
    if spec.task == "instance":
        raise TrainingError(f"{name}: the study compares segmenters only")
    if checkpoint is None:
        torch.manual_seed(0)
        network = create_network(name).eval()
        return measure(name, network, spec.normalisation, "random", trained=False, options=options)
    network, meta = load_network(checkpoint)
    if meta["network"] != name:
        raise TrainingError(f"{checkpoint}: holds {meta['network']}, not {name}")
    return measure(name, network, meta["normalisation"], checkpoint.name, trained=True, options=options)


def _checkpoints(pairs: list[str], networks: list[str]) -> dict[str, Path]:
    """NETWORK=FILE pairs. Raises TrainingError on another form or a network that is not studied."""
    found = {}
    for pair in pairs:
        name, separator, path = pair.partition("=")
        if not separator or name not in networks:
            raise TrainingError(f"--checkpoint {pair}: must be NETWORK=FILE with one of {', '.join(networks)}")
        found[name] = Path(path)
    return found
