"""Data: readers, splits, packs, augmentation, synthesis, report."""

from railscope_training.data.augment import Augment, AugmentSettings
from railscope_training.data.open_source import SOURCE_KINDS, open_source
from railscope_training.data.pack import Pack, PackInfo, PackSplit, open_pack
from railscope_training.data.pack_build import write_pack
from railscope_training.data.pack_settings import PackSettings, PackSource
from railscope_training.data.sample import IGNORE, SPLITS, Instance, Sample, SampleSource, SourceInfo
from railscope_training.data.splits import assign_splits

__all__ = [
    "IGNORE",
    "SOURCE_KINDS",
    "SPLITS",
    "Augment",
    "AugmentSettings",
    "Instance",
    "Pack",
    "PackInfo",
    "PackSettings",
    "PackSource",
    "PackSplit",
    "Sample",
    "SampleSource",
    "SourceInfo",
    "assign_splits",
    "open_pack",
    "open_source",
    "write_pack",
]
