"""Every table has its place in models/roles.sql: one that is forgotten there is a table that no process may use."""

from __future__ import annotations

import importlib
import re
from pathlib import Path

from tortoise import Model

from models.tables import TABLE_MODULES

SQL = (Path(__file__).parents[3] / "models/roles.sql").read_text()


def test_every_table_is_named() -> None:
    modules = [importlib.import_module(name) for name in TABLE_MODULES]
    found = [one for module in modules for one in vars(module).values() if isinstance(one, type)]
    tables = {one._meta.db_table for one in found if issubclass(one, Model) and one is not Model}
    assert "commands" in tables
    words = set(re.findall(r"\w+", SQL))
    assert tables - words == set(), "say in models/roles.sql which process may do what with them"


def test_nobody_is_granted_to_change_the_audit_trail() -> None:
    granted = re.findall(r"GRANT ([^;]*?) ON ([^;]*?) TO", SQL)
    assert [rights for rights, tables in granted if "audit" in re.findall(r"\w+", tables)] == [
        "SELECT, INSERT",
        "INSERT",
        "SELECT (id, command_id)",
    ]
