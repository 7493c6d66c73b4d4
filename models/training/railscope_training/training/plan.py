"""How many steps the training has: from the experiment, or from a time budget and the measured speed."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

#: steps whose time counts not, while caches, allocators and kernels warm up
IGNORED_STEPS = 3
#: measured steps before the first estimate
FIRST_ESTIMATE_STEPS = 8
#: or so much of the budget, where steps are slow
FIRST_ESTIMATE_SHARE = 0.05
#: part of a budget that validations may take, where the experiment does not say how many there are
VALIDATION_SHARE = 0.15
#: a new estimate replaces the old one only where it differs by more than this part of what remains
TOLERANCE = 0.02


@dataclass
class StepPlan:
    """Training runs from `start_step` at `start_fraction` in a straight line to fraction 1 at `end_step`.

    A new estimate moves `end_step` and starts a new line where the old one has got to, so that the learning rate
    never jumps. `end_step` None: not known yet (time budget, first steps); the fraction then stays where it is.
    """

    end_step: int | None
    start_step: int = 0
    start_fraction: float = 0.0

    def fraction(self, step: int) -> float:
        """Part of the training that is done before optimiser step `step`, 0…1."""
        if self.end_step is None:
            return self.start_fraction
        if step >= self.end_step:
            return 1.0
        share = (step - self.start_step) / (self.end_step - self.start_step)
        return self.start_fraction + (1.0 - self.start_fraction) * share

    def replan(self, step: int, end_step: int) -> bool:
        """Aim at another end from `step` on. Returns whether anything changed."""
        end_step = max(end_step, step + 1)
        if self.end_step is not None:
            remaining = max(1, self.end_step - step)
            if abs(end_step - self.end_step) <= max(1.0, TOLERANCE * remaining):
                return False
        self.start_fraction, self.start_step, self.end_step = self.fraction(step), step, end_step
        return True

    def state(self) -> dict[str, Any]:
        """Plain values for a checkpoint."""
        return asdict(self)


@dataclass
class TimeBudget:
    """Seconds that training may take, and what steps, validations and the rest cost in it."""

    total_seconds: float
    reserve_seconds: float
    #: seconds of earlier processes of this run, and of this one before its first step
    spent_seconds: float = 0.0
    #: of the last validation
    validation_seconds: float = 0.0
    _measured: list[float] = field(default_factory=list)
    _steps: int = 0
    _step_seconds: float = 0.0
    _other_seconds: float = 0.0

    def add_step(self, seconds: float) -> None:
        """Count one optimiser step of this process."""
        self._steps += 1
        self._step_seconds += seconds
        self.spent_seconds += seconds
        if self._steps > IGNORED_STEPS:
            self._measured.append(seconds)
            del self._measured[:-200]

    def add_validation(self, seconds: float) -> None:
        """Count one validation."""
        self.validation_seconds = seconds
        self.spent_seconds += seconds

    def add_other(self, seconds: float) -> None:
        """Count what comes again at the same rate, such as checkpoints."""
        self._other_seconds += seconds
        self.spent_seconds += seconds

    @property
    def remaining_seconds(self) -> float:
        """What is left for steps and validations."""
        return self.total_seconds - self.reserve_seconds - self.spent_seconds

    @property
    def exhausted(self) -> bool:
        """Whether the time for training is over."""
        return self.remaining_seconds <= 0.0

    def affordable_validations(self, wanted: int) -> int:
        """Of `wanted` validations in the whole training, those that take no more than their share; at least one."""
        if self.validation_seconds <= 0.0:
            return wanted
        return max(1, min(wanted, int(VALIDATION_SHARE * self.total_seconds / self.validation_seconds)))

    def estimate_end(self, step: int, validations_left: int = 0, validation_every: float | None = None) -> int | None:
        """The step at which the time will be over, seen from `step`; None before enough steps are measured.

        Either `validations_left` are to come whatever the number of steps, or one `validation_every` so many steps.
        """
        slow = self._steps > 0 and self._step_seconds >= FIRST_ESTIMATE_SHARE * self.total_seconds
        if len(self._measured) < FIRST_ESTIMATE_STEPS and not slow:
            return None
        ordered = sorted(self._measured) or [self._step_seconds / self._steps]
        # the mean without the slowest twentieth: single stalls of the machine do not come again
        kept = ordered[: max(1, len(ordered) - len(ordered) // 20)]
        per_step = sum(kept) / len(kept) + self._other_seconds / max(1, self._steps)
        if validation_every is not None:
            per_step += self.validation_seconds / validation_every
        seconds = self.remaining_seconds - validations_left * self.validation_seconds
        return step + max(1, int(seconds / max(per_step, 1e-9)))
