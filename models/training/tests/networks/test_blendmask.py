"""Target assignment by hand-made cases, blending against loops, suppression, pasting."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor

from railscope_training.networks import InstanceTargets, RawInstances, create_network
from railscope_training.networks.blender import blend, crop_regions
from railscope_training.networks.blendmask_losses import (
    centreness,
    focal_loss,
    generalised_iou,
    semantic_target,
    target_masks,
)
from railscope_training.networks.detect import detect, paste, suppress
from railscope_training.networks.fcos_targets import BACKGROUND, assign_points, pyramid_points

SIZES = [(16, 16), (8, 8), (4, 4), (2, 2), (1, 1)]


def boxes_only(boxes: list[list[float]], classes: list[int]) -> InstanceTargets:
    return InstanceTargets(torch.tensor(boxes), torch.tensor(classes), torch.zeros(len(boxes), 128, 128))


def level_slice(level: int) -> slice:
    start = sum(height * width for height, width in SIZES[:level])
    return slice(start, start + SIZES[level][0] * SIZES[level][1])


def test_points_lie_in_the_middle_of_their_cells() -> None:
    points = pyramid_points(SIZES, torch.device("cpu"))
    assert points.positions[0].tolist() == [4.0, 4.0]
    assert points.positions[1].tolist() == [12.0, 4.0]
    assert points.positions[level_slice(1)][-1].tolist() == [120.0, 120.0]
    assert points.strides[-1].item() == 128.0


def test_small_box_goes_to_the_finest_level_around_its_centre() -> None:
    points = pyramid_points(SIZES, torch.device("cpu"))
    assigned = assign_points(points, boxes_only([[20.0, 20.0, 60.0, 60.0]], [2]))
    positive = assigned.classes != BACKGROUND
    # radius 12 around (40, 40): x in (28, 52) → 36, 44; the same for y
    assert sorted(points.positions[positive].tolist()) == [[36, 36], [36, 44], [44, 36], [44, 44]]
    assert set(assigned.classes[positive].tolist()) == {2}
    first = int(positive.nonzero()[0])
    assert assigned.distances[first].tolist() == [16 / 8, 16 / 8, 24 / 8, 24 / 8]
    assert assigned.distances[~positive].abs().sum() == 0


def test_large_box_goes_to_the_level_of_its_distances() -> None:
    points = pyramid_points(SIZES, torch.device("cpu"))
    assigned = assign_points(points, boxes_only([[0.0, 0.0, 128.0, 128.0]], [0]))
    positive = assigned.classes != BACKGROUND
    # distances of 68 and more exceed the finest level's 64; stride 16, radius 24 around 64: 56 and 72;
    # distances of at most 112 lie below the range of stride 32
    assert sorted(points.positions[positive].tolist()) == [[56, 56], [56, 72], [72, 56], [72, 72]]
    assert set(points.strides[positive].tolist()) == {16.0}


def test_smallest_box_wins_where_two_compete() -> None:
    points = pyramid_points(SIZES, torch.device("cpu"))
    assigned = assign_points(points, boxes_only([[10.0, 10.0, 70.0, 70.0], [30.0, 30.0, 54.0, 54.0]], [0, 1]))
    index = int((points.positions[level_slice(0)] == torch.tensor([44.0, 44.0])).all(1).nonzero()[0])
    assert assigned.classes[index] == 1
    assert assigned.instances[index] == 1


def test_centre_box_is_clipped_to_the_box() -> None:
    points = pyramid_points(SIZES, torch.device("cpu"))
    assigned = assign_points(points, boxes_only([[38.0, 8.0, 42.0, 56.0]], [0]))
    assert not bool((assigned.classes != BACKGROUND).any())


def test_no_instances_means_all_background() -> None:
    points = pyramid_points(SIZES, torch.device("cpu"))
    empty = InstanceTargets(torch.zeros(0, 4), torch.zeros(0, dtype=torch.long), torch.zeros(0, 128, 128))
    assert set(assign_points(points, empty).classes.tolist()) == {BACKGROUND}


def test_centreness_and_giou() -> None:
    distances = torch.tensor([[2.0, 2.0, 2.0, 2.0], [1.0, 2.0, 4.0, 2.0]])
    assert centreness(distances).tolist() == pytest.approx([1.0, 0.5])
    assert generalised_iou(distances, distances).tolist() == pytest.approx([1.0, 1.0])
    half = torch.tensor([[1.0, 2.0, 1.0, 2.0]])
    assert generalised_iou(half, distances[:1]).item() == pytest.approx(0.5)
    apart = generalised_iou(torch.tensor([[0.0, 1.0, 1.0, 0.0]]), torch.tensor([[1.0, 0.0, 0.0, 1.0]]))
    assert apart.item() == pytest.approx(-0.5)


def test_focal_loss_by_hand() -> None:
    logits = torch.zeros(1, 2, 1)
    # p = ½ everywhere: positive ¼·¼·ln 2, negative ¾·¼·ln 2
    assert focal_loss(logits, torch.tensor([[0, BACKGROUND]])).item() == pytest.approx(0.25 * math.log(2))


def test_semantic_target_draws_small_instances_last() -> None:
    masks = torch.zeros(2, 32, 32, dtype=torch.bool)
    masks[1] = True
    masks[0, 8:16, 8:16] = True
    target = InstanceTargets(torch.zeros(2, 4), torch.tensor([4, 1]), masks)
    result = semantic_target(target, (4, 4))
    assert result[1, 1] == 5
    assert result.flatten().bincount(minlength=6).tolist() == [0, 0, 15, 0, 0, 1]


def naive_crop(maps: Tensor, box: list[float], stride: int, side: int) -> Tensor:
    """One bilinear sample per bin at its centre, indices clamped to the map."""
    channels, height, width = maps.shape
    result = torch.zeros(channels, side, side)
    for row in range(side):
        for column in range(side):
            x = (box[0] + (box[2] - box[0]) * (column + 0.5) / side) / stride - 0.5
            y = (box[1] + (box[3] - box[1]) * (row + 0.5) / side) / stride - 0.5
            x, y = min(max(x, 0.0), width - 1.0), min(max(y, 0.0), height - 1.0)
            x0, y0 = int(x), int(y)
            x1, y1 = min(x0 + 1, width - 1), min(y0 + 1, height - 1)
            fx, fy = x - x0, y - y0
            top = maps[:, y0, x0] * (1 - fx) + maps[:, y0, x1] * fx
            bottom = maps[:, y1, x0] * (1 - fx) + maps[:, y1, x1] * fx
            result[:, row, column] = top * (1 - fy) + bottom * fy
    return result


def test_crop_and_blend_against_loops() -> None:
    torch.manual_seed(6)
    maps, box = torch.randn(3, 12, 10), [1.5, 3.0, 39.5, 41.0]
    crops = crop_regions(maps, torch.tensor([box, [0.0, 0.0, 8.0, 8.0]]), stride=4, side=8)
    assert torch.allclose(crops[0], naive_crop(maps, box, 4, 8), atol=1e-5)
    attention = torch.randn(2, 3 * 8 * 8)
    logits = blend(crops, attention)
    for row in range(8):
        for column in range(8):
            weights = attention[1].view(3, 8, 8)[:, row, column].softmax(0)
            assert logits[1, row, column] == pytest.approx((weights * crops[1, :, row, column]).sum().item(), abs=1e-5)


def test_blend_enlarges_attentions() -> None:
    regions = torch.zeros(1, 2, 56, 56)
    regions[:, 1] = 3.0
    attention = torch.zeros(1, 2, 14, 14)
    attention[:, 1] = math.log(2)
    assert torch.allclose(blend(regions, attention.flatten(1)), torch.full((1, 56, 56), 2.0), atol=1e-5)


def test_target_masks_follow_the_mask_in_the_box() -> None:
    masks = torch.zeros(1, 64, 64, dtype=torch.bool)
    masks[0, 16:48, 16:32] = True
    target = InstanceTargets(torch.tensor([[16.0, 16.0, 48.0, 48.0]]), torch.tensor([0]), masks)
    crop = target_masks(target, 56)
    assert crop[0, :, :28].min() == 1.0
    assert crop[0, :, 28:].max() == 0.0


def test_suppression_is_per_class() -> None:
    boxes = torch.tensor([[0.0, 0, 10, 10], [1.0, 0, 11, 10], [0.0, 0, 10, 10], [20.0, 0, 30, 10], [5.0, 5, 5, 9]])
    assert suppress(boxes, torch.tensor([0, 0, 1, 0, 0]), 0.6, 100).tolist() == [0, 2, 3]
    assert suppress(boxes, torch.tensor([0, 0, 1, 0, 0]), 0.6, 2).tolist() == [0, 2]


def test_paste_fills_the_box() -> None:
    masks = paste(torch.ones(1, 56, 56), torch.tensor([[8.0, 4.0, 24.0, 12.0]]), (16, 32)) >= 0.5
    expected = torch.zeros(1, 16, 32, dtype=torch.bool)
    expected[0, 4:12, 8:24] = True
    assert torch.equal(masks, expected)


def test_detect_thresholds_before_the_square_root() -> None:
    bases = torch.full((1, 4, 8, 8), 5.0)
    boxes = torch.tensor([[[-4.0, 2.0, 10.0, 20.0], [16.0, 16.0, 30.0, 40.0], [0.0, 0.0, 5.0, 5.0]]])
    raw = RawInstances(boxes, torch.tensor([[0.36, 0.81, 0.04]]), torch.zeros(1, 3), torch.zeros(1, 3, 784), bases)
    (found,) = detect(raw)
    assert found.scores.tolist() == pytest.approx([0.9, 0.6])
    assert found.boxes.tolist() == [[16.0, 16.0, 30.0, 32.0], [0.0, 2.0, 10.0, 20.0]]
    assert found.masks[0, 16:32, 16:30].all()
    assert found.masks[0].sum() == 16 * 14
    assert len(detect(raw, score_threshold=0.9)[0].boxes) == 0


def test_candidates_decode_the_best_points() -> None:
    torch.manual_seed(8)
    network = create_network(
        "blendmask-r18", classes=2, channels=16, backbone_width=8, tower_depth=1, norm_groups=4, top_per_level=5
    ).eval()
    raw = network(torch.rand(2, 3, 64, 64))
    assert raw.scores.shape == (2, 5 + 5 + 5 + 2 + 2)
    assert bool((raw.scores[:, :5].diff(dim=1) <= 0).all())
    assert set(raw.classes.unique().tolist()) <= {0.0, 1.0}
    centres = (raw.boxes[..., :2] + raw.boxes[..., 2:]) / 2
    assert bool((raw.boxes[..., 2:] >= raw.boxes[..., :2]).all())
    assert bool(torch.isfinite(centres).all())


def test_training_without_targets_is_refused() -> None:
    network = create_network("blendmask-r18", channels=16, backbone_width=8, tower_depth=1, norm_groups=4)
    with pytest.raises(ValueError, match="InstanceTargets"):
        network(torch.rand(1, 3, 64, 64))


def test_blendmask_learns_one_picture() -> None:
    torch.manual_seed(3)
    network = create_network(
        *("blendmask-r18",), channels=16, backbone_width=8, tower_depth=1, norm_groups=4, basis_channels=8
    )
    picture = torch.zeros(1, 3, 64, 64)
    masks = torch.zeros(1, 64, 64, dtype=torch.bool)
    masks[0, 12:44, 16:48] = True
    picture[0, :, masks[0]] = 1.0
    target = InstanceTargets(torch.tensor([[16.0, 12.0, 48.0, 44.0]]), torch.tensor([0]), masks)
    optimiser = torch.optim.Adam(network.parameters(), lr=3e-3)
    for _ in range(40):
        losses = network(picture.expand(2, -1, -1, -1), [target, target])
        optimiser.zero_grad()
        torch.stack(list(losses.values())).sum().backward()
        optimiser.step()
    (found,) = detect(network.eval()(picture), score_threshold=0.2)
    assert len(found.boxes) >= 1
    overlap = (found.masks[0] & masks[0]).sum() / (found.masks[0] | masks[0]).sum()
    assert overlap > 0.8
