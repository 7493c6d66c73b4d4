"""Readers of the plain and the published layouts."""

import json

import numpy as np
import pytest
from pictures import folder_set, save, square, texture

from railscope_training.data import open_source
from railscope_training.data.images import UnreadableFileError
from railscope_training.errors import TrainingError


def test_folder_pairs_groups_and_splits(tmp_path):
    source = open_source("folder", folder_set(tmp_path), group=r"^(run\d)", split={"run2": "test"}, licence="mine")
    assert len(source) == 6
    assert source.groups == ("run0", "run0", "run1", "run1", "run2", "run2")
    assert source.splits[-2:] == ("test", "test")
    assert source.splits[0] is None
    sample = source[0]
    assert sample.mask.dtype == np.uint8
    assert (sample.mask == 1).sum() == 20 * 16
    assert source[2].mask.sum() == 0
    assert source.info.licence == "mine"


def test_folder_names_of_masks_and_list_of_samples(tmp_path):
    for name in ("a/x.jpg", "a/x.png", "y.png", "z.png"):
        save(tmp_path / "images" / name, texture(20, 20, 1))
    for name, size in (("a/x.jpg.png", 2), ("a/x.png.png", 4), ("y.mask.png", 6), ("z.png", 8)):
        save(tmp_path / "masks" / name, square(20, 20, (0, 0, size, 1)))
    (tmp_path / "samples.csv").write_text("key,group,split\ny,g7,val\n")
    source = open_source("folder", tmp_path, group="folder")
    found = {key: int(source[index].mask.sum()) for index, key in enumerate(source.keys)}
    assert found == {"a/x.jpg": 2, "a/x.png": 4, "y": 6, "z": 8}
    assert dict(zip(source.keys, source.groups, strict=True)) == {"a/x.jpg": "a", "a/x.png": "a", "y": "g7", "z": "z"}
    assert source.splits[source.keys.index("y")] == "val"


def test_folder_class_indices(tmp_path):
    save(tmp_path / "images/a.png", texture(10, 10, 0))
    save(tmp_path / "labels/a.png", square(10, 10, (0, 0, 5, 5), 2))
    source = open_source("folder", tmp_path, masks="labels", classes=["pit", "crack"])
    assert set(np.unique(source[0].mask)) == {0, 2}


def test_folder_missing_masks(tmp_path):
    folder_set(tmp_path, 3)
    (tmp_path / "masks/run0_01.png").unlink()
    with pytest.raises(TrainingError, match="no mask for 1 of 3 pictures, first 'run0_01"):
        open_source("folder", tmp_path)
    empty = open_source("folder", tmp_path, missing_masks="empty")
    assert empty[1].mask.sum() == 0
    assert "1 pictures without a mask: empty" in empty.info.notes
    assert len(open_source("folder", tmp_path, missing_masks="skip")) == 2


def test_mask_of_another_size_is_refused(tmp_path):
    save(tmp_path / "images/a.png", texture(10, 12, 0))
    save(tmp_path / "masks/a.png", square(12, 10, (0, 0, 5, 5)))
    with pytest.raises(UnreadableFileError, match=r"10 × 12 px, but its picture .* has 12 × 10 px"):
        open_source("folder", tmp_path)[0]


def test_wrong_kind_option_and_root(tmp_path):
    folder_set(tmp_path, 3)
    with pytest.raises(TrainingError, match="'foldr' is unknown"):
        open_source("foldr", tmp_path)
    with pytest.raises(TrainingError, match="option 'mask' is unknown; known: images, masks"):
        open_source("folder", tmp_path, mask="x")
    with pytest.raises(TrainingError, match="no such folder"):
        open_source("folder", tmp_path / "none")
    with pytest.raises(TrainingError, match="is no regular expression"):
        open_source("folder", tmp_path, group="(")
    with pytest.raises(TrainingError, match="marks no part with brackets"):
        open_source("folder", tmp_path, group="run")


NRSD_LAYOUTS = [
    dict(zip(("train", "val", "test", "test-natural"), folders, strict=True))
    for folders in (
        ("train/image", "val/image", "test/man-made/image", "test/natural/image"),
        ("img/train", "img/val", "img/test_manmade", "img/test_natural"),
        ("train_img", "valid_img", "NRSD_M_test_img", "natural_img"),
        ("TrainDataset/Image", "ValDataset/Image", "TestDataset/Man/Image", "TestDataset/Nature/Image"),
    )
]


