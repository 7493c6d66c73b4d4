"""The application's way through a picture, repeated here: tiles, scaling, blending, rail band, averaging."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from railscope_training.errors import TrainingError
from railscope_training.evaluation.pipeline.preprocess import fitted_tensor, normalised, tile_tensor, whole_tensor
from railscope_training.evaluation.pipeline.rail_band import find_rail_band
from railscope_training.evaluation.pipeline.resample import resample_matrix
from railscope_training.evaluation.pipeline.stitch import Stitcher
from railscope_training.evaluation.pipeline.tiling import Box, blend_weights, plan_tiles
from railscope_training.evaluation.predictors import TiledPredictor, Tiling, WholePredictor
from railscope_training.evaluation.runners import Runner, flip_averaged


def _grey_as_probability(tensor: NDArray[np.float32]) -> NDArray[np.float32]:
    return tensor[:, :1]


def _first_column_only(tensor: NDArray[np.float32]) -> NDArray[np.float32]:
    output = np.zeros_like(tensor[:, :1])
    output[:, :, :, 0] = 1
    return output


def _smooth_picture(height: int, width: int) -> NDArray[np.uint8]:
    rows, columns = np.ogrid[:height, :width]
    return (120 + 60 * np.sin(rows / 40) + 60 * np.cos(columns / 50)).astype(np.uint8)


def test_resampling_enlarges_bilinearly_and_shrinks_without_gaps() -> None:
    np.testing.assert_allclose(resample_matrix(2, 4), [[1, 0], [0.75, 0.25], [0.25, 0.75], [0, 1]])
    halved = resample_matrix(4, 2)
    np.testing.assert_allclose(halved.sum(axis=1), 1, atol=1e-6)
    assert (halved.sum(axis=0) > 0).all()
    # positions beyond what exists repeat the last sample
    np.testing.assert_allclose(resample_matrix(4, 4, 2), [[1, 0], [0, 1], [0, 1], [0, 1]])


def test_tiles_cover_the_region_with_their_overlap() -> None:
    plan = plan_tiles(2048, 2000, Box(800, 0, 500, 2000), 512, 64)
    assert plan.columns == (794,)
    assert plan.rows == (0, 372, 744, 1116, 1488)
    assert plan_tiles(2048, 2000, Box(1900, 0, 148, 10), 512, 64).columns == (1536,)
    assert plan_tiles(200, 150, Box(0, 0, 200, 150), 512, 64).side_px == 200
    assert len(plan.corners()) == 5


@pytest.mark.parametrize("starts", [(0,), (0, 372, 744), (-10, 300), (0, 448, 500)])
def test_blend_weights_sum_to_one(starts: tuple[int, ...]) -> None:
    length = starts[-1] + 512 - 20
    total = np.zeros(length)
    for start, weights in zip(starts, blend_weights(starts, 512, 0, length), strict=True):
        for offset in range(512):
            if 0 <= start + offset < length:
                total[start + offset] += weights[offset]
    np.testing.assert_allclose(total, 1, atol=1e-6)


def test_stitching_a_constant_gives_the_constant() -> None:
    plan = plan_tiles(900, 700, Box(50, 20, 800, 640), 512, 64)
    stitcher = Stitcher(plan, 2)
    for _ in plan.corners():
        stitcher.add(np.stack([np.full((88, 88), 0.25), np.full((88, 88), 0.75)]).astype(np.float32))
    found = stitcher.finish()
    assert found.shape == (2, 640, 800)
    np.testing.assert_allclose(found[0], 0.25, atol=1e-6)
    np.testing.assert_allclose(found[1], 0.75, atol=1e-6)


def test_values_outside_are_cut() -> None:
    plan = plan_tiles(64, 64, Box(0, 0, 64, 64), 64, 0)
    stitcher = Stitcher(plan, 1)
    stitcher.add(np.array([[[np.nan, 2], [-1, 1]]], np.float32))
    assert stitcher.finish()[0, 0, 0] == 0
    assert stitcher.finish()[0, -1, -1] == 1


def test_a_tile_over_the_edge_repeats_it() -> None:
    picture = np.full((10, 20), 51, np.uint8)
    tensor = tile_tensor(picture, 0, 0, 20, 32, 32)
    assert tensor.shape == (3, 32, 32)
    np.testing.assert_allclose(tensor, 0.2, atol=1e-6)


def test_sixteen_bit_and_colour() -> None:
    np.testing.assert_allclose(whole_tensor(np.full((4, 4), 65535, np.uint16), 8, 8), 1, atol=1e-6)
    colour = np.zeros((4, 4, 3), np.uint8)
    colour[..., 2] = 255
    assert whole_tensor(colour, 2, 2)[:, 0, 0].tolist() == [0, 0, 1]


def test_a_fitted_picture_keeps_its_proportions() -> None:
    tensor, scale = fitted_tensor(np.zeros((50, 100), np.uint8), 64, 64)
    assert scale == 0.64
    assert (tensor[:, :32] == 0).all()
    assert (tensor[:, 32:] == 0.5).all()
    shifted = normalised(np.ones((1, 3, 2, 2), np.float32), [0.5, 0.5, 0.5], [0.5, 0.25, 1])
    assert shifted[0, :, 0, 0].tolist() == [1, 2, 0.5]


def test_the_rail_band_is_found_upright_or_lying() -> None:
    random = np.random.default_rng(5)
    picture = random.integers(2, 6, (600, 1024)).astype(np.uint8)
    picture[:, 400:600] = random.integers(60, 120, (600, 200))
    band = find_rail_band(picture)
    assert band is not None
    assert (band.y, band.height) == (0, 600)
    assert abs(band.x - 385) <= 4
    assert abs(band.x + band.width - 615) <= 4
    lying = find_rail_band(np.ascontiguousarray(picture.T))
    assert lying is not None
    assert (lying.x, lying.y) == (0, band.x)
    assert find_rail_band(random.integers(0, 255, (600, 1024)).astype(np.uint8)) is None
    assert find_rail_band(picture[:200]) is None


def test_tiles_give_back_a_smooth_picture() -> None:
    picture = _smooth_picture(700, 900)
    runner = Runner(_grey_as_probability, (352, 352), maximum_batch=3)
    found = TiledPredictor(runner, Tiling(512, 64, rail_band=True))(picture)
    assert found.shape == (1, 700, 900)
    np.testing.assert_allclose(found[0], picture / 255, atol=0.01)


def test_outside_the_rail_band_nothing_is_predicted() -> None:
    picture = np.full((600, 1024), 3, np.uint8)
    picture[:, 400:600] = 90
    runner = Runner(_grey_as_probability, (64, 64))
    found = TiledPredictor(runner, Tiling(512, 64, rail_band=True))(picture)[0]
    assert (found[:, :300] == 0).all()
    assert found[300, 500] > 0.3
    full = TiledPredictor(runner, Tiling(512, 64, rail_band=True), region="full")(picture)[0]
    assert full[300, 10] > 0


def test_flips_are_turned_back() -> None:
    averaged = flip_averaged(Runner(_first_column_only, (8, 8)), ["h", "v", "hv"])
    output = averaged.run(np.zeros((1, 3, 8, 8), np.float32))[0, 0]
    np.testing.assert_allclose(output[:, 0], 0.5)
    np.testing.assert_allclose(output[:, 7], 0.5)
    assert (output[:, 1:7] == 0).all()
    with pytest.raises(TrainingError, match="'x' is unknown"):
        flip_averaged(averaged, ["x"])


def test_scales_average_and_need_a_network_that_can() -> None:
    picture = _smooth_picture(300, 400)
    runner = Runner(_grey_as_probability, (96, 96), any_size=True)
    for predictor in (
        TiledPredictor(runner, Tiling(256, 64, rail_band=False), scales=(0.5, 1.0, 2.0)),
        WholePredictor(runner, (0.5, 1.0, 2.0)),
    ):
        np.testing.assert_allclose(predictor(picture)[0], picture / 255, atol=0.05)
    with pytest.raises(TrainingError, match="fixed input size"):
        WholePredictor(Runner(_grey_as_probability, (96, 96)), (0.5, 1.0))
