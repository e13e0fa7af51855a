# ruff: noqa: S608 - the SQL is put together from constants of ours; every value is a parameter
"""Settling, renewing, cancelling and marking delivered: what the holder of a command says about it afterwards.

Rows are locked in the order of their ids, so that two batches never deadlock.
"""

from __future__ import annotations

from models.ledger_columns import AUDIT_COLUMNS, unnest
from models.ledger_effects_sql import AUDITED, BULKS_ADVANCED, RETURNED
from models.outcome import FINAL_STATES

__all__ = ["CANCEL", "CANCEL_COLUMNS", "DELIVERED", "RENEW", "RENEW_COLUMNS", "SETTLE", "SETTLE_COLUMNS"]

_FINAL = ", ".join(f"'{state}'" for state in sorted(FINAL_STATES))
# The rows that this statement is about, locked in the order of their ids and seen as they are once the lock is ours.
_LOCKED = """locked AS MATERIALIZED (
    SELECT c.id, c.fence, c.state, c.delivered_at FROM commands c WHERE c.id = ANY($1::uuid[]) ORDER BY c.id FOR UPDATE
)"""
_OURS = f"""{_LOCKED},
held AS MATERIALIZED (
    SELECT i.* FROM input i JOIN locked l ON l.id = i.id AND l.fence = i.fence AND l.state = 'running'
)"""

SETTLE_COLUMNS = (
    ("id", "uuid"),
    ("fence", "bigint"),
    ("state", "text"),
    ("attempt", "integer"),
    ("outcome", "jsonb"),
    ("next_attempt_at", "timestamptz"),
    ("on_its_way_seconds", "float8"),
    *AUDIT_COLUMNS,
)
# Asked again because its answer was lost, it answers as the first time: a row that left `running` under this fence was
# settled by this holder, for every claim raises the fence. The second SELECT sees the rows as they were before.
SETTLE = f"""
WITH input AS MATERIALIZED (SELECT * FROM {unnest(SETTLE_COLUMNS)}),
{_OURS},
touched AS (
    UPDATE commands c SET state = h.state, attempt = h.attempt, outcome = h.outcome,
        next_attempt_at = h.next_attempt_at, lease_until = NULL,
        on_its_way_until = COALESCE(
            clock_timestamp() + make_interval(secs => h.on_its_way_seconds), c.on_its_way_until),
        revision = c.revision + 1,
        updated_at = clock_timestamp(), settled_at = CASE WHEN h.state IN ({_FINAL}) THEN clock_timestamp() END
    FROM held h WHERE c.id = h.id
    RETURNING {RETURNED}
),
{AUDITED},
{BULKS_ADVANCED}
SELECT id, revision FROM touched
UNION ALL
SELECT c.id, c.revision FROM commands c JOIN input i ON i.id = c.id
WHERE c.fence = i.fence AND c.state = i.state AND i.state <> 'running'
"""

RENEW_COLUMNS = (("id", "uuid"), ("fence", "bigint"))
RENEW = f"""
WITH input AS MATERIALIZED (SELECT * FROM {unnest(RENEW_COLUMNS)}),
{_OURS}
UPDATE commands c SET lease_until = clock_timestamp() + make_interval(secs => $3::float8)
FROM held h WHERE c.id = h.id RETURNING c.id
"""

DELIVERED = f"""
WITH {_LOCKED}
UPDATE commands c SET delivered_at = clock_timestamp()
FROM locked l WHERE c.id = l.id AND l.delivered_at IS NULL RETURNING c.id
"""

CANCEL_COLUMNS = (("id", "uuid"), ("outcome", "jsonb"), *AUDIT_COLUMNS)
CANCEL = f"""
WITH input AS MATERIALIZED (SELECT * FROM {unnest(CANCEL_COLUMNS)}),
{_LOCKED},
held AS MATERIALIZED (
    SELECT i.* FROM input i
    JOIN locked l ON l.id = i.id AND l.state IN ('queued', 'awaiting_approval', 'retrying')
),
touched AS (
    UPDATE commands c SET state = 'cancelled', outcome = h.outcome, next_attempt_at = NULL, fence = c.fence + 1,
        revision = c.revision + 1, updated_at = clock_timestamp(), settled_at = clock_timestamp()
    FROM held h WHERE c.id = h.id
    RETURNING {RETURNED}
),
{AUDITED},
{BULKS_ADVANCED}
SELECT id, revision FROM touched
"""
