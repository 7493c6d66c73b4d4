"""Reading picture and mask files."""

import io

import numpy as np
import pytest
from pictures import save, square, texture
from PIL import Image as PilImage

from railscope_training.data.images import UnreadableFileError, image_size, inside, list_images, read_image, read_mask
from railscope_training.errors import TrainingError


def test_grey_rgb_and_sixteen_bit_keep_their_samples(tmp_path):
    grey = texture(20, 30, 1)
    assert np.array_equal(read_image(save(tmp_path / "g.png", grey)), grey)
    rgb = np.stack([grey, grey // 2, 255 - grey], axis=-1)
    assert np.array_equal(read_image(save(tmp_path / "c.png", rgb)), rgb)
    deep = grey.astype(np.uint16) * 257
    for name in ("d.png", "d.tif"):
        found = read_image(save(tmp_path / name, deep))
        assert found.dtype == np.uint16
        assert np.array_equal(found, deep)


def test_palette_cmyk_and_alpha_become_rgb(tmp_path):
    rgb = np.zeros((4, 6, 3), dtype=np.uint8)
    rgb[:, 3:] = (200, 40, 10)
    picture = PilImage.fromarray(rgb)
    picture.convert("P").save(tmp_path / "p.png")
    assert read_image(tmp_path / "p.png").shape == (4, 6, 3)
    picture.convert("CMYK").save(tmp_path / "k.tif")
    assert np.abs(read_image(tmp_path / "k.tif").astype(int) - rgb).max() <= 3
    alpha = np.dstack([rgb, np.full((4, 6), 128, np.uint8)])
    assert read_image(save(tmp_path / "a.png", alpha))[0, 5, 0] == pytest.approx(100, abs=1)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_orientation_is_applied_as_pillow_does(tmp_path, orientation):
    picture = PilImage.fromarray(texture(10, 16, 3))
    exif = PilImage.Exif()
    exif[0x0112] = orientation
    path = tmp_path / "o.png"
    picture.save(path, exif=exif)
    from PIL import ImageOps

    expected = np.asarray(ImageOps.exif_transpose(PilImage.open(path)))
    assert np.array_equal(read_image(path), expected)
    assert image_size(path) == expected.shape


def test_damaged_files_are_named(tmp_path):
    target = io.BytesIO()
    PilImage.fromarray(texture(200, 200, 1)).save(target, "JPEG")
    (tmp_path / "cut.jpg").write_bytes(target.getvalue()[: len(target.getvalue()) // 2])
    (tmp_path / "text.png").write_text("no picture")
    (tmp_path / "empty.png").write_bytes(b"")
    for name in ("cut.jpg", "text.png", "empty.png", "missing.png"):
        with pytest.raises(UnreadableFileError, match=name):
            read_image(tmp_path / name)


def test_binary_masks_of_all_kinds(tmp_path):
    wanted = square(8, 10, (2, 3, 6, 7), 1)
    save(tmp_path / "a.png", wanted * 255)
    save(tmp_path / "b.png", wanted)
    save(tmp_path / "c.png", wanted > 0)
    save(tmp_path / "d.png", np.dstack([wanted * 255] * 3))
    save(tmp_path / "e.tif", wanted.astype(np.uint16) * 65535)
    voc = PilImage.fromarray(wanted).convert("P")
    voc.putpalette([0, 0, 0, 128, 0, 0] + [0] * 762)
    voc.save(tmp_path / "f.png")
    greys = PilImage.fromarray(1 - wanted).convert("P")
    greys.putpalette([255, 255, 255, 0, 0, 0] + [0] * 762)
    greys.save(tmp_path / "g.png")
    for path in sorted(tmp_path.iterdir()):
        assert np.array_equal(read_mask(path, 1, binary=True), wanted), path.name
    save(tmp_path / "j.jpg", square(40, 40, (8, 8, 32, 32)), quality=60)
    assert read_mask(tmp_path / "j.jpg", 1, binary=True)[20, 20] == 1


def test_class_indices_are_checked(tmp_path):
    mask = square(8, 8, (0, 0, 4, 4), 2)
    mask[7, 7] = 255
    path = save(tmp_path / "m.png", mask)
    assert np.array_equal(read_mask(path, 2, binary=False), mask)
    with pytest.raises(TrainingError, match=r"m\.png: level 2 names no class"):
        read_mask(path, 1, binary=False)


@pytest.mark.parametrize("name", ["../a.png", "/etc/a.png", "a/../../b.png", "C:/a.png", "..\\a.png", "", "a\0.png"])
def test_names_that_leave_the_folder_are_refused(tmp_path, name):
    with pytest.raises(TrainingError, match="leads out"):
        inside(tmp_path, name, "list.json")


def test_listing_is_sorted_and_leaves_hidden_files_out(tmp_path):
    for name in ("b/2.png", "a.JPG", ".hidden/1.png", "b/._x.png", "note.txt"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(b"x")
    assert list_images(tmp_path) == ["a.JPG", "b/2.png"]
    with pytest.raises(TrainingError, match="no such folder"):
        list_images(tmp_path / "none")
