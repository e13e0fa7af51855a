"""Log lines stay lines, whoever chose the texts in them."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator

import pytest
from loguru import logger

from bus.logs import configure

FORGED = "Ada\n12:00:00.000 INFO    web: user 1 logged in\r\x1b[2J\u2028\u0085\u202egnp"


@pytest.fixture
def _as_it_was() -> Iterator[None]:
    handlers, level = logging.root.handlers[:], logging.root.level
    yield
    logger.remove()
    logger.configure(patcher=lambda _: None)
    logging.root.handlers[:] = handlers
    logging.root.setLevel(level)


@pytest.mark.usefixtures("_as_it_was")
@pytest.mark.parametrize("as_json", [False, True])
def test_a_name_makes_no_line_of_its_own(capsys: pytest.CaptureFixture[str], as_json: bool) -> None:
    configure("INFO", json=as_json)
    logger.info("{} logged in", FORGED)
    logging.getLogger("library").warning("no such member: %s", FORGED)
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 2
    for line in lines:
        said = json.loads(line)["record"]["message"] if as_json else line
        assert said.isprintable()
        assert "Ada\\n12:00:00.000 INFO" in said


@pytest.mark.usefixtures("_as_it_was")
def test_what_can_be_read_is_left_as_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    configure("INFO", json=False)
    logger.info("Grüße von 🦀 {}", "名前")
    assert "Grüße von 🦀 名前" in capsys.readouterr().err
