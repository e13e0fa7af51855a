-- What each process may do in the database, and nothing else does it: the only source, as topology.yaml is for RabbitMQ.
-- `guildbus db upgrade` applies it after the migrations. Every table has its place here (tests/unit/models/test_roles.py).
--
--   guildbus_bot, guildbus_web, guildbus_worker    what `python -m bot`, `-m web` and `-m workers` work as
--   guildbus_backup                                reads everything: pg_dump
--   guildbus_app                                   the platform in one process, and the command line (see the migrations)
--
-- Nobody but the owner changes or deletes a row of `audit`, and nobody else makes, changes or drops a table. (Old months
-- are dropped by guildbus_app, through a function that keeps the last 30 days.)

DO $$
DECLARE
    room text;
BEGIN
    FOREACH room IN ARRAY ARRAY['guildbus_bot', 'guildbus_web', 'guildbus_worker', 'guildbus_backup'] LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = room) THEN
            BEGIN
                EXECUTE format('CREATE ROLE %I NOLOGIN', room);
                -- Where one user runs everything, it must be able to work as each room.
                IF NOT (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) THEN
                    EXECUTE format('GRANT %I TO %I', room, current_user);
                END IF;
            EXCEPTION WHEN duplicate_object OR unique_violation THEN
                NULL;  -- another database of this server is being upgraded at the same time
            END;
        END IF;
        EXECUTE format('GRANT USAGE ON SCHEMA %I TO %I', current_schema(), room);
        -- Tables only: a column's rights go with its table's.
        EXECUTE format('REVOKE ALL ON ALL TABLES IN SCHEMA %I FROM %I', current_schema(), room);
        EXECUTE format('REVOKE ALL ON ALL SEQUENCES IN SCHEMA %I FROM %I', current_schema(), room);
    END LOOP;
    -- Months are tables of their own, and those to come are made by the owner's function.
    EXECUTE format('GRANT SELECT ON ALL TABLES IN SCHEMA %I TO guildbus_backup', current_schema());
    EXECUTE format('GRANT SELECT ON ALL SEQUENCES IN SCHEMA %I TO guildbus_backup', current_schema());
    EXECUTE format('ALTER DEFAULT PRIVILEGES IN SCHEMA %I GRANT SELECT ON TABLES TO guildbus_backup', current_schema());
END $$;

-- What every process does: say that it is alive, and obey switches and settings of guilds.
GRANT SELECT, INSERT, UPDATE, DELETE ON processes TO guildbus_bot, guildbus_web, guildbus_worker;
GRANT SELECT ON control, switches, guild_settings TO guildbus_bot, guildbus_web, guildbus_worker;

-- The web process: who comes in, and what they ask for.
GRANT SELECT, INSERT, UPDATE ON users, sessions, api_keys, idempotency_keys TO guildbus_web;
GRANT SELECT, INSERT, DELETE ON login_states, operators TO guildbus_web;
GRANT SELECT, INSERT, UPDATE, DELETE ON presets, templates, webhooks TO guildbus_web;
GRANT INSERT, UPDATE ON switches TO guildbus_web;
GRANT UPDATE ON control TO guildbus_web;
GRANT SELECT, INSERT ON audit TO guildbus_web;
-- It records what was asked, and calls off what nobody runs; what came of it is the workers' to write.
GRANT SELECT, INSERT ON commands TO guildbus_web;
GRANT UPDATE (state, outcome, next_attempt_at, fence, revision, updated_at, settled_at) ON commands TO guildbus_web;
GRANT SELECT ON bulks TO guildbus_web;
GRANT UPDATE (done, failed, in_flight) ON bulks TO guildbus_web;
GRANT SELECT ON dead_letters TO guildbus_web;
GRANT UPDATE (state, replays, resolved_by, resolved_at) ON dead_letters TO guildbus_web;
GRANT SELECT, INSERT, UPDATE ON streams TO guildbus_web;
GRANT SELECT ON guilds, roles, channels, persons, members, guild_settings_history, warnings, notes, event_counts,
    cooldowns TO guildbus_web;

-- Workers: what is done, what is known of guilds, and what has run out.
GRANT SELECT, INSERT, UPDATE ON commands, bulks, projections, streams TO guildbus_worker;
GRANT INSERT ON audit TO guildbus_worker;
-- Which lines there are, to know a claim of theirs again; not what they say.
GRANT SELECT (id, command_id) ON audit TO guildbus_worker;
GRANT SELECT, INSERT ON dead_letters, guild_settings_history, warnings, notes TO guildbus_worker;
GRANT INSERT, UPDATE ON guild_settings TO guildbus_worker;
GRANT UPDATE ON control TO guildbus_worker;
GRANT SELECT, INSERT, UPDATE ON guilds, persons TO guildbus_worker;
GRANT SELECT, INSERT, UPDATE, DELETE ON roles, channels, members, event_counts, cooldowns TO guildbus_worker;
-- Whether a key still may: its rights, never its hash. Of sessions and logins only that they have run out.
GRANT SELECT (id, name, prefix, kind, scopes, guild_ids, created_at, created_by, owner_id, expires_at, revoked_at,
    last_used_at) ON api_keys TO guildbus_worker;
GRANT SELECT (expires_at), DELETE ON sessions, login_states TO guildbus_worker;
GRANT SELECT (created_at), DELETE ON idempotency_keys TO guildbus_worker;
GRANT EXECUTE ON FUNCTION guildbus_ensure_partitions(integer) TO guildbus_worker;

-- No room's yet: aerich, command_docs, command_registrations, webhook_targets.
