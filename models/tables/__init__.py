"""The tables as Tortoise models, by area; `TABLE_MODULES` is what Tortoise and Aerich load."""

from __future__ import annotations

__all__ = ["TABLE_MODULES"]

TABLE_MODULES: tuple[str, ...] = (
    "models.tables.ledger",
    "models.tables.guilds",
    "models.tables.people",
    "models.tables.settings",
    "models.tables.moderation",
    "models.tables.dead_letters",
    "models.tables.control",
    "models.tables.streams",
    "models.tables.registry",
    "models.tables.analytics",
    "models.tables.named",
)
