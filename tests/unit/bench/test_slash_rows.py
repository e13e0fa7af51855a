from bench.slash import HEAD, rows


def test_every_figure_has_its_row_and_what_was_not_measured_a_dash() -> None:
    found = rows({"defer_p50": 0.9, "drained": 250.0})
    assert {len(row) for row in found} == {len(HEAD)}
    assert [row[1] for row in found] == ["0.90", "–", "–", "–", "–", "–", "–", "250"]
    assert len({row[0] for row in found}) == len(found)
