"""YAML as vcrpy writes it ↔ JSON text, without making an object of what a file says.

A scalar is the text that it is: neither ``yes`` nor ``2024-01-01`` nor ``0123`` is anything else
where a header or a body stands. Only in a body that was stored as a value are numbers numbers, and
they keep their spelling.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from pytest_logprobs._flaws import FlawError
from pytest_logprobs._quote import quote
from pytest_logprobs.cassettes._layout import dumps, is_json

__all__ = ["BINARY", "Spelling", "json_of_yaml", "yaml_of"]
__tracebackhide__ = True  # a failed test shows its own lines

BINARY: Final = "base64_string"
"""The name under which bytes stand, in base64, which are no text."""

_PARSED: Final = "parsed_body"
_HOLDERS: Final = {"body", "string", "content"}  # of a body, which some serializers store decoded
_WRAPPING: Final = {"string", BINARY, "encoding"}
_TEXTS: Final = {"str", "int", "float", "bool", "timestamp", "value", "merge"}
_TAG: Final = "tag:yaml.org,2002:"
_OBJECTS: Final = {
    # what vcrpy made of files and iterators; of these the content alone is read
    "python/object/new:_io.BytesIO": "state",
    "python/object/apply:builtins.iter": "args",
    "python/object/apply:__builtin__.iter": "args",
}
_Node = Any
"""A node of PyYAML, which has no types."""

_SPARE: Final = 1_000_000
_GROWTH: Final = 10
"""JSON is at most so many times as long as its YAML, and the above: an alias repeats what it names,
and ten that repeat each other would fill any memory."""


class Spelling:
    """A JSON text, and where in the YAML each of its values begins."""

    def __init__(self, longest: int) -> None:
        self._longest = longest
        self._parts: list[str] = []
        self._length = 0
        self._places: dict[int, int] = {}

    def __str__(self) -> str:
        return "".join(self._parts)

    def place(self, offset: int) -> int:
        """Return where in the YAML is what stands at an offset of the JSON."""
        return max((of for at, of in self._places.items() if at <= offset), default=0)

    def add(self, node: _Node, *, parsed: bool = False) -> None:
        """Add a node; ``parsed``: it is part of a body that was stored as a value."""
        if self._length > self._longest:
            raise FlawError(node.start_mark.index, "its aliases repeat this too often")
        self._places[self._length] = node.start_mark.index
        kind = node.tag.removeprefix(_TAG).replace("python/unicode", "str")
        kind = kind.removeprefix("python/") if kind in ("python/str", "python/tuple") else kind
        if node.id == "scalar":
            self._put(_scalar(node, kind, parsed=parsed))
        elif kind in _OBJECTS and not parsed:
            self.add(_content(node, _OBJECTS[kind]))
        elif node.id == "sequence" and kind in ("seq", "tuple"):
            self._put("[")
            for number, each in enumerate(node.value):
                self._put("," if number else "")
                self.add(each, parsed=parsed)
            self._put("]")
        elif node.id == "mapping" and kind == "map":
            self._add_members(node, parsed=parsed)
        else:
            raise _refused(node)

    def _add_members(self, node: _Node, *, parsed: bool) -> None:
        self._put("{")
        for number, (key, value) in enumerate(node.value):
            if key.id != "scalar" or key.tag == f"{_TAG}merge":
                raise FlawError(key.start_mark.index, "expected a text as key")
            self._put("," if number else "")
            self._places[self._length] = key.start_mark.index
            self._put(f"{dumps(key.value)}:")
            self.add(value, parsed=parsed or _is_parsed(key.value, value))
        self._put("}")

    def _put(self, text: str) -> None:
        self._parts.append(text)
        self._length += len(text)


def json_of_yaml(text: str) -> Spelling:
    """Return a YAML text as JSON; bytes are objects with the one member ``BINARY``.

    No object of Python is ever made. Raises ``FlawError`` where the text is no YAML, or holds what
    cannot be read without making one.
    """
    yaml = _pyyaml()
    spelling = Spelling(_GROWTH * len(text) + _SPARE)
    try:
        node = yaml.compose(text, _loader(yaml))
        spelling.add(node)
    except yaml.MarkedYAMLError as error:
        raise FlawError(error.problem_mark.index, f"no YAML: {error.problem}") from None
    except yaml.YAMLError as error:  # a character that has no place in YAML
        offset = error.position
        raise FlawError(offset, f"no YAML at {quote(text[offset : offset + 41])}") from None
    except RecursionError:
        raise FlawError(0, "nested too deeply, or in itself") from None
    return spelling


def yaml_of(value: Mapping[str, object]) -> str:
    """Write YAML as vcrpy does, in ASCII."""
    yaml = _pyyaml()
    text: str = yaml.dump(value, Dumper=getattr(yaml, "CSafeDumper", yaml.SafeDumper))
    return text


def _pyyaml() -> Any:  # noqa: ANN401 - type checkers do not agree on what they know of it
    import yaml  # type: ignore[import-untyped]  # noqa: PLC0415 - where there is such a cassette

    return yaml


def _loader(yaml: Any) -> Any:  # noqa: ANN401 - as above
    """Return what reads YAML in C, but for its nodes: nested too deeply, those end the process."""
    if not hasattr(yaml, "CSafeLoader"):
        return yaml.SafeLoader

    class Loader(yaml.composer.Composer, yaml.CSafeLoader):  # type: ignore[misc] # has no types
        def __init__(self, stream: str) -> None:
            yaml.CSafeLoader.__init__(self, stream)
            yaml.composer.Composer.__init__(self)

    return Loader


def _is_parsed(key: str, value: _Node) -> bool:
    """Return whether a body begins that is stored as a value: no text, and none in parts."""
    if key == _PARSED:
        return True
    if key not in _HOLDERS or value.id == "scalar" or value.tag.removeprefix(_TAG) in _OBJECTS:
        return False
    if value.id == "sequence":
        return any(each.id != "scalar" for each in value.value)
    return not {name.value for name, _ in value.value} <= _WRAPPING


def _scalar(node: _Node, kind: str, *, parsed: bool) -> str:
    """Return a scalar as JSON."""
    spelled: str = node.value
    if kind == "null":
        return "null"
    if kind == "binary" and not parsed:
        return dumps({BINARY: "".join(spelled.split())})
    if kind not in _TEXTS:
        raise _refused(node)
    if not parsed or kind not in ("int", "float", "bool"):
        return dumps(spelled)
    if is_json(spelled):
        return spelled
    try:
        return dumps(_pyyaml().safe_load(spelled))
    except ValueError:
        raise FlawError(node.start_mark.index, f"expected JSON, got {quote(spelled)}") from None


def _content(node: _Node, name: str) -> _Node:
    """Return what a file or an iterator held: the first of what it was made from."""
    members = node.value if node.id == "mapping" else ()
    held = [value for key, value in members if key.value == name]
    if not held or held[0].id != "sequence" or not held[0].value:
        raise _refused(node)
    return held[0].value[0]


def _refused(node: _Node) -> FlawError:
    tag = str(node.tag).replace(_TAG, "!!")
    return FlawError(node.start_mark.index, f"{quote(tag)} is not read: it may run code")
