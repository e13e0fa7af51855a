# ruff: noqa: S608 - the SQL is put together from constants of ours; every value is a parameter
"""The claim: insert or take over, end what is superseded, write the intent, and say what became of each. One statement.

It counts on INSERT … ON CONFLICT DO UPDATE looking at a row's newest version under its lock, while the final SELECT
sees the statement's own snapshot: a row that another transaction inserted in between is refused by the first and not
seen by the second, which is the verdict `unknown`.
"""

from __future__ import annotations

from models.ledger_columns import AUDIT_COLUMNS, COMMAND_COLUMNS, unnest
from models.ledger_effects_sql import AUDITED, BULKS_ADVANCED, RETURNED
from models.lifeline import LIVES

__all__ = [
    "CLAIM",
    "CLAIM_COLUMNS",
    "COPIED",
    "FROM_INPUT",
    "HOLDER",
    "LEASE",
    "ON_ITS_WAY",
    "TAKEN_BEFORE",
    "TAKEN_BEFORE_COLUMNS",
    "WAITED",
]

CLAIM_COLUMNS = (
    *COMMAND_COLUMNS,
    ("target", "text"),
    ("outcome", "jsonb"),
    ("permission_at", "timestamptz"),
    *AUDIT_COLUMNS,
)
LEASE = f"${len(CLAIM_COLUMNS) + 1}::float8"
HOLDER = f"${len(CLAIM_COLUMNS) + 2}::bigint"
_ON_ITS_WAY_SECONDS = f"${len(CLAIM_COLUMNS) + 3}::float8"

COPIED = ", ".join(name for name, _ in COMMAND_COLUMNS)
FROM_INPUT = ", ".join(f"i.{name}" for name, _ in COMMAND_COLUMNS)

# A newer command of the same subject that had, may have had or is about to have its effect. One that was refused,
# expired or cancelled touched nothing, so it makes nothing stale; neither does a rehearsal (dry run).
_NEWER = """
    SELECT n.id FROM commands n
    WHERE {when} AND n.guild_id = {row}.guild_id AND n.subject = {row}.subject AND n.id > {row}.id AND NOT n.dry_run
        AND n.state IN ('running', 'retrying', 'succeeded', 'failed', 'in_doubt', 'dead')
    ORDER BY n.id DESC LIMIT 1"""

_SUPERSEDED = (
    "jsonb_build_object('message', 'A newer command for the same subject was already started.', "
    "'code', 'superseded', 'data', jsonb_build_object('by', {by}::text))"
)

# Only a repeat can be late, or a first attempt that waited: the check costs nothing for the others. Inside the
# subquery the condition is a "One-Time Filter", and the scan beneath it is never begun; as a join condition it would
# be looked at afterwards.
WAITED = "{row}.issued_at < now() - interval '5 seconds'"
_LATE = f"(i.attempt > 1 OR {WAITED.format(row='i')}) AND NOT i.dry_run AND i.target IN ('running', 'succeeded')"
# A call of an older command of the same subject that may yet take effect: what is newer must come after it. The index
# of such rows is as good as empty.
ON_ITS_WAY = """(i.target = 'running' AND i.subject IS NOT NULL AND NOT i.dry_run AND EXISTS (
        SELECT FROM commands o WHERE o.on_its_way_until > now() AND o.guild_id = i.guild_id AND o.subject = i.subject
            AND o.id < i.id))"""
_GOING_ON = "('running', 'awaiting_approval')"
# What waits for a second person stays as it is, whatever a delivery brings, until they approved it, declined it, or its
# time is over.
_DECIDED = """CASE c.approval ->> 'verdict' WHEN 'approved' THEN true
                    WHEN 'declined' THEN excluded.state IN ('refused', 'expired')
                    ELSE excluded.state = 'expired' AND c.expires_at <= clock_timestamp() END"""
# A worker that was lost counts as an attempt, so that what kills its workers ends; one that was too slow to keep its
# lease does not, but for what was taken up so often that it may be what makes its workers slow.
_DEATHS = f"""CASE WHEN c.state = 'running' AND (c.fence >= 20 OR NOT {LIVES.format(key="c.holder")})
            THEN 1 ELSE 0 END"""
