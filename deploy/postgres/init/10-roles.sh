#!/usr/bin/env bash
# Run once by the image, on a new database: who owns the tables and who works on them.
#
#   guildbus_owner     migrations
#   guildbus_service   the rooms; works as guildbus_app, which may add to the audit trail but not change it
set -euo pipefail

secrets="${SECRETS_DIR:-/run/secrets}"
psql --username="${POSTGRES_USER:-postgres}" --dbname=guildbus --set=ON_ERROR_STOP=1 \
  --set=owner_password="$(cat "$secrets/postgres_owner_password")" \
  --set=service_password="$(cat "$secrets/postgres_service_password")" <<'SQL'
CREATE ROLE guildbus_app NOLOGIN;
CREATE ROLE guildbus_owner LOGIN PASSWORD :'owner_password';
CREATE ROLE guildbus_service LOGIN PASSWORD :'service_password' IN ROLE guildbus_app;
-- The migrations name the role and try it out.
GRANT guildbus_app TO guildbus_owner WITH ADMIN OPTION;
ALTER DATABASE guildbus OWNER TO guildbus_owner;
ALTER SCHEMA public OWNER TO guildbus_owner;
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO guildbus_app;
SQL
