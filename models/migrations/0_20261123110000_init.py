"""Everything from nothing: tables, partitions, indexes, and what the role `guildbus_app` may do.

`commands` and `audit` are partitioned by the month in their UUIDv7 id. Rows whose month has no partition yet go to
the default partition, and move when `guildbus_ensure_partitions` makes theirs.
"""

from tortoise import BaseDBAsyncClient

RUN_IN_TRANSACTION = True

_TABLES = """
CREATE TABLE IF NOT EXISTS aerich (
    id serial PRIMARY KEY, version varchar(255) NOT NULL, app varchar(100) NOT NULL, content jsonb NOT NULL
);
CREATE TABLE commands (
    id uuid PRIMARY KEY, guild_id bigint, type text NOT NULL, version smallint NOT NULL DEFAULT 1,
    lane text NOT NULL, subject text, actor_kind text NOT NULL, actor_id text NOT NULL,
    actor_name text NOT NULL DEFAULT '', source text NOT NULL, correlation_id uuid NOT NULL, causation_id uuid,
    parent_id uuid, child_index integer, issued_at timestamptz NOT NULL, expires_at timestamptz,
    dry_run boolean NOT NULL DEFAULT false, options jsonb NOT NULL, channel_id bigint,
    ephemeral boolean NOT NULL DEFAULT false, locale text, trace text,
    state text NOT NULL CHECK (state IN ('queued', 'awaiting_approval', 'running', 'retrying', 'succeeded', 'failed',
        'refused', 'superseded', 'in_doubt', 'dead', 'expired', 'cancelled')),
    attempt integer NOT NULL DEFAULT 1, revision integer NOT NULL DEFAULT 1, fence bigint NOT NULL DEFAULT 0,
    lease_until timestamptz, claimed_from text, outcome jsonb, next_attempt_at timestamptz,
    permission_at timestamptz, created_at timestamptz NOT NULL, updated_at timestamptz NOT NULL,
    settled_at timestamptz, delivered_at timestamptz
) PARTITION BY RANGE (id);
CREATE TABLE commands_default PARTITION OF commands DEFAULT;
CREATE TABLE audit (
    id uuid PRIMARY KEY, guild_id bigint, command_id uuid NOT NULL, type text NOT NULL,
    phase text NOT NULL CHECK (phase IN ('intent', 'outcome', 'refusal', 'note')), at timestamptz NOT NULL,
    actor_kind text NOT NULL, actor_id text NOT NULL, actor_name text NOT NULL DEFAULT '', source text NOT NULL,
    correlation_id uuid NOT NULL, subject text, reason text NOT NULL DEFAULT '', before jsonb, after jsonb, detail jsonb
) PARTITION BY RANGE (id);
CREATE TABLE audit_default PARTITION OF audit DEFAULT;
CREATE TABLE idempotency_keys (
    principal text NOT NULL, guild_id bigint NOT NULL DEFAULT 0, key text NOT NULL, body_hash bytea NOT NULL,
    command_id uuid NOT NULL, created_at timestamptz NOT NULL, PRIMARY KEY (principal, guild_id, key)
);
CREATE TABLE bulks (
    command_id uuid PRIMARY KEY, total integer NOT NULL, done integer NOT NULL DEFAULT 0,
    failed integer NOT NULL DEFAULT 0, paused boolean NOT NULL DEFAULT false, in_flight integer NOT NULL DEFAULT 0
);
CREATE TABLE guilds (
    id bigint PRIMARY KEY, name text NOT NULL DEFAULT '', icon text, owner_id bigint,
    locale text NOT NULL DEFAULT 'en-US', member_count integer NOT NULL DEFAULT 0,
    available boolean NOT NULL DEFAULT true, left_at timestamptz, updated_at timestamptz NOT NULL,
    synced_at timestamptz
);
CREATE TABLE roles (
    guild_id bigint NOT NULL, id bigint NOT NULL, name text NOT NULL, color integer NOT NULL DEFAULT 0,
    position integer NOT NULL DEFAULT 0, permissions bigint NOT NULL DEFAULT 0,
    managed boolean NOT NULL DEFAULT false, PRIMARY KEY (guild_id, id)
);
CREATE TABLE channels (
    guild_id bigint NOT NULL, id bigint NOT NULL, name text NOT NULL, kind smallint NOT NULL DEFAULT 0,
    position integer NOT NULL DEFAULT 0, parent_id bigint, topic text, PRIMARY KEY (guild_id, id)
);
CREATE TABLE persons (
    id bigint PRIMARY KEY, username text NOT NULL DEFAULT '', display_name text NOT NULL DEFAULT '', avatar text,
    bot boolean NOT NULL DEFAULT false, updated_at timestamptz NOT NULL, erased_at timestamptz
);
CREATE TABLE members (
    guild_id bigint NOT NULL, person_id bigint NOT NULL, nick text, roles bigint[] NOT NULL DEFAULT '{}',
    joined_at timestamptz, timed_out_until timestamptz, snapshot_id uuid, PRIMARY KEY (guild_id, person_id)
);
CREATE TABLE users (
    id bigint PRIMARY KEY, username text NOT NULL, display_name text NOT NULL DEFAULT '', avatar text, locale text,
    created_at timestamptz NOT NULL, last_login_at timestamptz NOT NULL
);
CREATE TABLE sessions (
    id_hash bytea PRIMARY KEY, user_id bigint NOT NULL, created_at timestamptz NOT NULL, rotated_at timestamptz,
    last_seen_at timestamptz NOT NULL, expires_at timestamptz NOT NULL, revoked_at timestamptz,
    user_agent text NOT NULL DEFAULT '', address text NOT NULL DEFAULT '', csrf_hash bytea NOT NULL, oauth jsonb
);
CREATE TABLE login_states (
    state_hash bytea PRIMARY KEY, code_verifier text NOT NULL, redirect_to text NOT NULL,
    created_at timestamptz NOT NULL, expires_at timestamptz NOT NULL
);
CREATE TABLE api_keys (
    id uuid PRIMARY KEY, name text NOT NULL, prefix text NOT NULL, key_hash bytea NOT NULL UNIQUE,
    kind text NOT NULL CHECK (kind IN ('api', 'script')), scopes text[] NOT NULL, guild_ids bigint[],
    created_at timestamptz NOT NULL, created_by text NOT NULL, expires_at timestamptz, revoked_at timestamptz,
    last_used_at timestamptz
);
CREATE TABLE guild_settings (
    guild_id bigint PRIMARY KEY, version integer NOT NULL, data jsonb NOT NULL, updated_at timestamptz NOT NULL,
    updated_by text NOT NULL
);
CREATE TABLE guild_settings_history (
    guild_id bigint NOT NULL, version integer NOT NULL, data jsonb NOT NULL, at timestamptz NOT NULL,
    by text NOT NULL, command_id uuid, PRIMARY KEY (guild_id, version)
);
CREATE TABLE warnings (
    id uuid PRIMARY KEY, guild_id bigint NOT NULL, member_id bigint NOT NULL, moderator_id text NOT NULL,
    reason text NOT NULL, at timestamptz NOT NULL, command_id uuid NOT NULL UNIQUE
);
CREATE TABLE dead_letters (
    id uuid PRIMARY KEY, guild_id bigint, command_id uuid, type text NOT NULL DEFAULT '', reason text NOT NULL,
    code text NOT NULL, body jsonb, raw_excerpt text, queue text NOT NULL, actor_kind text, actor_id text,
    first_at timestamptz NOT NULL,
    state text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'replayed', 'discarded')),
    replays integer NOT NULL DEFAULT 0, resolved_by text, resolved_at timestamptz
);
CREATE TABLE switches (
    scope text NOT NULL CHECK (scope IN ('platform', 'guild', 'command', 'guild_command')),
    guild_id bigint NOT NULL DEFAULT 0, command_type text NOT NULL DEFAULT '', off boolean NOT NULL,
    reason text NOT NULL DEFAULT '', at timestamptz NOT NULL, by text NOT NULL,
    PRIMARY KEY (scope, guild_id, command_type)
);
CREATE TABLE control (id smallint PRIMARY KEY CHECK (id = 1), version bigint NOT NULL);
INSERT INTO control VALUES (1, 1);
CREATE TABLE processes (
    id uuid PRIMARY KEY, kind text NOT NULL, host text NOT NULL, pid integer NOT NULL, version text NOT NULL,
    shard integer, started_at timestamptz NOT NULL, heartbeat_at timestamptz NOT NULL,
    control_version bigint NOT NULL DEFAULT 0, details jsonb
);
CREATE TABLE projections (
    name text PRIMARY KEY, epoch uuid, stream_offset bigint, updated_at timestamptz NOT NULL, lease_owner uuid,
    lease_until timestamptz
);
CREATE TABLE streams (name text PRIMARY KEY, epoch uuid NOT NULL, created_at timestamptz NOT NULL);
CREATE TABLE webhook_targets (
    id uuid PRIMARY KEY, guild_id bigint, url_prefix text NOT NULL, created_at timestamptz NOT NULL
);
CREATE TABLE command_registrations (
    application_id bigint NOT NULL, scope text NOT NULL, hash text NOT NULL, synced_at timestamptz NOT NULL,
    PRIMARY KEY (application_id, scope)
);
CREATE TABLE command_docs (
    type text PRIMARY KEY, area text NOT NULL, slash text, description text NOT NULL, options jsonb NOT NULL,
    effect text NOT NULL, permission text NOT NULL, updated_at timestamptz NOT NULL
);
"""

