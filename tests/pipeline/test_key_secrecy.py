"""A key is found in nothing that a job leaves or prints, and a ciphertext opens in its place alone."""

import base64
import hashlib
import json
import os
import signal
import subprocess
import sys
import time

import pytest
from conftest import dead_letters, protect

KEY = hashlib.shake_256(b"canary of the jobs").digest(32)
DEAD = '[dead_letter]\nfile = "dead.ndjson"\n'
RECORDS = [{"id": 1, "a": "text", "b": "other"}, {"id": 2, "a": "more"}, {"a": None}]


def write_keyring(work, name="keys.json"):
    """A keyring whose key is known: XAES-256-GCM, key id 7."""
    value = base64.b64encode(bytes.fromhex("1202080c1a20") + KEY).decode()
    path = work / name
    path.touch(mode=0o600)
    path.write_text(json.dumps({"primaryKeyId": 7, "key": [{
        "keyData": {"typeUrl": "type.googleapis.com/google.crypto.tink.XAesGcmKey", "value": value,
                    "keyMaterialType": "SYMMETRIC"},
        "status": "ENABLED", "keyId": 7, "outputPrefixType": "TINK"}]}))


def write_records(work, records=RECORDS, name="in.ndjson"):
    (work / name).write_text("".join(json.dumps(record) + "\n" for record in records))


def spellings():
    for part in (KEY[:16], KEY[16:]):
        yield part
        yield part.hex().encode()
        for skip in range(3):
            coded = base64.b64encode(bytes(skip) + part)[4 if skip else 0:20]
            yield coded
            yield coded.translate(bytes.maketrans(b"+/", b"-_"))


def assert_no_key(what, content):
    assert not [spelling for spelling in spellings() if spelling in content], what


def assert_nothing_tells(work, *processes):
    for done in processes:
        assert_no_key(done.args, done.stdout + done.stderr)
    for name in sorted(work.names() - {"keys.json"}):
        assert_no_key(name, (work / name).read_bytes())


def test_the_search_finds_the_key_where_it_is(work):
    write_keyring(work)
    with pytest.raises(AssertionError):
        assert_no_key("keys.json", (work / "keys.json").read_bytes())


def test_no_key_in_what_a_run_leaves_or_prints(work):
    write_keyring(work)
    write_records(work)
    work.run(protect("encrypt", "/a", "/b"), more='existing = "replace"\n' + DEAD)
    assert work.names() >= {"out.ndjson", "dead.ndjson"}
    done = [work.adyton("check", "job.toml"), work.adyton("steps")]
    done.append(work.adyton("keys", "list", "keys.json"))
    done.append(work.adyton("keys", "list", "--json", "keys.json"))
    assert_nothing_tells(work, *done)


def test_no_key_in_the_messages_of_what_goes_wrong(work):
    write_keyring(work)
    write_records(work)
    (work / "step.py").write_text("def fail(record):\n    raise ValueError(record)\n")
    step = '[[step]]\nuse = "python"\ncall = "step.py:fail"\n'
    work.run(step + protect("encrypt", "/a"), more=DEAD)
    done = [work.adyton("keys", "rotate", "keys.json", "--type", "ed25519", code=1),
            work.adyton("keys", "public", "keys.json", code=1),
            work.adyton("keys", "disable", "keys.json", "7", code=1)]
    for damage in ("}", "x", "\0"):
        text = (work / "keys.json").read_text()
        (work / "broken.json").touch(mode=0o600)
        (work / "broken.json").write_text(text + damage)
        done.append(work.adyton("keys", "list", "broken.json", code=1))
        (work / "broken.json").unlink()
    assert_nothing_tells(work, *done)


SLOW = '[[step]]\nuse = "python"\ncall = "step.py:slow"\n'


def write_slow_job(work, job):
    """Adds a step to the job that makes each of its 3000 records take a while, and lets it commit often."""
    write_records(work, [{"id": n, "a": "text", "b": "more"} for n in range(3000)])
    (work / "step.py").write_text("import time\n\ndef slow(record):\n    time.sleep(0.003)\n    return record\n")
    text = (work / job).read_text().replace('domain = "test"', 'domain = "test"\ncommit_every = "1 kB"')
    (work / job).write_text(text.replace("[sink]", SLOW + "[sink]"))


def end_in_the_middle(work, job, how=signal.SIGKILL, **options):
    """Ends a run by that signal once its manifest says that the key was used; what it printed."""
    def tells_of_the_key(manifest):
        try:
            return b'"keys":[{"keyring":"pii' in manifest.read_bytes()
        except FileNotFoundError:  # a new one that has its name by now
            return False

    def key_was_used():
        return any(tells_of_the_key(work / name) for name in work.names()
                   if name.startswith(".adyton") and "manifest" in name)

    with subprocess.Popen([sys.executable, "run", job], cwd=work.folder, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, **options) as process:
        deadline = time.monotonic() + 60
        while not key_was_used() and process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.02)
        process.send_signal(how)
        out, err = process.communicate()
    assert process.returncode == -how and key_was_used(), err
    return subprocess.CompletedProcess("ended", process.returncode, out, err)


def test_a_killed_run_leaves_no_key_in_its_state(work):
    write_keyring(work)
    job = work.write_job("job.toml", protect("encrypt", "/a"))
    write_slow_job(work, job)
    assert_nothing_tells(work, end_in_the_middle(work, job))


