"""Bodies: typed, bounded, free of what would poison a batch."""

from __future__ import annotations

import gzip
import tracemalloc
import zlib
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bus.codec import COMPRESS_ABOVE_BYTES, MAX_BODY_BYTES, compress, convert, decode, decompress, encode
from bus.errors import InvalidMessage
from bus.ids import Snowflake

TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))


class Ban(msgspec.Struct, forbid_unknown_fields=True):
    member: Snowflake
    reason: str = ""


def test_a_snowflake_travels_as_text() -> None:
    body = encode(Ban(Snowflake(1234567890123456789)))
    assert b'"1234567890123456789"' in body
    assert decode(body, Ban).member == 1234567890123456789


@given(TEXTS)
def test_any_clean_text_survives(text: str) -> None:
    assert decode(encode(Ban(Snowflake(1), text)), Ban).reason == text
    assert convert({"member": "1", "reason": text}, Ban).reason == text


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"{", "truncated"),
        (b"", "truncated"),
        (b"\xff", "malformed"),
        (b"[]", "Expected `object`"),
        (b'{"member": "1", "more": 1}', "unknown field `more`"),
        (b'{"member": "x"}', "snowflake"),
        (b'{"member": true}', "a text of decimal digits"),
        (b'{"member": [1]}', "a text of decimal digits"),
        (b'{"member": null}', "a text of decimal digits"),
        (b'{"member": "1", "reason": "a\\u0000b"}', "NUL"),
        (b'{"member": "1", "reason": "\\ud800"}', "surrogate"),
        (b'{"member": "1", "reason": "\\udc00\\ud800"}', "surrogate"),
        (b'{"member": "1", "reason": "' + b"x" * 2_000_000 + b'"}', "2000029 bytes"),
        (b"[" * 100_000, "."),
    ],
)
def test_a_bad_body_is_refused_with_the_reason(body: bytes, words: str) -> None:
    with pytest.raises(InvalidMessage, match=words):
        decode(body, Ban)


@pytest.mark.parametrize("text", [r"\\u0000", r"\ud83d\ude00", r"\\\\ud800", r"A"])
def test_what_only_looks_like_poison_passes(text: str) -> None:
    decode(b'{"member": "1", "reason": "' + text.encode() + b'"}', Ban)


@given(st.recursive(st.one_of(st.none(), st.integers(), st.text(), st.binary()), lambda x: st.lists(x)), st.binary())
def test_nothing_but_invalid_message_comes_out(value: Any, body: bytes) -> None:
    for read in (lambda: decode(body, Ban), lambda: convert(value, Ban), lambda: decompress(body, "gzip")):
        with pytest.raises(InvalidMessage):
            read()


@pytest.mark.parametrize("poison", ["a\0b", "\ud800"])
def test_poison_in_plain_values_is_refused(poison: str) -> None:
    with pytest.raises(InvalidMessage, match=r"NUL|surrogate"):
        convert({"member": "1", "reason": poison}, Ban)


@pytest.mark.parametrize("size", [0, 1, COMPRESS_ABOVE_BYTES, COMPRESS_ABOVE_BYTES + 1, MAX_BODY_BYTES])
def test_large_bodies_are_compressed_and_come_back(size: int) -> None:
    packed, encoding = compress(b"x" * size)
    assert encoding == ("gzip" if size > COMPRESS_ABOVE_BYTES else "")
    assert decompress(packed, encoding) == b"x" * size


@pytest.mark.parametrize(
    ("body", "encoding"),
    [
        (gzip.compress(b"x" * (MAX_BODY_BYTES + 1), mtime=0), "gzip"),
        (gzip.compress(b"x" * 50_000_000, mtime=0), "gzip"),
        (gzip.compress(b"x" * 1000, mtime=0)[:-10], "gzip"),
        (b"plain", "gzip"),
        (b"plain", "deflate"),
    ],
)
def test_bombs_and_broken_archives_are_refused(body: bytes, encoding: str) -> None:
    with pytest.raises(InvalidMessage):
        decompress(body, encoding)


def test_a_bomb_takes_no_more_memory_than_a_body_may() -> None:
    packer = zlib.compressobj(wbits=31)
    bomb = b"".join(packer.compress(bytes(1_000_000)) for _ in range(200)) + packer.flush()
    assert len(bomb) < MAX_BODY_BYTES
    tracemalloc.start()
    try:
        with pytest.raises(InvalidMessage, match="decompresses to more than"):
            decompress(bomb, "gzip")
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 8 * MAX_BODY_BYTES