_INDEXES = """
CREATE INDEX commands_by_guild ON commands (guild_id, id);
CREATE INDEX commands_by_subject ON commands (guild_id, subject, id) WHERE subject IS NOT NULL;
CREATE INDEX commands_by_actor ON commands (guild_id, actor_id, id);
CREATE INDEX commands_by_type ON commands (guild_id, type, id);
CREATE INDEX commands_by_trouble ON commands (guild_id, state, id)
    WHERE state IN ('failed', 'in_doubt', 'dead', 'awaiting_approval');
CREATE INDEX commands_by_parent ON commands (parent_id, id) WHERE parent_id IS NOT NULL;
CREATE INDEX commands_by_cause ON commands (causation_id) WHERE causation_id IS NOT NULL;
-- When a sweeper may publish the row again; must read exactly as in models/ledger_sweep_sql.py to be used.
CREATE INDEX commands_due ON commands ((GREATEST(created_at, lease_until, next_attempt_at)))
    WHERE state IN ('queued', 'running', 'retrying');
CREATE INDEX audit_by_guild ON audit (guild_id, id);
CREATE INDEX audit_by_command ON audit (command_id, id);
CREATE INDEX audit_by_actor ON audit (guild_id, actor_id, id);
CREATE INDEX audit_by_subject ON audit (guild_id, subject, id) WHERE subject IS NOT NULL;
CREATE INDEX idempotency_keys_by_age ON idempotency_keys (created_at);
CREATE INDEX members_by_person ON members (person_id);
CREATE INDEX sessions_by_user ON sessions (user_id, created_at);
CREATE INDEX sessions_by_expiry ON sessions (expires_at);
CREATE INDEX login_states_by_expiry ON login_states (expires_at);
CREATE INDEX warnings_by_member ON warnings (guild_id, member_id, at);
CREATE INDEX dead_letters_by_guild ON dead_letters (guild_id, state, id);
CREATE INDEX dead_letters_by_state ON dead_letters (state, id);
CREATE INDEX dead_letters_by_command ON dead_letters (command_id);
CREATE INDEX processes_by_heartbeat ON processes (kind, heartbeat_at);
CREATE INDEX webhook_targets_by_guild ON webhook_targets (guild_id);
"""

