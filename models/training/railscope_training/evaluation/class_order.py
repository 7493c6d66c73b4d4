"""Brings a network's classes into the order of a data set's, by their names."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from railscope_training.errors import TrainingError
from railscope_training.evaluation.instance_ap import ImageInstances
from railscope_training.evaluation.pipeline.preprocess import Image


def source_indices(network: Sequence[str], source: Sequence[str]) -> tuple[int, ...]:
    """By class of the network, its index in the data set, counted from 1: by name, or by place where counts agree.

    Raises TrainingError where neither fits.
    """
    if all(name in source for name in network):
        return tuple(source.index(name) + 1 for name in network)
    if len(network) == len(source):
        return tuple(range(1, len(source) + 1))
    raise TrainingError(
        f"the network's classes ({', '.join(network)}) are not those of the data set ({', '.join(source)}); "
        "map the data set's with --option class_map={…}"
    )


def maps_in_order(
    predict: Callable[[Image], NDArray[np.float32]], network: Sequence[str], source: Sequence[str]
) -> Callable[[Image], NDArray[np.float32]]:
    """`predict` with its channels in the order of the data set; maps of one channel stay as they are."""

    def ordered(image: Image) -> NDArray[np.float32]:
        probability = predict(image)
        if probability.shape[0] == 1:
            return probability
        result = np.zeros((len(source) + 1, *probability.shape[1:]), np.float32)
        result[0] = probability[0]
        result[list(source_indices(network, source))] = probability[1:]
        return result

    return ordered


def instances_in_order(
    detect: Callable[[Image], tuple[ImageInstances, float]], network: Sequence[str], source: Sequence[str]
) -> Callable[[Image], tuple[ImageInstances, float]]:
    """`detect` with the class indices of the data set."""
    table = np.array([0, *source_indices(network, source)], np.int64)

    def ordered(image: Image) -> tuple[ImageInstances, float]:
        found, scale = detect(image)
        return ImageInstances(found.boxes, table[found.classes], found.scores, found.masks), scale

    return ordered
