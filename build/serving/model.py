"""The network that Triton serves in tests: an ONNX file run by ONNX Runtime in Triton's Python backend.

Input and output names, and the file, come from the model's configuration; tensors are [batch, channels, height, width]
of 32-bit floats.
"""

import json
import os
import sys

# the backend's interpreter is Triton's own: packages are those of the environment that the test made
sys.path.insert(0, os.environ["RAILSCOPE_SITE_PACKAGES"])

import onnxruntime  # noqa: E402
import triton_python_backend_utils as backend  # noqa: E402


class TritonPythonModel:
    """One ONNX Runtime session on the processor."""

    def initialize(self, args: dict[str, str]) -> None:
        """Opens the session. `args["model_config"]` is the configuration as JSON."""
        config = json.loads(args["model_config"])
        self.input = config["input"][0]["name"]
        self.output = config["output"][0]["name"]
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = os.cpu_count() or 1
        # the client computes on the same cores
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        file = config["parameters"]["onnx"]["string_value"]
        self.session = onnxruntime.InferenceSession(file, options, providers=["CPUExecutionProvider"])

    def execute(self, requests: list) -> list:
        """Runs each request alone, as it came."""
        return [backend.InferenceResponse([backend.Tensor(self.output, self._run(request))]) for request in requests]

    def _run(self, request):
        tensor = backend.get_input_tensor_by_name(request, self.input).as_numpy()
        return self.session.run([self.output], {self.input: tensor})[0]