@pytest.fixture
def sealed(work):
    """One encrypted record: /a and /b of the domain `test`, bound to the record's id."""
    work.keys()
    write_records(work, [{"id": 1, "a": "text", "b": "other"}, {"id": 2, "a": "more", "b": "last"}])
    work.run(protect("encrypt", "/a", "/b", record_id="/id"), sink="sealed.ndjson")
    return [json.loads(line) for line in (work / "sealed.ndjson").read_text().splitlines()]


def reopen(work, records, steps=None, domain="test"):
    """What becomes of the records: those that decrypt, and the reasons why others do not."""
    write_records(work, records, "moved.ndjson")
    steps = steps or protect("decrypt", "/a", "/b", record_id="/id")
    job = work.write_job("open.toml", steps, files=["moved.ndjson"], sink="open.ndjson",
                         more='existing = "replace"\n' + DEAD)
    text = (work / job).read_text().replace('domain = "test"', f'domain = "{domain}"')
    (work / job).write_text(text)
    work.adyton("run", "--quiet", job)
    dead = dead_letters(work / "dead.ndjson") if (work / "dead.ndjson").exists() else []
    lines = (work / "open.ndjson").read_text().splitlines()
    return [json.loads(line) for line in lines], [entry["reason"] for entry in dead]


FAILED = (["decryption failed"], [])


def changes(text):
    """Base64url texts of what is not the ciphertext."""
    sealed = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    wrong = [sealed[:size] for size in range(len(sealed))] + [sealed + b"\0", os.urandom(len(sealed)), bytes(100)]
    wrong += [sealed[:at] + bytes([sealed[at] ^ 1]) + sealed[at + 1:] for at in range(len(sealed))]
    return [base64.urlsafe_b64encode(each).rstrip(b"=").decode() for each in wrong]


def test_whatever_does_not_open_is_dead_for_one_reason_without_a_detail(work, sealed):
    wrong = changes(sealed[0]["a"])
    write_records(work, [{**sealed[0], "a": text} for text in wrong], "moved.ndjson")
    job = work.write_job("open.toml", protect("decrypt", "/a", record_id="/id"), files=["moved.ndjson"],
                         sink="open.ndjson", more=DEAD + "plain = true\n")
    work.adyton("run", "--quiet", job)
    dead = dead_letters(work / "dead.ndjson")
    assert len(dead) == len(wrong) and (work / "open.ndjson").read_bytes() == b""
    assert {(entry["reason"], entry.get("detail"), entry["field"]) for entry in dead} == {
        ("decryption failed", None, "/a")}


def test_ciphertexts_open_where_they_were_made(work, sealed):
    records, reasons = reopen(work, sealed)
    assert [record["a"] for record in records] == ["text", "more"] and reasons == []


def test_a_ciphertext_moved_to_another_field_is_refused(work, sealed):
    first = sealed[0]
    records, reasons = reopen(work, [{**first, "a": first["b"], "b": first["a"]}])
    assert (reasons, records) == FAILED


def test_a_ciphertext_moved_to_another_record_is_refused(work, sealed):
    first, second = sealed
    records, reasons = reopen(work, [{**first, "a": second["a"]}])
    assert (reasons, records) == FAILED


def test_a_ciphertext_in_another_domain_is_refused(work, sealed):
    records, reasons = reopen(work, sealed[:1], domain="elsewhere")
    assert (reasons, records) == FAILED


def test_a_ciphertext_bound_to_a_record_does_not_open_without_it(work, sealed):
    records, reasons = reopen(work, sealed[:1], protect("decrypt", "/a", "/b"))
    assert (reasons, records) == FAILED


def test_a_sealed_keyring_is_opened_by_what_the_job_names(work):
    os.environ["TEST_PASSPHRASE"] = "correct horse"
    try:
        work.adyton("keys", "new", "keys.json", "--work-factor", "4", "--passphrase-env",
                    "TEST_PASSPHRASE")
        write_records(work, RECORDS[:2])
        job = work.write_job("job.toml", protect("encrypt", "/a"))
        refused = work.adyton("run", "--quiet", job, code=78)
        assert b"keys.json: is sealed" in refused.stderr and b"passphrase_env" in refused.stderr
        text = (work / job).read_text()
        (work / job).write_text(text.replace(
            'file = "keys.json"', 'file = "keys.json"\npassphrase_env = "TEST_PASSPHRASE"'))
        work.adyton("check", job)
        work.adyton("run", "--quiet", job)
        os.environ["TEST_PASSPHRASE"] = "wrong donkey"
        wrong = work.adyton("check", job, code=78)
        assert b"decryption failed" in wrong.stdout + wrong.stderr
        assert b"donkey" not in wrong.stdout + wrong.stderr
        assert "text" not in (work / "out.ndjson").read_text()
    finally:
        del os.environ["TEST_PASSPHRASE"]


def test_a_job_names_one_way_to_open_a_keyring(work):
    work.keys()
    job = work.write_job("job.toml", protect("encrypt", "/a"))
    text = (work / job).read_text()
    (work / job).write_text(text.replace(
        'file = "keys.json"', 'file = "keys.json"\npassphrase_env = "P"\ncommand = ["kms"]'))
    write_records(work)
    refused = work.adyton("check", job, code=78)
    assert b"a keyring is sealed in one way" in refused.stdout + refused.stderr
