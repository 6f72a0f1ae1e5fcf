"""tests/conformance/conformance.py: it sees a difference, and holds it against the list."""

import sys

import conformance
import pytest

REPORT = """<testsuites><testsuite>
<testcase name="test.test_x.T.test_good" status="run" result="completed" time="0.1"/>
<testcase name="test.test_x.T.test_bad" status="run" result="completed"><failure/></testcase>
<testcase name="test.test_x.T.test_broken" status="run" result="completed"><error/></testcase>
<testcase name="test.test_x.T.test_left" status="run" result="skipped"><skipped/></testcase>
<testcase name="test.test_x.T.test_parts" status="run" result="completed"><failure/></testcase>
<testcase name="test.test_x.T.test_parts" status="run" result="completed"/>
</testsuite></testsuites>"""

DIFFERENT = conformance.Difference("test.test_x.T.test_y", "passed", "failed")


def test_outcomes_are_read_from_the_report(tmp_path):
    (tmp_path / "report.xml").write_text(REPORT)
    outcomes = conformance.outcomes_in(tmp_path / "report.xml")
    assert {name.rpartition("_")[2]: outcome for name, outcome in outcomes.items()} == {
        "good": "passed", "bad": "failed", "broken": "error", "left": "skipped", "parts": "failed"}


def test_every_kind_of_difference_is_found():
    python = {"same": "passed", "worse": "passed", "better": "failed", "gone": "passed"}
    adyton = {"same": "passed", "worse": "failed", "better": "passed", "new": "passed"}
    assert [(d.test, d.python, d.adyton) for d in conformance.compare(python, adyton)] == [
        ("better", "failed", "passed"), ("gone", "passed", "absent"), ("new", "absent", "passed"),
        ("worse", "passed", "failed")]


@pytest.mark.parametrize("found, listed, good", [
    ([], {}, True),
    ([DIFFERENT], {}, False),
    ([DIFFERENT], {DIFFERENT.test: "why"}, True),
    ([], {DIFFERENT.test: "why"}, False),
    ([], {"test.test_other.T.test_y": "why"}, True),
])
def test_only_what_is_listed_may_differ_and_it_must(found, listed, good):
    assert conformance.judge(found, ["test_x"], listed) is good


def test_listed_differences_have_a_reason_and_may_be_about_one_version(tmp_path, monkeypatch):
    path = tmp_path / "differences.toml"
    path.write_text('[[difference]]\ntest = "a"\nreason = "r"\n'
                    '[[difference]]\ntest = "b"\npython = ["3.11"]\nreason = "s"\n')
    monkeypatch.setattr(conformance, "DIFFERENCES", path)
    assert conformance.listed_differences("3.11") == {"a": "r", "b": "s"}
    assert conformance.listed_differences("3.13") == {"a": "r"}


def test_list_in_the_repository_can_be_read():
    assert all(conformance.listed_differences("3.11").values())


def test_interpreter_that_behaves_differently_is_noticed(tmp_path, capsys):
    pytest.importorskip("test.test_site", reason="CPython's tests are not installed")
    other = tmp_path / "other"
    other.write_text(f'#!/bin/sh\nexec "{sys.executable}" -S "$@"\n')
    other.chmod(0o755)
    found = conformance.examine("test_site", sys.executable, str(other))
    assert found and "different" in capsys.readouterr().out


def test_file_without_tests_is_not_taken_for_agreement(tmp_path):
    with pytest.raises(SystemExit, match="test_no_such_file: nothing to compare with"):
        conformance.examine("test_no_such_file", sys.executable, sys.executable)
