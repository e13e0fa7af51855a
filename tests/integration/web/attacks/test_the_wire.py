"""What can be done with bytes alone: smuggling, injection into headers and logs, slow and endless requests."""

from __future__ import annotations

import asyncio
import re
import time

import pytest
from loguru import logger

from tests.integration.web.attacks.conftest import HEAD_SECONDS
from tests.integration.web.attacks.raw import exchange, opened, until_closed
from tests.integration.web.running_web import ADMIN, GUILD, RunningWeb

pytestmark = pytest.mark.asyncio(loop_scope="package")

INNER = b"GET /api/v1/me HTTP/1.1\r\nHost: x\r\nX-Smuggled: 1\r\nConnection: close\r\n\r\n"
HEAD = b"POST /logout HTTP/1.1\r\nHost: x\r\n"
SMUGGLING = {
    "length and chunks": HEAD + b"Content-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + INNER,
    "chunks and length": HEAD + b"Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n0\r\n\r\n" + INNER,
    "two lengths": HEAD + b"Content-Length: 0\r\nContent-Length: 5\r\n\r\n" + INNER,
    "a list of lengths": HEAD + b"Content-Length: 0, 5\r\n\r\n" + INNER,
    "a length with a sign": HEAD + b"Content-Length: +0\r\n\r\n" + INNER,
    "a negative length": HEAD + b"Content-Length: -1\r\n\r\n" + INNER,
    "an unknown encoding": HEAD + b"Transfer-Encoding: xchunked\r\n\r\n" + INNER,
    "chunked not last": HEAD + b"Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n" + INNER,
    "a space before the colon": HEAD + b"Content-Length : 0\r\n\r\n" + INNER,
    "a folded header": HEAD + b"Transfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n" + INNER,
    "a carriage return alone": HEAD + b"X: y\rContent-Length: 0\r\n\r\n" + INNER,
    "a NUL in a header": HEAD + b"X: a\x00b\r\nContent-Length: 0\r\n\r\n" + INNER,
    "a chunk that is larger than it says": HEAD + b"Transfer-Encoding: chunked\r\n\r\n1\r\nab\r\n0\r\n\r\n" + INNER,
    "a chunk size that is no number": HEAD + b"Transfer-Encoding: chunked\r\n\r\n0x5\r\nabcde\r\n0\r\n\r\n" + INNER,
}


@pytest.mark.parametrize("shape", SMUGGLING)
async def test_a_request_whose_end_is_in_doubt_hides_no_second_one(door: RunningWeb, shape: str) -> None:
    answer = await exchange(door.url, SMUGGLING[shape])
    assert re.findall(rb"HTTP/1\.1 (\d+)", answer) == [b"400"], answer
    assert b"not_authenticated" not in answer


async def test_a_head_that_trickles_in_is_cut_off(door: RunningWeb) -> None:
    reader, writer = await opened(door.url)
    started = time.monotonic()
    writer.write(b"GET / HTTP/1.1\r\nHost: x\r\n")

    async def trickle() -> None:
        for n in range(1000):
            writer.write(f"X-{n}: y\r\n".encode())
            await writer.drain()
            await asyncio.sleep(0.1)

    trickling = asyncio.create_task(trickle())
    answer = await until_closed(reader)
    trickling.cancel()
    await asyncio.gather(trickling, return_exceptions=True)
    writer.close()
    assert answer.startswith(b"HTTP/1.1 408 ")
    assert time.monotonic() - started >= HEAD_SECONDS


@pytest.mark.parametrize("opening", [b"", b"\r\n"])
async def test_a_connection_on_which_nothing_is_asked_ends(door: RunningWeb, opening: bytes) -> None:
    reader, writer = await opened(door.url)
    writer.write(opening)
    assert (await until_closed(reader)).startswith(b"HTTP/1.1 408 ")
    writer.close()


