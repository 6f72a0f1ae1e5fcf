"""A canary in a protected field is found nowhere after a run but in the input."""

import json

from conftest import dead_letters, protect

CANARY = "canary-4711"
SCRIPT = """
import json

def fail(record):
    raise ValueError(f"cannot score {record['name']} / {record.to_python()}")
"""
STEP = '[[step]]\nuse = "python"\ncall = "step.py:fail"\n'
DEAD = '[dead_letter]\nfile = "dead.ndjson"\n'

LINES = [
    {"name": CANARY, "id": 1},
    {"nam": CANARY},
    [CANARY],
]


def everywhere(work):
    """Every byte the run left: files of any name, what it printed."""
    for name in sorted(work.names() - {"in.ndjson"}):
        yield name, (work / name).read_bytes()
    yield "stdout", work.stdout
    yield "stderr", work.stderr.encode()


def write_input(work):
    text = "".join(json.dumps(line) + "\n" for line in LINES)
    text += '{"name":"' + CANARY + '","name":"' + CANARY + '"}\n'
    text += '{"name":"' + CANARY + "\n"
    text += '{"name":"' + CANARY + '","bad":tru}\n'
    (work / "in.ndjson").write_bytes(text.encode() + b'{"name":"' + CANARY.encode() + b'\xff"}\n')


def assert_no_canary(work):
    for name, content in everywhere(work):
        assert CANARY.encode() not in content, name


def test_an_encrypting_job_with_every_kind_of_dead_record(work):
    write_input(work)
    summary = work.run(protect("encrypt", "/name"), more=DEAD)
    assert summary["dead"] == 6
    assert all("record" not in entry for entry in dead_letters(work / "dead.ndjson"))
    assert_no_canary(work)


def test_a_script_that_fails_on_the_plaintext(work):
    write_input(work)
    (work / "step.py").write_text(SCRIPT)
    summary = work.run(STEP + protect("encrypt", "/name"), more=DEAD)
    assert summary["written"] == 0
    assert_no_canary(work)


def test_a_job_that_fails_at_its_first_dead_record(work):
    write_input(work)
    work.run(protect("encrypt", "/name"), code=65)
    assert_no_canary(work)


def test_plain_dead_letters_hold_the_record_because_the_job_asks_for_it(work):
    write_input(work)
    work.run(protect("encrypt", "/name"), more=DEAD + "plain = true\n")
    assert CANARY in (work / "dead.ndjson").read_text()


def test_decrypting_with_another_keyring_tells_nothing(work):
    write_input(work)
    work.run(protect("encrypt", "/name"), sink="hidden.ndjson", more=DEAD)
    (work / "keys.json").rename(work / "old-keys.json")
    (work / "dead.ndjson").unlink()
    summary = work.run(protect("decrypt", "/name"), files=["hidden.ndjson"], more=DEAD)
    assert summary["written"] == 0
    (entry,) = dead_letters(work / "dead.ndjson")
    assert entry["reason"] == "decryption failed"
    assert_no_canary(work)
