"""JSON bodies: typed both ways, snowflakes as strings, large ones compressed, poison characters refused."""

from __future__ import annotations

import gzip
import re
import zlib
from typing import Any, TypeVar

import msgspec

from bus.errors import InvalidMessage
from bus.ids import Snowflake

__all__ = [
    "COMPRESS_ABOVE_BYTES",
    "MAX_BODY_BYTES",
    "compress",
    "convert",
    "convert_lenient",
    "decode",
    "decompress",
    "encode",
    "to_builtins",
]

COMPRESS_ABOVE_BYTES = 8 * 1024
MAX_BODY_BYTES = 1024 * 1024

# PostgreSQL's text cannot hold NUL, and UTF-8 cannot hold half a surrogate pair: one such text would fail
# every row of the statement that it is batched with. Both can only arrive as JSON escapes.
_POISON = re.compile(rb"\\u0000|\\u[dD][89a-fA-F][0-9a-fA-F]{2}")

T = TypeVar("T")


def _enc_hook(value: object) -> object:
    if isinstance(value, Snowflake):
        return str(int(value))
    raise NotImplementedError(f"{type(value).__name__} has no JSON form")


_HALF = "a text holds half of a surrogate pair, which no UTF-8 text can"


def _dec_hook(kind: type, value: object) -> object:
    if kind is Snowflake:
        if isinstance(value, str | int) and not isinstance(value, bool):
            return Snowflake(value)
        # msgspec makes a validation error, which names the field, of a TypeError, and of nothing else.
        raise TypeError("a snowflake is a text of decimal digits")
    raise NotImplementedError(f"{kind.__name__} cannot be read from {type(value).__name__}")


_encoder = msgspec.json.Encoder(enc_hook=_enc_hook)
_decoders: dict[Any, msgspec.json.Decoder[Any]] = {}


def encode(value: object) -> bytes:
    """`value` as compact JSON."""
    return _encoder.encode(value)


def decode(body: bytes, kind: type[T]) -> T:
    """A `kind` from JSON. Raises InvalidMessage that names the field and what was wrong with it."""
    if len(body) > MAX_BODY_BYTES:
        raise InvalidMessage(f"the body has {len(body)} bytes; at most {MAX_BODY_BYTES} are allowed")
    decoder = _decoders.get(kind)
    if decoder is None:
        decoder = _decoders[kind] = msgspec.json.Decoder(kind, dec_hook=_dec_hook)
    try:
        value: T = decoder.decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        _refuse_poison(body)  # msgspec calls half a surrogate pair "truncated"
        raise InvalidMessage(str(error)) from error
    _refuse_poison(body)
    return value


def convert(value: object, kind: type[T]) -> T:
    """A `kind` from plain builtins (dict, list, str …). Raises InvalidMessage as `decode` does."""
    converted = convert_lenient(value, kind)
    _refuse_poison(encode_lenient(value))
    return converted


def convert_lenient(value: object, kind: type[T]) -> T:
    """As `convert`, for what is not stored or sent as it is: texts may hold anything."""
    try:
        return msgspec.convert(value, kind, dec_hook=_dec_hook)
    except (msgspec.MsgspecError, RecursionError) as error:
        raise InvalidMessage(str(error)) from error
    except UnicodeEncodeError as error:
        raise InvalidMessage(_HALF) from error


def to_builtins(value: object) -> Any:
    """`value` as dict, list, str, int …, snowflakes as strings."""
    return msgspec.to_builtins(value, enc_hook=_enc_hook)


def encode_lenient(value: object) -> bytes:
    """JSON of anything that came from outside. Raises InvalidMessage for a lone surrogate."""
    try:
        return _encoder.encode(value)
    except UnicodeEncodeError as error:
        raise InvalidMessage(_HALF) from error


def compress(body: bytes) -> tuple[bytes, str]:
    """(body, content encoding): gzip above 8 KiB, else the body as it is and ""."""
    if len(body) <= COMPRESS_ABOVE_BYTES:
        return body, ""
    return gzip.compress(body, compresslevel=1, mtime=0), "gzip"


def decompress(body: bytes, encoding: str) -> bytes:
    """The plain body. Raises InvalidMessage for an unknown encoding, a broken one, or a bomb."""
    if encoding in ("", "identity", "utf-8"):
        return body
    if encoding != "gzip":
        raise InvalidMessage(f"content encoding {encoding[:40]!r} is unknown; send gzip or none")
    reader = zlib.decompressobj(wbits=31)
    try:
        plain = reader.decompress(body, MAX_BODY_BYTES + 1)
    except zlib.error as error:
        raise InvalidMessage(f"the gzip body is broken: {error}") from error
    if len(plain) > MAX_BODY_BYTES or not reader.eof:
        raise InvalidMessage(f"the body decompresses to more than {MAX_BODY_BYTES} bytes or is cut short")
    return plain


def _refuse_poison(body: bytes) -> None:
    if b"\\u" not in body:
        return
    # A backslash that is itself escaped is text, not an escape; pairs of surrogates are fine.
    unescaped = body.replace(b"\\\\", b"")
    for found in _POISON.finditer(unescaped):
        escape = found.group()
        if escape == b"\\u0000":
            raise InvalidMessage("a text holds the character NUL (U+0000), which cannot be stored")
        if not _is_pair(unescaped, found.start()):
            raise InvalidMessage("a text holds half of a surrogate pair, which no UTF-8 text can")


def _is_pair(body: bytes, at: int) -> bool:
    code = int(body[at + 2 : at + 6], 16)
    if code < 0xDC00:
        following = body[at + 6 : at + 12]
        return bool(re.fullmatch(rb"\\u[dD][c-fC-F][0-9a-fA-F]{2}", following))
    before = body[max(0, at - 6) : at]
    return bool(re.fullmatch(rb"\\u[dD][89abAB][0-9a-fA-F]{2}", before))
