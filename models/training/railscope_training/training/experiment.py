"""The typed settings of one experiment: what a file under configs/ may say, with its defaults and limits."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from railscope_training.errors import TrainingError

LossKind = Literal["bce-iou", "bce-dice", "bce", "cross-entropy", "instances"]
PrecisionKind = Literal["auto", "fp32", "bf16", "fp16"]


@dataclass(frozen=True)
class NetworkSettings:
    """Which network, with which options of its `build` function."""

    name: str
    #: outputs per pixel: 1 = defect or not; more = softmax over classes with background first.
    #: For instances, the number of classes. Default: what the pack holds (1 for the losses on a single map)
    classes: int | None = None
    options: dict[str, Any] = field(default_factory=dict)
    #: height, width in pixels; default: the network's own
    input_size: tuple[int, int] | None = None
    #: kind of `Normaliser`; default: the network's own
    normalisation: str | None = None
    #: memory layout that suits convolutions on tensor cores
    channels_last: bool = False


@dataclass(frozen=True)
class InitSettings:
    """Where the first weights come from; without `path` they are random."""

    path: str | None = None
    #: what does not fit (other class count, other head) is skipped and listed; otherwise it is an error
    partial: bool = False
    #: weight transfer of U²-Net into its compressed forms
    transfer: Literal["ours", "published"] | None = None
    #: forward batches after the transfer that measure the batch-norm statistics anew (0 = keep)
    batch_norm_batches: int = 0


@dataclass(frozen=True)
class DataSettings:
    """The pack, looked for in the folder that `--data` names, and what is trained from it."""

    pack: str | None = None
    #: reader of `--data` where that is a data set, not a pack (see `pack --help`)
    kind: str | None = None
    train_split: str = "train"
    validation_split: str = "val"
    #: `stretched` keeps the texture of dark pictures for networks that normalise each picture; see `open_pack`
    levels: Literal["true", "stretched"] = "true"
    #: passes over the pictures that make one epoch: 8 where a recipe counts eight offline variants of each picture
    repeat: int = 1
    #: draw each source of the pack as often as its weight says
    source_weights: bool = True
    #: keep decoded pictures on the device; auto = on a GPU where they take little of its memory
    cache: Literal["auto", "off", "device"] = "auto"
    #: part of each batch, at least, that is drawn from pictures with a defect (0 = as they come)
    labelled_share: float = 0.0

    def __post_init__(self) -> None:
        _positive("data.repeat", self.repeat)
        _within("data.labelled_share", self.labelled_share, 0.0, 1.0)


@dataclass(frozen=True)
class OhemSettings:
    """Hard pixels only: those whose true class has a probability below `threshold`, but at least `keep` pixels."""

    threshold: float = 0.7
    keep: int = 100_000


@dataclass(frozen=True)
class LossSettings:
    """The loss; `weights` per output of the network, default: the network's own."""

    kind: LossKind
    weights: tuple[float, ...] | None = None
    #: foreground against background where they are unequal (bce losses only)
    positive_weight: float = 1.0
    ohem: OhemSettings | None = None

    def __post_init__(self) -> None:
        if self.ohem is not None and self.kind != "cross-entropy":
            raise TrainingError("'loss.ohem' needs 'loss.kind: cross-entropy'")
        _positive("loss.positive_weight", self.positive_weight)


