import pytest

from bench.api_plan import HEAD, LEFT_OUT, MEASURED, endpoints, rows, slowest


def test_every_get_and_post_is_measured_or_left_out_for_a_reason() -> None:
    names = {endpoint.name for endpoint in endpoints()}
    assert names == set(MEASURED) | set(LEFT_OUT), "a new endpoint belongs into bench.api_plan, a gone one out of it"
    assert not set(MEASURED) & set(LEFT_OUT)
    assert all(LEFT_OUT.values())


def test_an_endpoint_is_listed_once() -> None:
    listed = [(endpoint.method, endpoint.name) for endpoint in endpoints()]
    assert len(listed) == len(set(listed))
    assert ("POST", "issueCommand") in listed
    assert ("GET", "/guilds/{guild_id}/audit") in listed


def test_only_what_has_a_body_is_sent_one() -> None:
    methods = {endpoint.name: endpoint.method for endpoint in endpoints()}
    assert not [name for name, ask in MEASURED.items() if ask.body is not None and methods[name] == "GET"]


def test_the_slowest_comes_first() -> None:
    cpu = {"web_cpu": 3.0, "postgresql_cpu": 0.5}
    results = {"GET a": {"p50": 9.0, "p95": 10.0, "p99": 11.0} | cpu, "GET b": {"p50": 1.0, "p95": 20.0, "p99": 90.0}}
    assert rows(results) == [
        ["GET b", "1.00", "20.0", "90.0", "–", "–"],
        ["GET a", "9.00", "10.0", "11.0", "3.00", "0.50"],
    ]
    assert {len(row) for row in rows(results)} == {len(HEAD)}
    assert slowest(results) == ("GET b", 20.0)
    with pytest.raises(ValueError, match="empty"):
        slowest({})
