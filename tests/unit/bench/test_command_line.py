import pytest

from bench.__main__ import BENCHES, _arguments, _common


def test_every_benchmark_has_defaults_for_a_run_of_all() -> None:
    given = _arguments(["--rounds", "5", "--json"])
    assert given.what is None
    for name in BENCHES:
        one = _arguments([name, *_common(given)])
        assert (one.what, one.rounds, one.json) == (name, 5, True)


def test_what_is_given_before_the_name_holds_after_it() -> None:
    assert _arguments(["--rounds", "2", "live"]).rounds == 2
    assert _arguments(["live", "--rounds", "4"]).rounds == 4
    assert _arguments(["live"]).rounds == 3


@pytest.mark.parametrize("arguments", [["nothing"], ["live", "--rounds", "0"], ["live", "--rounds", "21"]])
def test_bad_arguments_are_refused(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        _arguments(arguments)
    assert ended.value.code == 2
    assert "error" in capsys.readouterr().err
