"""Whatever opens a keyring is found in nothing that a job leaves or prints; no nonce is repeated."""

import base64
import json
import os
import resource
import signal
import sys

import pytest
from conftest import protect
from test_key_secrecy import (DEAD, assert_no_key, assert_nothing_tells, end_in_the_middle, write_keyring,
                              write_records, write_slow_job)

PASSPHRASE = "correct canary battery 4711"
KMS = """
import sys
from adyton.crypto import Aead, Keyring
aead = Aead(Keyring.load(sys.argv[1]))
data = sys.stdin.buffer.read()
sys.stderr.write("the KMS speaks\\n")
sys.stdout.buffer.write(aead.encrypt(data) if sys.argv[2] == "encrypt" else aead.decrypt(data))
"""


def seal(work, how):
    """Seals keys.json, whose key is known, in that way; the lines of [keyring.pii] that open it."""
    if how == "passphrase":
        work.adyton("keys", "convert", "keys.json", "--work-factor", "4", "--to-passphrase-env", "CANARY")
        return 'passphrase_env = "CANARY"'
    if how == "identity":
        recipient = work.adyton("keys", "identity", "-o", "identity.txt").stdout.decode().strip()
        work.adyton("keys", "convert", "keys.json", "--to-recipient", recipient)
        return 'identity = "identity.txt"'
    work.adyton("keys", "new", "kms.json")
    (work / "kms.py").write_text(KMS)
    words = [sys.executable, "kms.py", "kms.json"]
    work.adyton("keys", "convert", "keys.json", "--to-command", " ".join(words))
    return f"command = {json.dumps(words)}"


def secrets_of(work):
    """What must not be found besides the key: passphrase, identity, the KMS's own key."""
    yield PASSPHRASE.encode()
    yield base64.b64encode(PASSPHRASE.encode())[:-4]
    yield from keys_of(work)


def keys_of(work):
    if (work / "identity.txt").exists():
        line = (work / "identity.txt").read_text().split("AGE-SECRET-KEY-1")[1].strip()
        yield line[:20].encode()
        yield line[-20:].encode()
    if (work / "kms.json").exists():
        (key,) = json.loads((work / "kms.json").read_text())["key"]
        yield key["keyData"]["value"][8:40].encode()


def assert_nothing_found(work, *processes):
    contents = {str(done.args): done.stdout + done.stderr for done in processes}
    names = work.names() - {"identity.txt", "kms.json"}
    contents |= {name: (work / name).read_bytes() for name in names}
    for name, content in contents.items():
        assert_no_key(name, content)
        assert not [secret for secret in secrets_of(work) if secret in content], name


@pytest.fixture(params=["passphrase", "identity", "command"])
def opened(request, work, monkeypatch):
    """A job whose keyring is sealed in one of the ways, and some records."""
    monkeypatch.setenv("CANARY", PASSPHRASE)
    write_keyring(work)
    line = seal(work, request.param)
    write_records(work)
    job = work.write_job("job.toml", protect("encrypt", "/a", "/b", record_id="/id"), more=DEAD)
    text = (work / job).read_text()
    (work / job).write_text(text.replace('file = "keys.json"', f'file = "keys.json"\n{line}'))
    return job


def test_no_secret_in_what_any_command_leaves_or_prints(work, opened):
    case = '[[case]]\nname = "x"\ninput = [{ id = 1, a = "x", b = "y" }]\nexpect = [{}]\n'
    (work / "job.test.toml").write_text(case)
    run = "run", "--summary", "json", opened
    done = [work.adyton("check", opened), work.adyton(*run), work.adyton("steps"),
            work.adyton("run", "--dry-run", opened), work.adyton("test", opened, code=1),
            work.adyton("replay", opened, "--at", "in.ndjson:0"), work.adyton("verify", "test.receipt.json"),
            work.adyton("dead-letter", "list", "--show-records", "dead.ndjson"),
            work.adyton("dead-letter", "stats", "dead.ndjson"),
            work.adyton("dead-letter", "replay", "dead.ndjson", "--job", opened, "-o", "again.ndjson"),
            work.adyton("run", "--no-such-option", opened, code=2)]
    assert "test.receipt.json" in work.names()
    assert_nothing_found(work, *done)


