"""Checkpoint → catalog entry of the application: ONNX files, manifest, files for the Ascend compiler.

`onnx_file` needs only torch and onnx, so that training can write a model on a bare machine; fp16, int8 and parity
need onnxruntime.
"""
