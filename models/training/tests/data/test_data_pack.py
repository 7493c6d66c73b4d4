"""Packs: what goes in comes out, and damage is noticed."""

import numpy as np
import pytest
import torch
from pictures import folder_set, save, square, texture

from railscope_training.cli import main
from railscope_training.data import PackSettings, PackSource, open_pack, open_source, write_pack
from railscope_training.data.pack_format import HEAD
from railscope_training.data.tiles import plan_axis, plan_tiles, resize_mask
from railscope_training.errors import TrainingError

ALL_TRAIN = {"train": 1.0}


def test_tiles_lie_where_the_application_puts_them():
    """The numbers of electron/inference/pipeline/tiling.test.ts."""
    band = plan_tiles(2000, 2048, (800, 0, 1230, 2000), 512, 64)
    assert band == [(759, y) for y in (0, 372, 744, 1116, 1488)]
    assert len(plan_tiles(2000, 2048, (0, 0, 2048, 2000), 512, 64)) == 25
    assert plan_axis(2048, 1900, 148, 512, 64) == [1536]
    assert plan_axis(2048, 0, 148, 512, 64) == [0]


def test_masks_shrink_by_cover():
    mask = square(64, 64, (0, 0, 32, 64), 1)
    mask[:, 60:] = 255
    small = resize_mask(mask, 16, 16)
    assert (small[:, :8] == 1).all()
    assert (small[:, 15] == 255).all()
    assert resize_mask(small, 64, 64).sum() == pytest.approx(mask.sum(), rel=0.05)


def line_scan_set(root):
    """One dark picture with a defect on the rail, as rail400 has them."""
    picture = texture(256, 192, 5, 24).copy()
    mask = square(256, 192, (90, 100, 120, 140), 1)
    picture[mask > 0] = 2
    save(root / "images/1.jpg", picture, quality=100)
    save(root / "masks_pseudo_multiclass/1.png", mask)
    (root / "labels_nc3").mkdir(parents=True)
    (root / "labels_nc3/1.txt").write_text("0 0.546875 0.46875 0.15625 0.15625")
    (root / "meta.csv").write_text("name,rail_x0,rail_x1,location_cluster,split_location\n1,70,130,9,val\n")
    (root / "classes_nc3.txt").write_text("defect\ndirt\ngap\n")
    return open_source("rail400", root)


def test_semantic_pack_of_two_sources(tmp_path):
    rail = line_scan_set(tmp_path / "rail")
    plain = open_source("folder", folder_set(tmp_path / "plain"), classes=["pit"], encoding="binary", licence="free")
    sources = [
        PackSource(rail, weight=3, source_px=64, overlap_px=16, off_region=2),
        PackSource(plain, source_px=64, overlap_px=0, shares=ALL_TRAIN),
    ]
    path = tmp_path / "a.rspack"
    digest = write_pack(sources, path, PackSettings(tile_px=48, merge_classes="defect"))
    pack = open_pack(path)
    assert pack.info.sha256 == digest
    assert pack.info.classes == ("defect",)
    assert pack.info.tile_size == (48, 48)
    assert [source["licence"] for source in pack.info.sources] == ["LGPL-3.0 (sirlis/RailDefect)", "free"]
    assert pack.splits == ("train", "val")
    val = pack.split("val")
    on_rail, off_rail = val.keys[:5], val.keys[5:]
    assert [key.split("@")[1] for key in on_rail] == ["68,0", "68,48", "68,96", "68,144", "68,192"]
    assert len(off_rail) == 2
    assert val.labelled == (1, 2)
    batch = val.batch([2, 6])
    assert batch["image"].shape == (2, 3, 48, 48)
    assert batch["image"].dtype == batch["mask"].dtype == torch.uint8
    assert batch["keys"][0] == "rail/1@68,96"
    assert "targets" not in batch
    inside = batch["mask"][0].bool()
    assert inside.sum() == pytest.approx(30 * 40 * (48 / 64) ** 2, rel=0.05)
    assert batch["image"][0, 0][inside].float().mean() < 0.5 * batch["image"][0, 0][~inside].float().mean()
    assert batch["mask"][1].sum() == 0
    train = pack.split("train")
    assert (train.batch([0])["mask"] == 255).any(), "beyond a picture lower than its tile nothing counts"
    assert len(pack.split("none")) == 0


def test_whole_pictures_are_scaled_to_the_tile(tmp_path):
    save(tmp_path / "images/a.png", texture(100, 300, 7, 200))
    save(tmp_path / "masks/a.png", square(100, 300, (150, 25, 300, 75)))
    source = PackSource(open_source("folder", tmp_path), whole=True, shares=ALL_TRAIN)
    write_pack([source], tmp_path / "w.rspack", PackSettings(tile_px=64))
    split = open_pack(tmp_path / "w.rspack").split("train")
    assert len(split) == 1
    mask = split.batch([0])["mask"][0]
    assert (mask[16:48, 32:] == 1).all()
    assert int((mask > 0).sum()) == 32 * 32


