"""`railscope_training report`: what data sets hold, before anything is trained on them."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from railscope_training.data.command_options import add_source_arguments, recipe_of
from railscope_training.data.recipe import open_recipe_source
from railscope_training.data.report import report_source
from railscope_training.data.report_text import markdown
from railscope_training.errors import TrainingError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of the command."""
    add_source_arguments(parser)
    parser.add_argument("--out", type=Path, metavar="DIR", help="write report.md and report.json there")
    parser.add_argument(
        "--alike-bits", type=int, metavar="N", help="bits of 512 that may differ in repeats (default: the recipe's, 40)"
    )
    parser.add_argument(
        "--fail-on-leak", action="store_true", help="end with 1 where a repeat or a group lies in two splits"
    )


def run(arguments: argparse.Namespace) -> int:
    """Prints the report; 1 where `--fail-on-leak` found one."""
    recipe = recipe_of(arguments)
    reports = []
    for name, one in recipe.sources.items():
        source = open_recipe_source(name, one, arguments.data)
        bits = one.alike_bits if arguments.alike_bits is None else arguments.alike_bits
        reports.append(report_source(source, one.shares, recipe.pack.seed, one.join_alike, bits))
    text = markdown(reports)
    print(text)
    if arguments.out is not None:
        try:
            arguments.out.mkdir(parents=True, exist_ok=True)
            (arguments.out / "report.md").write_text(text, encoding="utf-8")
            content = json.dumps([report.as_json() for report in reports], indent=1, ensure_ascii=False)
            (arguments.out / "report.json").write_text(content + "\n", encoding="utf-8")
        except OSError as error:
            raise TrainingError(f"{arguments.out}: cannot be written ({error})") from error
    leaks = sum(len(report.leaks) + bool(report.groups_in_two_splits) for report in reports)
    return 1 if arguments.fail_on_leak and leaks else 0
