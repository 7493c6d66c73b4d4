"""Reads the part of YAML that experiment files use, so that a machine without PyYAML reads the same as one with it.

Supported: nested mappings by indentation (spaces), `key: value`, flow lists `[a, b]`, flow mappings `{a: 1}`,
block lists of scalars (`- value`), comments, quoted and plain strings, null/~, true/false, integers, floats.
Everything else (anchors, tags, multi-line strings, tabs, documents) is refused with the line's number.
Unlike YAML 1.1 readers, `1e-4` is a number here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from railscope_training.errors import TrainingError

Value = None | bool | int | float | str | list["Value"] | dict[str, "Value"]

_INTEGER = re.compile(r"[-+]?\d+")
_FLOAT = re.compile(r"[-+]?(\d+\.\d*|\.\d+|\d+)([eE][-+]?\d+)?|[-+]?\.inf")
_KEY = re.compile(r"([A-Za-z0-9_][A-Za-z0-9_.\-]*)\s*:(?:\s+(.*))?$")
_CONSTANTS: dict[str, Value] = {"": None, "null": None, "~": None, "true": True, "false": False}
_REFUSED = "&*!|>%@`"


@dataclass(frozen=True)
class _Line:
    number: int
    indent: int
    text: str


def parse_yaml(text: str, name: str) -> Value:
    """The document of a YAML text. `name` is the file as errors shall call it. Raises `TrainingError`."""
    lines = _meaningful_lines(text, name)
    if not lines:
        return {}
    value, rest = _block(lines, 0, lines[0].indent, name)
    if rest < len(lines):
        raise _fault(name, lines[rest].number, "is indented less than the first line, or belongs to nothing")
    return value


def parse_scalar(text: str, name: str = "value", number: int = 0) -> Value:
    """One value as it stands behind a colon: scalar, `[list]` or `{mapping}`. Raises `TrainingError`."""
    reader = _Flow(text.strip(), name, number)
    value = reader.value(stop="")
    reader.end()
    return value


def _meaningful_lines(text: str, name: str) -> list[_Line]:
    lines = []
    for number, raw in enumerate(text.splitlines(), start=1):
        content = _without_comment(raw).rstrip()
        if not content.strip():
            continue
        body = content.lstrip(" ")
        if body.startswith("\t"):
            raise _fault(name, number, "uses a tab; indent with spaces")
        if body in ("---", "..."):
            raise _fault(name, number, "starts another document; one document per file is read")
        lines.append(_Line(number, len(content) - len(body), body))
    return lines


def _without_comment(raw: str) -> str:
    quote = ""
    for position, char in enumerate(raw):
        if quote:
            quote = "" if char == quote else quote
        elif char in "\"'" and (position == 0 or raw[position - 1] in " [{,:"):
            quote = char
        elif char == "#" and (position == 0 or raw[position - 1] in " \t"):
            return raw[:position]
    return raw


def _block(lines: list[_Line], start: int, indent: int, name: str) -> tuple[Value, int]:
    if lines[start].text == "-" or lines[start].text.startswith("- "):
        return _block_list(lines, start, indent, name)
    mapping: dict[str, Value] = {}
    position = start
    while position < len(lines) and lines[position].indent == indent:
        line = lines[position]
        match = _KEY.match(line.text)
        if match is None:
            raise _fault(name, line.number, "is not `key: value`")
        key, inline = match.group(1), (match.group(2) or "").strip()
        if key in mapping:
            raise _fault(name, line.number, f"gives '{key}' a second time")
        position += 1
        deeper = position < len(lines) and lines[position].indent > indent
        if inline:
            if deeper:
                raise _fault(name, lines[position].number, "is indented below a key that has its value already")
            mapping[key] = parse_scalar(inline, name, line.number)
        elif deeper:
            mapping[key], position = _block(lines, position, lines[position].indent, name)
        else:
            mapping[key] = None
    if position < len(lines) and lines[position].indent > indent:
        raise _fault(name, lines[position].number, "is indented differently from the lines beside it")
    return mapping, position


def _block_list(lines: list[_Line], start: int, indent: int, name: str) -> tuple[Value, int]:
    items: list[Value] = []
    position = start
    while position < len(lines) and lines[position].indent == indent:
        line = lines[position]
        if not line.text.startswith("- ") or _KEY.match(line.text[2:].strip()):
            raise _fault(name, line.number, "is not `- value` (lists hold plain values or `{key: value}`)")
        items.append(parse_scalar(line.text[2:], name, line.number))
        position += 1
    return items, position


class _Flow:
    """Reads one value in flow style, character by character."""

    def __init__(self, text: str, name: str, number: int) -> None:
        self.text, self.name, self.number, self.position = text, name, number, 0

    def value(self, stop: str) -> Value:
        self._skip_spaces()
        char = self._peek()
        if char == "[":
            return self._list()
        if char == "{":
            return self._mapping()
        if char in ("'", '"') and char:
            return self._quoted()
        return self._plain(stop)

    def end(self) -> None:
        self._skip_spaces()
        if self.position != len(self.text):
            raise self._fault(f"has more behind its value: '{self.text[self.position :]}'")

    def _list(self) -> list[Value]:
        self.position += 1
        items: list[Value] = []
        while not self._closes("]"):
            items.append(self.value(stop=",]"))
            self._separator("]")
        return items

    def _mapping(self) -> dict[str, Value]:
        self.position += 1
        mapping: dict[str, Value] = {}
        while not self._closes("}"):
            key = self.value(stop=":")
            self._skip_spaces()
            if self._peek() != ":" or not isinstance(key, str):
                raise self._fault("holds a mapping entry that is not `key: value`")
            self.position += 1
            mapping[key] = self.value(stop=",}")
            self._separator("}")
        return mapping

    def _closes(self, bracket: str) -> bool:
        self._skip_spaces()
        if self._peek() == bracket:
            self.position += 1
            return True
        return False

    def _separator(self, bracket: str) -> None:
        self._skip_spaces()
        if self._peek() == ",":
            self.position += 1
        elif self._peek() != bracket:
            raise self._fault(f"lacks a closing '{bracket}'")

    def _quoted(self) -> str:
        quote = self._peek()
        close = self.text.find(quote, self.position + 1)
        if close < 0:
            raise self._fault("lacks a closing quotation mark")
        value = self.text[self.position + 1 : close]
        if "\\" in value and quote == '"':
            raise self._fault("uses an escape; write the character itself")
        self.position = close + 1
        return value

    def _plain(self, stop: str) -> Value:
        start = self.position
        while self.position < len(self.text) and self.text[self.position] not in stop:
            self.position += 1
        word = self.text[start : self.position].strip()
        if word[:1] and word[0] in _REFUSED:
            raise self._fault(f"uses '{word[0]}', which is not read here; put the value in quotation marks")
        if word.lower() in _CONSTANTS:
            return _CONSTANTS[word.lower()]
        if _INTEGER.fullmatch(word):
            return int(word)
        if _FLOAT.fullmatch(word):
            return float(word.replace(".inf", "inf"))
        return word

    def _peek(self) -> str:
        return self.text[self.position] if self.position < len(self.text) else ""

    def _skip_spaces(self) -> None:
        while self._peek() == " ":
            self.position += 1

    def _fault(self, what: str) -> TrainingError:
        return _fault(self.name, self.number, what)


def _fault(name: str, number: int, what: str) -> TrainingError:
    place = f"{name}, line {number}" if number else name
    return TrainingError(f"{place} {what}")
