"""Something to look at in the sandbox's guilds: settings, warnings, an address that webhooks may reach."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from bus.ids import derived_id
from models.database import Database
from models.tables.moderation import WarningRow
from models.tables.registry import WebhookTargetRow

__all__ = ["seed_demo"]

# As the sandbox begins (sandbox/seed.py); a running platform learns of guilds and people by itself.
_GUILDS = (1_101_000_000_000_100_000, 1_101_000_000_000_100_000 + (1 << 22))
_MODERATOR = 1_101_000_000_000_900_003
_MEMBER = 1_101_000_000_000_900_004
_REASONS = ("Posted the same link six times.", "Asked twice to keep to the topic.", "Shouting in #general.")
_WEBHOOK_PREFIX = "https://hooks.example/"
# Fixed, so that the ids derived from it are the same each time.
_BEGIN = datetime(2026, 1, 5, 9, 30, tzinfo=UTC)


async def seed_demo(database: Database) -> dict[str, int]:
    """How many rows of each kind were new."""
    warnings = [
        WarningRow(
            id=derived_id(at, "seed", "warning", guild, index),
            guild_id=guild,
            member_id=_MEMBER,
            moderator_id=str(_MODERATOR),
            reason=reason,
            at=at,
            command_id=derived_id(at, "seed", "command", guild, index),
        )
        for guild in _GUILDS
        for index, reason in enumerate(_REASONS)
        for at in [_BEGIN + timedelta(days=9 * index)]
    ]
    target = WebhookTargetRow(
        id=derived_id(_BEGIN, "seed", "webhook"), guild_id=_GUILDS[0], url_prefix=_WEBHOOK_PREFIX, created_at=_BEGIN
    )
    client = database.client
    before = await _counts(database)
    await WarningRow.bulk_create(warnings, ignore_conflicts=True, using_db=client)
    await WebhookTargetRow.bulk_create([target], ignore_conflicts=True, using_db=client)
    after = await _counts(database)
    return {what: after[what] - count for what, count in before.items()}


async def _counts(database: Database) -> dict[str, int]:
    client = database.client
    return {
        "warnings": await WarningRow.all(using_db=client).count(),
        "webhook targets": await WebhookTargetRow.all(using_db=client).count(),
    }
