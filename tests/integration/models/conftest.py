"""The tests of what is stored run on a real PostgreSQL."""

from tests.postgres import database, database_url, empty_database_url, migrated_template, postgres_server

__all__ = ["database", "database_url", "empty_database_url", "migrated_template", "postgres_server"]
