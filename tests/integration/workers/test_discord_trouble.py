"""When Discord limits, fails, hangs up or refuses: nothing is lost, nothing is done twice, nothing is hidden."""

from __future__ import annotations

import pytest

from sandbox.seed import GUILD_ONE
from sandbox.state import AuditEntry
from tests.integration.workers.commands import ANNOUNCEMENTS, CROWD, EVENTS_ROLE, MEMBER, OWNER, a_command
from tests.integration.workers.platform import Platform
from tests.integration.workers.quick import MAX_ATTEMPTS, ShiftedClock, eventually, on_their_way_for
from workers.discord import rest

BAN = "PUT /guilds/{guild_id}/bans/{user_id}"
KICK = "DELETE /guilds/{guild_id}/members/{user_id}"
ADD_ROLE = "PUT /guilds/{guild_id}/members/{user_id}/roles/{role_id}"
CHANNEL = "POST /guilds/{guild_id}/channels"
MESSAGE = "POST /channels/{channel_id}/messages"
AUDIT_LOG = "GET /guilds/{guild_id}/audit-logs"
SINK = "POST /sandbox/webhook-sink/{name}"


async def test_a_long_rate_limit_releases_the_lease_and_keeps_the_attempt(platform: Platform) -> None:
    platform.fault(BAN, "rate_limit", retry_after=2.2, times=1)
    command = a_command("moderation.ban", {"member": CROWD[0]})
    async with platform.worker():
        await platform.publish(command)
        waiting = await platform.in_state(command, "retrying")
        assert (waiting.lease_until, waiting.attempt) == (None, 1)
        assert waiting.next_attempt_at is not None
        assert waiting.outcome is not None
        assert waiting.outcome.code == "rate_limited"
        record = await platform.end_of(command)
    assert (record.state, record.attempt) == ("succeeded", 1)
    assert len(platform.effects(command)) == 1


async def test_a_kick_whose_answer_was_lost_is_found_and_not_called_refused(platform: Platform) -> None:
    # aiohttp repeats the DELETE by itself, and the second one finds nobody to kick.
    platform.fault(KICK, "lost_answer", times=1)
    command = a_command("moderation.kick", {"member": CROWD[5]})
    async with platform.worker():
        await platform.publish(command)
        record = await platform.end_of(command)
    assert record.state == "succeeded", record.outcome
    assert [row.changed for row in platform.effects(command)] == [True]


@pytest.mark.parametrize("failure", [{"kind": "status", "status": 503}, {"kind": "lost_answer"}, {"kind": "drop"}])
async def test_trouble_on_the_way_is_retried_and_ends_exactly_once(platform: Platform, failure: dict) -> None:
    # Twice: aiohttp itself repeats a PUT once when the connection closes under it.
    platform.fault(BAN, times=2, **failure)
    platform.fault(CHANNEL, times=1, **failure)
    platform.fault(MESSAGE, times=1, **failure)
    ban = a_command("moderation.ban", {"member": CROWD[0]})
    channel = a_command("channels.create", {"name": "once"})
    message = a_command("messages.announce", {"channel": ANNOUNCEMENTS, "text": "once only"})
    async with platform.worker():
        await platform.publish(ban, channel, message)
        for command in (ban, channel, message):
            record = await platform.end_of(command)
            assert (record.state, record.attempt > 1) == ("succeeded", True), (command.type, record.outcome)
    assert [row.changed for row in platform.effects(ban)].count(True) == 1
    assert [row.changed for row in platform.effects(channel)].count(True) == 1
    channels = platform.sandbox.world.state.guilds[GUILD_ONE].channels.values()
    assert [one.name for one in channels].count("once") == 1
    posted = platform.sandbox.world.state.guilds[GUILD_ONE].channels[int(ANNOUNCEMENTS)].messages
    assert [one.content for one in posted].count("once only") == 1
    states = [row["detail"].get("state", "intent") for row in await platform.audit(channel.id)]
    assert states[:2] == ["intent", "retrying"]
    assert states[-2:] == ["intent", "succeeded"]
    assert (await platform.record(channel.id)).attempt == 2, "waiting for a call on its way is no attempt"


