"""Experiment files: the YAML subset, the schema, overrides, and every file that ships."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from conftest import PACKAGE

from railscope_training.errors import TrainingError
from railscope_training.networks import create_network, network_spec
from railscope_training.training.experiment import Experiment
from railscope_training.training.experiment_file import load_experiment
from railscope_training.training.optimisers import create_optimiser
from railscope_training.training.schema import build, differences, plain
from railscope_training.training.yaml_subset import parse_yaml

CONFIGS = sorted((PACKAGE / "configs").glob("*.yaml"))

TEXT = """
# a comment
name: "with # and: inside"   # another
empty:
nested:
  list: [1, 2.5, true, ~, 'two words']
  deeper:
    rate: 1.0e-4
    word: plain text
block:
  - 1
  - {a: 1, b: [x, y]}
negative: -3
mapping: {one: 1, two: {three: 3}}
"""


def test_the_subset_reads_what_pyyaml_reads() -> None:
    assert parse_yaml(TEXT, "text") == yaml.safe_load(TEXT)


def test_short_exponents_are_numbers_here() -> None:
    assert parse_yaml("rate: 1e-4", "text") == {"rate": 1e-4}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: 1\n\tb: 2", "line 2 uses a tab"),
        ("a: 1\na: 2", "line 2 gives 'a' a second time"),
        ("a: [1, 2", "lacks a closing"),
        ("a: &x 1", "uses '&'"),
        ("a: 1\n  b: 2", "line 2 is indented below a key"),
        ("a:\n    b: 1\n  c: 2", "line 3 is indented"),
        ("just words", "is not `key: value`"),
        ("a: 1\n---\nb: 2", "another document"),
    ],
)
def test_what_is_outside_the_subset_is_refused_with_its_line(text: str, message: str) -> None:
    with pytest.raises(TrainingError, match=message.replace("|", r"\|")):
        parse_yaml(text, "file.yaml")


@pytest.mark.parametrize(
    ("override", "message"),
    [
        ("network.sise=3", "unknown setting 'network.sise'"),
        ("schedul.kind=cosine", "did you mean 'schedule'"),
        ("batch=many", "'batch' must be a whole number"),
        ("batch=0", "'batch' is 0"),
        ("schedule.kind=staircase", "must be one of constant, cosine"),
        ("network.input_size=[64]", "must hold 2 values"),
        ("length={steps: 3, epochs: 4}", "either 'epochs' or 'steps'"),
        ("loss.ohem={keep: 5}", "needs 'loss.kind: cross-entropy'"),
        ("validation.best=ap", "does not go with"),
        ("batch", "write key=value"),
    ],
)
def test_a_wrong_setting_is_named(override: str, message: str) -> None:
    with pytest.raises(TrainingError, match=message):
        load_experiment("configs/tiny.yaml", [override])


def test_a_missing_file_is_named() -> None:
    with pytest.raises(TrainingError, match=r"nowhere\.yaml: no such experiment"):
        load_experiment("nowhere.yaml")


def test_overrides_reach_nested_settings() -> None:
    experiment = load_experiment("configs/tiny.yaml", ["optimiser.multipliers={head: 10}", "ema=null", "batch=7"])
    assert experiment.optimiser.multipliers == {"head": 10.0}
    assert experiment.ema is None
    assert experiment.batch == 7


def test_a_base_is_merged_mapping_by_mapping(tmp_path: Path) -> None:
    (tmp_path / "base.json").write_text((PACKAGE / "configs/tiny.yaml").read_text() and '{"batch": 3, "name": "base"}')
    (tmp_path / "own.yaml").write_text(
        "base: base.json\nname: own\nnetwork: {name: unet}\nloss: {kind: bce}\n"
        "optimiser: {kind: sgd, learning_rate: 0.1}\nlength: {steps: 2}\n"
    )
    experiment = load_experiment(tmp_path / "own.yaml")
    assert (experiment.name, experiment.batch) == ("own", 3)


def test_plain_settings_build_the_same_experiment() -> None:
    experiment = load_experiment("configs/tiny.yaml")
    assert build(Experiment, plain(experiment), "") == experiment
    other = load_experiment("configs/tiny.yaml", ["optimiser.betas=[0.8, 0.9]"])
    assert differences(plain(experiment), plain(other)) == ["optimiser.betas"]


@pytest.mark.parametrize("path", CONFIGS, ids=lambda path: path.stem)
def test_every_shipped_experiment_is_valid(path: Path) -> None:
    experiment = load_experiment(path)
    spec = network_spec(experiment.network.name)
    size = experiment.network.input_size or spec.default_size
    assert size[0] % spec.size_multiple == 0
    assert size[1] % spec.size_multiple == 0
    if experiment.optimiser.multipliers:
        network = create_network(spec.name, classes=2, **experiment.network.options)
        create_optimiser(network, experiment.optimiser)


@pytest.mark.parametrize("path", CONFIGS, ids=lambda path: path.stem)
def test_pyyaml_reads_shipped_experiments_alike(path: Path) -> None:
    def numbers(value: object) -> object:
        """PyYAML takes `1e-4` for text."""
        if isinstance(value, dict):
            return {key: numbers(item) for key, item in value.items()}
        if isinstance(value, list):
            return [numbers(item) for item in value]
        try:
            return float(value) if isinstance(value, str) else value
        except ValueError:
            return value

    text = path.read_text(encoding="utf-8")
    assert parse_yaml(text, path.name) == numbers(yaml.safe_load(text))