@pytest.mark.parametrize("layout", NRSD_LAYOUTS)
def test_nrsd_mn_layouts(tmp_path, layout):
    root = tmp_path / "NRSD-MN"
    for number, folder in enumerate(layout.values()):
        masks = folder.replace("image", "gt").replace("Image", "GT").replace("img", "gt")
        save(root / folder / f"p{number}.jpg", texture(30, 30, number))
        save(root / masks / f"p{number}.png", square(30, 30, (0, 0, number + 1, 1)))
    source = open_source("nrsd-mn", root)
    assert source.splits == tuple(sorted(layout))
    assert {source.splits[i]: int(source[i].mask.sum()) for i in range(4)} == {
        split: number + 1 for number, split in enumerate(layout)
    }


def test_nrsd_mn_faults(tmp_path):
    with pytest.raises(TrainingError, match="no NRSD-MN folders"):
        open_source("nrsd-mn", tmp_path)
    save(tmp_path / "train/image/a.png", texture(10, 10, 0))
    with pytest.raises(TrainingError, match="split 'train': no mask for 1 of 1"):
        open_source("nrsd-mn", tmp_path)


def test_rsdds(tmp_path):
    for kind in ("Type-I RSDDs dataset", "Type-II RSDDs dataset"):
        save(tmp_path / kind / "Rail surface images" / "rail_1.jpg", texture(60, 16, 0))
        save(tmp_path / kind / "GroundTruth" / "rail_1.jpg", square(60, 16, (2, 10, 12, 30)), quality=95)
    source = open_source("rsdds", tmp_path)
    assert source.keys == ("type-1/rail_1", "type-2/rail_1")
    assert abs(int(source[1].mask.sum()) - 200) < 25
    with pytest.raises(TrainingError, match="Rail surface images"):
        open_source("rsdds", tmp_path / "Type-I RSDDs dataset/GroundTruth")


def coco_file(root, **changes):
    box = [10.0, 10.0, 20.0, 10.0]
    outer, hole = [10, 10, 30, 10, 30, 20, 10, 20], [15, 12, 20, 12, 20, 18, 15, 18]
    content = {
        "images": [{"id": 7, "file_name": "a.png", "width": 40, "height": 30}],
        "categories": [{"id": 5, "name": "crack"}, {"id": 2, "name": "pit"}],
        "annotations": [
            {"id": 1, "image_id": 7, "category_id": 5, "bbox": box, "segmentation": [outer, hole]},
            {"id": 2, "image_id": 7, "category_id": 2, "segmentation": {"size": [30, 40], "counts": [0, 60, 1140]}},
            {"id": 3, "image_id": 7, "category_id": 2, "iscrowd": 1, "bbox": [0, 0, 1, 1],
             "segmentation": {"size": [30, 40], "counts": [1140, 60]}},
        ],
    } | changes  # fmt: skip
    save(root / "images/a.png", texture(30, 40, 0))
    (root / "annotations.json").write_text(json.dumps(content))
    return root


def test_coco(tmp_path):
    source = open_source("coco", coco_file(tmp_path))
    assert source.classes == ("pit", "crack")
    sample = source[0]
    crack, pit = sample.instances
    assert crack.class_index == 2
    assert crack.mask.sum() == 200 - 30
    assert crack.box.tolist() == [10, 10, 30, 20]
    assert pit.box.tolist() == [0, 0, 2, 30]
    assert (sample.mask == 255).sum() == 60
    assert (sample.mask == 2).sum() == 170
    only = open_source("coco", tmp_path, class_map={"crack": "defect", "*": None})
    assert only.classes == ("defect",)
    assert len(only[0].instances) == 1


def test_coco_faults(tmp_path):
    image = {"id": 7, "width": 40, "height": 30}
    for changes, message in (
        ({"images": [image | {"file_name": "../x.png"}]}, "leads out of the data folder"),
        ({"annotations": [{"id": 1, "image_id": 8, "category_id": 5}]}, "unknown image"),
        ({"annotations": [{"id": 1, "image_id": 7, "category_id": 9}]}, "unknown category"),
        ({"categories": None}, "the list 'categories' is missing"),
        ({"images": [], "annotations": []}, "no picture found"),
    ):
        with pytest.raises(TrainingError, match=message):
            open_source("coco", coco_file(tmp_path, **changes))
    with pytest.raises(UnreadableFileError, match="says 41 × 30"):
        open_source("coco", coco_file(tmp_path, images=[image | {"width": 41, "file_name": "a.png"}]))[0]
    (tmp_path / "annotations.json").write_text("{")
    with pytest.raises(TrainingError, match="cannot be read as JSON"):
        open_source("coco", tmp_path)


