"""Latency of ONNX models on the CPU."""

from __future__ import annotations

import platform
import statistics
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import onnx

from railscope_training.evaluation.optional import need
from railscope_training.export.onnx_file import input_size
from railscope_training.export.session import OnnxSession


@dataclass(frozen=True)
class LatencyOptions:
    """`threads` of one operator; `runs` are measured after `warm_up` others."""

    threads: int = 2
    warm_up: int = 3
    runs: int = 15


@dataclass(frozen=True)
class Machine:
    """What the figures were measured on."""

    processor: str
    threads: int
    onnxruntime: str

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        return asdict(self)


def median_latency_ms(model: onnx.ModelProto, options: LatencyOptions) -> float:
    """Median time of one picture in milliseconds. Raises TrainingError without onnxruntime."""
    session = OnnxSession(model, options.threads)
    picture = np.random.default_rng(0).random((1, 3, *input_size(model)), dtype=np.float32)
    times = []
    for run in range(options.warm_up + options.runs):
        start = time.perf_counter()
        session.run(picture)
        if run >= options.warm_up:
            times.append(1000 * (time.perf_counter() - start))
    return statistics.median(times)


def this_machine(threads: int) -> Machine:
    """Processor and runtime of this machine."""
    runtime = need("onnxruntime", "onnxruntime", "measuring latency")
    return Machine(_processor(), threads, runtime.__version__)


def _processor() -> str:
    """The processor's name where the system tells it, otherwise its kind."""
    information = Path("/proc/cpuinfo")
    if information.is_file():
        for line in information.read_text(encoding="utf-8", errors="replace").splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    return platform.processor() or platform.machine()
