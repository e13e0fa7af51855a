"""`compress=zlib-stream`: one zlib context per connection, each message flushed so that it can be read at once.

https://discord.com/developers/docs/events/gateway#transport-compression
"""

from __future__ import annotations

import zlib

__all__ = ["FLUSH_SUFFIX", "Deflater"]

FLUSH_SUFFIX = b"\x00\x00\xff\xff"


class Deflater:
    def __init__(self) -> None:
        self._context = zlib.compressobj()

    def message(self, payload: bytes) -> bytes:
        """Ends with FLUSH_SUFFIX, by which clients know that the message is complete."""
        return self._context.compress(payload) + self._context.flush(zlib.Z_SYNC_FLUSH)
