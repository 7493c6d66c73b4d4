"""The checkpoint that a killed run resumes from, and those that ship."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from railscope_training.errors import TrainingError
from railscope_training.networks.checkpoint import read_checkpoint, save_checkpoint
from railscope_training.training.gradient_watch import GradientWatch
from railscope_training.training.plan import StepPlan
from railscope_training.training.schema import differences, plain
from railscope_training.training.session import Session

LAST, BEST, LOG = "last.pt", "best.pt", "log.jsonl"
#: noted by a process whose memory ended, for the next start
SHRUNK = "micro-batch.json"


@dataclass
class RunState:
    """What changes while a training runs, besides network, optimiser, scaler and average.

    Random numbers and the order of pictures are functions of seed and step: `step` stands for them.
    """

    step: int
    plan: StepPlan
    watch: GradientWatch
    spent_seconds: float = 0.0
    minutes: float | None = None
    best: float | None = None
    last_figures: dict[str, float | None] | None = None
    best_figures: dict[str, float | None] | None = None
    #: step of the last validation
    validated: int = -1
    #: validations over the whole training, where the experiment does not say how often
    validations: int = 10
    #: sums since the last line of the log: scalars by name, and the steps in them
    window: dict[str, Tensor] | None = None
    window_steps: int = 0
    #: highest gradient norm, and steps without one, since the last line
    window_norm: float = 0.0
    window_left_out: int = 0


def deployable(session: Session, figures: dict[str, Any]) -> dict[str, Any]:
    """A checkpoint without training state: the weights that ship, on the CPU."""
    return {
        "network": session.spec.name,
        "options": session.options(),
        "normalisation": session.normalisation,
        "input_size": list(session.input_size),
        "classes": list(session.class_names),
        "state": {name: value.detach().cpu().clone() for name, value in session.shipped.state_dict().items()},
        "experiment": plain(session.experiment),
        "metrics": figures,
    }


def save_run(path: Path, session: Session, state: RunState, log_bytes: int) -> None:
    """Write all that resuming needs."""
    average = session.average
    train_state = {
        "step": state.step,
        "plan": state.plan.state(),
        "recent_norms": list(state.watch.recent),
        "broken_in_a_row": state.watch.broken_in_a_row,
        "spent_seconds": state.spent_seconds,
        "minutes": state.minutes,
        "best": state.best,
        "last_figures": state.last_figures,
        "best_figures": state.best_figures,
        "validated": state.validated,
        "validations": state.validations,
        "window": state.window,
        "window_steps": state.window_steps,
        "window_norm": state.window_norm,
        "window_left_out": state.window_left_out,
        "micro_batch": session.runner.micro_batch,
        "checkpointing": session.runner.checkpointing,
        "network": session.core.state_dict() if average is not None else None,
        "average_updates": average.updates if average is not None else 0,
        "optimiser": session.optimiser.state_dict(),
        "scaler": session.precision.scaler.state_dict(),
        "pack": session.pack_info.get("sha256"),
        "processes": session.world.size,
        "log_bytes": log_bytes,
    }
    save_checkpoint(path, {**deployable(session, state.last_figures or {}), "train_state": train_state})


def restore_run(path: Path, session: Session) -> tuple[RunState, int]:
    """Put a session where a checkpoint left it. Returns the state and the length of the log that belongs to it.

    Raises `TrainingError` when experiment, pack or number of processes are not those of the checkpoint.
    """
    contents = read_checkpoint(path)
    saved = contents.get("train_state")
    if saved is None:
        raise TrainingError(f"{path}: holds no training state; start from it with init.path instead")
    changed = differences(contents["experiment"], plain(session.experiment))
    if changed:
        raise TrainingError(f"{path}: was trained with another {', '.join(changed)}; resume with the same settings")
    for name, now in (("pack", session.pack_info.get("sha256")), ("processes", session.world.size)):
        if saved[name] != now:
            raise TrainingError(f"{path}: was trained with {name} {saved[name]}, now it is {now}; resume with the same")
    _restore_weights(contents, saved, session)
    session.runner.micro_batch, session.runner.checkpointing = _micro_batch(path.parent, saved)
    watch = GradientWatch(session.experiment.gradients, list(saved["recent_norms"]), saved["broken_in_a_row"])
    window = saved["window"]
    if window is not None:
        window = {name: value.to(session.world.device) for name, value in window.items()}
    state = RunState(
        step=saved["step"],
        plan=StepPlan(**saved["plan"]),
        watch=watch,
        window=window,
        **{
            name: saved[name]
            for name in (
                "spent_seconds", "minutes", "best", "last_figures", "best_figures", "validated", "validations",
                "window_steps", "window_norm", "window_left_out",
            )
        },
    )  # fmt: skip
    return state, saved["log_bytes"]


def note_shrunk(folder: Path, micro_batch: int, checkpointing: bool) -> None:
    """Note that memory ended, so that the next start of this run takes less."""
    text = json.dumps({"micro_batch": micro_batch, "checkpointing": checkpointing})
    (folder / SHRUNK).write_text(text, encoding="utf-8")


def noted_shrunk(folder: Path) -> tuple[int, bool] | None:
    """What `note_shrunk` noted, if anything."""
    try:
        noted = json.loads((folder / SHRUNK).read_text(encoding="utf-8"))
        return int(noted["micro_batch"]), bool(noted["checkpointing"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _restore_weights(contents: dict[str, Any], saved: dict[str, Any], session: Session) -> None:
    device = session.world.device
    if session.average is None:
        session.core.load_state_dict(contents["state"])
    else:
        session.core.load_state_dict(saved["network"])
        session.average.module.load_state_dict(contents["state"])
        session.average.updates = saved["average_updates"]
    session.optimiser.load_state_dict(saved["optimiser"])
    session.precision.scaler.load_state_dict(saved["scaler"])
    if device.type == "cuda":
        torch.cuda.empty_cache()


def _micro_batch(folder: Path, saved: dict[str, Any]) -> tuple[int, bool]:
    micro_batch, checkpointing = int(saved["micro_batch"]), bool(saved["checkpointing"])
    noted = noted_shrunk(folder)
    if noted is None:
        return micro_batch, checkpointing
    return min(micro_batch, noted[0]), checkpointing or noted[1]
