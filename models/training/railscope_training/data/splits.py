"""Splits by place or run: a group lies in one split, whole, and the same groups always give the same splits."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence

from railscope_training.data.sample import SPLITS
from railscope_training.errors import TrainingError

DEFAULT_SHARES: Mapping[str, float] = {"train": 0.7, "val": 0.15, "test": 0.15}
SPELLINGS = {"valid": "val", "validation": "val", "training": "train", "testing": "test"}
SHOWN_GROUPS = 5


def assign_splits(
    groups: Sequence[str],
    given: Sequence[str | None],
    shares: Mapping[str, float] | None = None,
    seed: int = 0,
) -> list[str]:
    """A split for each picture.

    given: what the data set says (`None` = nothing); pictures of a group without a word follow the others of it.
    shares: of the pictures that are left, by split. Groups are taken in the order of a hash of seed and name, each
    into the split that is furthest below its share, so that a new group moves few of the others.
    Raises `TrainingError` where a group is given two splits, or a share is wrong.
    """
    wanted = _checked(DEFAULT_SHARES if shares is None else shares)
    known = _given_by_group(groups, given)
    sizes: dict[str, int] = {}
    for group in groups:
        if group not in known:
            sizes[group] = sizes.get(group, 0) + 1
    filled = dict.fromkeys(wanted, 0)
    total = sum(sizes.values())
    for group in sorted(sizes, key=lambda name: (_rank(name, seed), name)):
        split = max(wanted, key=lambda name: (wanted[name] * total - filled[name], -SPLITS.index(name)))
        known[group] = split
        filled[split] += sizes[group]
    return [known[group] for group in groups]


def require_disjoint_groups(groups: Sequence[str], splits: Sequence[str]) -> None:
    """Raises `TrainingError` where a group occurs in two splits."""
    _given_by_group(groups, splits)


def joined_groups(groups: Sequence[str], pairs: Sequence[tuple[int, int]]) -> list[str]:
    """Groups with those joined that hold a pair of pictures (indices) which look alike."""
    parent = {group: group for group in groups}

    def root(group: str) -> str:
        while parent[group] != group:
            parent[group] = parent[parent[group]]
            group = parent[group]
        return group

    for left, right in pairs:
        first, second = sorted((root(groups[left]), root(groups[right])))
        parent[second] = first
    return [root(group) for group in groups]


def split_name(name: str) -> str:
    """The split's usual spelling; names such as `test-natural` stay."""
    return SPELLINGS.get(name.lower(), name.lower())


def _given_by_group(groups: Sequence[str], given: Sequence[str | None]) -> dict[str, str]:
    known: dict[str, str] = {}
    torn: dict[str, set[str]] = {}
    for group, split in zip(groups, given, strict=True):
        if split is None:
            continue
        name = split_name(split)
        if known.setdefault(group, name) != name:
            torn.setdefault(group, {known[group]}).add(name)
    if torn:
        shown = "; ".join(
            f"{group}: {', '.join(sorted(names))}" for group, names in sorted(torn.items())[:SHOWN_GROUPS]
        )
        raise TrainingError(
            f"{len(torn)} groups (same place or run) lie in more than one split ({shown}): figures of such a split "
            "would be too good. Correct the split column, or the grouping"
        )
    return known


def _checked(shares: Mapping[str, float]) -> dict[str, float]:
    strange = [name for name in shares if name not in SPLITS]
    if strange:
        raise TrainingError(f"split {strange[0]!r} cannot be assigned; shares are of {', '.join(SPLITS)}")
    values = {name: float(shares[name]) for name in SPLITS if shares.get(name)}
    if not values or min(values.values()) < 0 or abs(sum(values.values()) - 1) > 1e-6:
        raise TrainingError(f"the shares of the splits must be positive and add up to 1, not {dict(shares)}")
    return values


def _rank(group: str, seed: int) -> str:
    return hashlib.sha256(f"{seed}\0{group}".encode()).hexdigest()
