"""Augmentation: picture, mask and boxes stay together, and the same seed gives the same batch."""

import pytest
import torch

from railscope_training.data import Augment, AugmentSettings
from railscope_training.data.augment import mask_box
from railscope_training.errors import TrainingError
from railscope_training.networks.instances import InstanceTargets

STILL = {"flip_x": 0.0, "flip_y": 0.0, "affine": 0.0, "brightness": 0.0, "contrast": 0.0, "gamma": 0.0,
         "noise_chance": 0.0, "blur_chance": 0.0}  # fmt: skip


def generator(seed=0):
    return torch.Generator().manual_seed(seed)


def blob_batch(batch=4, height=64, width=64):
    """Pictures that are bright exactly where their masks are."""
    masks = torch.zeros((batch, height, width), dtype=torch.uint8)
    for index in range(batch):
        masks[index, 8 + 4 * index : 30 + 4 * index, 10 : 26 + 5 * index] = 1
    images = (masks[:, None] * 200).expand(-1, 3, -1, -1).clone()
    return images, masks


def test_without_changes_it_is_the_picture():
    images, masks = blob_batch()
    moved, moved_masks = Augment(STILL)(images, masks, generator())
    assert torch.allclose(moved, images.float() / 255, atol=1e-4)
    assert torch.equal(moved_masks, masks)


def test_mirrors_and_quarter_turns_are_exact():
    images = torch.randint(0, 255, (1, 3, 32, 32), dtype=torch.uint8)
    masks = torch.randint(0, 4, (1, 32, 32), dtype=torch.uint8)
    for change, expected in (
        ({"flip_x": 1.0}, [-1]),
        ({"flip_y": 1.0}, [-2]),
        ({"flip_x": 1.0, "flip_y": 1.0}, [-1, -2]),
    ):
        moved, moved_masks = Augment(STILL | change)(images, masks, generator())
        assert torch.equal(moved_masks, masks.flip(expected))
        assert torch.allclose(moved, images.flip(expected).float() / 255, atol=1e-3)
    seen = set()
    for seed in range(40):
        moved, moved_masks = Augment(STILL | {"quarter_turns": True})(images, masks, generator(seed))
        turns = [count for count in range(4) if torch.equal(moved_masks, masks.rot90(count, (1, 2)))]
        assert len(turns) == 1
        assert torch.allclose(moved, images.rot90(turns[0], (2, 3)).float() / 255, atol=1e-3)
        seen.add(turns[0])
    assert seen == {0, 1, 2, 3}


def test_mask_follows_the_picture_through_any_motion():
    images, masks = blob_batch(16)
    motion = STILL | {
        "flip_x": 0.5,
        "flip_y": 0.5,
        "affine": 1.0,
        "rotate_degrees": 40.0,
        "scale": (0.5, 1.8),
        "shift": 0.3,
    }
    moved, moved_masks = Augment(motion)(images, masks, generator(3))
    bright = moved[:, 0] > 0.5 * 200 / 255
    agree = (bright == moved_masks.bool()).float().mean()
    assert agree > 0.99
    assert set(moved_masks.unique().tolist()) <= {0, 1}
    assert not torch.equal(moved_masks, masks)


def test_same_generator_same_batch_and_no_numpy_state():
    images, masks = blob_batch()
    settings = AugmentSettings(cutout_chance=0.5, noise_chance=1.0, blur_chance=1.0)
    first = Augment(settings)(images, masks, generator(5))
    second = Augment(settings)(images, masks, generator(5))
    other = Augment(settings)(images, masks, generator(6))
    assert torch.equal(first[0], second[0])
    assert torch.equal(first[1], second[1])
    assert not torch.equal(first[0], other[0])
    assert first[0].min() >= 0
    assert first[0].max() <= 1
    assert first[0].dtype == torch.float32


def test_dark_pictures_keep_their_contrast_under_noise():
    dark = torch.randint(2, 12, (8, 1, 64, 64), dtype=torch.uint8).expand(-1, 3, -1, -1)
    moved, _ = Augment(STILL | {"noise_chance": 1.0, "noise": 0.2})(dark, None, generator())
    change = (moved - dark.float() / 255).std(dim=(1, 2, 3)) / (dark.float() / 255).std(dim=(1, 2, 3))
    assert change.max() < 0.25
    assert change.max() > 0.02
    assert torch.equal(moved[:, 0], moved[:, 1]), "noise is grey"


def test_blur_keeps_the_mean_and_takes_detail():
    images = torch.randint(0, 255, (4, 3, 48, 48), dtype=torch.uint8)
    moved, _ = Augment(STILL | {"blur_chance": 1.0, "blur_px": 2.0})(images, None, generator())
    before = images.float() / 255
    assert torch.allclose(moved.mean(dim=(1, 2, 3)), before.mean(dim=(1, 2, 3)), atol=0.01)
    assert (moved.std(dim=(1, 2, 3)) < before.std(dim=(1, 2, 3))).all()


