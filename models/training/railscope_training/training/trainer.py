"""The loop: step, log, validate, checkpoint, until the plan's end or the end of the time."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch

from railscope_training.errors import TrainingError
from railscope_training.networks.checkpoint import save_checkpoint
from railscope_training.training.optimisers import set_learning_rate
from railscope_training.training.overlays import save_overlays
from railscope_training.training.plan import TimeBudget
from railscope_training.training.probe import resident_bytes
from railscope_training.training.progress import Progress
from railscope_training.training.run_log import Board, RunLog
from railscope_training.training.run_state import BEST, LAST, RunState, deployable, note_shrunk, save_run
from railscope_training.training.schedules import learning_rate_factor
from railscope_training.training.session import Session
from railscope_training.training.step import StepResult

#: steps between new estimates of the end, under a time budget
REPLAN_EVERY = 20
#: figures of which less is better
LOWER_IS_BETTER = ("loss",)


class StoppedError(Exception):
    """The training was asked to stop (signal) and has saved its state."""


class Trainer:
    """Runs a session from its state to the end. `budget` None: the length is that of the experiment."""

    def __init__(
        self,
        session: Session,
        state: RunState,
        out: Path,
        log: RunLog | None,
        budget: TimeBudget | None,
        progress: Progress,
    ) -> None:
        self.session, self.state, self.out = session, state, out
        self.log, self.budget, self.progress = log, budget, progress
        self.experiment, self.world = session.experiment, session.world
        boarded = session.world.first and self.experiment.tensorboard
        self.board = Board(out / "board", state.step) if boarded else None
        self._stop = False
        self._saved = time.monotonic()
        self._window_start = time.monotonic()
        session.runner.on_shrink = self._shrunk

    def run(self) -> None:
        """Train to the end. Raises `StoppedError` after a signal, `TrainingError` when training cannot go on."""
        self._require_time()
        with self._signals():
            try:
                while not self._finished():
                    self._step()
                    if self.world.any(self._stop):
                        self._save()
                        raise StoppedError
                if self.state.validated != self.state.step:
                    self._validate()
                self._save()
            finally:
                self.progress.end()
                self.session.feed.close()
                if self.board is not None:
                    self.board.close()

    def _require_time(self) -> None:
        if self.budget is not None and self.state.step == 0 and self.world.from_first(self.budget.exhausted):
            raise TrainingError(
                f"the time is over before the first step: {self.budget.spent_seconds:.0f} s went into the start, "
                f"{self.budget.reserve_seconds:.0f} s are kept for the end; give more --minutes"
            )

    def _finished(self) -> bool:
        state = self.state
        if self.budget is not None:
            if state.step % REPLAN_EVERY == 0 or state.validated == state.step or state.plan.end_step is None:
                self._replan(self.budget)
            if self.world.from_first(self.budget.exhausted):
                return True
        return state.plan.fraction(state.step) >= 1.0

    def _step(self) -> None:
        started = time.monotonic()
        state, session = self.state, self.session
        fraction = state.plan.fraction(state.step)
        factor = learning_rate_factor(self.experiment.schedule, state.step, fraction, self.experiment.length.value)
        rate = set_learning_rate(session.optimiser, factor)
        result = session.runner.run(session.feed.batch(state.step), state.step)
        if result.taken and session.average is not None:
            session.average.update(session.core)
        warning = state.watch.look(result.gradient_norm, session.precision.scaling)
        self._add_to_window(result)
        state.step += 1
        if warning is not None:
            self._write("warning", step=state.step, text=warning)
            self.progress.say(f"step {state.step}: {warning}")
        if state.step % self.experiment.log_every_steps == 0:
            self._log_window(rate)
        seconds = time.monotonic() - started
        state.spent_seconds += seconds
        if self.budget is not None:
            self.budget.add_step(seconds)
        self._show(result)
        if self._validation_due(fraction):
            self._validate()
        if self._checkpoint_due():
            self._save()

    def _add_to_window(self, result: StepResult) -> None:
        state = self.state
        names = ["loss", *result.parts]
        values = self.world.mean(torch.stack([result.loss, *result.parts.values()]).detach().float())
        new = dict(zip(names, values.unbind(), strict=True))
        state.window = new if state.window is None else {name: state.window[name] + new[name] for name in names}
        state.window_steps += 1
        if result.taken:
            state.window_norm = max(state.window_norm, result.gradient_norm)
        else:
            state.window_left_out += 1

    def _log_window(self, rate: float) -> None:
        state = self.state
        window = {name: float(value) / state.window_steps for name, value in (state.window or {}).items()}
        loss = window.pop("loss")
        seconds = time.monotonic() - self._window_start
        clock = {
            "spent_seconds": state.spent_seconds,
            "pictures_per_second": state.window_steps * self.experiment.batch / max(seconds, 1e-9),
            "memory_mib": self._memory_bytes() / 1024**2,
        }
        epoch = state.step / self.session.order.steps_per_epoch
        values: dict[str, Any] = {
            "step": state.step,
            "epoch": epoch,
            "learning_rate": rate,
            "loss": loss,
            "parts": window,
            "gradient_norm": state.window_norm,
            "left_out": state.window_left_out,
            "scale": self.session.precision.scale,
        }
        self._write("train", clock, **values)
        if self.board is not None:
            scalars = {"loss": loss, "learning_rate": rate, "gradient_norm": state.window_norm, **window}
            self.board.scalars("train", scalars, state.step)
            self.board.scalars("clock", dict(clock), state.step)
        state.window, state.window_steps, state.window_norm, state.window_left_out = None, 0, 0.0, 0
        self._window_start = time.monotonic()

    def _validation_every(self) -> float | None:
        """Steps between validations; None where there is a number of them over the whole training."""
        settings = self.experiment.validation
        if settings.every_steps is not None:
            return float(settings.every_steps)
        if settings.every_epochs is not None:
            return self.session.order.steps_per_epoch * settings.every_epochs
        return None

    def _validation_due(self, fraction_before: float) -> bool:
        state, every = self.state, self._validation_every()
        if every is not None:
            return int(state.step / every) > int((state.step - 1) / every)
        after = state.plan.fraction(state.step)
        return int(after * state.validations + 1e-9) > int(fraction_before * state.validations + 1e-9)

    def _validate(self) -> None:
        """Measure, keep the best weights. Only the first process does; the others wait."""
        started = time.monotonic()
        state, session = self.state, self.session
        if session.validator is not None:
            result = session.validator.run(session.shipped, session.runner.micro_batch)
            figures = result.figures
            state.last_figures = figures
            self._write("validation", {"spent_seconds": state.spent_seconds}, step=state.step, **figures)
            named = {name: value for name, value in figures.items() if value is not None and "/" not in name}
            shown = ", ".join(f"{name} {value:.4f}" for name, value in named.items())
            self.progress.say(f"step {state.step}: {shown}")
            self._keep_best(figures)
            save_overlays(self.out / "overlays" / f"step-{state.step:06d}.png", result.overlays)
            if self.board is not None:
                self.board.scalars("validation", figures, state.step)
                self.board.overlays(result.overlays, state.step)
        state.validated = state.step
        self.world.wait()
        seconds = time.monotonic() - started
        state.spent_seconds += seconds
        self._window_start += seconds
        if self.budget is not None:
            self.budget.add_validation(seconds)
            state.validations = self.world.from_first(self.budget.affordable_validations(state.validations))

    def _keep_best(self, figures: dict[str, float | None]) -> None:
        name, source = self.experiment.validation.best, self.experiment.validation.best_source
        value = figures.get(name if source is None or f"{source}/{name}" not in figures else f"{source}/{name}")
        if value is None:
            return
        best = self.state.best
        better = best is None or (value < best if name in LOWER_IS_BETTER else value > best)
        if better:
            self.state.best, self.state.best_figures = value, figures
            save_checkpoint(self.out / BEST, deployable(self.session, {"step": self.state.step, **figures}))

    def _checkpoint_due(self) -> bool:
        state, settings = self.state, self.experiment.checkpoint
        if state.validated == state.step:
            return True
        if settings.every_steps is not None and state.step % settings.every_steps == 0:
            return True
        return self.world.from_first(time.monotonic() - self._saved >= 60.0 * settings.every_minutes)

    def _save(self) -> None:
        started = time.monotonic()
        if self.log is not None:
            save_run(self.out / LAST, self.session, self.state, self.log.position())
        self._saved = time.monotonic()
        seconds = self._saved - started
        self.state.spent_seconds += seconds
        self._window_start += seconds
        if self.budget is not None:
            self.budget.add_other(seconds)

    def _replan(self, budget: TimeBudget) -> None:
        state, every = self.state, self._validation_every()
        left = 0
        if every is None:
            left = state.validations - int(state.plan.fraction(state.step) * state.validations + 1e-9)
        end = self.world.from_first(budget.estimate_end(state.step, left, every))
        if end is not None and self.state.plan.replan(self.state.step, end):
            self._write("plan", step=self.state.step, end_step=self.state.plan.end_step)

    def _show(self, result: StepResult) -> None:
        state = self.state
        fraction = state.plan.fraction(state.step)
        left = None
        if self.budget is not None:
            left = max(0.0, self.budget.remaining_seconds)
        elif state.plan.end_step is not None and state.step > 0:
            left = state.spent_seconds / state.step * (state.plan.end_step - state.step)
        self.progress.show(fraction, state.step, state.plan.end_step, left, f"loss {float(result.loss):.4f}")

    def _shrunk(self, micro_batch: int, checkpointing: bool) -> None:
        if self.world.size > 1:
            note_shrunk(self.out, micro_batch, checkpointing)
        self._write("memory", step=self.state.step, micro_batch=micro_batch, checkpointing=checkpointing)
        how = f"{micro_batch} pictures at a time" + (", with checkpointing" if checkpointing else "")
        self.progress.say(f"step {self.state.step}: memory ended; going on with {how}")

    def _write(self, event: str, clock: dict[str, float] | None = None, **values: Any) -> None:
        if self.log is not None:
            self.log.write(event, clock, **values)

    def _memory_bytes(self) -> int:
        device = self.world.device
        return torch.cuda.max_memory_reserved(device) if device.type == "cuda" else resident_bytes()

    @contextmanager
    def _signals(self) -> Iterator[None]:
        """Stop after the current step on SIGINT and SIGTERM; a second one ends at once."""

        def stop(number: int, _: Any) -> None:
            if self._stop:
                signal.signal(number, signal.SIG_DFL)
                signal.raise_signal(number)
            self._stop = True

        kept = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for number, handler in kept.items():
                signal.signal(number, handler)
