"""Builds everything that one training needs from its experiment, its pack and the world it runs in."""

from __future__ import annotations

import math
import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from railscope_training.compression import reset_batch_norm_statistics
from railscope_training.data import Pack
from railscope_training.errors import TrainingError
from railscope_training.networks import NetworkSpec, Normaliser, create_network, network_spec
from railscope_training.networks.spec import require_size_multiple
from railscope_training.training.augmentation import create_augmentation
from railscope_training.training.data_files import MergedClasses
from railscope_training.training.distributed import World
from railscope_training.training.ema import WeightAverage
from railscope_training.training.experiment import Experiment
from railscope_training.training.feed import Split, TrainingFeed
from railscope_training.training.initialise import InitReport, initialise
from railscope_training.training.losses import MapLoss
from railscope_training.training.optimisers import create_optimiser, freeze_parameters
from railscope_training.training.precision import Precision
from railscope_training.training.probe import StepProbe
from railscope_training.training.sampling import SampleOrder, seed_everything
from railscope_training.training.schema import plain
from railscope_training.training.step import StepRunner
from railscope_training.training.validation import Validator

#: part of the memory that a decoded split may take
CACHED_SHARE = 0.1
#: tensors of a parameter's size that an optimiser keeps
OPTIMISER_SLOTS = {"adam": 2, "adamw": 2, "sgd": 1}


@dataclass
class Session:
    """The parts of one training."""

    experiment: Experiment
    world: World
    spec: NetworkSpec
    core: nn.Module
    outputs: int
    class_names: tuple[str, ...]
    input_size: tuple[int, int]
    normalisation: str
    precision: Precision
    optimiser: torch.optim.Optimizer
    runner: StepRunner
    order: SampleOrder
    feed: TrainingFeed
    validator: Validator | None
    average: WeightAverage | None
    init_report: InitReport | None
    pack_info: dict[str, Any]

    @property
    def shipped(self) -> nn.Module:
        """The network whose weights are validated and shipped."""
        return self.average.module if self.average is not None else self.core

    def options(self) -> dict[str, Any]:
        """What builds the network again, for its checkpoints."""
        return {"classes": self.outputs, **plain(self.experiment.network.options)}

    def probe(self) -> StepProbe:
        """Measures what a step costs."""
        return StepProbe(
            self.runner,
            self.input_size,
            self.outputs,
            self.experiment.loss.kind == "instances",
            self.experiment.batch // self.world.size,
            OPTIMISER_SLOTS[self.experiment.optimiser.kind],
            self.average is not None,
        )


