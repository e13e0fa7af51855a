"""Ids sort by time, derived ids repeat, snowflakes keep their digits."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bus.ids import Snowflake, derived_id, id_time, new_id, snowflake_time

MOMENTS = st.datetimes(datetime(1970, 1, 1), datetime(4000, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 # hypothesis adds it


@given(MOMENTS)
def test_an_id_is_a_uuid_of_version_7_and_tells_its_time(moment: datetime) -> None:
    for value in (new_id(moment), derived_id(moment, "a", 1)):
        assert (value.version, value.variant) == (7, UUID(int=0x8000 << 48).variant)
        assert timedelta(0) <= moment - id_time(value) < timedelta(milliseconds=1)


@given(MOMENTS, MOMENTS)
def test_ids_sort_by_time(one: datetime, other: datetime) -> None:
    first, second = sorted((one, other))
    if second - first >= timedelta(milliseconds=1):
        assert new_id(first) < new_id(second)


@given(MOMENTS, st.lists(st.one_of(st.integers(), st.text()), max_size=4))
def test_a_derived_id_is_the_same_every_time(moment: datetime, parts: list[object]) -> None:
    assert derived_id(moment, *parts) == derived_id(moment, *parts)
    assert derived_id(moment, *parts) != derived_id(moment, *parts, "more")


def test_two_new_ids_differ() -> None:
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    assert len({new_id(moment) for _ in range(1000)}) == 1000


def test_another_version_has_no_time() -> None:
    with pytest.raises(ValueError, match="not a UUIDv7"):
        id_time(uuid4())


@given(st.integers(1, 2**63 - 1))
def test_a_snowflake_keeps_its_digits(number: int) -> None:
    assert str(int(Snowflake(str(number)))) == str(number)
    assert Snowflake(number) == number


@pytest.mark.parametrize("value", ["", "0", "-1", "1.0", " 1", "١", "1e3", "9" * 20, 0, -1, 2**63])
def test_what_is_no_snowflake(value: int | str) -> None:
    with pytest.raises(ValueError, match="snowflake"):
        Snowflake(value)


def test_discords_own_example_of_a_snowflakes_time() -> None:
    assert snowflake_time(175928847299117063) == datetime(2016, 4, 30, 11, 18, 25, 796000, tzinfo=UTC)
