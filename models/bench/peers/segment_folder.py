"""What an inspector's colleague would write: Pillow + numpy and ONNX Runtime or OpenCV DNN, one picture after the other.

Reads a job from standard input: {"model", "input", "output", "size", "tile", "threshold", "threads", "engine",
"pictures": [{"path", "tiles": [[left, top, side], ...]}]}. The tiles are those that RailScope ran, so that both do the
same work: decode, cut, scale, run, enlarge, blend, threshold, label components, count them, encode the mask as PNG.
Prints one JSON line: seconds per picture (after one warm-up run) and the number of foreground pixels and components.
"""

import io
import json
import sys
import time

import cv2
import numpy as np
from PIL import Image


def open_network(job):
    if job["engine"] == "opencv":
        network = cv2.dnn.readNetFromONNX(job["model"])
        cv2.setNumThreads(job["threads"])

        def run(tensor):
            network.setInput(tensor, job["input"])
            return network.forward(job["output"])

        return run
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = job["threads"]
    session = onnxruntime.InferenceSession(job["model"], options, providers=["CPUExecutionProvider"])
    return lambda tensor: session.run([job["output"]], {job["input"]: tensor})[0]


def window(side):
    """Weight of a tile's pixels: a raised cosine, never 0."""
    ramp = 0.5 - 0.5 * np.cos(2 * np.pi * (np.arange(side) + 0.5) / side)
    return np.outer(ramp, ramp).astype(np.float32) + 1e-3


def segment(path, tiles, job, run):
    size = job["size"]
    with Image.open(path) as file:
        image = file.convert("RGB")
    total = np.zeros((image.height, image.width), np.float32)
    weight = np.zeros_like(total)
    for left, top, side in tiles:
        tile = image.crop((left, top, left + side, top + side)).resize((size, size), Image.Resampling.BILINEAR)
        tensor = np.asarray(tile, np.float32).transpose(2, 0, 1)[None] / 255
        probability = Image.fromarray(run(np.ascontiguousarray(tensor))[0, 0]).resize((side, side), Image.Resampling.BILINEAR)
        rows, columns = min(side, image.height - top), min(side, image.width - left)
        part = window(side)[:rows, :columns]
        total[top : top + rows, left : left + columns] += part * np.asarray(probability)[:rows, :columns]
        weight[top : top + rows, left : left + columns] += part
    mask = (np.divide(total, weight, out=np.zeros_like(total), where=weight > 0) >= job["threshold"]).astype(np.uint8)
    count, _ = cv2.connectedComponents(mask, connectivity=8)
    Image.fromarray(mask * 255).save(io.BytesIO(), "PNG")
    return int(mask.sum()), count - 1


def main():
    job = json.load(sys.stdin)
    run = open_network(job)
    run(np.zeros((1, 3, job["size"], job["size"]), np.float32))
    seconds, pixels, components = [], 0, 0
    for picture in job["pictures"]:
        start = time.perf_counter()
        found = segment(picture["path"], picture["tiles"], job, run)
        seconds.append(time.perf_counter() - start)
        pixels += found[0]
        components += found[1]
    print(json.dumps({"seconds": seconds, "foregroundPx": pixels, "components": components}))


main()
