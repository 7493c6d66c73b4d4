"""The command line: one module per command, imported only when its command is asked for.

A command module offers `add_arguments(parser)` and `run(arguments) -> int` (the exit code).
"""

from __future__ import annotations

import argparse
import importlib
import sys
from collections.abc import Sequence

from railscope_training.errors import TrainingError

#: command → (module, one line of help)
COMMANDS: dict[str, tuple[str, str]] = {
    "params": ("railscope_training.networks.params_command", "table of networks, parameters and output shapes"),
    "report": ("railscope_training.data.report_command", "what a data set holds: counts, sizes, leaks between splits"),
    "synthesise": ("railscope_training.data.synthesise_command", "real mask shapes and textures on real backgrounds"),
    "pack": ("railscope_training.data.pack_command", "one file that training reads, from any supported data set"),
    "train": ("railscope_training.training.train_command", "train one experiment (a YAML file)"),
    "evaluate": ("railscope_training.evaluation.evaluate_command", "metrics of masks, or of a network on a data set"),
    "export": ("railscope_training.export.export_command", "checkpoint → catalog entry (ONNX, manifest, ATC files)"),
    "study": ("railscope_training.study.study_command", "compression study: size, MACs, latency, accuracy"),
}


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command. Returns its exit code; 2 = wrong usage, 1 = a `TrainingError`, printed as one line."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    parser = argparse.ArgumentParser(prog="railscope_training", description=__doc__.splitlines()[0])
    subparsers = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, (_, text) in COMMANDS.items():
        subparsers.add_parser(name, help=text, add_help=False)
    command = parser.parse_args(arguments[:1]).command
    module_name, text = COMMANDS[command]
    module = importlib.import_module(module_name)
    own = argparse.ArgumentParser(prog=f"railscope_training {command}", description=text)
    module.add_arguments(own)
    try:
        return int(module.run(own.parse_args(arguments[1:])))
    except TrainingError as error:
        print(f"railscope_training {command}: {error}", file=sys.stderr)
        return 1
