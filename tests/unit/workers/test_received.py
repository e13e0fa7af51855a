from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest

from bus import codec
from bus.envelopes import Actor
from bus.errors import InvalidMessage
from bus.senders import Sender
from models.catalogue import BUILT_IN, Catalogue
from tests.unit.workers.making import NOW, a_command, a_delivery, delivered
from workers.received import parse

CATALOGUE = Catalogue(BUILT_IN)
SENDERS = {"bot": Sender("bot", frozenset(["bot"]), frozenset(["user"]), frozenset(["interactive"]), True, False)}


def parsed(delivery):
    return parse(delivery, catalogue=CATALOGUE, senders=SENDERS, now=NOW)


def test_a_valid_command_comes_with_its_options_and_its_subject():
    received = parsed(delivered(a_command()))
    assert received.options.member == 400000000000000002
    assert received.subject == "member:400000000000000002"


@pytest.mark.parametrize(
    ("delivery", "words"),
    [
        (a_delivery(b"{nonsense"), "malformed"),
        (a_delivery(b"[]"), "Expected `object`"),
        (delivered(a_command(type="moderation.smite")), "there is no command"),
        (delivered(a_command(version=9)), "version 9"),
        (delivered(a_command(options={"member": "4", "colour": "red"})), "colour"),
        (delivered(a_command(options={"member": "4", "delete_days": 99})), "delete_days"),
        (delivered(a_command(options={"member": "4", "reason": "a\x00b"})), "NUL"),
        (a_delivery(b'"' + b"x" * 2_000_000 + b'"'), "2000002 bytes"),
        (delivered(a_command(), user_id=None), "user_id"),
        (delivered(a_command(), user_id="web"), "'web' may not send"),
        (delivered(a_command(source="api")), "may not send source 'api'"),
        (delivered(a_command(actor=Actor(kind="system", id="x"))), "may not act as 'system'"),
        (delivered(a_command(lane="bulk")), "'bulk' lane"),
        (delivered(a_command(id=uuid4())), "UUIDv7"),
        (a_delivery(codec.encode(a_command()), content_encoding="br"), "content encoding"),
    ],
)
def test_a_bad_message_is_refused_with_words_that_name_what_was_wrong(delivery, words):
    with pytest.raises(InvalidMessage) as caught:
        parsed(delivery)
    assert words in str(caught.value)


def test_an_id_from_another_year_is_refused():
    with pytest.raises(InvalidMessage, match="too far from now"):
        parse(delivered(a_command()), catalogue=CATALOGUE, senders=SENDERS, now=NOW + timedelta(days=90))
