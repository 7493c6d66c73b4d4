"""Splits by group, likeness of pictures, and the report."""

import json
from collections import Counter

import numpy as np
import pytest
from pictures import folder_set, save, square, texture

from railscope_training.cli import main
from railscope_training.data import assign_splits, open_source
from railscope_training.data.likeness import find_alike, fingerprint
from railscope_training.data.report import report_source
from railscope_training.data.splits import joined_groups, require_disjoint_groups
from railscope_training.errors import TrainingError


def groups_of(count, size):
    return [f"place{index // size}" for index in range(count)]


def test_groups_stay_whole_and_shares_are_met():
    groups = groups_of(300, 3)
    splits = assign_splits(groups, [None] * 300, {"train": 0.8, "val": 0.1, "test": 0.1}, seed=3)
    require_disjoint_groups(groups, splits)
    counts = Counter(splits)
    assert counts["train"] == pytest.approx(240, abs=3)
    assert counts["val"] == pytest.approx(30, abs=3)
    assert splits == assign_splits(groups, [None] * 300, {"train": 0.8, "val": 0.1, "test": 0.1}, seed=3)
    assert splits != assign_splits(groups, [None] * 300, {"train": 0.8, "val": 0.1, "test": 0.1}, seed=4)


def test_the_order_of_pictures_does_not_matter():
    groups = groups_of(60, 2)
    turned = assign_splits(groups[::-1], [None] * 60)[::-1]
    assert turned == assign_splits(groups, [None] * 60)


def test_given_splits_are_kept_and_spread_over_their_group():
    splits = assign_splits(["a", "a", "b", "c"], [None, "valid", "test-natural", None], {"train": 1.0})
    assert splits == ["val", "val", "test-natural", "train"]


def test_a_group_in_two_splits_is_refused():
    with pytest.raises(TrainingError, match=r"1 groups .* \(a: test, train\)"):
        assign_splits(["a", "a", "b"], ["train", "test", None])


@pytest.mark.parametrize("shares", [{"train": 0.5}, {"train": 1.2, "val": -0.2}, {"learn": 1.0}, {}])
def test_wrong_shares(shares):
    with pytest.raises(TrainingError, match="split"):
        assign_splits(["a"], [None], shares)


def test_groups_that_look_alike_are_joined():
    assert joined_groups(["a", "b", "c", "d"], [(2, 1), (1, 0)]) == ["a", "a", "a", "d"]


def test_repeats_are_found_and_others_are_not():
    rng = np.random.default_rng(0)
    pictures = [texture(120, 160, seed) for seed in range(12)]
    noisy = np.clip(pictures[3] * 0.6 + rng.normal(0, 3, pictures[3].shape), 0, 255).astype(np.uint8)
    dark = (pictures[5] // 16).astype(np.uint8)
    flat = np.full((50, 50), 9, np.uint8)
    prints = [fingerprint(one) for one in (*pictures, noisy, dark, flat, flat)]
    assert {(pair.left, pair.right) for pair in find_alike(prints)} == {(3, 12), (5, 13)}
    assert find_alike(prints[:1]) == []


def leaky_set(root):
    folder_set(root, 6)
    save(root / "images/test/copy.png", texture(60, 80, 0))
    save(root / "masks/test/copy.png", square(60, 80, (10, 12, 30, 28)))
    (root / "images/broken.png").write_bytes(b"\x89PNG")
    save(root / "masks/broken.png", square(60, 80, (0, 0, 4, 4)))
    return root


def test_report(tmp_path):
    source = open_source("folder", leaky_set(tmp_path), split={"^test/": "test", "": "train"})
    report = report_source(source)
    assert report.pictures == 8
    assert list(report.unreadable) == ["broken"]
    assert report.pictures_without_defect == 2
    assert report.sizes == {"80 × 60": 7}
    assert report.depths == {"grey, 8 bit": 7}
    assert report.class_pixel_shares["defect"] == pytest.approx(5 * 320 / (7 * 4800))
    assert report.splits["test"] == {"pictures": 1, "groups": 1, "with_defect": 1}
    (leak,) = report.leaks
    assert (leak.left, leak.right, leak.identical) == ("run0_00", "test/copy", True)
    joined = report_source(open_source("folder", tmp_path), join_alike=True)
    assert joined.leaks == ()


def test_report_command(tmp_path, capsys):
    root = leaky_set(tmp_path / "set")
    arguments = ["report", "--kind", "folder", "--data", str(root), "--option", "split={'^test/': test, '': train}"]
    assert main([*arguments, "--out", str(tmp_path / "out")]) == 0
    text = capsys.readouterr().out
    assert "| run0_00 | train | test/copy | test | identical |" in text
    assert "broken.png" in text
    assert (tmp_path / "out/report.md").read_text() == text.rstrip("\n") + "\n"
    assert json.loads((tmp_path / "out/report.json").read_text())[0]["pictures"] == 8
    assert main([*arguments, "--fail-on-leak"]) == 1
    (root / "images/test/copy.png").unlink()
    assert main([*arguments, "--fail-on-leak"]) == 0


def test_report_names_groups_in_two_splits(tmp_path, capsys):
    folder_set(tmp_path, 6)
    rules = "split={'_00$': test, '': train}"
    arguments = [
        "report",
        "--kind",
        "folder",
        "--data",
        str(tmp_path),
        "--option",
        r"group='^(run\d)'",
        "--option",
        rules,
    ]
    assert main([*arguments, "--fail-on-leak"]) == 1
    assert "**Groups in two splits:** 1 groups" in capsys.readouterr().out


def test_command_needs_a_recipe_or_a_kind(tmp_path, capsys):
    assert main(["report", "--data", str(tmp_path)]) == 1
    assert "either --recipe FILE or --kind KIND" in capsys.readouterr().err
    assert main(["report", "--data", str(tmp_path), "--kind", "folder", "--option", "images"]) == 1
    assert "write key=value" in capsys.readouterr().err
