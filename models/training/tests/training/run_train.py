"""`train` on blobs instead of a file: `python run_train.py '{"count": 12}' ARGUMENTS…` (a process to kill).

`"without": ["yaml"]` in the settings hides packages.
"""

import json
import sys
from pathlib import Path

import torch

sys.path.insert(0, str(Path(__file__).resolve().parent))
from blob_pack import BlobPack

from railscope_training import cli
from railscope_training.training import train_command

if __name__ == "__main__":
    torch.set_num_threads(1)
    settings = json.loads(sys.argv[1])
    for name in settings.pop("without", []):
        sys.modules[name] = None  # type: ignore[assignment]
    train_command.open_training_pack = lambda *_: BlobPack(**settings)  # type: ignore[assignment]
    raise SystemExit(cli.main(["train", *sys.argv[2:]]))