def build_session(experiment: Experiment, pack: Pack, world: World, limit_bytes: int | None = None) -> Session:
    """Everything for one training; `limit_bytes` is what the device may give it.

    Raises `TrainingError` where the experiment, the pack and the network do not go together.
    """
    _set_determinism(experiment, world)
    spec = network_spec(experiment.network.name)
    _check_task(experiment, spec, pack)
    names = tuple(pack.info.classes)
    outputs, merged = _outputs(experiment, names)
    size = experiment.network.input_size or spec.default_size
    require_size_multiple(spec.name, *size, spec.size_multiple)
    normalisation = experiment.network.normalisation or spec.normalisation
    core, report = _network(experiment, outputs, world)
    loss = None if experiment.loss.kind == "instances" else MapLoss(experiment.loss, core.loss_weights)  # type: ignore[arg-type]
    normalise = Normaliser(normalisation).to(world.device)
    precision = Precision.of(experiment.precision, world.device)
    optimiser = create_optimiser(core, experiment.optimiser)
    train, validation = (_split(pack, name, merged) for name in _split_names(experiment))
    if train is None:
        raise TrainingError(f"the pack has no pictures in the split '{experiment.data.train_split}'")
    for split in (train, validation):
        if split is not None and _cached(experiment, split, world, limit_bytes):
            split.cache_on(world.device)
    order = _order(experiment, train, world)
    feed = TrainingFeed(train, order, world, create_augmentation(experiment), size, experiment.seed)
    runner = StepRunner(
        core=core,
        loss=loss,
        normalise=normalise,
        precision=precision,
        optimiser=optimiser,
        gradients=experiment.gradients,
        world=world,
        seed=experiment.seed,
        micro_batch=min(experiment.micro_batch or experiment.batch, experiment.batch // world.size),
        checkpointing=experiment.checkpointing,
        freeze_batch_norm=experiment.freeze_batch_norm,
    )
    validator = None
    if validation is not None and world.first:
        validator = Validator(
            validation, experiment.validation, loss=loss, normalise=normalise, precision=precision, input_size=size
        )
    average = WeightAverage(core, experiment.ema.decay) if experiment.ema is not None else None
    return Session(
        experiment, world, spec, core, outputs, ("defect",) if merged else names, size, normalisation, precision,
        optimiser, runner, order, feed, validator, average, report, pack_description(pack),
    )  # fmt: skip


def measure_batch_norms(session: Session) -> None:
    """Measure the batch-norm statistics anew on training batches, as `init.batch_norm_batches` asks."""
    count = session.experiment.init.batch_norm_batches
    if count == 0:
        return

    def pictures() -> Iterator[Tensor]:
        for step in range(count):
            for part in session.feed.batch(step).parts(session.runner.micro_batch):
                yield session.runner.normalise(part.images)

    reset_batch_norm_statistics(session.core, pictures())
    if session.average is not None:
        session.average.module.load_state_dict(session.core.state_dict())


def pack_description(pack: Pack) -> dict[str, Any]:
    """What a run notes of the pack that it was trained on."""
    return plain(pack.info)  # type: ignore[no-any-return]


def _network(experiment: Experiment, outputs: int, world: World) -> tuple[nn.Module, InitReport | None]:
    seed_everything(experiment.seed)
    core = create_network(experiment.network.name, classes=outputs, **experiment.network.options)
    report = initialise(core, experiment.init)
    core = core.to(world.device)
    if experiment.network.channels_last:
        core = core.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    freeze_parameters(core, experiment.freeze)
    if experiment.sync_batch_norm and world.size > 1 and world.device.type == "cuda":
        core = nn.SyncBatchNorm.convert_sync_batchnorm(core)
    return core, report


def _check_task(experiment: Experiment, spec: NetworkSpec, pack: Pack) -> None:
    if (spec.task == "instance") != (experiment.loss.kind == "instances"):
        raise TrainingError(f"'loss.kind: {experiment.loss.kind}' does not go with {spec.name} ({spec.task})")
    if spec.task == "instance" and pack.info.kind != "instance":
        raise TrainingError(f"{spec.name} needs a pack with instances; make one with `pack --instances`")
    wanted, sources = experiment.validation.best_source, [str(one["name"]) for one in pack.info.sources]
    if wanted is not None and wanted not in sources:
        raise TrainingError(f"'validation.best_source: {wanted}' is not in the pack; it holds {', '.join(sources)}")


def _outputs(experiment: Experiment, names: tuple[str, ...]) -> tuple[int, bool]:
    """Outputs of the network, and whether the pack's classes are merged into one."""
    kind, wanted = experiment.loss.kind, experiment.network.classes
    full = {"cross-entropy": len(names) + 1, "instances": len(names)}.get(kind, 1)
    merged_outputs = {"cross-entropy": 2, "instances": 1}.get(kind, 1)
    outputs = full if wanted is None else wanted
    if outputs == merged_outputs:
        return outputs, len(names) > 1
    if outputs != full:
        raise TrainingError(
            f"'network.classes' is {outputs}; with the pack's {len(names)} classes ({', '.join(names)}) and "
            f"'loss.kind: {kind}' it must be {full}, or {merged_outputs} to merge them"
        )
    return outputs, False


def _split_names(experiment: Experiment) -> tuple[str, str]:
    return experiment.data.train_split, experiment.data.validation_split


def _split(pack: Pack, name: str, merged: bool) -> Split | None:
    split = pack.split(name)
    if len(split) == 0:
        return None
    return MergedClasses(split) if merged else split


def _order(experiment: Experiment, train: Split, world: World) -> SampleOrder:
    if experiment.batch % world.size:
        raise TrainingError(f"'batch' is {experiment.batch}; it must be a multiple of the {world.size} processes")
    share = experiment.data.labelled_share
    weights = train.weights.tolist() if experiment.data.source_weights else None
    labelled = train.labelled if share > 0 else ()
    return SampleOrder(
        len(train),
        experiment.batch,
        experiment.seed,
        weights=weights,
        labelled=labelled,
        labelled_share=share,
        repeat=experiment.data.repeat,
    )


def _cached(experiment: Experiment, split: Split, world: World, limit_bytes: int | None) -> bool:
    """Whether a split is kept decoded on the device."""
    if experiment.data.cache != "auto":
        return experiment.data.cache == "device"
    if world.device.type != "cuda":
        return False
    free, _ = torch.cuda.mem_get_info(world.device)
    return split.decoded_bytes <= CACHED_SHARE * min(free, limit_bytes or free)


def _set_determinism(experiment: Experiment, world: World) -> None:
    if experiment.deterministic:
        os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
    torch.use_deterministic_algorithms(experiment.deterministic, warn_only=True)
    if world.device.type == "cuda":
        torch.backends.cudnn.benchmark = not experiment.deterministic


def total_steps(experiment: Experiment, order: SampleOrder) -> int:
    """Optimiser steps of the experiment's own length."""
    if experiment.length.steps is not None:
        return experiment.length.steps
    return max(1, math.ceil((experiment.length.epochs or 0.0) * order.steps_per_epoch - 1e-9))