_FUNCTIONS = """
CREATE FUNCTION guildbus_uuid7_floor(moment timestamptz) RETURNS uuid LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT (lpad(to_hex(floor(extract(epoch FROM moment) * 1000)::bigint), 12, '0') || repeat('0', 20))::uuid
$$;

CREATE FUNCTION guildbus_ensure_partitions(months_ahead integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT SET timezone = 'UTC' AS $$
DECLARE
    parent text; part text; first_day timestamptz; lowest uuid; beyond uuid; made integer := 0;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('guildbus_partitions'));
    FOREACH parent IN ARRAY ARRAY['commands', 'audit'] LOOP
        FOR ahead IN -1 .. months_ahead LOOP
            first_day := (date_trunc('month', now() AT TIME ZONE 'UTC') + make_interval(months => ahead))
                AT TIME ZONE 'UTC';
            part := parent || to_char(first_day AT TIME ZONE 'UTC', '"_y"YYYY"m"MM');
            CONTINUE WHEN to_regclass(quote_ident(part)) IS NOT NULL;
            lowest := guildbus_uuid7_floor(first_day);
            beyond := guildbus_uuid7_floor(
                (first_day AT TIME ZONE 'UTC' + interval '1 month') AT TIME ZONE 'UTC');
            EXECUTE format('CREATE TABLE %I (LIKE %I INCLUDING ALL)', part, parent);
            EXECUTE format('WITH moved AS (DELETE FROM %I WHERE id >= %L AND id < %L RETURNING *)
                INSERT INTO %I SELECT * FROM moved', parent || '_default', lowest, beyond, part);
            EXECUTE format('ALTER TABLE %I ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)',
                parent, part, lowest, beyond);
            made := made + 1;
        END LOOP;
    END LOOP;
    RETURN made;
END $$;

-- Security definer, so that the retention job needs no ownership; it refuses to touch the last 30 days, so that
-- the role that may only append to the audit trail cannot make recent history go away.
CREATE FUNCTION guildbus_drop_partitions(until timestamptz) RETURNS text[]
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT SET timezone = 'UTC' AS $$
DECLARE
    part record; dropped text[] := '{}';
BEGIN
    IF until > now() - interval '30 days' THEN
        RAISE EXCEPTION 'partitions of the last 30 days are kept; asked to drop until %', until
            USING ERRCODE = 'invalid_parameter_value';
    END IF;
    PERFORM pg_advisory_xact_lock(hashtext('guildbus_partitions'));
    FOR part IN
        SELECT child.relname AS name, to_timestamp(right(child.relname, 7), 'YYYY"m"MM') AS first_day
        FROM pg_inherits
        JOIN pg_class child ON child.oid = inhrelid
        WHERE inhparent IN ('commands'::regclass, 'audit'::regclass) AND child.relname ~ '_y[0-9]{4}m[0-9]{2}$'
        ORDER BY child.relname
    LOOP
        IF part.first_day + interval '1 month' <= until THEN
            EXECUTE format('DROP TABLE %I', part.name);
            dropped := dropped || part.name::text;
        END IF;
    END LOOP;
    DELETE FROM commands_default WHERE id < guildbus_uuid7_floor(until);
    DELETE FROM audit_default WHERE id < guildbus_uuid7_floor(until);
    RETURN dropped;
END $$;

SELECT guildbus_ensure_partitions(3);
"""

