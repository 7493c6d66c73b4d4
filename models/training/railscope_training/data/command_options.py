"""What the commands on data sets have in common: naming one data set, or a recipe of several."""

from __future__ import annotations

import argparse
from pathlib import Path

from railscope_training.data.open_source import SOURCE_KINDS
from railscope_training.data.recipe import Recipe, SourceRecipe, read_recipe
from railscope_training.errors import TrainingError
from railscope_training.training.yaml_subset import parse_scalar


def add_source_arguments(parser: argparse.ArgumentParser) -> None:
    """`--recipe FILE --data DIR`, or `--kind KIND --data DIR --option key=value`."""
    parser.add_argument(
        "--data", type=Path, required=True, metavar="DIR", help="the data set, or what a recipe's roots lie in"
    )
    parser.add_argument(
        "--recipe", type=Path, metavar="FILE", help="a recipe of several data sets (configs/packs/*.yaml)"
    )
    parser.add_argument("--kind", choices=list(SOURCE_KINDS), help="how to read --data itself, without a recipe")
    parser.add_argument(
        "--option", action="append", default=[], metavar="KEY=VALUE", help="an option of the reader, may be repeated"
    )


def recipe_of(arguments: argparse.Namespace) -> Recipe:
    """The recipe named, or one of a single data set. Raises `TrainingError`."""
    if (arguments.recipe is None) == (arguments.kind is None):
        raise TrainingError("name either --recipe FILE or --kind KIND")
    if arguments.recipe is not None:
        if arguments.option:
            raise TrainingError("--option goes with --kind; a recipe holds the options of its data sets")
        return read_recipe(arguments.recipe)
    options = {}
    for option in arguments.option:
        key, sign, text = option.partition("=")
        if not sign:
            raise TrainingError(f"--option {option}: write key=value")
        options[key.strip()] = parse_scalar(text, f"--option {option}")
    name = arguments.data.resolve().name or "data"
    return Recipe({name: SourceRecipe(arguments.kind, ".", options)})