@pytest.mark.parametrize(
    ("type", "options", "code", "words"),
    [
        ("roles.add", {"member": MEMBER, "role": str(GUILD_ONE + 1)}, "discord_50013", "Move its role up"),
        ("messages.announce", {"channel": "77", "text": "x"}, "discord_10003", "That channel does not exist"),
    ],
)
async def test_a_refusal_is_final_and_carries_discords_code_and_words(
    platform: Platform, type: str, options: dict, code: str, words: str
) -> None:
    command = a_command(type, options)
    async with platform.worker():
        await platform.publish(command)
        record = await platform.end_of(command)
    assert record.outcome is not None
    assert (record.state, record.attempt, record.outcome.code) == ("failed", 1, code)
    assert words in record.outcome.message
    assert "(Discord 1" in record.outcome.message or "(Discord 5" in record.outcome.message


async def test_attempts_that_are_used_up_end_dead_and_in_the_inbox(on_both: Platform) -> None:
    platform = on_both
    platform.fault(BAN, "status", status=503)
    command = a_command("moderation.ban", {"member": CROWD[0]})
    async with platform.worker():
        await platform.publish(command)
        record = await platform.end_of(command)
        letter = await platform.letter(command_id=command.id)
        event = await platform.told(command, "dead")
    assert (record.state, record.attempt) == ("dead", MAX_ATTEMPTS)
    assert letter["code"] == "discord_unavailable"
    assert event.data["attempt"] == MAX_ATTEMPTS
    phases = [row["phase"] for row in await platform.audit(command.id)]
    assert phases == ["intent", "outcome"] * MAX_ATTEMPTS
    assert platform.effects(command) == []


async def test_an_open_circuit_makes_commands_wait_without_losing_attempts(platform: Platform) -> None:
    fault = platform.fault("*", "status", status=503)
    failing = [a_command("moderation.ban", {"member": member}) for member in CROWD[:5]]
    later = a_command("roles.add", {"member": CROWD[6], "role": EVENTS_ROLE})
    async with platform.worker():
        await platform.publish(*failing)

        async def opened() -> bool:
            records = [await platform.ledger.get(command.id) for command in failing]
            return any(one and one.outcome and one.outcome.code == "circuit_open" for one in records)

        await eventually(opened, "the circuit opens")
        await platform.publish(later)
        waiting = await platform.in_state(later, "retrying")
        assert waiting.outcome is not None
        assert (waiting.outcome.code, waiting.attempt) == ("circuit_open", 1)

        async def waits() -> bool:
            return [event.type for event in await platform.events(later)].count("command.retrying") >= 3

        await eventually(waits, "the third wait")
        assert (await platform.record(later.id)).attempt == 1
        for command in failing:
            assert (await platform.record(command.id)).attempt == 2, "one failed attempt, and then only waits"
        assert fault.used == 5, "nobody asks while the circuit is open"
    # What waits when the worker stops is not for the next test's sweeper.
    await platform.database.fetch(
        "WITH ended AS (UPDATE commands SET state = 'cancelled', settled_at = now() WHERE settled_at IS NULL) SELECT 1"
    )


async def test_a_repeat_within_discords_window_is_recognised_and_outside_it_is_in_doubt(platform: Platform) -> None:
    clock = ShiftedClock()
    inside = a_command("messages.announce", {"channel": ANNOUNCEMENTS, "text": "inside"})
    outside = a_command("messages.announce", {"channel": ANNOUNCEMENTS, "text": "outside"})
    async with platform.worker(clock=clock):
        platform.fault(MESSAGE, "lost_answer", times=1)
        await platform.publish(inside)
        assert (await platform.end_of(inside)).state == "succeeded"
        platform.fault(MESSAGE, "lost_answer", times=1, latency_ms=300)
        await platform.publish(outside)

        async def posted() -> bool:
            return any((row.body or {}).get("content") == "outside" for row in platform.effects())

        await eventually(posted)
        clock.advance(minutes=3)
        record = await platform.end_of(outside)
        letter = await platform.letter(command_id=outside.id)
    assert (record.state, letter["code"]) == ("in_doubt", "in_doubt")
    posts = [row for row in platform.effects() if row.route == "/channels/{channel_id}/messages"]
    assert [(row.body["content"], row.duplicate_of is None) for row in posts] == [
        ("inside", True),
        ("inside", False),
        ("outside", True),
    ]