@dataclass(frozen=True)
class OptimiserSettings:
    """The optimiser; `multipliers` maps a part of parameter names to a factor on the learning rate."""

    kind: Literal["adam", "adamw", "sgd"]
    learning_rate: float
    weight_decay: float = 0.0
    #: leave biases and norms out of weight decay
    decay_weights_only: bool = False
    momentum: float = 0.9
    betas: tuple[float, float] = (0.9, 0.999)
    multipliers: dict[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        _positive("optimiser.learning_rate", self.learning_rate)


@dataclass(frozen=True)
class ScheduleSettings:
    """The learning rate over the length of training. `milestones` count in the unit of `length`, as completed."""

    kind: Literal["constant", "cosine", "step", "poly"] = "cosine"
    warmup_steps: int = 0
    milestones: tuple[float, ...] = ()
    factor: float = 0.1
    power: float = 0.9
    #: learning rate at the end as part of the first one (cosine)
    final: float = 0.01

    def __post_init__(self) -> None:
        if self.kind == "step" and not self.milestones:
            raise TrainingError("'schedule.kind: step' needs 'schedule.milestones'")
        if list(self.milestones) != sorted(self.milestones):
            raise TrainingError("'schedule.milestones' must rise")


@dataclass(frozen=True)
class LengthSettings:
    """How long to train, in one unit. `--minutes` sets a time instead and keeps the schedule's shape."""

    epochs: float | None = None
    steps: int | None = None

    def __post_init__(self) -> None:
        if (self.epochs is None) == (self.steps is None):
            raise TrainingError("'length' needs either 'epochs' or 'steps'")
        _positive("length", self.value)

    @property
    def value(self) -> float:
        """The length in its own unit."""
        return float(self.steps if self.steps is not None else self.epochs or 0.0)


@dataclass(frozen=True)
class PrecisionSettings:
    """Mixed precision. auto = bf16 where the GPU computes it, else fp16; fp32 on a CPU."""

    kind: PrecisionKind = "auto"
    #: first scale of the gradient scaler (fp16)
    initial_scale: float = 65536.0


@dataclass(frozen=True)
class GradientSettings:
    """What happens to gradients before the step; they are unscaled first."""

    #: each element is clamped to ± this
    clamp: float | None = None
    #: the norm over all parameters is limited to this
    clip_norm: float | None = None
    #: a norm above this many times its running median is reported
    spike: float = 10.0
    #: training stops as diverged after this many steps in a row without finite gradients
    patience: int = 50


@dataclass(frozen=True)
class EmaSettings:
    """Moving average of the weights; it is what is validated and shipped."""

    decay: float = 0.999

    def __post_init__(self) -> None:
        _within("ema.decay", self.decay, 0.0, 1.0)


@dataclass(frozen=True)
class ValidationSettings:
    """When and how the validation split is measured."""

    #: default: ten times over the training
    every_steps: int | None = None
    every_epochs: float | None = None
    #: the figure that decides which checkpoint is the best one
    best: Literal["iou", "dice", "pa", "pooled_iou", "pooled_dice", "loss", "ap"] = "iou"
    #: source of the pack on which that figure is measured; default: all together
    best_source: str | None = None
    threshold: float = 0.5
    #: pictures in the overlay sheet
    overlays: int = 8
    #: measure on at most this many pictures (0 = all)
    limit: int = 0
    #: detections below this score are left out (instances)
    score_threshold: float = 0.05


@dataclass(frozen=True)
class CheckpointSettings:
    """When the state that a killed run resumes from is written; it always is after a validation and at the end."""

    every_minutes: float = 2.0
    every_steps: int | None = None


@dataclass(frozen=True)
class ExportSettings:
    """What the end of training writes beside the checkpoints."""

    onnx: bool = True
    #: part of the time budget that is kept for the last validation and the export, and its lower limit in seconds
    reserve_share: float = 0.06
    reserve_seconds: float = 20.0


@dataclass(frozen=True)
class Experiment:
    """One experiment. Every field is a key of the file; unknown keys are refused."""

    name: str
    network: NetworkSettings
    loss: LossSettings
    optimiser: OptimiserSettings
    length: LengthSettings
    #: pictures per optimiser step over all processes
    batch: int
    #: pictures per forward pass and process; the rest is accumulated. Default: all of them
    micro_batch: int | None = None
    data: DataSettings = field(default_factory=DataSettings)
    #: settings of `railscope_training.data.Augment`
    augment: dict[str, Any] = field(default_factory=dict)
    init: InitSettings = field(default_factory=InitSettings)
    schedule: ScheduleSettings = field(default_factory=ScheduleSettings)
    precision: PrecisionSettings = field(default_factory=PrecisionSettings)
    gradients: GradientSettings = field(default_factory=GradientSettings)
    ema: EmaSettings | None = None
    validation: ValidationSettings = field(default_factory=ValidationSettings)
    checkpoint: CheckpointSettings = field(default_factory=CheckpointSettings)
    export: ExportSettings = field(default_factory=ExportSettings)
    #: compute inner activations again in the backward pass instead of keeping them
    checkpointing: bool = False
    #: keep batch norms at their running statistics (fine-tuning, tiny micro-batches)
    freeze_batch_norm: bool = False
    #: parameters whose names start so are not trained
    freeze: tuple[str, ...] = ()
    #: one set of batch-norm statistics over all processes (CUDA)
    sync_batch_norm: bool = False
    seed: int = 1
    #: only deterministic algorithms; slower on CUDA, needed there for a log that repeats digit by digit
    deterministic: bool = False
    log_every_steps: int = 10
    #: also write TensorBoard files, where that package is installed
    tensorboard: bool = True

    def __post_init__(self) -> None:
        _positive("batch", self.batch)
        _positive("log_every_steps", self.log_every_steps)
        if self.micro_batch is not None:
            _positive("micro_batch", self.micro_batch)
        if (self.loss.kind == "instances") != (self.validation.best == "ap"):
            raise TrainingError(
                f"'validation.best: {self.validation.best}' does not go with 'loss.kind: {self.loss.kind}' "
                "(instances: ap; others: iou, dice, pa, pooled_iou, pooled_dice or loss)"
            )


def _positive(name: str, value: float) -> None:
    if not value > 0:
        raise TrainingError(f"'{name}' is {value}; it must be above 0")


def _within(name: str, value: float, low: float, high: float) -> None:
    if not low <= value <= high:
        raise TrainingError(f"'{name}' is {value}; it must lie in {low}…{high}")
