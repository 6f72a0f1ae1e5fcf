"""docs/semantics.md, row by row: each row is a step, a record, and what becomes of it, and is run as it stands."""

import base64
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from adyton import crypto

PAGE = Path(__file__).resolve().parents[2] / "docs" / "semantics.md"
SITUATIONS = ["missing", "null", "wrong type", "arrays and `*`", "overlap", "repeated keys", "escaped keys",
              "no object"]
# A step has no row for a situation in which it cannot be: it names no field, or one field only.
NOT_MET = ({("sample", situation) for situation in SITUATIONS[:-1]}
           | {("python", situation) for situation in ("null", "wrong type", "arrays and `*`", "overlap")}
           | {(step, "overlap") for step in ("rename", "set", "filter")})
KEYS = {"encrypt": "x-aes-gcm", "decrypt": "x-aes-gcm", "rekey": "x-aes-gcm", "tokenize": "aes256-siv"}
PLACEHOLDERS = {"sealed": "[A-Za-z0-9_-]{40,}", "token": "[A-Za-z0-9_-]{27,}", "hash": "[0-9a-zA-Z_-]{40,}"}
SCRIPT = """
def same(record):
    return record

def last(record):
    record["c"] = record["a"]
    return record
"""


def cells_of(line):
    """The cells of a line of a Markdown table, without the marks of code."""
    cells = [cell.strip() for cell in line.strip().strip("|").split(" | ")]
    return [re.sub(r"^`+ ?(.*?) ?`+$", r"\1", cell) for cell in cells]


def rows():
    """(situation, step, options, record, what becomes of it) of each row of the page's one table."""
    lines = [line for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("|")]
    return [tuple(cells_of(line)) for line in lines[2:]]


def framed(text):
    return len(text).to_bytes(4, "big") + text.encode()


def sealed(folder, pointer, plaintext):
    """What encrypt makes of a value, as docs/formats.md has it."""
    aead = crypto.Aead(crypto.Keyring.load(folder / "x-aes-gcm.json"))
    bound = b"adyton/field/1" + framed("test") + framed(pointer) + framed("")
    return base64.urlsafe_b64encode(aead.encrypt(plaintext.encode(), bound)).rstrip(b"=").decode()


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Where the rows are run: with a keyring of each type, and a script."""
    folder = tmp_path_factory.mktemp("semantics")
    for kind in set(KEYS.values()):
        subprocess.run([sys.executable, "keys", "new", "--type", kind, f"{kind}.json"], cwd=folder, check=True)
    (folder / "step.py").write_text(SCRIPT)
    return folder


def write_job(folder, step, options):
    key = KEYS.get(step)
    (folder / "job.toml").write_text(
        f'step = [{{ use = "{step}", {options}{", key = " + json.dumps("key") if key else ""} }}]\n'
        '[job]\nname = "test"\ndomain = "test"\n[source]\nfiles = ["in"]\n'
        + (f'[keyring.key]\nfile = "{key}.json"\n' if key else "")
        + '[sink]\nfiles = "out"\nexisting = "replace"\n'
        '[dead_letter]\nfile = "dead"\n')


def become(folder, step, options, record):
    """What becomes of the record, as the page says it."""
    write_job(folder, step, options)
    text = re.sub("<sealed (\\S+) (.*?)>", lambda match: sealed(folder, *match.groups()), record)
    (folder / "in").write_text(text + "\n", encoding="utf-8")
    done = subprocess.run([sys.executable, "run", "--quiet", "job.toml"], cwd=folder, capture_output=True, text=True)
    if done.returncode == 78:
        return "check: " + re.search(" error: (.*)", done.stderr)[1]
    assert done.returncode == 0, done.stderr
    if dead := (folder / "dead").read_text():
        return "dead: " + json.loads(dead)["reason"]
    return (folder / "out").read_text(encoding="utf-8").removesuffix("\n") or "dropped"


def pattern(expected):
    """The text, in which <sealed>, <token> and <hash> stand for any such."""
    parts = re.split("<(sealed|token|hash)>", expected)
    return "".join(PLACEHOLDERS[part] if i % 2 else re.escape(part) for i, part in enumerate(parts))


@pytest.mark.parametrize("situation, step, options, record, becomes", rows(), ids=str)
def test_a_row_says_what_happens(folder, situation, step, options, record, becomes):
    assert re.fullmatch(pattern(becomes), become(folder, step, options, record)), (
        become(folder, step, options, record))


def test_every_step_has_a_row_for_every_situation():
    listing = subprocess.run([sys.executable, "steps"], capture_output=True, text=True, check=True).stdout
    steps = re.findall(r"^(\w+): ", listing, re.MULTILINE)
    met = {(step, situation) for situation, step, *_ in rows()}
    assert {"encrypt", "rename", "python"} <= set(steps)
    assert {(step, situation) for step in steps for situation in SITUATIONS} - NOT_MET - met == set()
    assert met <= {(step, situation) for step in steps for situation in SITUATIONS}


def test_no_row_is_there_twice():
    seen = [row[1:4] for row in rows()]
    assert len(seen) > 100
    assert {row for row in seen if seen.count(row) > 1} == set()
