"""The second person, at the door: why somebody may not decide on a command that waits, said before anything is sent."""

from __future__ import annotations

from uuid import UUID

from bus.envelopes import Command
from bus.errors import InvalidMessage
from bus.ids import Snowflake
from models import api_keys, settings_store
from models.approvals import Approval, Verdict, needs_approval, trouble_of_moment, trouble_of_person
from models.bulks import get_bulk
from models.command_record import CommandRecord
from models.command_rules import rules_of
from models.spec import CommandSpec
from web.authorization import Standing, refusal_of_command
from web.parts import Parts
from web.principal import Principal
from web.problems import Problem

__all__ = ["check_decision", "decided_before", "will_wait"]


def decided_before(record: CommandRecord, principal: Principal, verdict: Verdict) -> UUID | None:
    """The command by which this principal has said the same already: asked again, it is the answer again."""
    decision = record.approval
    if decision is None or decision.verdict != verdict or decision.by.id != principal.id:
        return None
    return decision.command_id


async def check_decision(parts: Parts, record: CommandRecord, principal: Principal, standing: Standing) -> None:
    """Raises Problem `own_command`, `not_permitted` or `not_awaiting_approval`. The worker asks all this again."""
    trouble = trouble_of_person(asked_by=await _person_behind(parts, record), decided_by=principal.person_id)
    if trouble is not None:
        raise Problem("own_command" if trouble.code == "own_command" else "not_permitted", trouble.message)
    try:
        options = parts.catalogue.parse(record.type, record.options)
    except InvalidMessage as error:
        raise Problem("not_awaiting_approval", f"This platform cannot do it any more: {error}") from error
    for spec in await _specs(parts, record.guild_id, options):
        refusal = refusal_of_command(spec, principal, standing)
        if refusal is not None:
            raise Problem(refusal.code, refusal.detail, missing=refusal.missing)
    moment = trouble_of_moment(Approval(record.state, record.approval, record.expires_at), parts.clock.now())
    if moment is not None:
        raise Problem("not_awaiting_approval", moment.message)


async def will_wait(parts: Parts, command: Command, options: CommandSpec) -> bool:
    """Whether the guild wants a second person for it, by its settings as they are now."""
    if command.guild_id is None or not type(options).destructive:
        return False
    stored = await settings_store.get(parts.database, int(command.guild_id))
    rules = [rules_of(stored.data, spec) for spec in await _specs(parts, command.guild_id, options)]
    return needs_approval(command, rules)


async def _specs(parts: Parts, guild_id: Snowflake | None, options: CommandSpec) -> list[type[CommandSpec]]:
    async def type_of_bulk(bulk_id: UUID) -> str | None:
        bulk = await get_bulk(parts.database, bulk_id, guild_id)
        return None if bulk is None else bulk.command

    return await parts.catalogue.with_what_it_leads_to(options, type_of_bulk)


async def _person_behind(parts: Parts, record: CommandRecord) -> int | None:
    """Who asked: the user, or whose key it was. A key that has ended asks for nothing any more: the worker refuses."""
    if record.actor.kind == "user":
        return int(record.actor.id)
    try:
        key = await api_keys.find(parts.database, UUID(record.actor.id))
    except ValueError:
        return None
    return None if key is None or key.owner_id is None else int(key.owner_id)
