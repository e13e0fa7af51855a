# ruff: noqa: S608 - the SQL is put together from constants of ours; every value is a parameter
"""Commands on their way to a worker: accepted over HTTP, recorded for a transport that forgets, swept up again."""

from __future__ import annotations

from models.ledger_columns import COMMAND_COLUMNS, unnest

__all__ = ["ACCEPT", "FORGET_KEYS", "RECORD", "SWEEP"]

_COPIED = ", ".join(name for name, _ in COMMAND_COLUMNS)
_FROM_INPUT = ", ".join(f"i.{name}" for name, _ in COMMAND_COLUMNS)
_QUEUED = f"""INSERT INTO commands ({_COPIED}, state, revision, created_at, updated_at)
    SELECT {_FROM_INPUT}, 'queued', 1, clock_timestamp(), clock_timestamp() FROM input i"""

RECORD = f"""
WITH input AS MATERIALIZED (SELECT * FROM {unnest(COMMAND_COLUMNS)}),
queued AS ({_QUEUED} ORDER BY i.id ON CONFLICT (id) DO NOTHING RETURNING id)
SELECT id FROM queued
"""

_PRINCIPAL, _KEY, _HASH = (f"${len(COMMAND_COLUMNS) + n}" for n in (1, 2, 3))

ACCEPT = f"""
WITH input AS MATERIALIZED (SELECT * FROM {unnest(COMMAND_COLUMNS)}),
new_key AS (
    INSERT INTO idempotency_keys (principal, guild_id, key, body_hash, command_id, created_at)
    SELECT {_PRINCIPAL}::text, COALESCE(i.guild_id, 0), {_KEY}::text, {_HASH}::bytea, i.id, clock_timestamp()
    FROM input i WHERE {_KEY}::text IS NOT NULL
    ON CONFLICT DO NOTHING RETURNING command_id
),
queued AS ({_QUEUED} WHERE {_KEY}::text IS NULL OR EXISTS (SELECT FROM new_key)
    ON CONFLICT (id) DO NOTHING RETURNING id)
SELECT q.id AS queued_id, k.command_id AS key_command_id, k.body_hash, c.id AS stored_id, c.state
FROM input i
LEFT JOIN queued q ON true
LEFT JOIN idempotency_keys k ON q.id IS NULL AND k.principal = {_PRINCIPAL}::text
    AND k.guild_id = COALESCE(i.guild_id, 0) AND k.key = {_KEY}::text
LEFT JOIN commands c ON q.id IS NULL AND c.id = COALESCE(k.command_id, i.id)
"""

FORGET_KEYS = "WITH gone AS (DELETE FROM idempotency_keys WHERE created_at < $1 RETURNING 1) SELECT count(*) FROM gone"

# The expression is that of the index commands_due. A row that was swept is due again a margin later: two sweepers
# never publish it both, and a running row keeps its lapsed lease, so that whoever receives it can take over. What waits
# for a second person is due when its time is over, or, decided, when nobody took it up.
# now() and not clock_timestamp(): only a stable function can be an index condition.
SWEEP = """
WITH due AS MATERIALIZED (
    SELECT id FROM commands
    WHERE state IN ('queued', 'running', 'retrying', 'awaiting_approval')
        AND GREATEST(created_at, lease_until, next_attempt_at) < now() - make_interval(secs => $1::float8)
        AND lane = ANY($3::text[])
    ORDER BY GREATEST(created_at, lease_until, next_attempt_at)
    LIMIT $2 FOR UPDATE SKIP LOCKED
),
swept AS (
    UPDATE commands c SET next_attempt_at = clock_timestamp() FROM due d WHERE c.id = d.id
    RETURNING c.*
)
SELECT * FROM swept ORDER BY id
"""
