"""What the platform itself says, in the reader's language: it is on record in English and translated as it is shown.

`static/said/<language>.json` holds a language's sentences by the English ones, and the names of things. The browser's
modules read the same file, by the same rules (`static/said.js`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cache

import msgspec

from web.static_files import STATIC_DIRECTORY

__all__ = ["Said", "said_in"]

_GAP = re.compile(r"\{(\w+)\}")


class _Table(msgspec.Struct, frozen=True):
    sentences: dict[str, str] = {}
    names: dict[str, str] = {}


class Said:
    """One language. A sentence may have gaps, `{seconds}`, for whatever stands there; a gap that begins with `said`
    holds a sentence of its own, one that begins with `names` a list of names, and both are translated too."""

    def __init__(self, table: _Table) -> None:
        self._sentences = table.sentences
        self._names = table.names
        shapes = [(_GAP.split(english), other) for english, other in table.sentences.items() if _GAP.search(english)]
        # The closest first: what begins with words of its own, then what has the most of them.
        self._shapes = sorted(shapes, key=lambda shape: (shape[0][0] == "", -sum(map(len, shape[0][::2]))))

    def sentence(self, text: str) -> str:
        """A text that is not known stays as it is."""
        if text in self._sentences:
            return self._sentences[text]
        for pieces, other in self._shapes:
            values = _gaps(text, pieces)
            if values is not None:
                return _GAP.sub(self._fill(values), other)
        return text

    def name(self, name: str) -> str:
        """Of a state, an option, a setting …: `timed_out_until` → "timed out until" in the reader's language."""
        words = name.replace("_", " ")
        return self._names.get(words, words)

    def names(self, list_: str) -> str:
        """ "Ban Members, Kick Members", each by its name."""
        return ", ".join(self.name(one) for one in list_.split(", "))

    def _fill(self, values: Mapping[str, str]) -> Callable[[re.Match[str]], str]:
        def filled(gap: re.Match[str]) -> str:
            value = values[gap[1]]
            if gap[1].startswith("said"):
                return self.sentence(value)
            if gap[1].startswith("names"):
                return self.names(value)
            return value

        return filled


@cache
def said_in(language: str) -> Said:
    """English is what the platform says by itself."""
    path = STATIC_DIRECTORY / "said" / f"{language}.json"
    return Said(_Table() if language == "en" else msgspec.json.decode(path.read_bytes(), type=_Table))


def _gaps(text: str, pieces: list[str]) -> dict[str, str] | None:
    """What stands in the gaps of [words, gap, words, …, words], each as short as can be and none empty; None where the
    text is another. No backtracking: the time is the text's length, whatever people wrote."""
    if not (text.startswith(pieces[0]) and text.endswith(pieces[-1])):
        return None
    end, at, values = len(text) - len(pieces[-1]), len(pieces[0]), {}
    for name, words in zip(pieces[1:-2:2], pieces[2:-1:2], strict=True):
        found = text.find(words, at + 1, end)
        if found < 0:
            return None
        values[name] = text[at:found]
        at = found + len(words)
    values[pieces[-2]] = text[at:end]
    return values if at < end else None