_ROLE = """
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'guildbus_app') THEN
        BEGIN
            CREATE ROLE guildbus_app NOLOGIN;
        EXCEPTION WHEN duplicate_object OR unique_violation THEN
            NULL;  -- another database of this server is being migrated at the same time
        END;
    END IF;
    IF NOT (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) THEN
        EXECUTE format('GRANT guildbus_app TO %I', current_user);
    END IF;
    EXECUTE format('GRANT USAGE ON SCHEMA %I TO guildbus_app', current_schema());
END $$;
GRANT SELECT, INSERT, UPDATE, DELETE ON commands, idempotency_keys, bulks, guilds, roles, channels, persons, members,
    users, sessions, login_states, api_keys, guild_settings, guild_settings_history, warnings, dead_letters, switches,
    control, processes, projections, streams, webhook_targets, command_registrations, command_docs TO guildbus_app;
GRANT SELECT, INSERT ON audit TO guildbus_app;
GRANT SELECT ON aerich TO guildbus_app;
REVOKE ALL ON FUNCTION guildbus_ensure_partitions(integer), guildbus_drop_partitions(timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION guildbus_ensure_partitions(integer), guildbus_drop_partitions(timestamptz) TO guildbus_app;
"""

# The role stays: it belongs to the server, and other databases may use it.
_DOWN = """
DROP FUNCTION guildbus_drop_partitions(timestamptz), guildbus_ensure_partitions(integer);
DROP TABLE command_docs, command_registrations, webhook_targets, streams, projections, processes, control, switches,
    dead_letters, warnings, guild_settings_history, guild_settings, api_keys, login_states, sessions, users, members,
    persons, channels, roles, guilds, bulks, idempotency_keys, audit, commands;
DROP FUNCTION guildbus_uuid7_floor(timestamptz);
"""


async def upgrade(db: BaseDBAsyncClient) -> str:
    return _TABLES + _INDEXES + _FUNCTIONS + _ROLE


async def downgrade(db: BaseDBAsyncClient) -> str:
    return _DOWN


