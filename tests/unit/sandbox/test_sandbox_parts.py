"""The small deciding parts: limits, faults, PKCE, grants, zlib stream, intents, sessions, nonce of a snowflake."""

from __future__ import annotations

import zlib
from pathlib import Path

import msgspec
import pytest

from sandbox.acts import messages as acts
from sandbox.clock import ManualClock, iso, parse_iso
from sandbox.counters import Requests
from sandbox.errors import ApiError
from sandbox.faults import Fault, FaultTable, matches
from sandbox.gateway.intents import Intent, wanted
from sandbox.gateway.session import Session
from sandbox.gateway.zlib_stream import FLUSH_SUFFIX, Deflater
from sandbox.interactions.store import Interaction, state_of
from sandbox.limits import Limits
from sandbox.oauth.authorize import redirect_allowed
from sandbox.oauth.grants import Grants, Refused
from sandbox.oauth.pkce import challenge_of, verifies
from sandbox.persistence import StateFile
from sandbox.rest.body import read_body
from sandbox.rest.forms import Field, integer, list_of, read, snowflake, text
from sandbox.seed import GUILD_ONE, GUILD_TWO, seed_world
from sandbox.settings import SandboxSettings
from sandbox.snowflakes import SnowflakeSource, created_at, shard_of
from sandbox.world import World

ROUTE = "PUT /guilds/{guild_id}/bans/{user_id}"


def test_a_bucket_refuses_until_its_window_is_over_and_counts_each_guild_by_itself() -> None:
    limits = Limits(global_per_second=50)
    assert [limits.take(ROUTE, "1", 2, 5.0, 100.0).allowed for _ in range(3)] == [True, True, False]
    assert limits.take(ROUTE, "2", 2, 5.0, 100.0).allowed
    refused = limits.take(ROUTE, "1", 2, 5.0, 104.5)
    assert refused.headers()["Retry-After"] == "1"
    assert refused.body()["retry_after"] == 0.5
    assert limits.take(ROUTE, "1", 2, 5.0, 105.0).remaining == 1


def test_the_global_limit_says_that_it_is_global() -> None:
    limits = Limits(global_per_second=1)
    assert limits.take_global("bot", 1.0) is None
    refused = limits.take_global("bot", 1.2)
    assert refused is not None
    assert refused.headers()["X-RateLimit-Global"] == "true"
    assert limits.take_global("bot", 2.0) is None


def test_invalid_requests_are_counted_over_ten_minutes() -> None:
    requests = Requests()
    for at, status in ((0.0, 401), (1.0, 200), (2.0, 429), (3.0, 404)):
        requests.count("GET /x", status, at)
    assert requests.invalid(10.0) == 2
    assert requests.invalid(601.0) == 1
    assert requests.report(601.0)["routes"] == {"GET /x": {"200": 1, "401": 1, "404": 1, "429": 1}}


def test_a_fault_hits_its_route_as_often_as_it_says() -> None:
    table = FaultTable()
    fault = table.add(Fault(route=ROUTE, kind="status", times=2))
    assert [bool(table.pick(ROUTE)) for _ in range(3)] == [True, True, False]
    assert table.pick("GET /users/@me") == []
    assert table.remove(fault.id)
    assert not table.remove(fault.id)


def test_a_seed_makes_the_same_requests_fail() -> None:
    def run() -> list[bool]:
        table = FaultTable()
        table.add(Fault(route="*", kind="drop", probability=0.5, seed=7))
        return [bool(table.pick(ROUTE)) for _ in range(50)]

    assert run() == run()
    assert 10 < sum(run()) < 40


@pytest.mark.parametrize(
    ("pattern", "hit"), [("*", True), ("PUT *", True), (ROUTE, True), ("GET *", False), ("PUT /guilds", False)]
)
def test_patterns_of_faults(pattern: str, hit: bool) -> None:
    assert matches(pattern, ROUTE) is hit


def test_pkce_of_the_standards_own_example() -> None:
    verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
    challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
    assert challenge_of(verifier) == challenge
    assert verifies(verifier, challenge)
    assert not verifies(verifier[:-1] + "l", challenge)
    assert not verifies(None, challenge)
    assert not verifies("short", challenge)
    assert verifies(None, None)
    assert not verifies(verifier, None)


