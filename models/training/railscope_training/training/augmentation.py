"""The augmentation of an experiment as one function on a batch."""

from __future__ import annotations

import torch
from torch import Tensor

from railscope_training.data import Augment
from railscope_training.training.batch import Batch
from railscope_training.training.experiment import Experiment
from railscope_training.training.feed import Augmentation, Targets


def create_augmentation(experiment: Experiment) -> Augmentation:
    """The settings under `augment`, or pictures as they are where there are none.

    Experiments on instances get targets, all others masks. Raises `TrainingError` for an unknown setting.
    """
    instances = experiment.loss.kind == "instances"
    augment = Augment(experiment.augment) if experiment.augment else None

    def run(images: Tensor, masks: Tensor | None, targets: Targets, generator: torch.Generator | None) -> Batch:
        if instances and targets is not None:
            pictures, kept = augment.instances(images, targets, generator) if augment else (images / 255.0, targets)
            return Batch(pictures, targets=tuple(kept))
        pictures, moved = augment(images, masks, generator) if augment else (images / 255.0, masks)
        return Batch(pictures, moved)

    return run