def yolo_set(root, text):
    save(root / "images/train/a.png", np.dstack([texture(40, 60, 0)] * 3))
    save(root / "images/b.png", np.dstack([texture(40, 60, 1)] * 3))
    (root / "labels/train").mkdir(parents=True, exist_ok=True)
    (root / "labels/train/a.txt").write_text(text)
    (root / "classes.txt").write_text("bad\ngood\n")
    return root


def test_yolo_boxes_polygons_and_pseudo_masks(tmp_path):
    polygon = "0 0.1 0.1 0.5 0.1 0.5 0.5 0.1 0.5"
    root = yolo_set(tmp_path, f"1 0.5 0.5 0.5 0.5\n\n{polygon}\n")
    boxes = open_source("yolo", root)
    assert boxes.keys == ("b", "train/a")
    assert boxes[0].instances == ()
    box, shape = boxes[1].instances
    assert box.box.tolist() == [15, 10, 45, 30]
    assert box.mask is None
    assert shape.mask.sum() == 24 * 16
    for method in ("box", "ellipse", "otsu"):
        source = open_source("yolo", root, masks=method, class_map={"good": "part", "bad": "defect"})
        assert f"the rule '{method}'" in source.info.notes[0]
        made = source[1].instances[0].mask
        assert 0 < made.sum() <= 30 * 20
        assert not made[:10].any()
        assert not made[:, 45:].any()
    (root / "classes.txt").unlink()
    (root / "data.yaml").write_text("names: [one, two]\n")
    assert open_source("yolo", root).classes == ("one", "two")


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("0 0.5 0.5 0.5", r"a\.txt:1: 3 numbers"),
        ("0 0.5 0.5 x 0.5", r"a\.txt:1: not numbers"),
        ("2 0.5 0.5 0.5 0.5", "class 2 is not one of 2"),
        ("0 1.5 0.5 0.5 0.5", "must lie in 0…1"),
        ("0.5 0.5 0.5 0.5 0.5", "class 0.5 is not one of 2"),
    ],
)
def test_yolo_faults(tmp_path, line, message):
    with pytest.raises(TrainingError, match=message):
        open_source("yolo", yolo_set(tmp_path, line))[1]


def test_otsu_finds_a_dark_gap_on_bright_metal(tmp_path):
    picture = np.full((60, 60), 180, np.uint8)
    picture[10:50, 28:33] = 20
    save(tmp_path / "images/a.png", picture)
    (tmp_path / "labels").mkdir()
    (tmp_path / "labels/a.txt").write_text("0 0.5 0.5 0.5 0.5")
    (tmp_path / "classes.txt").write_text("gap")
    mask = open_source("yolo", tmp_path, masks="otsu")[0].instances[0].mask
    assert mask.sum() == pytest.approx(5 * 30, rel=0.1)
    assert not mask[:, :27].any()


def rail400_set(root):
    rows = ["name,rail_x0,rail_x1,location_cluster,split_location"]
    for name, place, split in (("1", "7", "train"), ("2", "7", "train"), ("3", "8", "test")):
        save(root / "images" / f"{name}.jpg", texture(64, 80, int(name)), quality=95)
        save(
            root / "masks_pseudo_multiclass" / f"{name}.png",
            square(64, 80, (30, 20, 40, 30), 1) + square(64, 80, (50, 5, 55, 9), 3),
        )
        (root / "labels_nc3").mkdir(parents=True, exist_ok=True)
        (root / "labels_nc3" / f"{name}.txt").write_text("0 0.4375 0.390625 0.15 0.1875\n2 0.65 0.1 0.1 0.1\n")
        rows.append(f"{name},20,60,{place},{split}")
    (root / "meta.csv").write_text("\n".join(rows))
    (root / "classes_nc3.txt").write_text("defect\ndirt\ngap\n")
    (root / "screened.txt").write_text("3\n")
    return root


def test_rail400(tmp_path):
    source = open_source("rail400", rail400_set(tmp_path))
    assert source.classes == ("defect",)
    assert source.groups == ("7", "7", "8")
    assert source.splits == ("train", "train", "test")
    sample = source[0]
    assert sample.region == (20, 0, 60, 64)
    assert sample.mask.sum() == 100
    assert len(sample.instances) == 1
    assert sample.instances[0].mask.sum() == 100
    assert open_source("rail400", tmp_path, class_map={"defect": "a", "gap": "b", "dirt": None}).classes == ("a", "b")
    assert open_source("rail400", tmp_path, screened_only=True).keys == ("3",)
    with pytest.raises(TrainingError, match="nc8 labels have no masks"):
        open_source("rail400", tmp_path, labels="nc8")
