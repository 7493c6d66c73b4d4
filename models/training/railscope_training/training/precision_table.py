"""FP32 against mixed precision side by side: memory and speed of the same training on this device."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from railscope_training.errors import TrainingError
from railscope_training.training.experiment import PrecisionKind
from railscope_training.training.memory import choose_plan, format_memory
from railscope_training.training.precision import Precision, resolve_precision
from railscope_training.training.session import Session

KINDS: tuple[PrecisionKind, ...] = ("fp32", "bf16", "fp16")


@dataclass(frozen=True)
class PrecisionRow:
    """One precision. `problem` says why there are no figures."""

    precision: str
    micro_batch: int = 0
    checkpointing: bool = False
    #: of the passes alone, at the worst moment
    working_bytes: int = 0
    pictures_per_second: float = 0.0
    #: largest plan within the memory limit, where one was given
    fitting_micro_batch: int | None = None
    fitting_checkpointing: bool | None = None
    problem: str | None = None


def compare_precisions(session: Session, limit_bytes: int | None) -> list[PrecisionRow]:
    """Measure each precision with the session's micro-batch and checkpointing; its own precision comes back after."""
    runner = session.runner
    own = runner.precision
    rows = []
    try:
        for kind in KINDS:
            try:
                resolved = resolve_precision(kind, session.world.device)
                runner.precision = Precision(resolved, session.world.device)
                rows.append(_measure(session, kind, limit_bytes))
            except (TrainingError, RuntimeError) as error:
                rows.append(PrecisionRow(kind, problem=str(error).splitlines()[0][:120]))
    finally:
        runner.precision = own
    return rows


def _measure(session: Session, kind: str, limit_bytes: int | None) -> PrecisionRow:
    runner, probe = session.runner, session.probe()
    micro_batch, checkpointing = runner.micro_batch, runner.checkpointing
    working = probe.working_bytes(micro_batch, checkpointing)
    if working is None:
        return PrecisionRow(kind, micro_batch, checkpointing, problem="runs out of memory")
    seconds = probe.seconds(micro_batch, checkpointing)
    fitting = choose_plan(probe, probe.local_batch, limit_bytes) if limit_bytes is not None else None
    return PrecisionRow(
        kind,
        micro_batch,
        checkpointing,
        working,
        micro_batch / seconds,
        fitting.micro_batch if fitting else None,
        fitting.checkpointing if fitting else None,
    )


def precision_table(rows: list[PrecisionRow], device: str) -> str:
    """Markdown; factors are against the first row that has figures."""
    base = next((row for row in rows if row.problem is None), None)
    lines = [
        f"Forward and backward passes on {device}",
        "",
        "| precision | micro-batch | memory of the passes | of fp32 | pictures/s | of fp32 | fits the limit |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    for row in rows:
        if row.problem is not None or base is None:
            lines.append(f"| {row.precision} | | {row.problem} | | | | |")
            continue
        fits = "" if row.fitting_micro_batch is None else f"{row.fitting_micro_batch}{_how(row.fitting_checkpointing)}"
        lines.append(
            f"| {row.precision} | {row.micro_batch}{_how(row.checkpointing)} | {format_memory(row.working_bytes)} "
            f"| {row.working_bytes / max(base.working_bytes, 1):.2f} | {row.pictures_per_second:.2f} "
            f"| {row.pictures_per_second / base.pictures_per_second:.2f} | {fits} |"
        )
    return "\n".join(lines)


def precision_records(rows: list[PrecisionRow]) -> list[dict[str, Any]]:
    """The rows, JSON-ready."""
    return [asdict(row) for row in rows]


def _how(checkpointing: bool | None) -> str:
    return " with checkpointing" if checkpointing else ""
