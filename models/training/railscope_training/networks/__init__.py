"""Networks: registry, building, normalisation, and the tensors of instances."""

from railscope_training.networks.instances import Instances, InstanceTargets, RawInstances
from railscope_training.networks.normalise import NORMALISATIONS, Normaliser
from railscope_training.networks.registry import NETWORKS, create_network, network_spec
from railscope_training.networks.spec import NetworkSpec, Task

__all__ = [
    "NETWORKS",
    "NORMALISATIONS",
    "InstanceTargets",
    "Instances",
    "NetworkSpec",
    "Normaliser",
    "RawInstances",
    "Task",
    "create_network",
    "network_spec",
]
