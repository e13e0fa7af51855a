# ruff: noqa: S608 - the SQL is put together from constants of ours; every value is a parameter
"""The claim of what the ledger has never seen: insert, write the audit row, and say which were new. One statement.

It is the short way of `ledger_claim_sql`: nothing is taken over, nothing superseded, no row is looked up again. What it
leaves out of its answer it has not touched: that goes the long way. The actor of the line is the command's own.
"""

from __future__ import annotations

from models.ledger_claim_sql import CLAIM_COLUMNS, COPIED, FROM_INPUT, HOLDER, LEASE, ON_ITS_WAY, WAITED
from models.ledger_columns import unnest

__all__ = ["CLAIM_NEW"]

CLAIM_NEW = f"""
WITH input AS MATERIALIZED (SELECT * FROM {unnest(CLAIM_COLUMNS)}),
touched AS (
    INSERT INTO commands AS c ({COPIED}, state, revision, fence, holder, lease_until, outcome, permission_at,
        created_at, updated_at, settled_at)
    SELECT {FROM_INPUT}, i.target, 1, 1, {HOLDER},
        CASE WHEN i.target = 'running' THEN clock_timestamp() + make_interval(secs => {LEASE}) END,
        i.outcome, i.permission_at, clock_timestamp(), clock_timestamp(),
        CASE WHEN i.target <> 'running' THEN clock_timestamp() END
    FROM input i
    WHERE (i.subject IS NULL OR NOT {WAITED.format(row="i")}) AND NOT {ON_ITS_WAY}
    ORDER BY i.id
    ON CONFLICT (id) DO NOTHING
    RETURNING c.id
),
audited AS (
    INSERT INTO audit (id, guild_id, command_id, type, phase, at, actor_kind, actor_id, actor_name, source,
        correlation_id, subject, reason, before, after, detail)
    SELECT i.audit_id, i.guild_id, i.id, i.type, i.audit_phase, i.audit_at, i.actor_kind, i.actor_id, i.actor_name,
        i.source, i.correlation_id, i.subject, i.audit_reason, i.audit_before, i.audit_after, i.audit_detail
    FROM touched t JOIN input i ON i.id = t.id
)
SELECT id FROM touched
"""
