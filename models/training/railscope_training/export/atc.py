"""Files for the Ascend compiler (ATC): command lines, AIPP settings, operators that keep float32."""

from __future__ import annotations

from pathlib import Path

import onnx

from railscope_training.errors import TrainingError
from railscope_training.export.half import full_precision_nodes
from railscope_training.export.onnx_file import INPUT, input_size

#: batch sizes of the file with gears
BATCH_GEARS = (1, 2, 4, 8)


def aipp_settings(size: tuple[int, int]) -> str:
    """Static AIPP: RGB bytes of the input size, scaled by 1/255 (mean and deviation are inside the graph)."""
    height, width = size
    channels = "\n".join(f"    min_chn_{index}: 0\n    var_reci_chn_{index}: 0.00392156862745" for index in range(3))
    return (
        "# bytes in, 0…1 out; normalisation is part of the network\n"
        "aipp_op {\n"
        "    aipp_mode: static\n"
        "    related_input_rank: 0\n"
        "    input_format: RGB888_U8\n"
        "    csc_switch: false\n"
        "    rbuv_swap_switch: false\n"
        f"    src_image_size_w: {width}\n"
        f"    src_image_size_h: {height}\n"
        f"{channels}\n"
        "}\n"
    )


def atc_commands(model_id: str, size: tuple[int, int], *, instances: bool) -> str:
    """A shell script of the conversions; the chip is the first argument (as in `npu-smi info`)."""
    height, width = size
    common = f"atc --framework=5 --model={model_id}.onnx --input_format=NCHW"
    shape = f'--input_shape="{INPUT}:1,3,{height},{width}" --soc_version="$CHIP"'
    lines = [
        "#!/bin/sh",
        f"# Converts {model_id} for Ascend. Usage: sh atc.sh Ascend310P3",
        "# Not run by the exporter: needs CANN. Compare the result with the fp32 file before use.",
        "set -eu",
        'CHIP="${1:?name the chip, for example Ascend310P3}"',
        'cd "$(dirname "$0")"',
        "# 1. check only: lists operators that the chip does not take",
        f"{common} {shape} --mode=3 --output=check",
        "# 2. half precision, the default of ATC",
        f"{common} {shape} --precision_mode_v2=fp16 --output={model_id}-fp16",
        "# 3. half precision with attention logits, softmax and norms in float32, if 2 differs too much",
        f"{common} {shape} --precision_mode=allow_mix_precision --keep_dtype=keep-dtype.cfg --output={model_id}-mixed",
        "# 4. bytes as input: AIPP scales them on the chip",
        f"{common} {shape} --insert_op_conf=aipp.cfg --output={model_id}-fp16-bytes",
    ]
    if not instances:
        gears = ",".join(map(str, BATCH_GEARS))
        free = f'--input_shape="{INPUT}:-1,3,{height},{width}" --dynamic_batch_size="{gears}" --soc_version="$CHIP"'
        lines += [
            "# 5. several batch sizes in one file; compiled from the file with a free batch axis",
            f"{common.replace(f'{model_id}.onnx', f'../{model_id}.onnx')} {free} --output={model_id}-fp16-gears",
        ]
    return "\n".join(lines) + "\n"


def write_atc_files(folder: Path, model_id: str, static: onnx.ModelProto, *, instances: bool) -> None:
    """Write `<id>.onnx` (fully static), atc.sh, aipp.cfg and keep-dtype.cfg into `folder`.

    Raises TrainingError when the model is not static or a file cannot be written.
    """
    dynamic = [dimension for value in static.graph.input for dimension in value.type.tensor_type.shape.dim]
    if any(dimension.dim_value <= 0 for dimension in dynamic):
        raise TrainingError("the file for ATC must have a fixed batch of 1")
    size = input_size(static)
    kept = sorted(full_precision_nodes(static, instances=instances))
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{model_id}.onnx").write_bytes(static.SerializeToString())
        (folder / "atc.sh").write_text(atc_commands(model_id, size, instances=instances), encoding="utf-8")
        (folder / "aipp.cfg").write_text(aipp_settings(size), encoding="utf-8")
        (folder / "keep-dtype.cfg").write_text("".join(f"{name}\n" for name in kept), encoding="utf-8")
    except OSError as error:
        raise TrainingError(f"{folder}: cannot be written ({error})") from error