@pytest.mark.parametrize(
    ("type", "options", "route"),
    [("moderation.kick", {"member": CROWD[0]}, KICK), ("channels.create", {"name": "found"}, CHANNEL)],
)
async def test_what_happened_is_found_in_the_audit_log_and_not_repeated(
    platform: Platform, type: str, options: dict, route: str
) -> None:
    platform.fault(route, "lost_answer", times=2 if route == KICK else 1)
    command = a_command(type, {**options, "reason": "spam & more"})
    async with platform.worker():
        await platform.publish(command)
        record = await platform.end_of(command)
    assert (record.state, record.attempt) == ("succeeded", 2), record.outcome
    assert [row.changed for row in platform.effects(command)].count(True) == 1


@pytest.fixture
def calls_given_up_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """After 0.3 s; they may be on their way for 1.5."""
    monkeypatch.setattr(rest, "_REQUEST_SECONDS", 0.3)
    on_their_way_for(monkeypatch, 1.5)


@pytest.mark.usefixtures("calls_given_up_soon")
async def test_a_call_that_is_still_on_its_way_is_waited_for_before_it_is_made_again(platform: Platform) -> None:
    """Given up after 0.3 s, it takes effect after 1.2 s: whoever looked in between did not find it."""
    platform.fault(CHANNEL, "latency", latency_ms=1_200, times=1)
    command = a_command("channels.create", {"name": "late"})
    async with platform.worker():
        await platform.publish(command)
        record = await platform.end_of(command)
    assert (record.state, record.attempt) == ("succeeded", 2), record.outcome
    reasons = [row["detail"].get("code") for row in await platform.audit(command.id) if row["phase"] == "outcome"]
    assert reasons[0] == "discord_unreachable"
    assert set(reasons[1:-1]) == {"on_its_way"}
    assert [row.changed for row in platform.effects(command)] == [True]


@pytest.mark.usefixtures("calls_given_up_soon")
async def test_a_call_that_comes_late_does_not_undo_what_is_newer(platform: Platform) -> None:
    platform.fault(ADD_ROLE, "latency", latency_ms=1_200, times=1)
    add = a_command("roles.add", {"member": CROWD[7], "role": EVENTS_ROLE})
    async with platform.worker():
        await platform.publish(add)
        await platform.in_state(add, "retrying", "succeeded")
        remove = a_command("roles.remove", {"member": CROWD[7], "role": EVENTS_ROLE})
        await platform.publish(remove)
        assert (await platform.end_of(remove)).state == "succeeded"
        assert (await platform.record(add.id)).state == "succeeded"
    assert [row.changed for row in platform.effects(add)] == [True, False], "the repeat, and the first that came late"
    assert [row.changed for row in platform.effects(remove)] == [True]
    assert int(EVENTS_ROLE) not in platform.sandbox.world.state.guilds[GUILD_ONE].members[int(CROWD[7])].roles


async def test_a_kick_by_our_own_hand_is_found_later_where_it_cannot_be_looked_up_now(platform: Platform) -> None:
    platform.fault(KICK, "lost_answer", times=1)
    platform.fault(AUDIT_LOG, "status", status=503, times=1)
    command = a_command("moderation.kick", {"member": CROWD[5]})
    async with platform.worker():
        await platform.publish(command)
        record = await platform.end_of(command)
    assert (record.state, record.attempt) == ("succeeded", 2), record.outcome
    assert [row.changed for row in platform.effects(command)] == [True]


