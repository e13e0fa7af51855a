from __future__ import annotations

from bus import codec
from bus.envelopes import Actor, Command, Event, Reply
from models.outcome import FollowUp, Outcome
from tests.unit.workers.making import NOW, TOKEN, a_command, a_delivery
from workers.announcements import end_messages
from workers.invalid import invalid_message

OUTCOME = Outcome("Done.", follow_ups=[FollowUp(type="utility.ping", options={})])


def ended(command: Command, state="succeeded", outcome=OUTCOME, revision=2):
    return end_messages(
        command,
        state=state,
        revision=revision,
        attempt=1,
        audience="moderator",
        subject="member:1",
        outcome=outcome,
        queue="commands.interactive",
        now=NOW,
    )


def test_an_end_is_an_event_its_follow_ups_and_a_reply():
    event, follow_up, reply = ended(a_command())
    assert (event.exchange, event.routing_key) == ("results", "bot.moderation.ban.succeeded")
    assert (follow_up.exchange, follow_up.routing_key) == ("commands", "interactive.utility.ping")
    assert reply.exchange == "replies"
    assert codec.decode(reply.body, Reply).content == "Done."


def test_the_same_end_has_the_same_ids_whenever_it_is_published():
    command = a_command()
    first, second = ended(command), ended(command)
    assert codec.decode(first[0].body, Event).id == codec.decode(second[0].body, Event).id
    assert codec.decode(first[1].body, Command).id == codec.decode(second[1].body, Command).id
    assert codec.decode(first[0].body, Event).id != codec.decode(ended(command, revision=3)[0].body, Event).id


def test_what_follows_from_a_person_is_done_by_the_platform_and_from_a_script_by_the_script():
    person = codec.decode(ended(a_command())[1].body, Command)
    assert person.actor.kind == "system"
    script = Actor(kind="script", id="nightly")
    assert codec.decode(ended(a_command(actor=script))[1].body, Command).actor == script


def test_the_token_is_in_the_reply_alone():
    *others, _reply, dead = ended(a_command(), state="failed", outcome=Outcome("No.", code="discord_50013"))
    assert dead.exchange == "dead"
    assert dead.headers["guildbus-code"] == "discord_50013"
    assert all(TOKEN.encode() not in message.body for message in [*others, dead])


def test_an_invalid_message_is_filed_without_its_token():
    broken = codec.encode(a_command())[:-1] + b',"extra":1}'
    filed = invalid_message(a_delivery(broken), "unknown field")
    assert b"extra" in filed.body
    assert TOKEN.encode() not in filed.body


def test_an_invalid_message_that_ends_inside_its_token_is_filed_without_it():
    body = codec.encode(a_command())
    cut = body[: body.index(TOKEN.encode()) + len(TOKEN)]
    assert TOKEN.encode() not in invalid_message(a_delivery(cut), "cut").body


def test_a_long_answer_is_cut_to_what_discord_takes():
    reply = ended(a_command(), outcome=Outcome("x" * 3000))[-1]
    assert len(codec.decode(reply.body, Reply).content) == 2000
