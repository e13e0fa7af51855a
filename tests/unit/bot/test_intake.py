from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from bot.callbacks import Answered
from bot.guild_rate import GuildRate
from bot.intake import NOT_ACCEPTED, UNCONFIRMED, Intake, RateRefusal
from bus.envelopes import Command
from bus.errors import BrokerUnavailable, PublishRefused, PublishUnconfirmed, Unroutable
from bus.ids import Snowflake, snowflake_time
from models.catalogue import BUILT_IN, Catalogue
from models.guild_rules import RulesInForce
from models.rate_limits import Rates
from tests.unit.bot.clocks import Clock
from tests.unit.bot.samples import ID, interaction

AT = snowflake_time(int(ID))


class Discord:
    """Takes down what would be sent, in order."""

    def __init__(self, defer: Answered = Answered.TAKEN) -> None:
        self.defer_answer = defer
        self.sent: list[tuple[str, object]] = []

    async def defer(self, interaction_id: str, token: str, *, private: bool) -> Answered:
        self.sent.append(("defer", private))
        await asyncio.sleep(0)
        return self.defer_answer

    async def tell(self, interaction_id: str, token: str, text: str) -> Answered:
        self.sent.append(("tell", text))
        return Answered.TAKEN

    async def edit(self, application_id: str, token: str, text: str) -> Answered:
        self.sent.append(("edit", text))
        return Answered.TAKEN


class Broker:
    def __init__(self, error: Exception | None = None) -> None:
        self.error = error
        self.published: list[Command] = []
        self.called = asyncio.Event()

    async def __call__(self, command: Command) -> None:
        self.called.set()
        if self.error is not None:
            raise self.error
        self.published.append(command)


async def not_too_many(guild_id: Snowflake) -> str | None:
    return None


def intake(
    discord: Discord,
    publish: object,
    *,
    late_by: float = 0.1,
    confirm_seconds: float = 2.0,
    rate_refusal: RateRefusal = not_too_many,
) -> Intake:
    return Intake(
        catalogue=Catalogue(BUILT_IN),
        callbacks=discord,  # type: ignore[arg-type]
        publish=publish,  # type: ignore[arg-type]
        clock=Clock(AT + timedelta(seconds=late_by)),
        rules=RulesInForce(Catalogue(BUILT_IN)),
        rate_refusal=rate_refusal,
        confirm_seconds=confirm_seconds,
    )


async def test_it_is_deferred_and_published_at_the_same_time() -> None:
    broker = Broker()

    class Slow(Discord):
        async def defer(self, interaction_id: str, token: str, *, private: bool) -> Answered:
            await broker.called.wait()  # Would hang if one waited for the other.
            return await super().defer(interaction_id, token, private=private)

    discord = Slow()
    await asyncio.wait_for(intake(discord, broker).take(interaction("ping")), 1)
    assert discord.sent == [("defer", False)]
    assert [command.type for command in broker.published] == ["utility.ping"]


@pytest.mark.parametrize("error", [BrokerUnavailable("down"), PublishRefused("full"), Unroutable("no queue")])
async def test_a_command_that_was_surely_not_taken_is_said_to_have_done_nothing(error: Exception) -> None:
    discord = Discord()
    await intake(discord, Broker(error)).take(interaction("ping"))
    assert discord.sent[-1] == ("edit", NOT_ACCEPTED)


@pytest.mark.parametrize("error", [PublishUnconfirmed("?"), RuntimeError("who knows")])
async def test_a_command_that_may_have_been_taken_is_said_to_be_uncertain(error: Exception) -> None:
    discord = Discord()
    await intake(discord, Broker(error)).take(interaction("ping"))
    assert discord.sent[-1] == ("edit", UNCONFIRMED)


async def test_a_confirm_that_never_comes_is_not_waited_for_for_ever() -> None:
    async def never(command: Command) -> None:
        await asyncio.Event().wait()

    discord = Discord()
    await asyncio.wait_for(intake(discord, never, confirm_seconds=0.01).take(interaction("ping")), 1)
    assert discord.sent[-1] == ("edit", UNCONFIRMED)


async def test_a_refused_interaction_is_told_and_not_published() -> None:
    discord, broker = Discord(), Broker()
    await intake(discord, broker).take(interaction("ban"))
    assert [kind for kind, _ in discord.sent] == ["tell"]
    assert broker.published == []


async def test_a_stale_interaction_that_discord_has_given_up_is_not_run() -> None:
    discord, broker = Discord(Answered.UNKNOWN_INTERACTION), Broker()
    await intake(discord, broker, late_by=60).take(interaction("ping"))
    assert broker.published == []


async def test_a_stale_interaction_that_discord_still_knows_is_run() -> None:
    discord, broker = Discord(), Broker()
    await intake(discord, broker, late_by=60).take(interaction("ping"))
    assert len(broker.published) == 1


async def test_a_deferral_that_failed_does_not_stop_the_command() -> None:
    discord, broker = Discord(Answered.FAILED), Broker()
    await intake(discord, broker).take(interaction("ping"))
    assert len(broker.published) == 1


async def test_what_exceeds_the_servers_rate_is_told_and_not_begun() -> None:
    rate, discord, broker = GuildRate(Rates(), 2), Discord(), Broker()
    taken = intake(discord, broker, rate_refusal=rate.refusal)
    for n in range(3):
        await taken.take(interaction("ping"))
        assert len(broker.published) == min(n + 1, 2)
    kind, text = discord.sent[-1]
    assert kind == "tell"
    assert "started 2 commands within a minute" in text
