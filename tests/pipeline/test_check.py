"""`adyton check`: what a user sees who typed something wrong, and who did not."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from adyton import crypto

SHIPPED = sorted(path for path in (Path(__file__).resolve().parents[2] / "config").glob("*.toml")
                 if not path.name.endswith(".test.toml"))

JOB = """\
[job]
name   = "protect"
domain = "shop"

[source]
files = ["orders/*.ndjson"]

[keyring.pii]
file = "keys/pii.json"

[[step]]
use    = "encrypt"
key    = "pii"
fields = ["/name", "/mails/*"]

[[step]]
use  = "python"
call = "score.py:score"

[sink]
files = "out/{stem}.ndjson.zst"

[dead_letter]
file = "out/dead.ndjson"
max_errors = "0.5 %"
"""


@pytest.fixture
def place(tmp_path):
    """A folder in which JOB is in order."""
    (tmp_path / "orders").mkdir()
    (tmp_path / "orders" / "a.ndjson").write_text('{"name": "x", "mails": []}\n')
    (tmp_path / "keys").mkdir()
    subprocess.run([sys.executable, "keys", "new", "keys/pii.json"], cwd=tmp_path, check=True)
    (tmp_path / "score.py").write_text(
        "raise SystemExit('a script must not be run by check')\n\n\ndef score(record):\n    return record\n")
    return tmp_path


def check(folder, job, *arguments):
    """Writes the job and checks it: (exit code, standard output, standard error)."""
    (folder / "job.toml").write_text(job)
    done = subprocess.run([sys.executable, "check", "job.toml", *arguments], cwd=folder,
                          capture_output=True, text=True)
    return done.returncode, done.stdout, done.stderr


def test_a_job_in_order_is_ok_and_its_plan_is_told(place):
    code, out, err = check(place, JOB)
    assert (code, err) == (0, "")
    assert out.splitlines() == [
        "job.toml: ok",
        '  reads         "orders/a.ndjson" (27 B)',
        "  steps         1. encrypt /name, /mails/*",
        "                2. python score.py:score",
        '  writes        "out/a.ndjson.zst"',
        '  dead letters  "out/dead.ndjson" (without the text of records); '
        "at most 0.5 % of the records allowed",
    ]
    assert not (place / "out").exists()


def test_five_mistakes_are_told_at_once_each_with_its_place_and_the_way_out(place):
    job = (JOB.replace("domain =", "domian =").replace('"pii"\nfields', '"pi"\nfields')
           .replace("/mails/*", "/name/first").replace("score.py:score", "score.py:scores")
           .replace("{stem}", "{stm}"))
    code, out, err = check(place, job)
    assert (code, out) == (78, "")
    assert [line for line in err.splitlines() if ": error: " in line] == [
        'job.toml:3:1: error: [job] has no key "domian"',
        'job.toml:13:10: error: no keyring is called "pi"',
        'job.toml:14:20: error: the field "/name/first" overlaps "/name"',
        'job.toml:18:8: error: score.py defines no function "scores"',
        'job.toml:21:9: error: there is no placeholder "{stm}"',
    ]
    assert [line for line in err.splitlines() if "did you mean" in line] == [
        '    help: did you mean "domain"?',
        '    help: did you mean "pii"?',
        '    help: did you mean "score"?',
        '    help: did you mean "{stem}"?',
    ]
    assert err.endswith("job.toml: 5 errors\n")


def test_a_mistake_in_toml_is_shown_under_its_line(place):
    code, _, err = check(place, JOB.replace('"shop"', "shop"))
    assert code == 78
    assert err.startswith("job.toml:3:10: error: this is not TOML: ")
    assert '\n    domain = shop\n             ^\n' in err


@pytest.mark.parametrize("spoil, message", [
    (lambda place: (place / "orders" / "a.ndjson").unlink(), "no file matches"),
    (lambda place: (place / "keys" / "pii.json").unlink(), "the keyring cannot be used"),
    (lambda place: (place / "score.py").unlink(), "the script cannot be used"),
    (lambda place: ((place / "out").mkdir(), (place / "out" / "a.ndjson.zst").touch()), "exists"),
])
def test_what_lies_about_is_checked_too(place, spoil, message):
    spoil(place)
    code, out, err = check(place, JOB)
    assert (code, out) == (78, "")
    assert message in err.splitlines()[0]


def test_usage_errors_exit_with_2(place):
    assert check(place, JOB, "other.toml")[0] == 2
    assert check(place, JOB, "--frob")[0] == 2
    done = subprocess.run([sys.executable, "check"], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (2, "adyton check: which job?\ntry: adyton check --help\n")


@pytest.mark.parametrize("job", SHIPPED, ids=lambda job: job.name)
def test_jobs_that_are_shipped_have_no_mistakes_but_what_is_missing_here(place, job, monkeypatch):
    """Whatever check says of them in a folder without their files is about files alone."""
    monkeypatch.setenv("AUDIT_RECIPIENT", str(crypto.Identity.generate().recipient))
    code, _, err = check(place, job.read_text())
    errors = [line for line in err.splitlines() if ": error: " in line]
    assert code in (0, 78)
    assert all("cannot open" in line or "no file matches" in line for line in errors), err


def test_the_reference_of_the_job_file_has_every_step_and_option():
    """docs/job.md against `adyton steps`, which prints the table that the checker reads."""
    docs = (Path(__file__).resolve().parents[2] / "docs" / "job.md").read_text()
    listing = subprocess.run([sys.executable, "steps"], capture_output=True, text=True, check=True)
    steps = re.findall(r"^(\w+): ", listing.stdout, re.MULTILINE)
    options = re.findall(r"^  (\w+)  \(", listing.stdout, re.MULTILINE)
    assert {"encrypt", "keep", "python"} < set(steps)
    headings = re.findall(r"^### (.*)$", docs, re.MULTILINE)
    assert [name for heading in headings for name in heading.split(", ")] == steps
    assert {option for option in options if f"| `{option}` |" not in docs} == set()
