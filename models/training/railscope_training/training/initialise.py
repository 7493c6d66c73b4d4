"""First weights from a checkpoint, whole or in part, or transferred into a compressed form."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from torch import Tensor, nn

from railscope_training.compression import TransferMethod, transfer_weights
from railscope_training.errors import TrainingError
from railscope_training.networks.checkpoint import read_checkpoint
from railscope_training.networks.registry import create_network
from railscope_training.training.experiment import InitSettings

#: names listed in a message before it says "and more"
SHOWN = 6


@dataclass(frozen=True)
class InitReport:
    """What a checkpoint gave: names of tensors that were taken, and of those that were not, with the reason."""

    loaded: tuple[str, ...]
    #: only in the checkpoint
    unused: tuple[str, ...]
    #: only in the network: stay random
    missing: tuple[str, ...]
    #: in both, but of another shape: stay random
    reshaped: tuple[str, ...]

    def text(self) -> str:
        """A few lines for people."""
        lines = [f"{len(self.loaded)} tensors loaded"]
        for what, names in (
            ("stay random (not in the checkpoint)", self.missing),
            ("stay random (other shape)", self.reshaped),
            ("of the checkpoint not used", self.unused),
        ):
            if names:
                more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
                lines.append(f"{len(names)} {what}: {', '.join(names[:SHOWN])}{more}")
        return "\n".join(lines)


def initialise(network: nn.Module, settings: InitSettings) -> InitReport | None:
    """Load or transfer the first weights; None when they stay random.

    Raises `TrainingError` when the file does not fit and `partial` is not set.
    """
    if settings.path is None:
        return None
    contents = read_checkpoint(settings.path)
    if settings.transfer is not None:
        return _transfer(network, contents, settings.transfer)
    report = load_fitting(network, contents["state"])
    if not settings.partial and (report.missing or report.reshaped or report.unused):
        raise TrainingError(
            f"{settings.path}: does not fit the network; set 'init.partial: true' to take what fits.\n{report.text()}"
        )
    if not report.loaded:
        raise TrainingError(f"{settings.path}: nothing in it fits the network")
    return report


def load_fitting(network: nn.Module, state: dict[str, Tensor]) -> InitReport:
    """Load the tensors whose name and shape are those of the network's."""
    own = network.state_dict()
    loaded = {name for name, value in own.items() if name in state and state[name].shape == value.shape}
    network.load_state_dict({name: state[name] for name in loaded}, strict=False)
    return InitReport(
        loaded=tuple(sorted(loaded)),
        unused=tuple(name for name in state if name not in own),
        missing=tuple(name for name in own if name not in state),
        reshaped=tuple(name for name in own if name in state and name not in loaded),
    )


def _transfer(network: nn.Module, contents: dict[str, Any], method: TransferMethod) -> InitReport:
    source = create_network(contents["network"], **contents["options"])
    source.load_state_dict(contents["state"])
    transfer_weights(source, network, method=method)
    return InitReport(loaded=tuple(network.state_dict()), unused=(), missing=(), reshaped=())
