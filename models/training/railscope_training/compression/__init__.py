"""Weights of a full U²-Net carried over to its grouped and depthwise-separable forms."""

from railscope_training.compression.batch_norm import reset_batch_norm_statistics
from railscope_training.compression.transfer import TransferMethod, TransferReport, transfer_weights

__all__ = ["TransferMethod", "TransferReport", "reset_batch_norm_statistics", "transfer_weights"]
