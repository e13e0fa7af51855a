"""What commands print: the same data as a table for people or as JSON for machines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import click

from bus import codec

__all__ = ["json_option", "show_json", "show_record", "show_rows"]

json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON for machines.")


def show_json(value: object) -> None:
    """One JSON document. Snowflakes are strings, times are ISO 8601."""
    click.echo(codec.encode(value).decode())


def show_rows(rows: Sequence[Mapping[str, Any]], columns: Sequence[str], *, as_json: bool, empty: str) -> None:
    """All of every row as a JSON array, or the named columns as a table; `empty` is said where there is no row."""
    if as_json:
        show_json(rows)
    elif not rows:
        click.echo(empty)
    else:
        for line in _table([[_cell(row.get(column)) for column in columns] for row in rows], columns):
            click.echo(line)


def show_record(record: Mapping[str, Any], *, as_json: bool) -> None:
    """One thing, a field a line."""
    if as_json:
        show_json(record)
        return
    width = max(map(len, record), default=0)
    for name, value in record.items():
        click.echo(f"{name:<{width}}  {_cell(value)}")


def _cell(value: object) -> str:
    match value:
        case None:
            return "–"
        case bool():
            return "yes" if value else "no"
        case datetime():
            return value.astimezone().strftime("%Y-%m-%d %H:%M:%S")
        case str():
            return value
        case dict():
            return codec.encode(value).decode()
        case list() | tuple() | set() | frozenset():
            return ", ".join(map(str, value))
    return str(value)


def _table(rows: Sequence[Sequence[str]], columns: Sequence[str]) -> list[str]:
    titles = [column.replace("_", " ") for column in columns]
    widths = [max(len(row[index]) for row in [titles, *rows]) for index in range(len(columns))]
    return [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in [titles, *rows]
    ]
