"""Synthetic defects."""

import json

import numpy as np
import pytest
from pictures import save, square, texture

from railscope_training.cli import main
from railscope_training.data import open_source
from railscope_training.data.blending import feathered, filled_outside, pyramid_blend
from railscope_training.data.images import read_image, read_mask


def test_blend_is_the_ground_outside_and_the_texture_inside():
    ground, dark = np.full((64, 64), 100, np.float32), np.full((64, 64), 20, np.float32)
    weights = feathered(square(64, 64, (16, 16, 48, 48)) > 0, 2)
    mixed = pyramid_blend(ground, dark, weights)
    assert mixed[:6, :6].mean() == pytest.approx(100, abs=2)
    assert mixed[30:34, 30:34].mean() == pytest.approx(20, abs=6)
    steps = np.abs(np.diff(mixed[32]))
    assert steps.max() < 45, "no hard seam"


def test_equal_pictures_blend_to_themselves():
    picture = texture(50, 70, 1).astype(np.float32)
    weights = feathered(square(50, 70, (10, 10, 30, 30)) > 0, 3)
    assert np.abs(pyramid_blend(picture, picture, weights) - picture).max() < 1e-3


def test_filling_keeps_what_is_known():
    values = texture(40, 40, 2).astype(np.float32)
    known = square(40, 40, (10, 10, 25, 30)) > 0
    filled = filled_outside(values, known)
    assert np.array_equal(filled[known], values[known])
    assert filled.min() >= values[known].min() - 1
    assert filled.max() <= values[known].max() + 1


def rails(root):
    for index in range(4):
        save(root / "images" / f"place{index}_a.png", texture(160, 128, index) // 4 + 30)
        defect = square(160, 128, (20, 20, 60, 60)) if index == 3 else square(160, 128, (0, 0, 0, 0))
        save(root / "masks" / f"place{index}_a.png", defect)
    for number in range(3):
        save(root.parent / "shapes" / f"{number}.png", square(80, 80, (10, 10, 40 + 10 * number, 30)))
    save(root.parent / "shapes/empty.png", square(80, 80, (0, 0, 0, 0)))
    return root


def command(root, out, *more):
    return [
        *("synthesise", "--kind", "folder", "--data", str(root), "--option", "group='^(place\\d)'"),
        *("--shapes", str(root.parent / "shapes"), "--out", str(out), "--tile-px", "96", "--count", "12", *more),
    ]


def test_command_makes_a_data_set_that_can_be_read(tmp_path, capsys):
    root = rails(tmp_path / "rails")
    out = tmp_path / "out"
    assert main(command(root, out, "--textures", str(root), "--seed", "5")) == 0
    assert "12 pictures" in capsys.readouterr().out
    facts = json.loads((out / "provenance.json").read_text())
    assert facts["seed"] == 5
    source = open_source("folder", out)
    assert len(source) == 12
    assert set(source.splits) == {"train"}
    assert all(group.startswith("background-place") for group in source.groups)
    defects = empty = 0
    for index, row in enumerate(facts["pictures"]):
        sample = source[index]
        assert sample.image.shape == (96, 96)
        assert bool(row["defects"]) == bool(sample.mask.any())
        defects += len(row["defects"])
        empty += not row["defects"]
        if not row["defects"]:
            continue
        background = read_image(root / "images" / f"{row['background']}.png")
        x, y = row["corner"]
        ground = background[y : y + 96, x : x + 96].astype(int)
        change = np.abs(sample.image.astype(int) - ground)
        assert change[sample.mask > 0].mean() > 5 * max(0.2, change[sample.mask == 0].mean())
    assert defects > 5
    assert 0 < empty < 12
    assert {one["look"] for row in facts["pictures"] for one in row["defects"]} <= {"pit", "scuff", "real"}


def test_same_seed_same_bytes(tmp_path):
    root = rails(tmp_path / "rails")
    for name, seed in (("a", "1"), ("b", "1"), ("c", "2")):
        assert main(command(root, tmp_path / name, "--seed", seed)) == 0
    listed = sorted(path.relative_to(tmp_path / "a") for path in (tmp_path / "a").rglob("*") if path.is_file())
    same = [(tmp_path / "a" / path).read_bytes() == (tmp_path / "b" / path).read_bytes() for path in listed]
    assert len(listed) == 12 * 2 + 2
    assert all(same)
    other = [(tmp_path / "a" / path).read_bytes() == (tmp_path / "c" / path).read_bytes() for path in listed]
    assert not all(other)
    assert read_mask(tmp_path / "a/masks/synthetic-00000.png", 1, binary=True).shape == (96, 96)


def test_faults(tmp_path, capsys):
    root = rails(tmp_path / "rails")
    (tmp_path / "full").mkdir()
    (tmp_path / "full/x").write_text("")
    assert main(command(root, tmp_path / "full")) == 1
    assert "is not empty" in capsys.readouterr().err
    assert main(command(root, tmp_path / "o", "--count", "0")) == 1
    (tmp_path / "none").mkdir()
    assert main(command(root, tmp_path / "o", "--shapes", str(tmp_path / "none"))) == 1
    assert "holds no mask" in capsys.readouterr().err
    for index in range(4):
        save(root / "masks" / f"place{index}_a.png", square(160, 128, (0, 0, 128, 160)))
    assert main(command(root, tmp_path / "o")) == 1
    assert "without a defect" in capsys.readouterr().err