# What the models looked like then: `aerich migrate` compares with it.
MODELS_STATE = (
    "eJztXWtz27gV/SsYf9lkRs0kzmubdDpjJ+muW8feiZ1uH9uRYBKSuKYAFoCsaLb73wuApP"
    "gQSRPQwxR9v+zGJC5IHYDAuU/8djRjPgnFs5O5H8gvbHH0Dv12RPGMqH+s3RugIxxF2R19"
    "QeKb0DTGupVpciMkx55UF8c4FERd8onweBDJgFHd9JISFAbqP2yM5JQgI4qUUBC+Q+oJhP"
    "rEHyBK7ghH3hTTCfGfoQv1VkLJ3REUUDSKCBeMitEz/UyfeeqhAZ3spvs5Df47J0PJJkR1"
    "yNVD/v0fdTlQHX0jIv0zuh2OAxL6BQwDX3dgrg/lMjLXvn49+/gX01K/+s3QY+F8RrPW0V"
    "JOGV01n88D/5mW0fcmhBKOJfFz8NJ5GCbDkF6K31hdkHxOVq/qZxd8MsbzUA/S0Z/Gc+rp"
    "sUHmSfo/r/6cvFqu2XB4cXk9vPp0PRwerY2pfoXSOCSXPIWixp5KDdRvv8f9ZoCYq0f6AR"
    "9+PPny5OWbpwYCJuSEm5sGrqPfjSCWOBY1oGcoT+aB6q4K6yvKFuMQ35JqwPOCJdjVG7cA"
    "PIFzhXfaJAM8+whSKFOwdgCvel31vz/88fj45cu3x89fvvn+9au3b19///x71da88Pqttw"
    "1jcnr2w9nFtX4hpr7p+EvXF/RwZPB7bDbDtHoA6id7UWqbk/6BB2GTOZ6BapBYg/OafJPV"
    "cKbtS0CqF+sXhNef/mEm5EyI/4b6wsXfT74YXD+f/MMAO1smd84vL35Im2fz9+LD+eVpCe"
    "xoioUV2isBgNsBbizXsf6o4JLBrGahjiVKYPuJyLP0Hz2D/uzzp6vrk88/FfD/eHL9Sd85"
    "LmCfXn0Sry0Z/KtO0M9n1z8i/Sf61+XFp/IKtGp3/a8j/U54LtlQbZ5D7OcxSS+nl4rD6k"
    "nGh7cKSZtPqSgF35PL92QgrNp+74O9cvMF0NuDbv6yhj2V2h/wRw/A6HcCu2Bz7llBnknA"
    "PHcA3GOckxDr17Rm+GVJYPnl2Ty/+ZV4FXSoYTpnIk7zuWMq676nMydYqDe0ADyTgOXaGu"
    "4bMma8Yrn+69XlRTXcmUSZ7geeRP9DYSAO0DLTgLuGohn3MsSldUV3sMZOxpJwG9hXAoC6"
    "O+o+kTgIbWDPJAB3O9y1zX18m7MH6ws32LtdYO4P1+6wY1bXdv3W7HhWvoIpnhgg9S/Wvy"
    "9xj5zOw9saz0l6a9DkOLlRjcyV+x0nP7KFusURRloIBeIdGvmMkhHypkHoc0KRmHseIcbB"
    "MRqriUX8ETIOD8S062IR6H5HAR2Ow2AylSOEOUFz1YCjBV6uO1P288gNHCxdsz0/DoeLZB"
    "JXLHNntM44nbZ3crJ0jfonXpbjF6/evvr+5ZtXK+fK6kqTT2Xdf6I/KAsw0+b7w/L5gQAZ"
    "Lz8WUGYCAGYZzAjPRRWYp4yFBNMav8hKqATojZLaFaKrK/tdP08vL88LTOb0rKwQff18+u"
    "nLkxdmiVWNAlnjQV3tjhZztyAD0/e6O5TwQ8wualhh7m4jMUw4SktuqKNeEokBGnM2Q1jR"
    "skiNPZIMCSJlqMNcfuaBlIq03SzRKHkfdX1CuKJlodpX3qMIcxnoXpWkajVjVE7TUBrFVt"
    "YY4r4e/Av9hY68EAczooZSPWek2Ki5KaSa4upfWJo/QywkMg3RmCmeiZ7o4UELRSxVRzK5"
    "SBnibPFU0Vk+p1T9lhGaqVVNxP3gX6ha4wRBU+wj1QCxuXxmooJmgRDanomleb7qlaLssm"
    "K0In6BCcdUYQDxQ4dAZyF+6EHjhyDUZY8G2TvC9UpVMdVnOAxr2UZObH9c48Vup/nL47dv"
    "VhNb/9E0la8+n5yfr8/dEFfpbvVzN20Pc9fF9wvesj0jDiE9ENLz2ECHkJ59L+sQ0rNfwC"
    "GkZ4chPR6eCydoS3IbAHs4pMUC1whzQqUlqAUhQLQ0U6fGeqF/goXduSTVI7PH1lwngRBz"
    "4g/t0xwKgpDt0OlsB/ItClR3DqNclNzCMHfsc+rTKPt8OeTzCnNZoxs0JwV+UAs/KDPvJd"
    "bRrg+gy4lsFEF3QEvlTkIXdSY8JaGLF6Qo2iNCsGc/CImmZKZQqoisalxtCnKw3lisNyHz"
    "cGhnv19JgDnZ3vCggxjsXH2pAKDtYFfTgRFWZrVUAKxqTlntkswimxCunERvnKpbU6I5uQ"
    "uqPdW1eOZFANC16FhCqxbf02BSHx+bivQmvnDPlM5EkQ3nVFZlBTVbCUqiYCbospkgH5ho"
    "s+OW5YDm2O+7bC49VuWybTAaZCKQduduM6BqXg8TEuNgB60Qh1Wuy6tcIf7ZdrTXhGGsuz"
    "zWHicad4eBLkqCF6vTwzyPfMdhLkrCMHd6mJM8HIdhLkrCmt3lUfaJLmDMnca5LAsj3bWR"
    "7kh245mv+DqThHrLv5FlTZLjeqNBU65jkDUf3pJly5zHn02qHorUqHtBhMMs8zAuL4GR6u"
    "u9SQo0T/pO6As6be/JSmaA0hyugb75NPkbPUdjxhFllKynPO7puTrj8ZpxyQJB0K2aCUJn"
    "LSq9VU2mQBItJt4hRbZMvuQ4CCXhA7SoTbTcNBdx9e7VBg41zjXEPy+3Hc/C/WmJu3QOz/"
    "C3YUjoRE7Vn8evX7cweOSU60TvPn6iJJ86JyY2WW03zkoEw+2R+rhs7HhJc/CbuZSIY/5y"
    "OMViWjXLKeY1y0pBrBz1sJRE9Av608Qmt4JeIX96dnHy5Z/V2J9W2PBO/3n96QSK9+8hsh"
    "qMJ8DCd1tjJI65q6sxkt1t5N1J5F5Lvn2CkvbV3DYjtIGv+KxaHtQ/RFLuTU8+zUmV4EyQ"
    "8I6IdV69g/63XHrjnkDIbVKuh6W4e+RcXSzL0bVF82E4sG0i7P5TYHvEgqtz7JuLctRk2B"
    "+ukreNihzGOmIXN5YX6Q2WWywEWJt4ec863JR9CXkBrddhyaLAs1mIVwIQTtRuIe4Iqf9B"
    "85YaSr+610joDfNpTedN6/doFJKxTCvaCSLjqnaagt8waUracTJjd6bCM77DgZkopvFfdM"
    "+qeRAS9DEQHuM+mqr2krO5alNF8ffyTKD9nV/e6ml/92lnbyqvBJ7dUShpe9hXHMJUFwod"
    "FxaVFwQS5RyJv+9UP7eVhdA/fL3qy/IyI7MbNXU9Nqc2aVFlMVDJypN5xYgqXGZNmcIFuT"
    "1mCqck5nAThWO2auvNyYlBPFXXPDkQBvvohlksqecWBZsXhE+5a2PcEfvNZ0Ncagw42c1B"
    "kwUnJj+tTTiRassoCijCqWml2XcaCwyNC3UxDbwpWsUYephSJpHAS/XLyB3haCTwHXnydF"
    "RlyNnjkzcJWkwfam+8zkuCcQd8ugc8HjnjWuDdWhnXkvZg8XE4alhpYhW1zE44xzUxjSuJ"
    "Etz9q2EWz9Z//6cE2a8soE4ErSAIBK1rBK3gzjQVD9hcutXFqBCH8e7yeAuKIzFltqWbS2"
    "JQvLkzbuqfDDOuUXOym41qTsyuW6o5F+oRAun8RGROccPmALf4RDdiJASLD25T00Ao7NXf"
    "M6ITBBAnOiGKmNSpqdpFGa845XgH/YMHuvOkuF5JmQvCbb3QeRnwRFtzZT8QUYiX1oevlO"
    "UAevu6hXfqO+A2oGcSoBa65LtVaDeNbrtEAkr7WnjswKPjNOEPTbnQhMxplAuCoEB2bYw7"
    "oup8UatyjaKT3ho0qTkrg14bX45uvLPUuu12DurNAas34IOBvLpObky7OeswZBXKTf3xZm"
    "l7iDqEzLpdA7oqiVrhJmyq8FMS7A2ye16IU9q3jn2TNp6TAo38Ho28IzT+JArqa9VlNxup"
    "PI4Ci9p0J4ZeszHCKL6OmC4MJwi/CzzyDjEaKvYthU5dm2oafksi+QyNUoolRuY3oJmahg"
    "LpkKhlHGVVxe13+agtM/16f9/2SwndT/WP/jSeU0+PGTJP0v959ecHMOzeW1vokNPlesQm"
    "I07GQcVpufVwZxIAuEtZDOJSGy4vBaXhysi3LQ1XXZKkoQhidTkSmOitDmvzWGQZLZiJ9D"
    "5cUGO4Fiy4IjBWqBWk3IA7HFt/TZgl1Cd0moSH4DipGuYbq1q2RSlYzB0Wczgb/jF8Xpzc"
    "sVunVbQoCaPc5VEOsZDDuVuQQVkWRrprI90RA+U5mwT0Sh+/XGOkLDYYNBkqQ910aM5ybm"
    "uspOjyZC6nx8jIJsdYLHQ2pp68iFFPSUldoWtSeSKGSwcbGBbNb3MwCxTltmUYeNCIgr2Z"
    "BeoNkJ6agsM7wgN10yqMdE0QuKZLliHxFWP0pPqSbMAviQH0LrEFoEb3lRd0VJuDYe4l/b"
    "siJpijhvvl7jYSP0GykJA2HuqkfcLWdGio8RCzsfEWB7pKK1OITUdoytSvQFLprNpDTD2+"
    "NMedxXGhaEFuqrzS2+5+I0+0A1vMCQFV3A5V1ElyLoGnOTmIO3UOdwK60tt9rFh2RDoOc1"
    "ESjFVdHmVjWhSEUFezZE4WPuhODzXoH49imMGd9BhG2VBZpQVWVcRuri6RSUGRA/siB76v"
    "BrEiUqihykEmAoDb20YFHzso3QUxCN0sY982dNMYVtaR/+vV5UU17iuB8u4ReBL9D/UuME"
    "4j0Tzny9O7hLruoENHR30VtYWH01uDJtuh3mBaGw7TY5e0EFpMmfb6qrfStYAlMzY7X33B"
    "N0z9qirDoK04JJt33sjUh1paPXJMQjUtqKb1SKb63s91euR4gxPBaSgOzUxhTMRxJKGjfT"
    "kvDIPducHuiN5ijrW9IlIqrMWPcQHdphNwK5oO7j0QdygSqWFSoredonNJCbpTapEOYjDp"
    "9aaz78x5taa7++ppJcJP3917nMpuH7WBAtWhWlGgTB0lo7w+GLWVYnISfYqc2FoJHg21jZ"
    "0sbb+RmaxroO7DTlbQkawZBdCIjtKIQmFjqzRTSC/doKbdTBGq6m25vsBOUQrO0+iM7b5A"
    "bNuQX0vW29asX+ac+gyM9ykXjc+/iMmlN8VUG+wxXeqYXn32BWcLUzk2JbHPqwz/238AMF"
    "tgtsBsgdl2hdnCqQOPgummg2XHeItSwHxbMt+OsLSfMacKihp+lrvbyMwWcbvWnCxp/x6N"
    "Mvo+0ra/eAZkJ5NhxElkHCwoaWlkhcm9ryJjW+wZaoR2QJlpYlcd4rrdYFn7LjRtDnV3GY"
    "CCJIyA+wiopViBxKoHoX7PLsvBru1UogKLKt2uqTpFKgGAuwQhgYG9j2rHA9t9D2hoD8Pw"
    "+5Fg/5xIWRu6XWzQqFj4qukwNG1bKhc65kBLoVhKKQL6RONRYoKNazKMFPUPl4rZjwbq33"
    "gxJN88wiNpFIWF1g48Ng/1aclSnxxA0Q1R2gKuCPve+dNACenAh9VNJaRjDqsHqv4ATsMt"
    "TfEMUwOEBa1N20NcPegQXQdcV2e0gTttD2A7nQnuV7gS6p11aXvI1nT31eUIptWyUhSDHB"
    "L72a5+9NxqbVkJwOLiYg3ytP3S9jSfohRMc1fc7ezNeRnA3B7zccCFdAi/yMuBFbTTVlBT"
    "xd3mm1oJ7FHtYhGh/VG9dFJ4Re2c2ti8nERvzibeWmCe+hRYeGcdPVQSg83BZSInELqUWC"
    "uIQo21ru0QHXHpfGBUchbW+HNydwdNzhwvbmcatfLjcLYYoMBHL96ZPNFcKqk5z1lO1dDH"
    "0VwRZx4RggjjOUF4omYAWuiTWQKJeKBuVPtutv6EbVf1meEwrN2Q+hat//L47ZvVPqT/aN"
    "qCrj6fnJ9vEIJ/GkweWxT+HnwzHVmwfoq/1poFK3e3ccFaffPtlqwTxOdUR5+mi4VJ7dHH"
    "AujSEWhKMJc3BMuquFULSXAJ74MebOAShhOm98h+p0xYGbrT9gC2A9hR1QJSu4tG/Yvv3Z"
    "q6XEtL6mduPSmBydvqLPqpohUW03fVvkfROVubv0IqSuJkcyhKglW6czaHwu6aMk+HgS7L"
    "wlB3eqgT68zQSWGuEO6NiXzPEY0+kTgIK/wSDUnumQiEzhxkofOrRSC9ad1Jiaubg8aDEk"
    "2z9saK2yAMUSxUXYdPeCxSklk5vjRsVo/F0wF6bqwU332nzaCc6C6WyGcmjl29ZbissnPs"
    "56GbnMKtn19Ny/9G6k7gTmW2w8sf1hQ7w9+GIaETOdXs8PXrFjQ9960ln+HxEyX51Dl0vm"
    "mreZjk3X7tMflvykYFLctBxLe1FsrG44r5zlhIMK0GPZEoHxvDYk9afxjz6eXleQHu07My"
    "nl8/n3768uSFwV41CmTN/D6MsPrezGlIzO2lRgiVL3f4/XRE8fiJs1+J8bfV+0pzDRoVkG"
    "jVtL3DlGCfcEX/oxB7JA7CMC5PtekJIvU5SoIgMh6rfgXCivDr45SmSlHQrPIG617jk9gZ"
    "Ve0i5pmj2HU36uEEzyp9rXt56AY6SP0BN7UqyHbPtnksGogZu3Wk613iKwHIGS37A/TEH8"
    "ZfkJ1CtybaI3/LnvU6KNT4KIiZ0hUFGbKFGgCbxaskBkvY7xWozqkMQtuvpyQKcdRd+3o6"
    "wravzFZXZ+Zf3Wxk2fF22Zphx80V2TXU5R3ClGk6aqjrjGAq4vDmePcVyHjnEbsjvIo5b9"
    "YZMGJgxIfOFSz2EzhTELaTXaflGHfMR+bVZubkGzRuK6lrRw9e270lkVH7gSKVaMG4LwYI"
    "C2MJmZIwQpF6bySmbGGuVRpjnPrYYCepd3nV7iTb9XY9lp0Eq0XMxn6ctgcLsktsa4hFxb"
    "bdkD2eCkDGrcNB5LnXtMC8JAYT3cV9Hq38C22j43IicArMBpWlYoeIzYTPJGCuu2TbED4L"
    "hG2aSFEKgHcAHszoTkMBmput5vaFTAKNboP/vabloI0ux3NCLZW6a612KWqoHdqmNvXHQH"
    "hKKUMLnCQjSxb61aG7Ov428MzTTOSuCYttcUz4np65gdJYfMr6onBPqed18f7UbHjgExYb"
    "wrX3Eqvd4eV4J9nWlmrmdBMt87GDLZbUc0uxzAsCCQESUnP2H7mZMnZ7jbnaEetOACy3aS"
    "Qei7j1UJrmbe3IFCm8uK56YryHo6QX8czDYThCM7zUIXs6YQibn5CcrBw7HE2dpvhKhXl5"
    "q11D4ZV9fMFwFsdhcbOc2szDYcTJOPhmQxGKUkAUXA41AE8zUIWdUoUTwgNvWkUQkjuNtA"
    "Bnbe5jA/UDu+Xdd+OiismS33X9fMOKLw6FFT9MMa+Gtm8VjGy86ekybzzng3u86gXLkw3C"
    "SfMeovvi+fMW6KpWteiae+U8aCoJrdg1672JORHwJh5SsY3f/w8tErNU"
)
