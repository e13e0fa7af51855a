# ruff: noqa: S608 - the SQL is put together from constants of ours; every value is a parameter
"""What every change of a command's state brings along in the same statement: its audit row, its bulk's progress.

The fragments count on two common table expressions: `input`, with AUDIT_COLUMNS, and `touched`, the rows that changed.
"""

from __future__ import annotations

from models.outcome import FINAL_STATES

__all__ = ["AUDITED", "BULKS_ADVANCED", "RETURNED"]

_FINAL = ", ".join(f"'{state}'" for state in sorted(FINAL_STATES))

RETURNED = """c.id, c.guild_id, c.type, c.state, c.revision, c.parent_id, c.actor_kind, c.actor_id, c.actor_name,
        c.source, c.correlation_id, c.subject"""

# A claim that found itself superseded did nothing: what was meant as intent is a refusal then.
AUDITED = """audited AS (
    INSERT INTO audit (id, guild_id, command_id, type, phase, at, actor_kind, actor_id, actor_name, source,
        correlation_id, subject, reason, before, after, detail)
    SELECT i.audit_id, t.guild_id, t.id, t.type, CASE t.state WHEN 'superseded' THEN 'refusal' ELSE i.audit_phase END,
        i.audit_at, COALESCE(i.by_kind, t.actor_kind), COALESCE(i.by_id, t.actor_id),
        CASE WHEN i.by_id IS NULL THEN t.actor_name ELSE i.by_name END, t.source, t.correlation_id, t.subject,
        CASE t.state WHEN 'superseded' THEN 'A newer command for the same subject was already started.'
            ELSE i.audit_reason END,
        i.audit_before, i.audit_after, i.audit_detail
    FROM touched t JOIN input i ON i.id = t.id
    WHERE i.audit_id IS NOT NULL
    ON CONFLICT DO NOTHING
)"""

# Bulks are locked in the order of their ids, after the commands: two batches never wait for each other.
BULKS_ADVANCED = f"""ended AS (
    SELECT parent_id, count(*) FILTER (WHERE state = 'succeeded') AS done,
        count(*) FILTER (WHERE state <> 'succeeded') AS failed
    FROM touched WHERE parent_id IS NOT NULL AND state IN ({_FINAL}) GROUP BY parent_id
),
bulk_locks AS MATERIALIZED (
    SELECT b.command_id FROM bulks b
    WHERE b.command_id IN (SELECT parent_id FROM ended) ORDER BY b.command_id FOR UPDATE
),
advanced AS (
    UPDATE bulks b SET done = b.done + e.done, failed = b.failed + e.failed,
        in_flight = GREATEST(b.in_flight - e.done - e.failed, 0)
    FROM ended e JOIN bulk_locks k ON k.command_id = e.parent_id WHERE b.command_id = e.parent_id
)"""
