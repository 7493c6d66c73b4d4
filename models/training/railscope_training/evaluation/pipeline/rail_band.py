"""Finds the rail head in a line-scan picture, as electron/inference/pipeline/rail-band.ts does; see there for why."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from railscope_training.evaluation.pipeline.tiling import Box

_SEGMENTS = 16
_MAX_SAMPLED_LINES = 512
_MIN_ACROSS_PX = 512
_MIN_ALONG_PX = 256
_PROFILE_PLACES = 512
_EDGE_LEVEL = 0.12
_MAX_GAP_SHARE = 0.02
_MARGIN_SHARE = 0.015
_MIN_CONTRAST = 3
_MIN_BAND_SHARE = 0.03
_MAX_BAND_SHARE = 0.5
_MIN_SEGMENT_SHARE = 0.55


def find_rail_band(image: NDArray[np.uint8] | NDArray[np.uint16]) -> Box | None:
    """The lighter band of a picture [H, W] or [H, W, 3], with a margin, over its full length; None without one."""
    # the middle channel of RGB carries most of the brightness
    grey = image if image.ndim == 2 else image[:, :, 1 if image.shape[2] == 3 else 0]
    height, width = grey.shape
    upright = _find_across(grey)
    if upright:
        return Box(upright[0], 0, upright[1] - upright[0], height)
    lying = _find_across(grey.T)
    return Box(0, lying[0], width, lying[1] - lying[0]) if lying else None


def _find_across(grey: NDArray[np.uint8] | NDArray[np.uint16]) -> tuple[int, int] | None:
    """Start and end of the band across the rail, which runs along the rows' direction [along, across]."""
    along, across = grey.shape
    if across < _MIN_ACROSS_PX or along < _MIN_ALONG_PX:
        return None
    place_px = across // _PROFILE_PLACES
    segments = _segment_profiles(grey, place_px)
    places = segments.shape[1]
    profile = _smooth(np.sort(segments, axis=0)[(_SEGMENTS - 1) >> 1], max(1, math.floor(places / 256 + 0.5)))
    background, peak = _quantile(profile, 0.25), _quantile(profile, 0.98)
    # one grey level is added, so that black pictures have no infinite contrast
    if (peak + 1) / (background + 1) < _MIN_CONTRAST:
        return None
    level = background + _EDGE_LEVEL * (peak - background)
    start, end = _strongest_run(profile, level, math.floor(places * _MAX_GAP_SHARE + 0.5))
    share = (end - start) / places
    if not _MIN_BAND_SHARE <= share <= _MAX_BAND_SHARE or _segment_share(segments, start, end) < _MIN_SEGMENT_SHARE:
        return None
    margin = math.floor(across * _MARGIN_SHARE + 0.5)
    return max(0, start * place_px - margin), min(across, end * place_px + margin)


def _segment_profiles(grey: NDArray[np.uint8] | NDArray[np.uint16], place_px: int) -> NDArray[np.float32]:
    """[16, places] mean grey 0…255 across the rail for each segment along it."""
    along, across = grey.shape
    places = across // place_px
    lines = math.ceil(min(_MAX_SAMPLED_LINES, along) / _SEGMENTS)
    steps = (np.arange(_SEGMENTS)[:, None] + np.arange(lines) / lines) * along / _SEGMENTS
    sampled = grey[np.floor(steps).astype(np.int64), : places * place_px].astype(np.float64)
    sums = sampled.reshape(_SEGMENTS, lines, places, place_px).sum(axis=(1, 3))
    depth = 1 / 257 if grey.dtype == np.uint16 else 1.0
    return (sums * depth / (lines * place_px)).astype(np.float32)


def _smooth(profile: NDArray[np.float32], radius: int) -> NDArray[np.float32]:
    """Mean over `2 × radius + 1` places, fewer at the ends."""
    size = len(profile)
    windows = (profile[max(0, i - radius) : min(size, i + radius + 1)].astype(np.float64) for i in range(size))
    return np.array([window.mean() for window in windows], np.float32)


def _quantile(values: NDArray[np.float32], share: float) -> float:
    return float(np.sort(values)[math.floor(share * (len(values) - 1))]) if len(values) else 0.0


def _strongest_run(profile: NDArray[np.float32], level: float, max_gap: int) -> tuple[int, int]:
    """The run at or above `level`, over gaps up to `max_gap`, that holds most light above the level."""
    best, best_light = (0, 0), -1.0
    start, end, light = 0, -1, 0.0
    for index, value in enumerate(profile.astype(float).tolist()):
        if value < level:
            continue
        if end < 0 or index - end > max_gap:
            start, light = index, 0.0
        end = index + 1
        light += value - level
        # the best run so far grows also by places without light
        if light > best_light or start == best[0]:
            best, best_light = (start, end), light
    return best


def _segment_share(segments: NDArray[np.float32], start: int, end: int) -> float:
    """Share of the segments in which the band is at least twice as bright as the rest."""
    clear = 0
    for segment in segments:
        inside = _quantile(segment[start:end], 0.5)
        outside = _quantile(np.concatenate([segment[:start], segment[end:]]), 0.5)
        clear += inside + 1 >= 2 * (outside + 1)
    return clear / len(segments)
