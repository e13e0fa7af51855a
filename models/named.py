"""Tables of things that people name and change: unique names, a version that rises, every change on record."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Generic, TypeVar
from uuid import UUID

from tortoise import Model
from tortoise.exceptions import IntegrityError

from bus.ids import new_id
from models.audit_notes import Change, write_note
from models.database import Connection, Database
from models.errors import NameTaken, StaleVersion, TooMany
from models.tables.named import PresetRow, TemplateRow, WebhookRow

__all__ = ["PRESETS", "TEMPLATES", "WEBHOOKS", "NamedThings"]

Row = TypeVar("Row", bound=Model)


class NamedThings(Generic[Row]):
    """One such table. `kind` begins the type of its audit lines (`preset.create`); `hidden` columns are not in them.

    `scope` is `guild_id=…` for things of a guild, nothing for those of the platform.
    """

    def __init__(self, model: type[Row], kind: str, *, most: int, hidden: tuple[str, ...] = ()) -> None:
        self._model = model
        self._kind = kind
        self._most = most
        self._hidden = {"id", "guild_id", "version", "updated_at", "updated_by", *hidden}

    async def all(self, database: Database, **scope: int) -> list[Row]:
        """All of them, which are few: at most `most`."""
        return await self._model.filter(**scope).using_db(database.client).limit(self._most)

    async def find(self, connection: Connection, id: UUID, **scope: int) -> Row | None:
        return await self._model.get_or_none(id=id, using_db=connection, **scope)

    async def create(
        self, connection: Connection, id: UUID, change: Change, values: Mapping[str, Any], **scope: int
    ) -> Row:
        """In the caller's transaction. Raises NameTaken, TooMany."""
        if await self._model.filter(**scope).using_db(connection).count() >= self._most:
            raise TooMany(f"there are {self._most} already, which is the most there may be")
        return await self._insert(connection, id, change, values, scope)

    async def add_missing(
        self, connection: Connection, change: Change, wanted: Sequence[Mapping[str, Any]], **scope: int
    ) -> list[Row]:
        """Makes those whose name is not there yet, in the caller's transaction. Raises TooMany."""
        present = await self._model.filter(**scope).using_db(connection).values_list("name", flat=True)
        taken = {str(name).lower() for name in present}
        missing = [values for values in wanted if values["name"].lower() not in taken]
        if len(taken) + len(missing) > self._most:
            raise TooMany(f"there would be more than {self._most}")
        return [await self._insert(connection, new_id(change.at), change, values, scope) for values in missing]

    async def update(
        self,
        database: Database,
        id: UUID,
        change: Change,
        values: Mapping[str, Any],
        *,
        expected_version: int,
        **scope: int,
    ) -> Row | None:
        """None where there is none. Raises StaleVersion with what is there now, NameTaken."""
        async with database.transaction() as connection:
            row = await self._model.filter(id=id, **scope).using_db(connection).select_for_update().first()
            if row is None:
                return None
            before, version = self._shown(row), row.version  # type: ignore[attr-defined]
            if expected_version != version:
                raise StaleVersion(expected=expected_version, actual=version, data=before)
            row.update_from_dict({**values, **_stamp(change, version + 1)})
            await _saved(row.save(using_db=connection))
            await self._note(connection, change, "update", scope, before, self._shown(row))
            return row

    async def delete(self, database: Database, id: UUID, change: Change, **scope: int) -> bool:
        """False where there is none."""
        async with database.transaction() as connection:
            row = await self._model.filter(id=id, **scope).using_db(connection).select_for_update().first()
            if row is None:
                return False
            await row.delete(using_db=connection)
            await self._note(connection, change, "delete", scope, self._shown(row), None)
            return True

    async def _insert(
        self, connection: Connection, id: UUID, change: Change, values: Mapping[str, Any], scope: Mapping[str, int]
    ) -> Row:
        row = self._model(id=id, **scope, **values, **_stamp(change, 1))
        await _saved(row.save(using_db=connection, force_create=True))
        await self._note(connection, change, "create", scope, None, self._shown(row))
        return row

    def _shown(self, row: Row) -> dict[str, Any]:
        return {name: getattr(row, name) for name in sorted(row._meta.db_fields - self._hidden)}

    async def _note(
        self,
        connection: Connection,
        change: Change,
        what: str,
        scope: Mapping[str, int],
        before: dict[str, Any] | None,
        after: dict[str, Any] | None,
    ) -> None:
        await write_note(
            connection,
            change,
            type=f"{self._kind}.{what}",
            guild_id=scope.get("guild_id"),
            before=before,
            after=after,
        )


async def _saved(saving: Any) -> None:
    try:
        await saving
    except IntegrityError as error:
        raise NameTaken("there is one of this name already") from error


def _stamp(change: Change, version: int) -> dict[str, Any]:
    return {"version": version, "updated_at": change.at, "updated_by": f"{change.actor.kind}:{change.actor.id}"}


PRESETS = NamedThings(PresetRow, "preset", most=200)
TEMPLATES = NamedThings(TemplateRow, "template", most=200)
WEBHOOKS = NamedThings(WebhookRow, "webhook", most=20, hidden=("secret",))