def _code(grants: Grants) -> str:
    return grants.issue_code(user_id=1, scopes=("identify",), redirect_uri="http://h/cb", challenge=None)


def test_a_code_works_once_and_using_it_again_takes_the_token_back() -> None:
    grants = Grants(ManualClock())
    code = _code(grants)
    token = grants.redeem(code, redirect_uri="http://h/cb", verifier=None)
    assert grants.bearer(token.access) is not None
    with pytest.raises(Refused):
        grants.redeem(code, redirect_uri="http://h/cb", verifier=None)
    assert grants.bearer(token.access) is None


def test_a_code_lives_a_minute_and_for_one_address() -> None:
    clock = ManualClock()
    grants = Grants(clock)
    with pytest.raises(Refused):
        grants.redeem(_code(grants), redirect_uri="http://h/other", verifier=None)
    code = _code(grants)
    clock.advance(61)
    with pytest.raises(Refused):
        grants.redeem(code, redirect_uri="http://h/cb", verifier=None)


def test_a_refresh_token_works_once_and_a_token_ends() -> None:
    clock = ManualClock()
    grants = Grants(clock)
    first = grants.redeem(_code(grants), redirect_uri="http://h/cb", verifier=None)
    second = grants.refresh(first.refresh)
    assert grants.bearer(first.access) is None
    with pytest.raises(Refused):
        grants.refresh(first.refresh)
    clock.advance(604_801)
    assert grants.bearer(second.access) is None


@pytest.mark.parametrize(
    ("uri", "registered", "allowed"),
    [
        ("http://h:1/cb", (), True),
        ("http://evil/cb", (), False),
        ("javascript:alert(1)", (), False),
        ("http://x/cb", ("http://x/cb",), True),
        ("http://x/cb/", ("http://x/cb",), False),
    ],
)
def test_where_a_login_may_lead(uri: str, registered: tuple[str, ...], allowed: bool) -> None:
    assert redirect_allowed(uri, registered, "h") is allowed


def test_each_message_of_a_zlib_stream_can_be_read_when_it_arrives() -> None:
    deflater, inflater = Deflater(), zlib.decompressobj()
    for payload in (b'{"op":10}', b'{"op":0,"d":"\xc3\xa4"}' * 500, b'{"op":11}'):
        sent = deflater.message(payload)
        assert sent.endswith(FLUSH_SUFFIX)
        assert inflater.decompress(sent) == payload


def test_intents_decide_who_hears_what() -> None:
    assert wanted("INTERACTION_CREATE", 0)
    assert not wanted("GUILD_MEMBER_ADD", Intent.GUILDS)
    assert wanted("MESSAGE_CREATE", Intent.DIRECT_MESSAGES, direct=True)
    assert not wanted("MESSAGE_CREATE", Intent.DIRECT_MESSAGES)


def test_a_session_replays_what_it_still_has_and_nothing_else() -> None:
    session = Session(session_id="s", shard=(0, 1), intents=0, replay=2)
    for number in range(3):
        session.push("X", msgspec.Raw(b"%d" % number))
    replayed = session.replay(1)
    assert replayed is not None
    assert [msgspec.json.decode(row)["s"] for row in replayed] == [2, 3]
    assert session.replay(3) == []
    assert session.replay(0) is None
    assert session.replay(4) is None


def test_the_state_of_an_interaction_follows_its_callbacks_and_the_clock() -> None:
    one = Interaction(id=1, token="t", type=2, created_at=100.0, guild_id=1, channel_id=1, user_id=1, command="x")
    assert (state_of(one, 103.0, 3.0), state_of(one, 103.1, 3.0)) == ("waiting", "failed")
    one.callbacks.append({"type": 5})
    assert state_of(one, 200.0, 3.0) == "deferred"
    one.replied = True
    assert state_of(one, 200.0, 3.0) == "answered"


def test_snowflakes_rise_carry_their_time_and_put_the_guilds_on_different_shards() -> None:
    source = SnowflakeSource()
    first, second = source.next(1_780_000_000.0), source.next(1_780_000_000.0)
    assert second > first > 2**53
    assert created_at(first) == pytest.approx(1_780_000_000.0, abs=0.01)
    assert {shard_of(GUILD_ONE, 2), shard_of(GUILD_TWO, 2)} == {0, 1}


