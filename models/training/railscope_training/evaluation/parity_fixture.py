"""Writes the files that hold `railscope eval` and this package to the same figures (models/fixtures/metrics).

    python -m railscope_training.evaluation.parity_fixture ../fixtures/metrics

`maps/` are probability maps with 8 bits as the application keeps them, `labels/` and `predictions/` are mask files,
`expected.json` is what both sides must find in them.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from railscope_training.errors import TrainingError
from railscope_training.evaluation.folders import read_grey, score_files
from railscope_training.evaluation.overlap import (
    COMPAT_FOREGROUND,
    DatasetScore,
    OverlapCounts,
    compat_dataset_score,
    compat_score,
    count_overlap,
    labelled_only,
    strict_dataset_score,
    strict_per_image_score,
    strict_score,
)
from railscope_training.evaluation.published_mask import (
    JPEG_QUALITY,
    min_max_to_bytes,
    otsu_threshold,
    published_mask,
    resize_bilinear,
)
from railscope_training.evaluation.report import write_json

Bytes = NDArray[np.uint8]


def write_fixture(folder: Path) -> None:
    """Write all files below `folder`. Raises TrainingError when it cannot be written."""
    try:
        for name in ("maps", "labels", "predictions"):
            (folder / name).mkdir(parents=True, exist_ok=True)
        _write_pictures(folder)
    except OSError as error:
        raise TrainingError(f"{folder}: cannot be written ({error.strerror})") from error
    write_json(folder / "expected.json", expected_figures(folder))


def expected_figures(folder: Path) -> dict[str, Any]:
    """What is to be found in the files below `folder`; cases sorted by name."""
    cases = []
    procedure: list[OverlapCounts] = []
    compat: list[OverlapCounts] = []
    strict: list[OverlapCounts] = []
    for map_path in sorted((folder / "maps").iterdir()):
        label, prediction = (_sibling(folder / name, map_path.stem) for name in ("labels", "predictions"))
        counts, steps = _procedure(read_grey(map_path), read_grey(label))
        procedure.append(counts)
        ready_compat, ready_strict = score_files(prediction, label)
        compat.append(ready_compat)
        strict.append(ready_strict)
        cases.append(
            {
                "name": map_path.stem,
                **{"map": map_path.name, "label": label.name, "prediction": prediction.name},
                "procedure": {**steps, **asdict(counts), **asdict(compat_score(counts))},
                "compat": {**asdict(ready_compat), **asdict(compat_score(ready_compat))},
                "strict": {**asdict(ready_strict), **asdict(strict_score(ready_strict))},
            }
        )
    datasets = {
        "procedure": _dataset(compat_dataset_score(procedure), compat_dataset_score(labelled_only(procedure))),
        "compat": _dataset(compat_dataset_score(compat), compat_dataset_score(labelled_only(compat))),
        "strict": _dataset(strict_dataset_score(strict), strict_dataset_score(labelled_only(strict)))
        | {"per_image": asdict(strict_per_image_score(strict))},
    }
    return {"cases": cases, "datasets": datasets}


def _dataset(score: DatasetScore, labelled: DatasetScore) -> dict[str, Any]:
    return {"all": asdict(score), "labelled": asdict(labelled)}


def _procedure(levels: Bytes, label: Bytes) -> tuple[OverlapCounts, dict[str, int]]:
    """Counts of the published procedure on a stored map, and what its steps gave on the way."""
    probability = (levels / 255).astype(np.float32)
    stretched = min_max_to_bytes(resize_bilinear(probability, *label.shape))
    threshold = otsu_threshold(stretched)
    steps = {"otsu": threshold, "above_otsu": int(np.count_nonzero(stretched > threshold))}
    return count_overlap(published_mask(probability, *label.shape), label, COMPAT_FOREGROUND), steps


def _sibling(folder: Path, stem: str) -> Path:
    return next(path for path in sorted(folder.iterdir()) if path.stem == stem)


def _write_pictures(folder: Path) -> None:
    random = np.random.default_rng(20251)
    disc = _ellipse(40, 48, (18, 22), (11, 15))

    def write(name: str, probability: Bytes, label: Bytes, prediction: Bytes, *, jpeg: str = "") -> None:
        _save(folder / "maps", name, probability, jpeg=False)
        _save(folder / "labels", name, label, jpeg="l" in jpeg)
        _save(folder / "predictions", name, prediction, jpeg="p" in jpeg)

    write("blob", _soft(disc, random), _mask(disc), _mask(np.roll(disc, 3, axis=1)))
    odd = _ellipse(27, 33, (12, 15), (7, 9))
    write(
        "odd-enlarged",
        _soft(_ellipse(13, 16, (6, 7), (3, 4)), random),
        _mask(odd),
        _mask(odd.T[:27, :27].repeat(2, 1)[:, :33]),
        jpeg="l",
    )
    small = _ellipse(17, 21, (8, 10), (5, 6))
    write("shrunk", _soft(_ellipse(50, 64, (25, 30), (14, 19)), random), _mask(small), _mask(~small))
    everything = np.ones((24, 31), bool)
    write(
        "all-foreground",
        (180 + random.integers(0, 76, everything.shape)).astype(np.uint8),
        _mask(everything),
        _mask(everything),
    )
    nothing = np.zeros((24, 31), bool)
    write("empty-quiet", random.integers(0, 5, nothing.shape).astype(np.uint8), _mask(nothing), _mask(nothing))
    write(
        "empty-alarm",
        _soft(_ellipse(24, 31, (9, 9), (5, 5)), random),
        _mask(nothing),
        _mask(_ellipse(24, 31, (9, 9), (5, 5))),
    )
    ring = _ellipse(61, 59, (30, 30), (24, 22)) & ~_ellipse(61, 59, (30, 30), (12, 10))
    write("jpeg-ringing", _soft(ring, random), _mask(ring), _mask(np.roll(ring, 2, axis=0)), jpeg="lp")
    line = np.zeros((32, 40), bool)
    line[5:29, 19] = True
    # in JPEG no pixel of this line is exactly 255: an empty label for compat only
    write("jpeg-thin-line", _soft(line, random), np.where(line, 200, 0).astype(np.uint8), _mask(line), jpeg="l")
    write(
        "flat-map",
        np.full((20, 20), 230, np.uint8),
        _mask(_ellipse(20, 20, (9, 9), (6, 6))),
        _mask(everything[:20, :20]),
    )
    levels = random.choice(np.array([0, 1, 127, 128, 129, 253, 254, 255], np.uint8), (19, 23))
    write(
        "grey-levels",
        random.integers(0, 256, (19, 23)).astype(np.uint8),
        levels,
        random.permutation(levels.ravel()).reshape(19, 23),
    )
    coloured = random.integers(0, 256, (18, 26, 3)).astype(np.uint8)
    coloured[4:14, 5:20] = 255
    write("coloured", _soft(_ellipse(18, 26, (9, 12), (5, 8)), random), coloured, np.flip(coloured, 0))


def _ellipse(height: int, width: int, centre: tuple[int, int], radii: tuple[int, int]) -> NDArray[np.bool_]:
    rows, columns = np.ogrid[:height, :width]
    return ((rows - centre[0]) / radii[0]) ** 2 + ((columns - centre[1]) / radii[1]) ** 2 <= 1


def _soft(mask: NDArray[np.bool_], random: np.random.Generator) -> Bytes:
    """A map as a network would give for the mask: unsure at the edge, noisy."""
    padded = np.pad(mask.astype(float), 1, mode="edge")
    height, width = mask.shape
    windows = [padded[y : y + height, x : x + width] for y in range(3) for x in range(3)]
    noise = random.normal(0, 0.06, mask.shape)
    return np.clip(20 + 210 * (np.mean(windows, axis=0) + noise), 0, 255).astype(np.uint8)


def _mask(mask: NDArray[np.bool_]) -> Bytes:
    return np.where(mask, 255, 0).astype(np.uint8)


def _save(folder: Path, name: str, pixels: Bytes, *, jpeg: bool) -> None:
    picture = Image.fromarray(np.ascontiguousarray(pixels))
    if jpeg:
        picture.save(folder / f"{name}.jpg", quality=JPEG_QUALITY)
    else:
        picture.save(folder / f"{name}.png", optimize=True)


def main() -> int:
    """Write the fixture; the exit code is 1 when that fails."""
    parser = argparse.ArgumentParser(description="writes the fixture that both sides' metrics are tested with")
    parser.add_argument("folder", type=Path, help="models/fixtures/metrics")
    try:
        write_fixture(parser.parse_args().folder)
    except TrainingError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
