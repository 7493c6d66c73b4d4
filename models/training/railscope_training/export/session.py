"""Running ONNX models on the CPU."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import onnx
from numpy.typing import NDArray

from railscope_training.evaluation.optional import need


class OnnxSession:
    """One loaded model. Raises TrainingError without onnxruntime."""

    def __init__(self, model: onnx.ModelProto, threads: int = 0) -> None:
        runtime = need("onnxruntime", "onnxruntime", "running an exported model")
        options = runtime.SessionOptions()
        options.log_severity_level = 3
        options.intra_op_num_threads = threads
        self._session = runtime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])

        self._input = self._session.get_inputs()[0].name

    def run(self, pictures: NDArray[np.float32]) -> list[NDArray[np.float32]]:
        """All outputs for pictures [B, 3, H, W] of 0…1."""
        return list(self._session.run(None, {self._input: pictures}))

    def run_tiles(self, tiles: NDArray[np.uint8]) -> Iterator[list[NDArray[np.float32]]]:
        """Outputs tile by tile."""
        for tile in tiles:
            yield self.run(tile[None].astype(np.float32) / 255.0)
