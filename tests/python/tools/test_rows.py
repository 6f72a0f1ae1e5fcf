"""bench/rows.py: ratios that point the right way, and the file that GOALS.md describes."""

import json
import sys

import pytest
import rows


def row(**changes):
    values = dict(case="c", peer="p", peer_version="1", unit="ms", better="lower",
                  ours=[1.0, 2.0, 3.0], theirs=[4.0, 4.0, 9.0], must=1.5, goal=2.5)
    return rows.Row(**values | changes)


def test_ratio_is_that_of_the_medians_and_more_than_one_is_better():
    assert row().ratio == 2.0
    assert row(better="higher").ratio == 0.5


def test_spread_is_the_worst_and_the_best_round():
    assert row().spread == (2.0, 4.0)
    assert row(theirs=[]).spread == (1.0, 3.0)


def test_demands_are_ratios_for_a_comparison():
    assert row().reaches(1.5) and not row().reaches(2.5) and row().reaches(None) is None
    assert [rows.verdict(row(goal=goal, must=must)) for goal, must in
            ((2.0, 1.0), (2.5, 2.0), (2.5, 2.1), (None, None))] == ["goal", "must", "MISSED", ""]


def test_demands_are_in_the_unit_for_a_value():
    value = row(theirs=[])
    assert value.ratio is None
    assert value.reaches(2.0) and not value.reaches(1.9)
    assert not row(theirs=[], better="higher").reaches(2.1)


def test_rounds_must_pair_up_and_better_must_be_known():
    with pytest.raises(ValueError):
        row(theirs=[1.0])
    with pytest.raises(ValueError):
        row(better="more")


def test_report_prints_a_table_and_writes_the_rows(tmp_path, capsys):
    path = tmp_path / "rows.json"
    rows.report([row(), row(case="value", peer=None, peer_version=None, theirs=[])], path)
    first, value = json.loads(path.read_text())
    assert first == {"case": "c", "peer": "p", "peer_version": "1", "unit": "ms", "better": "lower",
                     "ours": [1.0, 2.0, 3.0], "theirs": [4.0, 4.0, 9.0], "ratio": 2.0, "low": 2.0,
                     "high": 4.0, "must": 1.5, "goal": 2.5}
    assert "theirs" not in value and value["ratio"] is None
    assert [line.split()[0] for line in capsys.readouterr().out.splitlines()] == ["case", "c", "value"]


def test_interleaving_takes_turns_at_going_first():
    calls = []
    results = rows.interleave([lambda: calls.append("a") or 1, lambda: calls.append("b") or 2], 3)
    assert calls == list("abbaab") and results == [[1, 1, 1], [2, 2, 2]]


def test_process_time_is_that_of_the_child(tmp_path):
    code = "sum(range(3_000_000)); print(input())"
    (tmp_path / "in").write_text("hello\n")
    used = rows.run_process([sys.executable, "-c", code], stdin=tmp_path / "in",
                            stdout=tmp_path / "out")
    assert (tmp_path / "out").read_text() == "hello\n"
    assert used.cpu > 0.005 and used.wall > 0.005 and used.memory > 2**20


def test_process_that_fails_is_an_error():
    with pytest.raises(RuntimeError, match="ended with 3"):
        rows.run_process([sys.executable, "-c", "raise SystemExit(3)"])
