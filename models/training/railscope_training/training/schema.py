"""Turns plain mappings (YAML, JSON) into typed, frozen dataclasses, and names every key that does not belong."""

from __future__ import annotations

import dataclasses
import difflib
import types
import typing
from collections.abc import Mapping
from typing import Any, TypeVar

from railscope_training.errors import TrainingError

T = TypeVar("T")


def build(kind: type[T], value: object, where: str) -> T:
    """An instance of the dataclass `kind` from a mapping.

    `where` is the dotted place for messages ("" for the top). Nested dataclasses, `X | None`, `Literal`,
    `tuple[X, ...]`, `tuple[X, Y]`, `dict[str, X]`, bool, int, float and str are checked; an int is taken for a float.
    Raises `TrainingError` naming the unknown key, the missing key or the wrong type.
    """
    if not isinstance(value, Mapping):
        raise TrainingError(f"'{where or 'experiment'}' must be a mapping of settings, not {_show(value)}")
    hints = typing.get_type_hints(kind)
    fields = {field.name: field for field in dataclasses.fields(kind)}  # type: ignore[arg-type]
    for key in value:
        if key not in fields:
            near = difflib.get_close_matches(str(key), fields, n=1)
            hint = f"; did you mean '{near[0]}'?" if near else f"; known: {', '.join(sorted(fields))}"
            raise TrainingError(f"unknown setting '{_join(where, str(key))}'{hint}")
    made: dict[str, Any] = {}
    for name, field in fields.items():
        if name in value:
            made[name] = _convert(hints[name], value[name], _join(where, name))
        elif field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING:
            raise TrainingError(f"setting '{_join(where, name)}' is missing")
    return kind(**made)


def plain(value: object) -> Any:
    """A dataclass tree as mappings, lists and scalars: what `build` reads back, JSON-ready."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return value


def differences(left: object, right: object, where: str = "") -> list[str]:
    """Dotted names of the settings in which two plain trees differ."""
    if isinstance(left, Mapping) and isinstance(right, Mapping):
        found: list[str] = []
        for key in sorted(set(left) | set(right)):
            if key not in left or key not in right:
                found.append(_join(where, key))
            else:
                found += differences(left[key], right[key], _join(where, key))
        return found
    return [] if left == right else [where]


def _convert(hint: Any, value: object, where: str) -> Any:
    origin = typing.get_origin(hint)
    if hint is Any:
        return value
    if origin in (typing.Union, types.UnionType):
        if value is None and type(None) in typing.get_args(hint):
            return None
        (inner,) = [one for one in typing.get_args(hint) if one is not type(None)]
        return _convert(inner, value, where)
    if origin is typing.Literal:
        choices = typing.get_args(hint)
        if value not in choices:
            raise TrainingError(f"'{where}' is {_show(value)}; it must be one of {', '.join(map(str, choices))}")
        return value
    if origin is tuple:
        return _convert_tuple(typing.get_args(hint), value, where)
    if origin is dict:
        if not isinstance(value, Mapping):
            raise TrainingError(f"'{where}' must be a mapping, not {_show(value)}")
        item_hint = typing.get_args(hint)[1]
        return {str(key): _convert(item_hint, item, _join(where, str(key))) for key, item in value.items()}
    if dataclasses.is_dataclass(hint):
        return build(hint, value, where)  # type: ignore[arg-type]
    return _convert_scalar(hint, value, where)


def _convert_tuple(hints: tuple[Any, ...], value: object, where: str) -> tuple[Any, ...]:
    if not isinstance(value, list | tuple):
        raise TrainingError(f"'{where}' must be a list, not {_show(value)}")
    if hints[-1] is Ellipsis:
        return tuple(_convert(hints[0], item, f"{where}[{index}]") for index, item in enumerate(value))
    if len(value) != len(hints):
        raise TrainingError(f"'{where}' must hold {len(hints)} values, not {len(value)}")
    return tuple(_convert(hint, item, f"{where}[{i}]") for i, (hint, item) in enumerate(zip(hints, value, strict=True)))


def _convert_scalar(hint: Any, value: object, where: str) -> Any:
    if hint is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if isinstance(value, hint) and not (hint is int and isinstance(value, bool)):
        return value
    raise TrainingError(f"'{where}' must be {_NAMES.get(hint, hint.__name__)}, not {_show(value)}")


_NAMES = {int: "a whole number", float: "a number", bool: "true or false", str: "text"}


def _show(value: object) -> str:
    return repr(value) if isinstance(value, str | int | float | bool) or value is None else type(value).__name__


def _join(where: str, name: str) -> str:
    return f"{where}.{name}" if where else name
