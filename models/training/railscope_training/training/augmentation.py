"""The augmentation of an experiment as one function on a batch."""

from __future__ import annotations

import torch
from torch import Tensor

from railscope_training.networks.instances import InstanceTargets
from railscope_training.training.batch import Batch
from railscope_training.training.experiment import Experiment
from railscope_training.training.feed import Augmentation, plain_batch


def create_augmentation(experiment: Experiment, device: torch.device) -> Augmentation:
    """The settings under `augment`, or pictures as they are where there are none."""
    if not experiment.augment:
        return plain_batch
    from railscope_training.data import Augment

    augment = Augment(experiment.augment)

    def run(
        images: Tensor,
        masks: Tensor | None,
        targets: tuple[InstanceTargets, ...] | None,
        generator: torch.Generator | None,
    ) -> Batch:
        if targets is not None:
            return Batch(*augment.instances(images, targets, generator))
        return Batch(*augment(images, masks, generator))

    return run
