"""The published layouts of NRSD-MN and RSDDs, with the folder names under which copies are found.

NRSD-MN (2,086 train / 885 val / 965 man-made test / 165 natural test): a folder for each split with a folder of
pictures and one of masks in it (`train/image` + `train/gt`), the other way round (`image/train` + `gt/train`), or
both in one name (`train_img` + `train_gt`, `TrainDataset/Image` …). Splits: train, val, `test` = man-made,
`test-natural`. Words, in any case and with anything that is not a letter between them:

- pictures: image(s), img(s), picture(s), jpegimages, input
- masks: mask(s), gt, label(s), groundtruth, ground truth, annotation(s)
- train: train, training; val: val, valid, validation
- man-made: man, made, manmade, artificial, mm; natural: natural, nature, nat; any other test: test, testing

RSDDs: folders `Type-I …` and `Type-II …` (also `Type1`, `type_2`), each with `Rail surface images` and
`GroundTruth`. The set names no split; a picture is a group.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path, PurePosixPath

from railscope_training.data.images import FOREGROUND_LEVEL, list_images, read_image, read_mask
from railscope_training.data.sample import Sample, SourceInfo
from railscope_training.data.sources.base import Entry, Grouping, ListedSource
from railscope_training.data.sources.folder import pair_masks
from railscope_training.data.sources.instances import require_same_size
from railscope_training.errors import TrainingError

IMAGE_WORDS = frozenset({"image", "images", "img", "imgs", "picture", "pictures", "jpegimages", "input"})
MASK_WORDS = frozenset(
    {"mask", "masks", "gt", "gts", "label", "labels", "groundtruth", "truth", "annotation", "annotations"}
)
SPLIT_WORDS: tuple[tuple[str, frozenset[str]], ...] = (
    ("train", frozenset({"train", "training", "traindataset"})),
    ("val", frozenset({"val", "valid", "validation", "valdataset"})),
    ("test-natural", frozenset({"natural", "nature", "nat"})),
    ("test", frozenset({"man", "made", "manmade", "artificial", "mm", "test", "testing", "testdataset"})),
)
#: the set's own name holds the words of both tests
SET_NAME = re.compile(r"nrsd[-_ ]?mn?", re.IGNORECASE)


class PairedFolders(ListedSource):
    """Pictures and binary masks of a published layout."""

    def __init__(self, entries: Sequence[Entry], info: SourceInfo, foreground: int) -> None:
        self._foreground = foreground
        super().__init__(entries, ("defect",), info)

    def _load(self, entry: Entry) -> Sample:
        image = read_image(entry.image)
        path = Path(str(entry.detail))
        mask = read_mask(path, 1, binary=True, foreground=self._foreground)
        require_same_size(image, mask, entry.image, path)
        return Sample(image, mask, (), entry.key, entry.group, entry.split)


def open_nrsd_mn(root: Path, *, foreground: int = FOREGROUND_LEVEL, group: str | None = None) -> PairedFolders:
    """NRSD-MN with its published splits. foreground: 255 for the published metric's reading of JPEG labels."""
    grouping = Grouping(group, None, str(root))
    entries = []
    for split, images, masks in _by_split(root):
        prefix = f"{split}/"
        for image, mask in _paired(root, images, masks, f"split {split!r}"):
            key = prefix + PurePosixPath(image).stem
            entries.append(Entry(key, root / image, grouping.group(key), split, root / mask))
    info = SourceInfo("nrsd-mn", root.name, "research use; not redistributable", ("human masks; published splits",))
    return PairedFolders(entries, info, foreground)


def open_rsdds(root: Path, *, foreground: int = FOREGROUND_LEVEL) -> PairedFolders:
    """RSDDs, type I and II, as `type-1/…` and `type-2/…`."""
    entries = []
    files = list_images(root)
    for number, pattern in ((1, r"type[-_ ]?(i|1)(?![i\d])"), (2, r"type[-_ ]?(ii|2)(?![i\d])")):
        own = [file for file in files if re.search(pattern, file, re.IGNORECASE)]
        images = [file for file in own if _words(PurePosixPath(file).parent.name) & IMAGE_WORDS]
        masks = [file for file in own if _words(PurePosixPath(file).parent.name) & MASK_WORDS]
        for image, mask in _paired(root, images, masks, f"type {number}") if images else ():
            key = f"type-{number}/{PurePosixPath(image).stem}"
            entries.append(Entry(key, root / image, key, None, root / mask))
    if not entries:
        raise TrainingError(f"{root}: no folders 'Type-I …/Rail surface images' and 'Type-I …/GroundTruth'")
    info = SourceInfo("rsdds", root.name, "research use; not redistributable", ("human masks",))
    return PairedFolders(entries, info, foreground)


def _by_split(root: Path) -> list[tuple[str, list[str], list[str]]]:
    images: dict[str, list[str]] = {}
    masks: dict[str, list[str]] = {}
    for file in list_images(root):
        folders = SET_NAME.sub(" ", PurePosixPath(file).parent.as_posix())
        words = _words(folders)
        split = next((name for name, known in SPLIT_WORDS if words & known), None)
        if split is None:
            continue
        if words & MASK_WORDS:
            masks.setdefault(split, []).append(file)
        elif words & IMAGE_WORDS:
            images.setdefault(split, []).append(file)
    if not images:
        raise TrainingError(
            f"{root}: no NRSD-MN folders such as train/image + train/gt, val/…, test-manmade/…, test-natural/…"
        )
    return [(split, images[split], masks.get(split, [])) for split in sorted(images)]


def _paired(root: Path, images: Sequence[str], masks: Sequence[str], what: str) -> list[tuple[str, str]]:
    """Pairs by file name alone: the folders differ."""
    by_name = {PurePosixPath(mask).name: mask for mask in masks}
    image_names = [PurePosixPath(image).name for image in images]
    pairs = pair_masks(image_names, sorted(by_name))
    missing = [name for name in image_names if name not in pairs]
    if missing:
        raise TrainingError(
            f"{root}: {what}: no mask for {len(missing)} of {len(images)} pictures, first {missing[0]!r}"
        )
    return [(image, by_name[pairs[name]]) for image, name in zip(images, image_names, strict=True)]


def _words(text: str) -> set[str]:
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", text)
    words = [word for word in re.split(r"[^a-z]+", spaced.lower()) if word]
    return {*words, *(word for word in re.split(r"[^a-z]+", text.lower()) if word)}