def test_no_secret_in_the_messages_of_a_keyring_that_does_not_open(work, opened, monkeypatch):
    sealed = (work / "keys.json").read_text()
    monkeypatch.setenv("CANARY", PASSPHRASE + "x")
    (work / "keys.json").write_text(sealed[:-60] + sealed[-30:])
    done = [work.adyton("check", opened, code=78), work.adyton("run", opened, code=78),
            work.adyton("replay", opened, "--at", "in.ndjson:0", code=78)]
    assert b"keys.json" in done[0].stdout + done[0].stderr
    assert_nothing_found(work, *done)


def test_no_secret_in_the_state_of_a_killed_run(work, opened):
    write_slow_job(work, opened)
    assert_nothing_found(work, end_in_the_middle(work, opened))


def allow_core():
    resource.setrlimit(resource.RLIMIT_CORE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))


def test_no_key_in_the_core_file_of_a_job(work, opened):
    """The passphrase is in it: it stands in the environment."""
    with open("/proc/sys/kernel/core_pattern") as pattern:
        if pattern.read().strip() != "core":
            pytest.skip("cores go elsewhere")
    write_slow_job(work, opened)
    # The address sanitizer would set the limit back.
    sanitizer = os.environ.get("ASAN_OPTIONS", "") + ":disable_coredump=0"
    end_in_the_middle(work, opened, signal.SIGABRT, preexec_fn=allow_core,
                      env={**os.environ, "ASAN_OPTIONS": sanitizer})
    (name,) = (name for name in work.names() if name.startswith("core"))
    with open(work / name, "rb") as file:
        # Pages of nothing but zeros, most of them, are not worth the search.
        core = b"".join(page for page in iter(lambda: file.read(4096), b"") if page.strip(b"\0"))
    assert b"step.py:slow" in core, "the dump holds what it should not hide"
    assert_no_key("core", core)
    assert not [key for key in keys_of(work) if key in core]


def test_no_key_in_the_traceback_of_a_script_that_holds_a_keyring(work):
    write_keyring(work)
    write_records(work)
    (work / "step.py").write_text(
        "from adyton import crypto\n\nkeyring = crypto.Keyring.load('keys.json')\naead = crypto.Aead(keyring)\n\n"
        "def fail(record):\n    raise ValueError(f'{keyring!r} {aead!r} {vars()} {globals()}')\n")
    step = '[[step]]\nuse = "python"\ncall = "step.py:fail"\n'
    job = work.write_job("job.toml", step, more=DEAD + "plain = true\n")
    done = work.adyton("run", job)
    assert b"Keyring" in (work / "dead.ndjson").read_bytes()
    assert_nothing_tells(work, done)
    held = work.adyton("-X", "dev", "-c", "import step\nstep.fail({})", code=1)
    assert b"Traceback" in held.stderr
    assert_nothing_tells(work, held)


SHARED = """
from adyton import crypto

aead = crypto.Aead(crypto.Keyring.load("keys.json"))
aead.encrypt_many([b"drawn ahead"] * 10)

def seal(record):
    record["one"] = aead.encrypt(b"text").hex()
    record["many"] = [sealed.hex() for sealed in aead.encrypt_many([b"text"] * 20)]
    return record
"""


def test_a_script_and_a_job_that_share_a_keyring_repeat_no_nonce(work):
    work.adyton("keys", "new", "keys.json", "--type", "aes256-gcm")
    write_records(work, [{"id": n, "a": "text" * 300} for n in range(2000)])
    (work / "step.py").write_text(SHARED)
    work.run('[[step]]\nuse = "python"\ncall = "step.py:seal"\n' + protect("encrypt", "/a"))
    nonces = []
    for line in (work / "out.ndjson").read_text().splitlines():
        record = json.loads(line)
        sealed = [base64.urlsafe_b64decode(record["a"] + "=="),
                  *map(bytes.fromhex, [record["one"], *record["many"]])]
        nonces += [each[5:17] for each in sealed]
    assert len(nonces) == 2000 * 22
    assert len(set(nonces)) == len(nonces)


def test_runs_that_do_the_same_work_twice_repeat_no_nonce(work):
    """A killed run's work is done again: with other nonces, for the first ones may have been seen."""
    work.adyton("keys", "new", "keys.json", "--type", "aes256-gcm")
    write_records(work, [{"id": n, "a": "text"} for n in range(2000)])
    nonces = []
    for number in range(3):
        work.run(protect("encrypt", "/a"), sink=f"out{number}.ndjson")
        for line in (work / f"out{number}.ndjson").read_text().splitlines():
            nonces.append(base64.urlsafe_b64decode(json.loads(line)["a"] + "==")[5:17])
    assert len(nonces) == len(set(nonces)) == 6000
