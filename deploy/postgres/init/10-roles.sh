#!/usr/bin/env bash
# Run once by the image, on a new database: who owns the tables, and a login for each process.
#
#   guildbus_owner       migrations and the command line, which works as guildbus_app
#   guildbus_bot, guildbus_web, guildbus_worker, guildbus_backup       see models/roles.sql, which says what each may
set -euo pipefail

secrets="${SECRETS_DIR:-/run/secrets}"
sql=(psql --quiet --username="${POSTGRES_USER:-postgres}" --dbname=guildbus --set=ON_ERROR_STOP=1)
for role in owner bot web worker backup; do
  "${sql[@]}" --set=role="guildbus_$role" --set=password="$(cat "$secrets/postgres_${role}_password")" <<'SQL'
CREATE ROLE :"role" LOGIN PASSWORD :'password';
SQL
done
"${sql[@]}" <<'SQL'
CREATE ROLE guildbus_app NOLOGIN;
-- The migrations name the role and try it out.
GRANT guildbus_app TO guildbus_owner WITH ADMIN OPTION;
ALTER DATABASE guildbus OWNER TO guildbus_owner;
ALTER SCHEMA public OWNER TO guildbus_owner;
REVOKE ALL ON SCHEMA public FROM PUBLIC;
REVOKE ALL ON DATABASE guildbus FROM PUBLIC;
GRANT CONNECT ON DATABASE guildbus TO guildbus_bot, guildbus_web, guildbus_worker, guildbus_backup;
GRANT USAGE ON SCHEMA public TO guildbus_app;
SQL
