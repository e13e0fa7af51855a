# mypy: disable-error-code="import-not-found, misc, untyped-decorator, no-untyped-call"
"""The job on Dramatiq: an actor a command, two processes of eight threads."""

from __future__ import annotations

import sys
import threading

import dramatiq
import psycopg
from dramatiq.brokers.rabbitmq import RabbitmqBroker

from bench.job import INSERT_PSYCOPG, amqp_url, database_url, main_sender, row_of, send_sync

broker = RabbitmqBroker(url=amqp_url(), confirm_delivery=True)
dramatiq.set_broker(broker)
_connections = threading.local()


@dramatiq.actor(queue_name="bench-dramatiq", max_retries=3)
def record(text: str) -> None:
    connection = getattr(_connections, "one", None)
    if connection is None:
        connection = _connections.one = psycopg.connect(database_url(), autocommit=True)
    connection.execute(INSERT_PSYCOPG, row_of(text))


if __name__ == "__main__" and sys.argv[1] == "send":
    main_sender(lambda count, rate: send_sync(record.send, count, rate))
