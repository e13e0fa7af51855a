"""Every curl line of docs/api.md, one after the other, against a running platform."""

from __future__ import annotations

import re
import shlex
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from bus.transport import Transport
from models import api_keys
from models.database import Database
from tests.integration.web.running_web import ADMIN, GUILD, MEMBER, RunningWeb, know_the_guilds, running_web

DOCUMENT = Path(__file__).resolve().parents[3] / "docs" / "api.md"
LINE = re.compile(r"^\$ (?:(?P<name>\w+)=\$\()?(?P<curl>curl .*?)(?: \| jq -r \.id\))?$", re.MULTILINE)


def filled_in(text: str, known: dict[str, str]) -> str:
    """As a shell would have it, but for `$` in single quotes, which the document leaves by closing them."""
    return re.sub(r"\$(\w+)", lambda found: known[found[1]], text)


def request_of(line: str) -> httpx.Request:
    """What curl would send. Raises ValueError for an option that is not known here."""
    method, url, headers, body = "", "", {}, None
    words = iter(shlex.split(line)[1:])
    for word in words:
        match word:
            case "-X":
                method = next(words)
            case "-H":
                name, _, value = next(words).partition(": ")
                headers[name] = value
            case "-d":
                body = next(words)
            case _ if word.startswith("-") or url:
                raise ValueError(f"{word} in {line}")
            case _:
                url = word
    return httpx.Request(method or ("GET" if body is None else "POST"), url, headers=headers, content=body)


@pytest.fixture
async def web(database: Database, transport: Transport) -> AsyncIterator[RunningWeb]:
    await know_the_guilds(database)
    async with running_web(database, transport, operators=frozenset({int(ADMIN)})) as running:
        yield running


async def test_every_line_works_as_it_stands(web: RunningWeb) -> None:
    _, key = await api_keys.create(web.database, name="docs", scopes=api_keys.SCOPES, created_by="test", kind="script")
    async with await web.log_in(ADMIN) as person, web.client() as client:
        known = {
            "URL": web.url,
            "API": f"{web.url}/api/v1",
            "KEY": key.reveal(),
            "GUILD": str(int(GUILD)),
            "MEMBER": str(int(MEMBER)),
            "COOKIE": "; ".join(f"{name}={value}" for name, value in person.cookies.items()),
            "TOKEN": person.headers["X-CSRF-Token"],
        }
        lines = list(LINE.finditer(DOCUMENT.read_text()))
        assert len(lines) > 30
        for line in lines:
            answer = await client.send(request_of(filled_in(line["curl"], known)))
            assert answer.is_success, (line["curl"], answer.text)
            if line["name"]:
                known[line["name"]] = answer.json()["id"]
