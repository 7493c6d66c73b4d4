"""`train EXPERIMENT --data PACK --out DIR`: trains one experiment and writes checkpoints, log, metrics and ONNX."""

from __future__ import annotations

import argparse
import json
import os
import time
from dataclasses import replace
from pathlib import Path

import torch

from railscope_training.errors import TrainingError
from railscope_training.training.data_files import find_pack, open_training_pack
from railscope_training.training.distributed import World, join_world
from railscope_training.training.experiment import Experiment, PrecisionSettings
from railscope_training.training.experiment_file import load_experiment
from railscope_training.training.finish import export_model, write_metrics
from railscope_training.training.gradient_watch import GradientWatch
from railscope_training.training.memory import choose_plan, format_memory, parse_memory
from railscope_training.training.plan import StepPlan, TimeBudget
from railscope_training.training.precision_table import compare_precisions, precision_records, precision_table
from railscope_training.training.probe import CONTEXT_BYTES
from railscope_training.training.progress import Progress, format_seconds
from railscope_training.training.run_log import RunLog
from railscope_training.training.run_state import LAST, LOG, RunState, restore_run
from railscope_training.training.schema import plain
from railscope_training.training.session import Session, build_session, measure_batch_norms, total_steps
from railscope_training.training.trainer import StoppedError, Trainer

