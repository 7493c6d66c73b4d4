"""Runs a network of instances on pictures: fitted whole into the input, then the reference detection of the package.

Pictures longer than a tile, which the application cuts into several windows, are run whole here too.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from railscope_training.evaluation.instance_ap import ImageInstances
from railscope_training.evaluation.pipeline.preprocess import Image, fitted_tensor
from railscope_training.evaluation.regions import Regions

#: [1, 3, H, W] of 0…1 → boxes, scores, classes, attentions, bases
RawRun = Callable[[NDArray[np.float32]], Sequence[NDArray[np.float32]]]


@dataclass(frozen=True)
class DetectionLimits:
    """Thresholds of the detection; the published values."""

    #: before the square root
    pre_score: float = 0.05
    suppression_iou: float = 0.6
    maximum: int = 100
    #: pixels of an instance's mask at or above belong to it
    mask: float = 0.5


@dataclass(frozen=True)
class InstanceDetector:
    """Picture → instances in input pixels (classes counted from 1), and input pixels per picture pixel."""

    run: RawRun
    #: height, width
    input_size: tuple[int, int]
    limits: DetectionLimits

    def __call__(self, image: Image) -> tuple[ImageInstances, float]:
        """Detect on a picture [H, W] or [H, W, 3]."""
        import torch

        from railscope_training.networks.detect import detect
        from railscope_training.networks.instances import RawInstances

        tensor, scale = fitted_tensor(image, *self.input_size)
        raw = RawInstances(*(torch.from_numpy(np.ascontiguousarray(one)) for one in self.run(tensor[None])))
        limits = self.limits
        (found,) = detect(
            raw,
            score_threshold=limits.pre_score,
            suppression_iou=limits.suppression_iou,
            maximum=limits.maximum,
            mask_threshold=limits.mask,
        )
        return (
            ImageInstances(
                found.boxes.numpy(), found.classes.numpy() + 1, found.scores.numpy(), found.masks.numpy().astype(bool)
            ),
            scale,
        )


def torch_raw_run(network: Any, normaliser: Any, device: str) -> RawRun:
    """A torch network of instances as a function on arrays."""
    import torch

    def run(tensor: NDArray[np.float32]) -> list[NDArray[np.float32]]:
        with torch.inference_mode():
            raw = network(normaliser(torch.from_numpy(tensor).to(device)))
        return [one.float().cpu().numpy() for one in raw]

    return run


def painted(instances: ImageInstances, score: float, height: int, width: int) -> Regions:
    """The instances with at least this score as one label map; where masks overlap, the better score has the pixels."""
    labels = np.zeros((height, width), np.int32)
    order = np.argsort(instances.scores, kind="stable")
    chosen = [index for index in order if instances.scores[index] >= score]
    for number, index in enumerate(chosen, start=1):
        if instances.masks is not None:
            labels[instances.masks[index]] = number
            continue
        x0, y0, x1, y1 = np.rint(instances.boxes[index]).astype(int)
        labels[max(0, y0) : y1, max(0, x0) : x1] = number
    numbers, flat = np.unique(labels, return_inverse=True)
    if numbers[0] != 0:
        flat = flat + 1
    labels = flat.reshape(labels.shape).astype(np.int32)
    return Regions(labels, np.bincount(labels.ravel())[1:])
