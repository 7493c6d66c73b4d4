"""What a training leaves behind: metrics.json beside the checkpoints, and the exported model."""

from __future__ import annotations

import json
import os
import platform
from pathlib import Path
from typing import Any

import torch

from railscope_training.export.onnx_file import export_network, write_onnx
from railscope_training.networks import network_spec
from railscope_training.networks.checkpoint import load_network
from railscope_training.training.run_state import BEST, LAST, RunState
from railscope_training.training.schema import plain
from railscope_training.training.session import Session

METRICS = "metrics.json"
#: candidates per pyramid level of an exported detector
TOP_PER_LEVEL = 100


def best_checkpoint(out: Path) -> Path:
    """The checkpoint that ships: the best validated one, or the last where nothing was validated."""
    return out / BEST if (out / BEST).is_file() else out / LAST


def write_metrics(out: Path, session: Session, state: RunState) -> dict[str, Any]:
    """Write and return the figures of a finished training."""
    device = session.world.device
    metrics = {
        "experiment": session.experiment.name,
        "network": session.spec.name,
        "options": session.options(),
        "parameters": sum(one.numel() for one in session.core.parameters()),
        "steps": state.step,
        "epochs": state.step / session.order.steps_per_epoch,
        "minutes": state.spent_seconds / 60.0,
        "batch": session.experiment.batch,
        "micro_batch": session.runner.micro_batch,
        "checkpointing": session.runner.checkpointing,
        "precision": session.precision.kind,
        "device": torch.cuda.get_device_name(device) if device.type == "cuda" else f"CPU ({platform.machine()})",
        "processes": session.world.size,
        "torch": torch.__version__,
        "validation_split": session.experiment.data.validation_split,
        "best_by": session.experiment.validation.best,
        "best": state.best_figures,
        "last": state.last_figures,
        "pack": session.pack_info,
        "settings": plain(session.experiment),
    }
    draft = out / f".{METRICS}.part"
    draft.write_text(json.dumps(metrics, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    os.replace(draft, out / METRICS)
    return metrics


def export_model(out: Path, name: str) -> Path:
    """Write `name`.onnx of the best checkpoint (fp32, dynamic batch where the network allows it), with torch and onnx.

    The entry for the application's catalog, with parity gate and manifest, is made of the checkpoint by `export`.
    Raises `TrainingError` when the graph cannot be written.
    """
    network, meta = load_network(best_checkpoint(out))
    instances = network_spec(meta["network"]).task == "instance"
    height, width = meta["input_size"]
    model = export_network(
        network,
        meta["normalisation"],
        (height, width),
        instances=instances,
        top_per_level=TOP_PER_LEVEL if instances else None,
    )
    path = out / f"{name}.onnx"
    write_onnx(model, path)
    return path
