"""The facts behind "why can't X run Y here?": what the platform knows, and Discord's own rules."""

from __future__ import annotations

from uuid import uuid4

from bus.ids import Snowflake
from models import control, settings_store
from models.access import Known
from models.checks import Authority, Check, Facts, Trouble, check_of, of_cooldown, of_targets, walk
from models.command_overrides import refused_by
from models.command_rules import CommandRules, rules_of
from models.cooldowns import Use, peek
from models.permissions import Permission
from models.ranks import ranks_of_members, ranks_of_roles
from models.spec import CommandSpec, options_of
from web.parts import Parts

__all__ = ["why"]

_NOT_A_MEMBER = Authority(
    "unknown", None, reason="The platform does not know this member; a worker would ask Discord about them."
)


async def why(
    parts: Parts,
    guild_id: Snowflake,
    spec: type[CommandSpec],
    *,
    member_id: Snowflake,
    channel_id: Snowflake | None,
    target_id: Snowflake | None,
) -> list[Check]:
    """Every check in the order in which the worker asks them, with the same functions (`models.checks`)."""
    known = await parts.access.member_permissions(guild_id, member_id)
    stored = await settings_store.get(parts.database, guild_id)
    rules = rules_of(stored.data, spec)
    authority = _NOT_A_MEMBER
    if known is not None:
        authority = Authority("guild_state", known.at, permissions=known.permissions)
    facts = Facts(
        spec=spec,
        is_person=True,
        authority=authority,
        rules=rules,
        switched_off=(await control.switches(parts.database)).refusal(spec.type, guild_id),
        roles=None if known is None else known.roles,
        channel_id=None if channel_id is None else int(channel_id),
    )
    checks = walk(facts)
    if channel_id is not None and spec.slash is not None:
        trouble = await _discords_own(parts, guild_id, spec, member_id, channel_id, known)
        checks.insert(0, check_of("discord", "Discord’s own rules", trouble))
    if spec.outrank:
        checks.append(
            check_of("rank", "Whom or what it is about", await _rank(parts, guild_id, spec, member_id, target_id))
        )
    if rules.limited:
        checks.append(check_of("cooldown", "The cooldown", await _cooldown(parts, guild_id, spec, rules, member_id)))
    return checks


async def _discords_own(
    parts: Parts,
    guild_id: Snowflake,
    spec: type[CommandSpec],
    member_id: Snowflake,
    channel_id: Snowflake,
    known: Known | None,
) -> Trouble | None:
    """For what is typed in a channel: Discord asks these first, and shows nobody a command that they may not use."""
    rules = await parts.overrides.of(int(guild_id))
    if rules is None or known is None:
        words = "Discord does not say at the moment." if rules is None else "Their roles are not known."
        return Trouble("discord_unknown", words, "Look on Discord: Server settings, Integrations.", unknown=True)
    if known.permissions & Permission.ADMINISTRATOR:
        return None
    refused = refused_by(
        rules.get(str(spec.slash).split(" ")[0], rules[""]),
        guild_id=int(guild_id),
        member_id=int(member_id),
        roles=known.roles,
        channel_id=int(channel_id),
    )
    if refused is None:
        return None
    place = f"On Discord it is not allowed in <#{int(channel_id)}>."
    words = place if refused == "channel" else "On Discord it is not allowed for them, nor for a role of theirs."
    return Trouble("discord_refuses", words, "Change it on Discord: Server settings, Integrations, the bot.")


async def _rank(
    parts: Parts, guild_id: Snowflake, spec: type[CommandSpec], member_id: Snowflake, target_id: Snowflake | None
) -> Trouble | None:
    [option] = [option for option in options_of(spec) if option.name == spec.outrank[0]]
    if target_id is None:
        words = f"It depends on the {option.name}, who or which must stand below their highest role."
        return Trouble("target_not_named", words, f"Choose a {option.name} above.", unknown=True)
    actor, about = (int(guild_id), int(member_id)), (int(guild_id), int(target_id))
    find = ranks_of_members if option.kind == "member" else ranks_of_roles
    found = await find(parts.database, [about])
    targets = {option.name: found[about]} if about in found else {}
    own = (await ranks_of_members(parts.database, [actor])).get(actor, 0)
    return of_targets(actor_rank=own, target_ranks=targets, foreign_channels=())


async def _cooldown(
    parts: Parts, guild_id: Snowflake, spec: type[CommandSpec], rules: CommandRules, member_id: Snowflake
) -> Trouble | None:
    use = Use(uuid4(), int(guild_id), spec.type, f"user:{int(member_id)}", rules)
    return of_cooldown(await peek(parts.database, use))
