"""Counts and output shapes."""

from __future__ import annotations

import json

import pytest
import torch

from railscope_training.cli import main
from railscope_training.errors import TrainingError
from railscope_training.networks import NETWORKS, NORMALISATIONS, create_network
from railscope_training.networks.specification import (
    SPECIFIED,
    SpecifiedNetwork,
    build_specified,
    module_differences,
    parameter_count,
)


@pytest.mark.parametrize("row", SPECIFIED, ids=lambda row: f"{row.label}-{row.classes}")
def test_parameters_equal_the_specification(row: SpecifiedNetwork) -> None:
    with torch.device("meta"):
        network = build_specified(row, create_network)
    assert parameter_count(network) == row.parameters
    assert module_differences(row, network) == []


def test_a_part_of_another_size_is_named() -> None:
    row = SPECIFIED[1]
    with torch.device("meta"):
        network = create_network("unet", widths=(64, 128, 256, 500))
    assert any(difference.startswith("enc4") for difference in module_differences(row, network))


def test_ocinet_uses_all_but_one_head() -> None:
    with torch.device("meta"):
        network = create_network("ocinet-b2")
        used = parameter_count(network) - parameter_count(network.get_submodule("heads.0"))
    assert used == 29_951_125


def test_frozen_terms_of_blendmask() -> None:
    with torch.device("meta"):
        network = create_network("blendmask-r50", classes=80)
    norms = [m for m in network.get_submodule("backbone").modules() if isinstance(m, torch.nn.BatchNorm2d)]
    assert parameter_count(network) - sum(parameter_count(norm) for norm in norms) == 35_981_562


#: the others are the same code with other numbers
SMALL_ONES = ("ocinet-b0", "unet-slim", "ccnet-r18", "u2netp", "u2netp-grouped", "u2netp-depthwise")


@pytest.mark.parametrize("name", SMALL_ONES)
@torch.no_grad()
def test_output_shapes(name: str) -> None:
    network, pictures = create_network(name, classes=3), torch.zeros(2, 3, 32, 64)
    training = network(pictures)
    evaluation = network.eval()(pictures)
    assert len(training) == len(network.loss_weights)
    assert {tuple(output.shape) for output in (*training, *evaluation)} == {(2, 3, 32, 64)}
    assert len(evaluation) == 1


@torch.no_grad()
def test_output_shapes_of_a_detector() -> None:
    raw = create_network("blendmask-r18", classes=3).eval()(torch.zeros(2, 3, 64, 96))
    assert raw.boxes.shape == (2, 129 * 3, 4)
    assert raw.bases.shape == (2, 4, 16, 24)
    assert raw.attentions.shape == (*raw.scores.shape, 784)
    assert raw.classes.max() <= 2


@pytest.mark.parametrize("name", NETWORKS)
def test_every_network_has_a_fitting_size(name: str) -> None:
    spec = NETWORKS[name]
    assert spec.name == name
    assert spec.normalisation in NORMALISATIONS
    assert all(side % spec.size_multiple == 0 for side in spec.default_size)


@pytest.mark.parametrize(
    ("name", "size", "fitting"),
    [("ocinet-b0", (336, 352), "352×352"), ("u2netp", (64, 65), "64×96"), ("unet", (60, 64), "64×64")],
)
def test_sizes_that_do_not_fit(name: str, size: tuple[int, int], fitting: str) -> None:
    with torch.device("meta"), pytest.raises(TrainingError, match=fitting):
        create_network(name)(torch.zeros(1, 3, *size))


def test_unknown_names_and_options() -> None:
    with pytest.raises(TrainingError, match="u2netp"):
        create_network("u3net")
    with pytest.raises(TrainingError, match="widths"):
        create_network("unet", width=3)
    with pytest.raises(TrainingError, match="at least 1"):
        create_network("unet", classes=0)


def test_params_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["params", "--json", "--no-shapes"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert {row["network"] for row in rows} == set(NETWORKS)


def test_params_command_fails_on_a_difference(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    wrong = (SpecifiedNetwork("U-Net", "unet", 1, 7_700_162),)
    monkeypatch.setattr("railscope_training.networks.params_command.SPECIFIED", wrong)
    monkeypatch.setattr("railscope_training.networks.params_command.NETWORKS", {"unet": NETWORKS["unet"]})
    assert main(["params", "--no-shapes"]) == 1
    assert "7,700,161 parameters, specified 7,700,162" in capsys.readouterr().out