def test_dark_levels_survive(tmp_path):
    picture = texture(64, 64, 3, 12)
    save(tmp_path / "images/a.png", picture)
    save(tmp_path / "masks/a.png", square(64, 64, (0, 0, 9, 9)))
    source = PackSource(open_source("folder", tmp_path), shares=ALL_TRAIN)
    write_pack([source], tmp_path / "d.rspack", PackSettings(tile_px=64, quality=92))
    true = open_pack(tmp_path / "d.rspack").split("train").batch([0])
    assert np.abs(true["image"][0, 0].numpy().astype(int) - picture).max() <= 1
    assert true["gain"].tolist() == [1.0]
    stretched = open_pack(tmp_path / "d.rspack", levels="stretched").split("train").batch([0])
    gain = float(stretched["gain"][0])
    assert gain > 10
    assert np.abs(stretched["image"][0, 0].numpy() / gain - picture).max() < 0.8
    with pytest.raises(TrainingError, match="true or stretched"):
        open_pack(tmp_path / "d.rspack", levels="bright")


def test_lossless_pack_and_sixteen_bit(tmp_path):
    deep = texture(64, 64, 3).astype(np.uint16) * 257
    save(tmp_path / "images/a.png", deep)
    save(tmp_path / "masks/a.png", square(64, 64, (0, 0, 9, 9)))
    source = PackSource(open_source("folder", tmp_path), shares=ALL_TRAIN)
    write_pack([source], tmp_path / "d.rspack", PackSettings(tile_px=64, quality=101))
    batch = open_pack(tmp_path / "d.rspack").split("train").batch([0])
    assert np.abs(batch["image"][0, 0].numpy().astype(int) - deep // 257).max() <= 1


def test_bytes_are_the_same_each_time_and_cached_batches_too(tmp_path):
    source = open_source("folder", folder_set(tmp_path / "set", 12), group=r"^(run\d)")
    for name in ("a", "b"):
        write_pack([source], tmp_path / name, PackSettings(tile_px=32))
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
    split = open_pack(tmp_path / "a").split("train")
    indices = list(range(len(split)))
    before = split.batch(indices)
    split.cache_on("cpu")
    after = split.batch(indices)
    assert torch.equal(before["image"], after["image"])
    assert torch.equal(before["mask"], after["mask"])
    assert split.decoded_bytes == before["image"].numel() + before["mask"].numel()


def test_weights_draw_each_source_as_often_as_it_says(tmp_path):
    one = open_source("folder", folder_set(tmp_path / "one", 3))
    many = open_source("folder", folder_set(tmp_path / "many", 12))
    sources = [PackSource(one, weight=3, shares=ALL_TRAIN), PackSource(many, weight=1, shares=ALL_TRAIN)]
    write_pack(sources, tmp_path / "p", PackSettings(tile_px=32))
    split = open_pack(tmp_path / "p").split("train")
    assert split.weights.sum() == pytest.approx(1)
    assert split.weights[:3].sum() == pytest.approx(0.75)


def test_empty_share_keeps_validation_whole(tmp_path):
    for index in range(20):
        save(tmp_path / f"images/{index:02d}.png", texture(40, 40, index))
        save(tmp_path / f"masks/{index:02d}.png", square(40, 40, (0, 0, 5 * (index % 2), 5)))
    source = open_source("folder", tmp_path, split={"[01]$": "val", "": "train"})
    write_pack([PackSource(source, empty_share=0.0)], tmp_path / "p", PackSettings(tile_px=32))
    pack = open_pack(tmp_path / "p")
    assert pack.info.counts["train"]["tiles"] == pack.info.counts["train"]["labelled"] == 8
    assert pack.info.counts["val"]["tiles"] == 4


def test_limit_lowers_the_quality(tmp_path):
    rng = np.random.default_rng(0)
    for index in range(6):
        save(tmp_path / f"images/{index}.png", rng.integers(0, 255, (96, 96), dtype=np.uint8))
        save(tmp_path / f"masks/{index}.png", square(96, 96, (0, 0, 5, 5)))
    source = open_source("folder", tmp_path)
    write_pack([source], tmp_path / "large", PackSettings(tile_px=96))
    limit = (tmp_path / "large").stat().st_size * 0.7 / 1e6
    write_pack([source], tmp_path / "small", PackSettings(tile_px=96, limit_mb=limit))
    assert (tmp_path / "small").stat().st_size <= limit * 1e6
    assert open_pack(tmp_path / "small").info.quality < open_pack(tmp_path / "large").info.quality == 92
    with pytest.raises(TrainingError, match="even at quality 60"):
        write_pack([source], tmp_path / "none", PackSettings(tile_px=96, limit_mb=0.001))
    assert not (tmp_path / "none").exists()


@pytest.mark.parametrize("place", [0, 9, 20, HEAD.size + 3, -5])
def test_a_changed_byte_is_noticed(tmp_path, place):
    path = tmp_path / "p"
    write_pack([open_source("folder", folder_set(tmp_path / "set"))], path, PackSettings(tile_px=32))
    content = bytearray(path.read_bytes())
    content[place] ^= 0x55
    path.write_bytes(content)
    with pytest.raises(TrainingError, match=r"no pack|version|damaged"):
        open_pack(path)


@pytest.mark.parametrize("kept", [0, 5, HEAD.size, HEAD.size + 10, -1])
def test_a_cut_off_pack_is_noticed(tmp_path, kept):
    path = tmp_path / "p"
    write_pack([open_source("folder", folder_set(tmp_path / "set"))], path, PackSettings(tile_px=32))
    path.write_bytes(path.read_bytes()[:kept])
    with pytest.raises(TrainingError, match="cut off"):
        open_pack(path)
    with pytest.raises(TrainingError, match="cannot be read"):
        open_pack(tmp_path / "missing")


def test_unreadable_pictures(tmp_path):
    root = folder_set(tmp_path / "set")
    (root / "images/run1_02.png").write_bytes(b"\x89PNG")
    source = open_source("folder", root)
    with pytest.raises(TrainingError, match=r"run1_02\.png.*--skip-unreadable"):
        write_pack([source], tmp_path / "p", PackSettings(tile_px=32))
    write_pack([source], tmp_path / "p", PackSettings(tile_px=32, skip_unreadable=True))
    assert [path.endswith("run1_02.png") for path in open_pack(tmp_path / "p").info.skipped] == [True]


def test_instance_pack(tmp_path):
    save(tmp_path / "images/a.png", np.dstack([texture(90, 120, 0)] * 3))
    save(tmp_path / "images/b.png", np.dstack([texture(60, 40, 1)] * 3))
    (tmp_path / "labels").mkdir()
    (tmp_path / "labels/a.txt").write_text("1 0.5 0.5 0.5 0.5\n0 0.2 0.2 0.1 0.1\n")
    (tmp_path / "classes.txt").write_text("bad\ngood\n")
    source = open_source("yolo", tmp_path, masks="box")
    settings = PackSettings(kind="instance", max_side_px=60)
    write_pack([PackSource(source, shares=ALL_TRAIN)], tmp_path / "p", settings)
    pack = open_pack(tmp_path / "p")
    assert pack.info.tile_size == (64, 64)
    batch = pack.split("train").batch([0, 1])
    target, empty = batch["targets"]
    assert target.classes.tolist() == [1, 0]
    assert torch.allclose(target.boxes[0], torch.tensor([15.0, 11.25, 45.0, 33.75]))
    assert target.masks.shape == (2, 64, 64)
    assert target.masks[0, 12:33, 15:45].all()
    assert target.masks[0].sum() == pytest.approx(30 * 22.5, rel=0.05)
    assert len(empty.boxes) == 0
    assert empty.masks.shape == (0, 64, 64)
    assert (batch["mask"][0, 45:] == 255).all(), "beyond the picture nothing counts"
    without = open_source("yolo", tmp_path)
    with pytest.raises(TrainingError, match="set the option masks"):
        write_pack([without], tmp_path / "q", settings)
    with pytest.raises(TrainingError, match="a semantic pack needs masks"):
        write_pack([without], tmp_path / "q")


def test_command_with_a_recipe(tmp_path, capsys):
    folder_set(tmp_path / "data/plain", 9)
    recipe = tmp_path / "r.yaml"
    recipe.write_text(
        "pack:\n  tile_px: 48\n"
        "sources:\n  mine:\n    kind: folder\n    root: plain\n    weight: 2\n    source_px: 64\n    overlap_px: 16\n"
        "    options:\n      group: '^(run\\d)'\n      licence: own\n"
    )
    out, sheet = tmp_path / "p.rspack", tmp_path / "s.png"
    arguments = ["pack", "--recipe", str(recipe), "--data", str(tmp_path / "data"), "--out", str(out)]
    assert main([*arguments, "--sheet", str(sheet), "--seed", "2"]) == 0
    text = capsys.readouterr().out
    assert "mine (own): 9 pictures, 18 tiles" in text
    assert sheet.stat().st_size > 1000
    assert open_pack(out).info.sources[0]["weight"] == 2
    assert main([*arguments, "--tile-px", "8"]) == 1
    content = recipe.read_text()
    recipe.write_text(content.replace("overlap_px: 16", "overlap_px: 40"))
    assert main(arguments) == 1
    assert "overlaps must lie between 0 and half" in capsys.readouterr().err
    recipe.write_text("sources:\n  mine:\n    kind: folder\n    rot: plain\n")
    assert main(arguments) == 1
    assert "r.yaml: unknown setting 'sources.mine.rot'; did you mean 'root'?" in capsys.readouterr().err


def test_recipes_of_the_repository_can_be_read():
    from pathlib import Path

    from railscope_training.data.recipe import read_recipe

    surface = read_recipe(Path("configs/packs/surface.yaml"))
    assert list(surface.sources) == ["rail400", "bsdata", "neu_seg", "magnetic_tile"]
    assert surface.sources["bsdata"].options["group"] == r"_(\d{6}_\d{3})_crop|^(KGT\d-[SV])"
    assert read_recipe(Path("configs/packs/fasteners.yaml")).pack.kind == "instance"