CLAIM = f"""
WITH input AS MATERIALIZED (SELECT * FROM {unnest(CLAIM_COLUMNS)}),
touched AS (
    INSERT INTO commands AS c ({COPIED}, state, revision, fence, holder, lease_until, next_attempt_at, outcome,
        permission_at, created_at, updated_at, settled_at)
    SELECT {FROM_INPUT}, s.state, 1, 1, {HOLDER},
        CASE WHEN s.state = 'running' THEN clock_timestamp() + make_interval(secs => {LEASE}) END,
        CASE WHEN s.state = 'awaiting_approval' THEN i.expires_at END,
        CASE WHEN newer.id IS NULL THEN i.outcome ELSE {_SUPERSEDED.format(by="newer.id")} END,
        i.permission_at, clock_timestamp(), clock_timestamp(),
        CASE WHEN s.state NOT IN {_GOING_ON} THEN clock_timestamp() END
    FROM input i
    LEFT JOIN LATERAL ({_NEWER.format(row="i", when=_LATE)}) newer ON true
    CROSS JOIN LATERAL (SELECT CASE WHEN newer.id IS NULL THEN i.target ELSE 'superseded' END AS state) s
    WHERE NOT {ON_ITS_WAY}
    ORDER BY i.id
    ON CONFLICT (id) DO UPDATE SET
        (state, outcome, lease_until, settled_at) = (
            SELECT s.state, s.outcome,
                CASE WHEN s.state = 'running' THEN clock_timestamp() + make_interval(secs => {LEASE}) END,
                CASE WHEN s.state NOT IN {_GOING_ON} THEN clock_timestamp() END
            FROM (
                SELECT CASE WHEN l.by IS NULL THEN excluded.state ELSE 'superseded' END AS state,
                    CASE WHEN l.by IS NULL THEN excluded.outcome ELSE {_SUPERSEDED.format(by="l.by")} END AS outcome
                FROM (SELECT CASE
                    WHEN (c.state <> 'queued' OR {WAITED.format(row="c")})
                        AND c.subject IS NOT NULL AND NOT c.dry_run AND excluded.state IN ('running', 'succeeded')
                    THEN ({_NEWER.format(row="c", when="true")}) END AS by OFFSET 0) l
            ) s
        ),
        attempt = GREATEST(c.attempt + {_DEATHS}, excluded.attempt),
        revision = c.revision + 1, fence = c.fence + 1, holder = excluded.holder, claimed_from = c.state,
        on_its_way_until = CASE c.state
            WHEN 'running' THEN clock_timestamp() + make_interval(secs => {_ON_ITS_WAY_SECONDS})
            ELSE c.on_its_way_until END,
        next_attempt_at = CASE WHEN excluded.state = 'awaiting_approval' THEN excluded.expires_at END,
        expires_at = CASE WHEN excluded.state = 'awaiting_approval' THEN excluded.expires_at ELSE c.expires_at END,
        subject = COALESCE(excluded.subject, c.subject), channel_id = COALESCE(c.channel_id, excluded.channel_id),
        ephemeral = c.ephemeral OR excluded.ephemeral, locale = COALESCE(c.locale, excluded.locale),
        permission_at = COALESCE(excluded.permission_at, c.permission_at), updated_at = clock_timestamp()
    WHERE (c.state = 'queued'
            OR (excluded.state <> 'awaiting_approval' AND (
                (c.state = 'retrying' AND excluded.attempt >= c.attempt)
                OR (c.state = 'running' AND c.lease_until < clock_timestamp())
                OR (c.state = 'awaiting_approval' AND {_DECIDED}))))
        AND c.type = excluded.type AND c.actor_id = excluded.actor_id AND c.actor_kind = excluded.actor_kind
        AND c.guild_id IS NOT DISTINCT FROM excluded.guild_id
    RETURNING {RETURNED}, c.fence, c.attempt, c.claimed_from, c.outcome, c.channel_id, c.ephemeral, c.locale
),
{AUDITED},
{BULKS_ADVANCED}
SELECT i.id, t.id IS NOT NULL AS taken, t.fence, t.revision AS taken_revision, t.claimed_from,
    COALESCE(t.state, s.state) AS state, COALESCE(t.attempt, s.attempt) AS attempt,
    COALESCE(t.revision, s.revision) AS revision, COALESCE(t.outcome, s.outcome) AS outcome,
    COALESCE(t.channel_id, s.channel_id) AS channel_id, COALESCE(t.ephemeral, s.ephemeral) AS ephemeral,
    COALESCE(t.locale, s.locale) AS locale, COALESCE(s.same, true) AS same, s.since
FROM input i
LEFT JOIN touched t ON t.id = i.id
LEFT JOIN LATERAL (
    SELECT c.attempt, c.revision, c.outcome, c.channel_id, c.ephemeral, c.locale,
        -- What was approved waits for nobody any more.
        CASE WHEN c.state = 'awaiting_approval' AND c.approval ->> 'verdict' = 'approved' THEN 'queued'
            ELSE c.state END AS state,
        COALESCE(c.settled_at, c.updated_at) AS since,
        c.type = i.type AND c.actor_id = i.actor_id AND c.actor_kind = i.actor_kind
            AND c.guild_id IS NOT DISTINCT FROM i.guild_id AS same
    FROM commands c WHERE c.id = i.id AND t.id IS NULL OFFSET 0
) s ON true
"""

TAKEN_BEFORE_COLUMNS = (("id", "uuid"), ("audit_id", "uuid"))
# A claim's audit row has an id of its own: while it is the newest about the command, nobody has claimed since.
TAKEN_BEFORE = f"""
WITH input AS MATERIALIZED (SELECT * FROM {unnest(TAKEN_BEFORE_COLUMNS)}),
ours AS MATERIALIZED (
    SELECT c.id, i.audit_id FROM commands c JOIN input i ON i.id = c.id
    WHERE c.state = 'running' AND c.lease_until > clock_timestamp()
        AND i.audit_id = (SELECT a.id FROM audit a WHERE a.command_id = c.id ORDER BY a.id DESC LIMIT 1)
    ORDER BY c.id FOR UPDATE OF c
)
UPDATE commands c SET lease_until = clock_timestamp() + make_interval(secs => $3::float8)
FROM ours WHERE c.id = ours.id
RETURNING ours.audit_id, true AS taken, true AS same, c.fence, c.attempt, c.revision, c.claimed_from, c.state,
    c.outcome, c.channel_id, c.ephemeral, c.locale, NULL::timestamptz AS since
"""
