"""Documents that are almost valid: they get further than noise does."""

from __future__ import annotations

import copy
from collections.abc import Iterator, MutableMapping, MutableSequence, Sequence
from random import Random
from typing import Any

__all__ = ["almost", "torn"]

_GONE = object()
_DEEP = object()
_ODD = (
    *(None, True, 0, -1, 1.5, 2**31, 2**63, 2**64, 10**30, -(2**63) - 1, 1e308, float("nan")),
    *("", " ", "0", "-1", "00", "1e3", "\0", "\ud800", "\u202e", "\u0663", "🚢", "x" * 5_000, "9" * 40, "null"),
    *("2026-01-01", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59+14:00"),
    *("00000000-0000-7000-8000-000000000000", "ffffffff-ffff-7fff-bfff-ffffffffffff"),
    *([], {}, [None], {"": ""}, _DEEP, _GONE),
)
_DEEPEST = 12


def almost(random: Random, valid: Sequence[Any]) -> Any:
    """One of `valid` with up to four of its values replaced or taken out, or members added, anywhere in it."""
    document = copy.deepcopy(random.choice(valid))
    for number in range(random.randint(0, 4)):
        places = list(_places(document))
        if not places:
            break
        holder, key = random.choice(places)
        junk = _junk(random)
        if junk is _GONE:
            del holder[key]
        elif random.random() < 0.2 and isinstance(holder, MutableMapping):
            holder[f"{key}{number}"] = junk
        else:
            holder[key] = junk
    return document


def torn(random: Random, body: bytes) -> bytes:
    """A third of the time with bytes in the middle that do not belong there, or cut."""
    if random.random() < 0.67:
        return body
    at = random.randrange(len(body) + 1)
    put = random.randbytes(random.randint(0, 3))
    return body[:at] + put + (body[at + len(put) :] if random.random() < 0.7 else b"")


def _junk(random: Random) -> Any:
    if random.random() < 0.2:
        return "".join(chr(random.randrange(0x110000)) for _ in range(random.randint(0, 8)))
    junk = random.choice(_ODD)
    if junk is _DEEP:
        nested: Any = []
        for _ in range(random.choice((20, 300, 600))):
            nested = [nested]
        return nested
    return copy.copy(junk) if isinstance(junk, list | dict) else junk


def _places(document: Any) -> Iterator[tuple[Any, Any]]:
    """Every (holder, key or index), nested ones too, as deep as any real document goes."""
    waiting = [(document, 0)]
    while waiting:
        holder, depth = waiting.pop()
        keys: Any = ()
        if isinstance(holder, MutableMapping):
            keys = list(holder)
        elif isinstance(holder, MutableSequence):
            keys = range(len(holder))
        for key in keys:
            yield holder, key
            if depth < _DEEPEST:
                waiting.append((holder[key], depth + 1))
