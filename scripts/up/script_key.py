"""The key with which the command line of this data directory talks to the running platform."""

from __future__ import annotations

from models import api_keys
from models.database import Database
from scripts.data_dir import DataDir
from scripts.platform_api import SCRIPT_KEY

__all__ = ["SCOPES", "ensure_script_key"]

SCOPES = ("commands:read", "commands:write", "audit:read", "dead-letters:read", "dead-letters:write")


async def ensure_script_key(database: Database, data_dir: DataDir) -> None:
    """Made on the first start, and again where the database does not know it: it was replaced, or the key revoked."""
    present = data_dir.read_secret(SCRIPT_KEY)
    if present is not None:
        known = await api_keys.authenticate(database, present)
        if known is not None and set(SCOPES) <= set(known.scopes):
            return
    _, text = await api_keys.create(
        database, name="command line", kind="script", scopes=SCOPES, created_by="guildbus up"
    )
    data_dir.keep_secret(SCRIPT_KEY, text.reveal())
