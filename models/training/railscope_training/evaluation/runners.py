"""Networks as functions from input tensors to probabilities, whatever runs them, and averaging over flips."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from railscope_training.errors import TrainingError
from railscope_training.evaluation.optional import need

#: [B, 3, H, W] of 0…1 → probabilities [B, K, h, w]
Run = Callable[[NDArray[np.float32]], NDArray[np.float32]]
#: axes of [B, C, H, W] that are reversed
FLIPS: dict[str, tuple[int, ...]] = {"h": (3,), "v": (2,), "hv": (2, 3)}


@dataclass(frozen=True)
class Runner:
    """A network of probabilities ready to run."""

    run: Run
    #: height, width of its input
    input_size: tuple[int, int]
    #: whether other input sizes are possible, in multiples of `size_multiple`
    any_size: bool = False
    size_multiple: int = 32
    #: most tiles in one run
    maximum_batch: int = 8


def flip_averaged(runner: Runner, flips: Sequence[str]) -> Runner:
    """The mean over the input as it is and each of `flips` (h, v, hv), turned back. No flips: the runner itself."""
    if not flips:
        return runner
    unknown = [flip for flip in flips if flip not in FLIPS]
    if unknown:
        raise TrainingError(f"flip {unknown[0]!r} is unknown; use {', '.join(FLIPS)}")

    def run(tensor: NDArray[np.float32]) -> NDArray[np.float32]:
        total = runner.run(tensor).astype(np.float32)
        for flip in flips:
            turned = np.ascontiguousarray(np.flip(tensor, FLIPS[flip]))
            total = total + np.flip(runner.run(turned), FLIPS[flip])
        return total / np.float32(1 + len(flips))

    return Runner(run, runner.input_size, runner.any_size, runner.size_multiple, runner.maximum_batch)


def onnx_session(path: Path, threads: int, device: str = "cpu") -> Any:
    """An ONNX Runtime session. Raises TrainingError when the file cannot be opened or the device is not there."""
    runtime = need("onnxruntime", "onnxruntime", "running an ONNX file")
    options = runtime.SessionOptions()
    options.intra_op_num_threads = threads
    options.log_severity_level = 3
    provider = "CPUExecutionProvider" if device == "cpu" else "CUDAExecutionProvider"
    if provider not in runtime.get_available_providers():
        raise TrainingError(f"this onnxruntime has no {provider}; use --device cpu or install onnxruntime-gpu")
    try:
        return runtime.InferenceSession(str(path), options, providers=[provider])
    except Exception as error:  # onnxruntime's errors share no public base class
        raise TrainingError(f"{path}: cannot be run ({str(error).splitlines()[0]})") from error


def onnx_run(session: Any, input_name: str, output_name: str) -> Run:
    """The session's probability output as a function."""

    def run(tensor: NDArray[np.float32]) -> NDArray[np.float32]:
        return np.asarray(session.run([output_name], {input_name: tensor})[0], np.float32)

    return run


def torch_run(network: Any, normaliser: Any, device: str) -> Run:
    """A torch network that gives logits, first map taken: σ for one channel, softmax over classes for more."""
    import torch

    def run(tensor: NDArray[np.float32]) -> NDArray[np.float32]:
        with torch.inference_mode():
            logits = network(normaliser(torch.from_numpy(tensor).to(device)))[0].float()
            probability = logits.sigmoid() if logits.shape[1] == 1 else logits.softmax(dim=1)
        return probability.cpu().numpy()

    return run
