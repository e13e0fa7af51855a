# mypy: disable-error-code="import-not-found, misc, untyped-decorator, no-untyped-call"
"""The job on Celery: late acks, two prefork processes."""

from __future__ import annotations

import sys
from typing import Any

import psycopg
from celery import Celery

from bench.job import INSERT_PSYCOPG, amqp_url, database_url, main_sender, row_of, send_sync

app = Celery("bench", broker=amqp_url())
app.conf.update(
    task_default_queue="bench-celery",
    task_acks_late=True,
    task_ignore_result=True,
    worker_prefetch_multiplier=32,
    broker_transport_options={"confirm_publish": True},
    broker_connection_retry_on_startup=True,
    worker_send_task_events=False,
)
_connection: list[Any] = []


@app.task(name="record")
def record(text: str) -> None:
    if not _connection:
        _connection.append(psycopg.connect(database_url(), autocommit=True))
    _connection[0].execute(INSERT_PSYCOPG, row_of(text))


if __name__ == "__main__" and sys.argv[1] == "send":
    main_sender(lambda count, rate: send_sync(record.delay, count, rate))
