"""YAML read through its nodes, so that every complaint names file, line and key."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from pathlib import Path

import yaml

from bus.errors import TopologyInvalid

__all__ = ["YamlValue", "read_yaml"]

_DURATION_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_SIZE_BYTES = {"KiB": 1024, "MiB": 1024**2, "GiB": 1024**3}


def read_yaml(path: Path) -> YamlValue:
    """The document's root. Raises TopologyInvalid for a file that can't be read or is not one YAML document."""
    try:
        node = yaml.compose(path.read_bytes(), Loader=yaml.SafeLoader)
    except OSError as error:
        raise TopologyInvalid(f"{path}: cannot be read: {error.strerror}") from error
    except yaml.MarkedYAMLError as error:
        line = f":{error.problem_mark.line + 1}" if error.problem_mark else ""
        raise TopologyInvalid(f"{path}{line}: {error.problem or error.context}") from error
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        raise TopologyInvalid(f"{path}: is not YAML: {error}") from error
    if node is None:
        raise TopologyInvalid(f"{path}:1: the file is empty")
    return YamlValue(node, path, ())


class YamlValue:
    """One value with where it stands; each method reads it as one kind or raises TopologyInvalid."""

    def __init__(self, node: yaml.Node, path: Path, keys: tuple[str, ...]) -> None:
        self._node = node
        self._path = path
        self._keys = keys

    def invalid(self, problem: str) -> TopologyInvalid:
        """The error to raise about this value."""
        line = self._node.start_mark.line + 1 if self._node.start_mark else 0
        where = ".".join(self._keys) or "the document"
        return TopologyInvalid(f"{self._path}:{line}: {where}: {problem}")

    def items(self) -> Iterator[tuple[str, YamlValue]]:
        """A mapping's keys and values, in the file's order; a key given twice is refused."""
        if not isinstance(self._node, yaml.MappingNode):
            raise self.invalid("must be a mapping")
        seen = set()
        for key_node, value_node in self._node.value:
            if not isinstance(key_node, yaml.ScalarNode) or not key_node.value:
                raise YamlValue(key_node, self._path, self._keys).invalid("a key must be a plain word")
            key = str(key_node.value)
            value = YamlValue(value_node, self._path, (*self._keys, key))
            if key in seen:
                raise value.invalid("is given twice")
            seen.add(key)
            yield key, value

    def fields(self, required: Collection[str], optional: Collection[str] = ()) -> dict[str, YamlValue]:
        """A mapping with exactly these keys."""
        found = {}
        for key, value in self.items():
            if key not in required and key not in optional:
                raise value.invalid(f"is unknown; known here: {', '.join(sorted({*required, *optional}))}")
            found[key] = value
        for key in required:
            if key not in found:
                raise self.invalid(f"needs the key {key!r}")
        return found

    def sequence(self) -> list[YamlValue]:
        if not isinstance(self._node, yaml.SequenceNode):
            raise self.invalid("must be a list")
        return [YamlValue(node, self._path, (*self._keys, str(n))) for n, node in enumerate(self._node.value)]

    def text(self) -> str:
        if not isinstance(self._node, yaml.ScalarNode):
            raise self.invalid("must be a text")
        return str(self._node.value)

    def one_of(self, choices: Collection[str]) -> str:
        text = self.text()
        if text not in choices:
            raise self.invalid(f"is {text!r}, which is unknown; known here: {', '.join(sorted(choices))}")
        return text

    def some_of(self, choices: Collection[str]) -> frozenset[str]:
        return frozenset(item.one_of(choices) for item in self.sequence())

    def boolean(self) -> bool:
        return self.one_of(("true", "false")) == "true"

    def whole(self, *, least: int = 1, most: int = 2**53) -> int:
        text = self.text()
        if not re.fullmatch(r"[0-9]{1,16}", text) or not least <= int(text) <= most:
            raise self.invalid(f"must be a whole number from {least} to {most}, not {text!r}")
        return int(text)

    def duration_seconds(self) -> int:
        return self._with_unit(_DURATION_SECONDS, "a duration such as 5s, 15m, 2h or 1d")

    def size_bytes(self) -> int:
        return self._with_unit(_SIZE_BYTES, "a size such as 64KiB, 16MiB or 2GiB")

    def regular_expression(self) -> str:
        text = self.text()
        try:
            re.compile(text)
        except (re.error, RecursionError, OverflowError) as error:
            raise self.invalid(f"is not a regular expression: {error}") from error
        return text

    def _with_unit(self, units: dict[str, int], example: str) -> int:
        text = self.text()
        found = re.fullmatch(r"([1-9][0-9]{0,8})([A-Za-z]+)", text)
        if found is None or found[2] not in units:
            raise self.invalid(f"must be {example}, not {text!r}")
        return int(found[1]) * units[found[2]]
