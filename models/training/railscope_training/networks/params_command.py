"""`params`: networks, parameter counts beside the specified ones, output shapes. Exit code 1 if a count differs."""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict, dataclass

import torch
from torch import nn

from railscope_training.networks.instances import RawInstances
from railscope_training.networks.registry import NETWORKS, create_network
from railscope_training.networks.specification import SPECIFIED, build_specified, module_differences, parameter_count


@dataclass(frozen=True)
class ParameterRow:
    """One line of the table. `specified` None = the specification gives no count for this network."""

    label: str
    network: str
    classes: int
    parameters: int
    specified: int | None
    input_size: tuple[int, int]
    outputs: list[str]
    differences: list[str]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Options of the command."""
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument("--no-shapes", action="store_true", help="skip the forward passes; output shapes stay empty")


def run(arguments: argparse.Namespace) -> int:
    """Print the table; 1 if a count differs from the specification."""
    rows = parameter_rows(with_shapes=not arguments.no_shapes)
    if arguments.json:
        print(json.dumps([asdict(row) for row in rows], indent=2, ensure_ascii=False))
    else:
        print(markdown(rows))
        for row in rows:
            for difference in row.differences:
                print(f"{row.label}: {difference}")
    return 1 if any(row.differences for row in rows) else 0


def parameter_rows(*, with_shapes: bool = True) -> list[ParameterRow]:
    """All specified networks, then the others of the registry.

    Weights stay uninitialised on PyTorch's meta device, so neither memory nor time is spent on them.
    """
    rows = []
    with torch.device("meta"):
        for specified in SPECIFIED:
            network = build_specified(specified, create_network)
            counted = parameter_count(network)
            differences = module_differences(specified, network)
            if counted != specified.parameters:
                differences.insert(0, f"{counted:,} parameters, specified {specified.parameters:,}")
            size = NETWORKS[specified.network].default_size
            shapes = output_shapes(network, size) if with_shapes else []
            rows.append(
                ParameterRow(
                    label=specified.label,
                    network=specified.network,
                    classes=specified.classes,
                    parameters=counted,
                    specified=specified.parameters,
                    input_size=size,
                    outputs=shapes,
                    differences=differences,
                )
            )
        for name in sorted(set(NETWORKS) - {row.network for row in SPECIFIED}):
            network, size = create_network(name), NETWORKS[name].default_size
            shapes = output_shapes(network, size) if with_shapes else []
            rows.append(ParameterRow(name, name, 1, parameter_count(network), None, size, shapes, []))
    return rows


def output_shapes(network: nn.Module, size: tuple[int, int]) -> list[str]:
    """Shapes of the evaluation outputs for one picture, as "name B×C×H×W"; the network may be on the meta device."""
    parameter = next(network.parameters())
    with torch.no_grad():
        outputs = network.eval()(torch.zeros(1, 3, *size, device=parameter.device))
    names = RawInstances._fields if isinstance(outputs, RawInstances) else ("logits",)
    return [f"{name} {'×'.join(map(str, tensor.shape))}" for name, tensor in zip(names, outputs, strict=True)]


def markdown(rows: list[ParameterRow]) -> str:
    """The rows as a Markdown table."""
    lines = [
        "| network | name | classes | parameters | specification | equal | input | outputs |",
        "|---|---|---:|---:|---:|---|---|---|",
    ]
    for row in rows:
        specified = "–" if row.specified is None else f"{row.specified:,}"
        equal = "–" if row.specified is None else ("no" if row.differences else "yes")
        size = f"{row.input_size[0]}×{row.input_size[1]}"
        counts = f"{row.classes} | {row.parameters:,} | {specified} | {equal}"
        lines.append(f"| {row.label} | {row.network} | {counts} | {size} | {'; '.join(row.outputs)} |")
    return "\n".join(lines)