def test_times_go_out_and_come_back_as_iso() -> None:
    assert parse_iso(iso(1_780_000_000.25)) == 1_780_000_000.25
    assert parse_iso("2026-01-01T00:00:00Z") == parse_iso("2026-01-01T01:00:00+01:00") == parse_iso("2026-01-01T00:00")


def test_a_form_reports_all_that_is_wrong_at_its_place() -> None:
    form = {
        "name": Field(text(1, 5), required=True),
        "n": Field(integer(0, 9)),
        "ids": Field(list_of(snowflake, 3)),
        "extra": Field(text(0, 5)),
    }
    with pytest.raises(ApiError) as refused:
        read({"n": 10, "ids": ["1", "x"], "extra": "a\0b", "unknown": 1}, form)
    errors = refused.value.errors
    assert errors is not None
    assert set(errors) == {"name", "n", "ids", "extra"}
    assert errors["ids"]["1"]["_errors"][0]["code"] == "NUMBER_TYPE_COERCE"


def test_bodies_are_json_also_inside_multipart() -> None:
    boundary = (
        b'--b\r\nContent-Disposition: form-data; name="files[0]"; filename="a.txt"\r\n\r\nhello\r\n'
        b'--b\r\nContent-Disposition: form-data; name="payload_json"\r\n\r\n{"content":"x"}\r\n--b--\r\n'
    )
    assert read_body(boundary, "multipart/form-data; boundary=b") == {"content": "x"}
    assert read_body(b"", "application/json") is None
    for bad in (b"{", b"\xff", b"[1,]"):
        with pytest.raises(ApiError) as refused:
            read_body(bad, "application/json")
        assert refused.value.code == 50109


def test_the_world_comes_back_from_its_file_as_it_was(tmp_path: Path) -> None:
    state = seed_world(SandboxSettings(), 1_780_000_000.0)
    file = StateFile(tmp_path / "deep" / "world.json", lambda: state)
    assert file.load() is None
    file.save()
    assert file.load() is None  # Nothing had changed.
    file.touch()
    file.save()
    assert file.load() == state
    assert [row.name for row in (tmp_path / "deep").iterdir()] == ["world.json"]


def test_the_seed_has_two_guilds_with_enough_of_everything() -> None:
    state = seed_world(SandboxSettings(), 1_780_000_000.0)
    assert {guild.name for guild in state.guilds.values()} == {"Harbour Lights", "Night Market"}
    for guild in state.guilds.values():
        assert len(guild.roles) > 6
        assert len(guild.members) >= 12
        assert len([row for row in guild.channels.values() if row.parent_id]) >= 5
        assert guild.id > 2**53


def test_a_deferred_answer_is_kept_while_newer_messages_push_others_out() -> None:
    world = World(SandboxSettings(messages_kept=3))
    guild = next(iter(world.state.guilds.values()))
    channel = next(iter(guild.channels.values()))
    channel.messages.clear()
    deferred = acts.post(world, channel, guild, author_id=1, flags=acts.LOADING)
    posted = [acts.post(world, channel, guild, author_id=1, content=str(n)) for n in range(4)]
    assert channel.messages == [deferred, *posted[2:]]
    acts.edit(world, deferred, guild, {"content": "done"})
    last = acts.post(world, channel, guild, author_id=1)
    assert channel.messages == [*posted[2:], last]


def test_a_nonce_is_kept_for_as_long_as_it_must_be_recognised() -> None:
    world = World(SandboxSettings(messages_kept=2, nonce_window_seconds=60))
    guild = next(iter(world.state.guilds.values()))
    channel = next(iter(guild.channels.values()))
    channel.messages.clear()
    noted = acts.post(world, channel, guild, author_id=1, nonce="n")
    posted = [acts.post(world, channel, guild, author_id=1, content=str(n)) for n in range(4)]
    assert channel.messages == [noted, posted[3]]
    noted.timestamp -= 61
    last = acts.post(world, channel, guild, author_id=1)
    assert channel.messages == [posted[3], last]