@pytest.mark.parametrize(("kicks_since", "state"), [(150, "succeeded"), (450, "in_doubt")])
async def test_a_kick_is_looked_for_behind_all_that_came_after_it(
    platform: Platform, monkeypatch: pytest.MonkeyPatch, kicks_since: int, state: str
) -> None:
    """Discord tells a hundred entries at a time: what is not among the newest is no proof that nothing happened."""
    monkeypatch.setattr(rest, "_MOST_PAGES", 4)
    platform.fault(KICK, "lost_answer", times=1)
    platform.fault(AUDIT_LOG, "status", status=503, times=1)
    command = a_command("moderation.kick", {"member": CROWD[8]})
    world = platform.sandbox.world
    async with platform.worker():
        await platform.publish(command)
        await platform.in_state(command, "retrying")
        for _ in range(kicks_since):
            entry = AuditEntry(id=world.new_id(), action_type=20, user_id=int(OWNER), target_id=int(CROWD[9]))
            world.state.guilds[GUILD_ONE].audit.append(entry)
        record = await platform.end_of(command)
    assert record.state == state, record.outcome
    assert [row.changed for row in platform.effects(command)] == [True]


async def test_a_kick_by_our_own_hand_that_nobody_may_look_up_is_in_doubt(platform: Platform) -> None:
    platform.fault(KICK, "lost_answer", times=1)
    platform.fault(AUDIT_LOG, "status", status=403)
    command = a_command("moderation.kick", {"member": CROWD[5]})
    async with platform.worker():
        await platform.publish(command)
        record = await platform.end_of(command)
        await platform.letter(command_id=command.id)
    assert record.state == "in_doubt", record.outcome


async def test_who_may_not_look_leaves_it_in_doubt(platform: Platform) -> None:
    platform.fault(CHANNEL, "lost_answer", times=1)
    platform.fault(AUDIT_LOG, "status", status=403)
    command = a_command("channels.create", {"name": "doubtful"})
    async with platform.worker():
        await platform.publish(command)
        record = await platform.end_of(command)
        await platform.letter(command_id=command.id)
    assert record.state == "in_doubt"
    assert len(platform.effects(command)) == 1


@pytest.mark.parametrize("lookup", ["GET /guilds/{guild_id}/members/{user_id}"])
async def test_a_look_without_an_answer_puts_nothing_in_doubt(platform: Platform, lookup: str) -> None:
    """The kick was never asked for: there is nothing to look up, so that it does not matter who may."""
    platform.fault(lookup, "status", status=503, times=1)
    platform.fault(AUDIT_LOG, "status", status=403)
    command = a_command("moderation.kick", {"member": CROWD[0]})
    async with platform.worker():
        await platform.publish(command)
        record = await platform.end_of(command)
    assert (record.state, record.attempt) == ("succeeded", 2), record.outcome


@pytest.mark.parametrize(
    ("failure", "state", "effects"),
    [({"kind": "lost_answer"}, "in_doubt", 1), ({"kind": "status", "status": 500}, "in_doubt", 0)],
)
async def test_what_may_happen_once_only_is_in_doubt_when_its_answer_is_lost(
    platform: Platform, failure: dict, state: str, effects: int
) -> None:
    platform.fault(SINK, times=1, **failure)
    command = a_command("webhooks.call", {"url": f"{platform.sink}/once", "text": "x"})
    async with platform.worker():
        await platform.publish(command)
        record = await platform.end_of(command)
        await platform.told(command, state)
    assert (record.state, record.attempt) == (state, 1)
    assert len(platform.effects()) == effects


async def test_what_never_left_the_machine_is_tried_again(platform: Platform) -> None:
    nowhere = "http://127.0.0.1:9"
    command = a_command("webhooks.call", {"url": f"{nowhere}/x", "text": "x"})
    async with platform.worker(webhook_allow=(nowhere,)):
        await platform.publish(command)
        record = await platform.end_of(command)
    assert record.outcome is not None
    assert (record.state, record.attempt, record.outcome.code) == ("dead", MAX_ATTEMPTS, "webhook_unreachable")