#: exit code after a signal, as shells expect it
STOPPED = 130


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of `train`."""
    parser.add_argument("experiment", help="a .yaml or .json file, for example configs/ocinet-surface.yaml")
    parser.add_argument("--data", required=True, type=Path, help="a pack, a folder with one, or a data set")
    parser.add_argument("--out", required=True, type=Path, help="folder for checkpoints, log, metrics and the model")
    parser.add_argument("--minutes", type=float, help="train for this long, validation and export included")
    parser.add_argument("--set", action="append", default=[], metavar="KEY=VALUE", help="change one setting")
    parser.add_argument("--resume", action="store_true", help="go on where the training in --out was stopped or killed")
    parser.add_argument("--fit-memory", metavar="8GiB", help="choose the micro-batch and checkpointing to fit")
    parser.add_argument("--compare-precision", action="store_true", help="measure fp32, bf16 and fp16 before training")
    parser.add_argument("--precision", choices=("auto", "fp32", "bf16", "fp16"), help="short for precision.kind=…")
    parser.add_argument("--device", help="cpu, cuda or cuda:1; default: a GPU where there is one")
    parser.add_argument("--no-export", action="store_true", help="leave the ONNX export out")
    parser.add_argument("--quiet", action="store_true", help="print only errors")


def run(arguments: argparse.Namespace) -> int:
    """Train. 0 when it came to its end, 130 when it was stopped by a signal and can be resumed."""
    started = time.monotonic()
    experiment = _experiment(arguments)
    if arguments.minutes is not None and arguments.minutes <= 0:
        raise TrainingError(f"--minutes {arguments.minutes}: must be above 0")
    limit = parse_memory(arguments.fit_memory) if arguments.fit_memory else None
    with join_world(arguments.device) as world:
        progress = Progress(quiet=arguments.quiet or not world.first)
        _prepare_folder(arguments, world)
        pack_path = _pack_path(arguments, experiment, world)
        session = build_session(experiment, open_training_pack(pack_path, experiment.data.levels), world, limit)
        _say_start(session, pack_path, progress)
        state, log_bytes = _state(arguments, session)
        if log_bytes is None:
            measure_batch_norms(session)
            _settle_memory(session, limit, arguments, progress)
        _limit_allocator(world, limit)
        budget = _budget(session, state, arguments.minutes, time.monotonic() - started)
        log = _open_log(arguments.out, session, log_bytes) if world.first else None
        try:
            Trainer(session, state, arguments.out, log, budget, progress).run()
        except StoppedError:
            progress.say(f"stopped at step {state.step}; go on with --resume")
            return STOPPED
        finally:
            if log is not None:
                log.close()
        if world.first:
            _finish(arguments, session, state, progress)
        world.wait()
    return 0


def _experiment(arguments: argparse.Namespace) -> Experiment:
    experiment = load_experiment(arguments.experiment, arguments.set)
    if arguments.precision is None:
        return experiment
    return replace(experiment, precision=PrecisionSettings(arguments.precision, experiment.precision.initial_scale))


def _prepare_folder(arguments: argparse.Namespace, world: World) -> None:
    problem = None
    if world.first:
        try:
            arguments.out.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            problem = f"--out {arguments.out}: cannot be made ({error})"
        if not arguments.resume and any((arguments.out / name).exists() for name in (LAST, LOG)):
            problem = f"--out {arguments.out}: holds a training already; go on with --resume, or name another folder"
    problem = world.from_first(problem)
    if problem is not None:
        raise TrainingError(problem)


def _pack_path(arguments: argparse.Namespace, experiment: Experiment, world: World) -> Path:
    instances = experiment.loss.kind == "instances"
    path = find_pack(arguments.data, experiment.data, arguments.out, instances) if world.first else None
    return Path(world.from_first(str(path)))


def _say_start(session: Session, pack: Path, progress: Progress) -> None:
    parameters = sum(one.numel() for one in session.core.parameters())
    height, width = session.input_size
    progress.say(
        f"{session.experiment.name}: {session.spec.name}, {parameters:,} parameters, {height}×{width}, "
        f"{session.precision.kind} on {session.world.device}, {session.order.count} pictures of {pack.name}"
    )
    if session.init_report is not None:
        progress.say(f"{session.experiment.init.path}: {session.init_report.text()}")


def _state(arguments: argparse.Namespace, session: Session) -> tuple[RunState, int | None]:
    """The state to start from; with the length of the log that belongs to it when resuming, else None."""
    last = arguments.out / LAST
    if arguments.resume and last.is_file():
        state, log_bytes = restore_run(last, session)
        state.minutes = arguments.minutes if arguments.minutes is not None else state.minutes
        return state, log_bytes
    end = None if arguments.minutes is not None else total_steps(session.experiment, session.order)
    watch = GradientWatch(session.experiment.gradients)
    return RunState(0, StepPlan(end), watch, minutes=arguments.minutes), None


def _settle_memory(session: Session, limit: int | None, arguments: argparse.Namespace, progress: Progress) -> None:
    runner, world = session.runner, session.world
    if limit is not None:
        plan = choose_plan(session.probe(), session.experiment.batch // world.size, limit, runner.checkpointing)
        runner.micro_batch = world.from_first(plan.micro_batch)
        runner.checkpointing = world.from_first(plan.checkpointing)
        progress.say(
            f"memory: {plan.accumulation} × {plan.micro_batch} pictures per step"
            f"{', with checkpointing' if plan.checkpointing else ''}, "
            f"{format_memory(plan.bytes)} measured, {format_memory(limit)} allowed"
        )
    if arguments.compare_precision:
        rows = compare_precisions(session, limit)
        progress.say(precision_table(rows, str(world.device)))
        if world.first:
            text = json.dumps(precision_records(rows), indent=2) + "\n"
            (arguments.out / "precision.json").write_text(text, encoding="utf-8")


def _limit_allocator(world: World, limit: int | None) -> None:
    """Make PyTorch itself refuse to go above the limit, so that going too far is noticed and mended."""
    if limit is None or world.device.type != "cuda":
        return
    total = torch.cuda.get_device_properties(world.device).total_memory
    share = max(0.01, min(1.0, (limit - CONTEXT_BYTES) / total))
    torch.cuda.set_per_process_memory_fraction(share, world.device)


def _budget(session: Session, state: RunState, minutes: float | None, startup_seconds: float) -> TimeBudget | None:
    minutes = minutes if minutes is not None else state.minutes
    state.spent_seconds += startup_seconds
    if minutes is None:
        return None
    settings = session.experiment.export
    reserve = min(max(settings.reserve_seconds, settings.reserve_share * minutes * 60.0), 0.5 * minutes * 60.0)
    return TimeBudget(minutes * 60.0, reserve, spent_seconds=state.spent_seconds)


def _open_log(out: Path, session: Session, log_bytes: int | None) -> RunLog:
    log = RunLog(out / LOG, log_bytes or 0)
    if log_bytes is None:
        (out / "experiment.json").write_text(
            json.dumps(plain(session.experiment), indent=2, ensure_ascii=False) + os.linesep, encoding="utf-8"
        )
        log.write(
            "start",
            experiment=session.experiment.name,
            network=session.spec.name,
            pictures=session.order.count,
            batch=session.experiment.batch,
            micro_batch=session.runner.micro_batch,
            checkpointing=session.runner.checkpointing,
            precision=session.precision.kind,
            pack=session.pack_info.get("sha256"),
        )
    return log


def _finish(arguments: argparse.Namespace, session: Session, state: RunState, progress: Progress) -> None:
    write_metrics(arguments.out, session, state)
    if session.experiment.export.onnx and not arguments.no_export:
        model = export_model(arguments.out, session.experiment.name)
        progress.say(f"exported {model}")
    progress.say(f"{state.step} steps in {format_seconds(state.spent_seconds)}; results in {arguments.out}")
