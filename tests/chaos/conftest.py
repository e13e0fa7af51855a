"""Real parts for tests that kill: a broker, a database, and the sandbox as Discord."""

from __future__ import annotations

from tests.postgres import database_url, migrated_template, postgres_server
from tests.rabbitmq import rabbitmq_node, rabbitmq_vhost

__all__ = ["database_url", "migrated_template", "postgres_server", "rabbitmq_node", "rabbitmq_vhost"]
