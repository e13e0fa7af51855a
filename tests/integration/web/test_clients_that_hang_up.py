"""Who goes away in the middle of a request is no mistake of ours."""

from __future__ import annotations

import asyncio
from urllib.parse import urlsplit

from loguru import logger

from tests.integration.web.running_web import GUILD, RunningWeb


async def test_a_body_that_never_comes_whole_is_one_line_in_the_log(web: RunningWeb) -> None:
    said: list[str] = []
    sink = logger.add(said.append, level="DEBUG")
    try:
        async with await web.key_client() as client:
            key = client.headers["authorization"]
        address = urlsplit(web.url)
        _, writer = await asyncio.open_connection(address.hostname, address.port)
        head = (
            f"POST /api/v1/guilds/{GUILD}/commands HTTP/1.1", f"Host: {address.netloc}", f"Authorization: {key}",
            "Idempotency-Key: hung-up", "Content-Type: application/json", "Content-Length: 100", "", '{"type": "',
        )  # fmt: skip
        writer.write("\r\n".join(head).encode())
        await writer.drain()
        await asyncio.sleep(0.2)
        writer.close()
        async with asyncio.timeout(30):
            while not any(" 499 " in line for line in said):  # noqa: ASYNC110 (another task logs it)
                await asyncio.sleep(0.02)
    finally:
        logger.remove(sink)
    assert not [line for line in said if "failed" in line or "Traceback" in line]
