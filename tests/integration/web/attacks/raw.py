"""Requests byte by byte, as no client library would send them."""

from __future__ import annotations

import asyncio
from urllib.parse import urlsplit

__all__ = ["exchange", "opened", "until_closed"]


async def opened(url: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    parts = urlsplit(url)
    return await asyncio.open_connection(parts.hostname, parts.port)


async def until_closed(reader: asyncio.StreamReader, seconds: float = 30.0) -> bytes:
    """Everything that still comes. Raises TimeoutError where the server keeps the connection."""
    async with asyncio.timeout(seconds):
        try:
            return await reader.read()
        except ConnectionResetError:
            return b""


async def exchange(url: str, request: bytes) -> bytes:
    """All that the server answers until it closes the connection, which the request asks for, or until it idles."""
    reader, writer = await opened(url)
    try:
        writer.write(request)
        await writer.drain()
        return await until_closed(reader)
    finally:
        writer.close()