async def test_what_remains_of_a_body_after_its_answer_is_not_waited_for(door: RunningWeb) -> None:
    reader, writer = await opened(door.url)
    writer.write(b"POST /nothing HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n")
    head = await reader.readuntil(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 404 ")

    async def trickle() -> None:
        for _ in range(1000):
            writer.write(b"a")
            await writer.drain()
            await asyncio.sleep(0.1)

    trickling = asyncio.create_task(trickle())
    await until_closed(reader)
    trickling.cancel()
    await asyncio.gather(trickling, return_exceptions=True)
    writer.close()


@pytest.mark.parametrize("piece", [b"X-Long: " + b"a" * 100_000, b"\r\n".join(b"X: y" for _ in range(20_000))])
async def test_a_head_without_end_is_refused(door: RunningWeb, piece: bytes) -> None:
    answer = await exchange(door.url, b"GET / HTTP/1.1\r\nHost: x\r\n" + piece + b"\r\n\r\n")
    assert re.match(rb"HTTP/1\.1 (400|431) ", answer), answer[:80]


async def test_a_body_without_end_is_refused(door: RunningWeb) -> None:
    async with await door.log_in(ADMIN) as client:

        async def endless():
            for _ in range(100):
                yield b"x" * 65_536

        headers = {"Content-Type": "application/json", "Idempotency-Key": "endless"}
        answer = await client.post(f"/api/v1/guilds/{GUILD}/commands", content=endless(), headers=headers)
        assert answer.json()["code"] == "body_too_large"


@pytest.mark.parametrize("escape", ["%0d%0a", "%0a", "%0d", "%00", "%e5%98%8a%e5%98%8d"])
@pytest.mark.parametrize("path", ["/login?next=/x{}Set-Cookie:%20planted=1", "/guilds/1{}Set-Cookie:%20planted=1/"])
async def test_no_header_comes_out_of_an_address(door: RunningWeb, path: str, escape: str) -> None:
    async with door.client(Accept="text/html") as client:
        answer = await client.get(path.format(escape))
    assert "planted" not in answer.headers.get("set-cookie", "")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert all("\n" not in value and "\r" not in value for value in answer.headers.values())


async def test_no_header_comes_out_of_a_request_id_or_a_cursor(door: RunningWeb) -> None:
    async with await door.key_client() as client:
        answer = await client.get("/api/v1/guilds", headers={"X-Request-Id": "x; planted"})
        assert "planted" not in str(answer.headers)
        answer = await client.get(f"/api/v1/guilds/{GUILD}/commands", params={"cursor": "a\r\nplanted: 1"})
        assert answer.status_code in (400, 422)
        assert "planted" not in answer.headers


async def test_a_log_line_is_one_line_whatever_is_asked(door: RunningWeb) -> None:
    lines: list[str] = []
    sink = logger.add(lambda message: lines.append(str(message)), level="DEBUG", format="{message}")
    try:
        for target in (b"/a%0aINFO%20planted", b"/a%1b[2Jplanted", b"/a%e2%80%a8planted", b"/a%c2%85planted"):
            await exchange(door.url, b"GET " + target + b" HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        named = b"GET / HTTP/1.1\r\nHost: x\r\nUser-Agent: a\x1b[2Jplanted\r\nConnection: close\r\n\r\n"
        await exchange(door.url, named)
    finally:
        logger.remove(sink)
    said = [line for line in lines if "planted" in line]
    assert len(said) == 4, lines
    assert all(line.rstrip("\n").isprintable() for line in said), said


TRAVERSALS = (
    "/static/../config.py", "/static/%2e%2e/config.py", "/static/..%2fconfig.py", "/static/....//config.py",
    "/static/%252e%252e/config.py", "/static//etc/passwd", "/static/%2fetc%2fpasswd", "/static/..\\config.py",
    "/static/..%5cconfig.py", "/static/base.css/../../config.py", "/static/%c0%ae%c0%ae/config.py",
    "/static/base.css%00.js", "/static/.", "/static/", "//static/../config.py", "/static/./../config.py",
)  # fmt: skip


async def test_static_files_are_all_that_is_served(door: RunningWeb) -> None:
    for target in TRAVERSALS:
        answer = await exchange(door.url, f"GET {target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
        assert re.match(rb"HTTP/1\.1 (400|404|405) ", answer), (target, answer[:200])
        assert b"from_environ" not in answer
        assert b"root:" not in answer