def test_cut_out_rectangles_do_not_count():
    images, masks = blob_batch()
    moved, moved_masks = Augment(STILL | {"cutout_chance": 1.0, "cutout": 0.5})(images, masks, generator(2))
    hidden = moved_masks == 255
    assert hidden.flatten(1).any(dim=1).all()
    assert torch.equal(moved_masks[~hidden], masks[~hidden])
    assert torch.allclose(moved[:, 0][~hidden], images[:, 0][~hidden].float() / 255, atol=1e-4)


def test_size():
    images, masks = blob_batch()
    moved, moved_masks = Augment(STILL | {"size": [32, 48]})(images, masks, generator())
    assert moved.shape == (4, 3, 32, 48)
    assert moved_masks.shape == (4, 32, 48)
    target = InstanceTargets(torch.tensor([[10.0, 8, 26, 30]]), torch.tensor([0]), masks[:1].bool())
    _, (small,) = Augment(STILL | {"size": [32, 48]}).instances(images[:1], [target], generator())
    assert small.boxes[0].tolist() == pytest.approx([7.5, 4, 19.5, 15])
    assert small.masks.shape == (1, 32, 48)


def instance_batch(batch=6, height=80, width=96):
    images = torch.zeros((batch, 3, height, width), dtype=torch.uint8)
    targets = []
    for index in range(batch):
        masks = torch.zeros((2, height, width), dtype=torch.bool)
        masks[0, 20 : 44 + index, 16:40] = True
        masks[1, 50:60, 60 : 80 + index] = True
        images[index, :, masks.any(dim=0)] = 220
        boxes = torch.stack([mask_box(one) for one in masks])
        targets.append(InstanceTargets(boxes, torch.tensor([0, 1]), masks))
    return images, targets


def test_boxes_follow_their_masks():
    images, targets = instance_batch()
    motion = STILL | {
        "flip_x": 0.5,
        "flip_y": 0.5,
        "affine": 1.0,
        "rotate_degrees": 20.0,
        "scale": (0.7, 1.3),
        "shift": 0.2,
    }
    moved, changed = Augment(motion).instances(images, targets, generator(1))
    kept = 0
    for picture, target in zip(moved, changed, strict=True):
        union = target.masks.any(dim=0)
        assert ((picture[0] > 0.43) != union).float().mean() < 0.03
        for box, mask in zip(target.boxes, target.masks, strict=True):
            tight = mask_box(mask)
            inside = (box[:2] <= tight[:2] + 1).all() and (box[2:] >= tight[2:] - 1).all()
            assert inside
            assert box.min() >= 0
            assert box[2] <= 96
            assert box[3] <= 80
            cut = tight[:2].min() < 1 or tight[2] > 95 or tight[3] > 79
            assert cut or (box - tight).abs().max() <= 1
            kept += 1
    assert kept >= 6


def test_mirrored_boxes_are_exact_and_loose_ones_stay_loose():
    images, targets = instance_batch(1)
    loose = InstanceTargets(targets[0].boxes + torch.tensor([-6.0, -4, 5, 3]), targets[0].classes, targets[0].masks)
    for given in (targets[0], loose):
        _, (moved,) = Augment(STILL | {"flip_x": 1.0}).instances(images, [given], generator())
        expected = given.boxes.clone()
        expected[:, [0, 2]] = 96 - given.boxes[:, [2, 0]]
        assert torch.allclose(moved.boxes, expected, atol=1e-3)
        assert torch.equal(moved.masks, given.masks.flip(-1))
        assert torch.equal(moved.classes, given.classes)


def test_instances_that_leave_the_picture_are_dropped():
    images, targets = instance_batch(8)
    away = STILL | {"affine": 1.0, "rotate_degrees": 0.0, "scale": (1.0, 1.0), "shift": 0.9, "keep_share": 0.5}
    _, changed = Augment(away).instances(images, targets, generator(4))
    counts = [len(one.boxes) for one in changed]
    assert min(counts) == 0
    assert all(len(one.boxes) == len(one.masks) == len(one.classes) for one in changed)
    nothing = InstanceTargets(
        torch.zeros((0, 4)), torch.zeros(0, dtype=torch.long), torch.zeros((0, 80, 96), dtype=torch.bool)
    )
    _, (same,) = Augment().instances(images[:1], [nothing], generator())
    assert same.boxes.shape == (0, 4)


@pytest.mark.parametrize(
    "wrong", [{"flip_x": 2.0}, {"noise": -1.0}, {"scale": (1.2, 0.8)}, {"flipx": 0.5}, {"rotate_degrees": "x"}]
)
def test_wrong_settings(wrong):
    with pytest.raises(TrainingError, match="augment"):
        Augment(wrong)


def test_quarter_turns_need_squares():
    with pytest.raises(TrainingError, match="square"):
        Augment({"quarter_turns": True})(torch.zeros((1, 3, 8, 9), dtype=torch.uint8), None, generator())
