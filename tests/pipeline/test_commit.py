"""Stopping, resuming and verifying whole runs; the protocol itself is tested in C++ (commit_test.cpp)."""

import json
import signal
import subprocess
import sys
import time

import pytest

SLOW = '[[step]]\nuse = "python"\ncall = "slow.py:slow"\n'
SCRIPT = """
import time
def slow(record):
    time.sleep({pause})
    record["seen"] = True
    return record
"""
EVERY = 'commit_every = "4 KiB"'
RECORDS = 3000


@pytest.fixture
def slow(work):
    """A job of some seconds that commits often."""
    lines = "".join(json.dumps({"id": i, "text": "x" * 40}) + "\n" for i in range(RECORDS))
    (work / "in.ndjson").write_text(lines)
    (work / "slow.py").write_text(SCRIPT.format(pause=0.002))
    job = work.write_job("job.toml", SLOW, sink="out/{name}")
    text = (work / job).read_text().replace('name = "test"', 'name = "test"\n' + EVERY)
    (work / job).write_text(text)
    return work


def start(work, *options):
    return subprocess.Popen([sys.executable, "run", *options, "job.toml"], cwd=work.folder,
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def wait_for_commit(work):
    state = work / "out" / ".adyton" / "test"
    deadline = time.monotonic() + 120
    while not any(state.glob("manifest.?")):
        assert time.monotonic() < deadline
        time.sleep(0.01)


def ids(work):
    return [json.loads(line)["id"] for line in (work / "out/in.ndjson").read_text().splitlines()]


@pytest.mark.parametrize("signum", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_stops_the_run_and_the_next_one_goes_on(slow, signum):
    process = start(slow)
    wait_for_commit(slow)
    process.send_signal(signum)
    begin = time.monotonic()
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 75, errors
    assert "run it again to go on" in errors
    assert time.monotonic() - begin < 30
    assert not (slow / "out/in.ndjson").exists()

    done = slow.adyton("run", "job.toml")
    assert b"going on where a run of this job was stopped" in done.stderr
    assert ids(slow) == list(range(RECORDS))
    assert slow.names() == {"in.ndjson", "slow.py", "job.toml", "out/in.ndjson", "out/test.receipt.json"}


def test_a_second_signal_stops_at_once_and_loses_nothing(slow):
    process = start(slow)
    wait_for_commit(slow)
    process.send_signal(signal.SIGTERM)
    process.send_signal(signal.SIGTERM)
    process.send_signal(signal.SIGTERM)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 75, errors
    slow.adyton("run", "job.toml")
    assert ids(slow) == list(range(RECORDS))


def test_a_killed_run_is_taken_up(slow):
    process = start(slow)
    wait_for_commit(slow)
    process.kill()
    process.communicate()
    done = slow.adyton("run", "--quiet", "--summary", "json", "job.toml")
    assert json.loads(done.stdout)["read"] == RECORDS
    assert ids(slow) == list(range(RECORDS))


def test_what_changed_is_named_and_a_restart_starts_over(slow):
    process = start(slow)
    wait_for_commit(slow)
    process.kill()
    process.communicate()
    with open(slow / "slow.py", "a") as script:
        script.write("# another script\n")
    refused = slow.adyton("run", "job.toml", code=1)
    assert b"slow.py has changed since then" in refused.stderr
    assert b"--restart" in refused.stderr
    slow.adyton("run", "--restart", "job.toml")
    assert ids(slow) == list(range(RECORDS))


def test_one_run_of_a_job_at_a_time(slow):
    process = start(slow)
    wait_for_commit(slow)
    refused = slow.adyton("run", "job.toml", code=1)
    assert b"one run of a job at a time" in refused.stderr
    process.kill()
    process.communicate()


def test_a_failed_run_is_taken_up_once_the_cause_is_mended(work):
    lines = "".join(json.dumps({"id": i}) + "\n" for i in range(RECORDS))
    (work / "in.ndjson").write_text(lines)
    (work / "slow.py").write_text(
        'import os\n'
        'def slow(record):\n'
        '    if record["id"] == 2990 and not os.path.exists("go"):\n'
        '        raise SystemExit("not yet")\n'
        '    return record\n')
    job = work.write_job("job.toml", SLOW, sink="out/{name}")
    text = (work / job).read_text().replace('name = "test"', 'name = "test"\n' + EVERY)
    (work / job).write_text(text)
    failed = work.adyton("run", "job.toml", code=1)
    assert b"not yet" in failed.stderr
    (work / "go").touch()
    done = work.adyton("run", "job.toml")
    assert b"going on where" in done.stderr
    assert ids(work) == list(range(RECORDS))


PROTECT = """
[[step]]
use = "encrypt"
fields = ["/user/email", "/user/phones/*"]
key = "pii"
missing = "skip"
[[step]]
use = "redact"
fields = ["/user/name"]
missing = "skip"
"""


@pytest.fixture
def receipt(work):
    records = [{"id": i, "user": {"email": f"{i}@example.org", "name": "n", "phones": ["1", "2"]}}
               for i in range(100)]
    (work / "in.ndjson").write_text("".join(json.dumps(r) + "\n" for r in records) + "broken\n\n")
    job = work.write_job("job.toml", PROTECT, sink="out/{name}",
                              more='[dead_letter]\nfile = "out/dead.ndjson"\n')
    work.adyton("run", "--quiet", job)
    return json.loads((work / "out/test.receipt.json").read_text())


def test_the_receipt_says_what_happened(work, receipt):
    assert receipt["records"] == {"read": 101, "fanned_out": 0, "written": 100, "dropped": 0,
                                  "dead": 1, "blank_lines": 1}
    assert receipt["dead"] == [{"step": 0, "use": "read", "reason": "syntax", "records": 1}] or \
        receipt["dead"] == [{"step": 1, "use": "encrypt", "reason": "syntax", "records": 1}]
    values = {entry["field"]: entry["values"] for entry in receipt["protected"]
              if entry["use"] == "encrypt"}
    assert values == {"/user/email": 100, "/user/phones/*": 200}
    (output,) = receipt["outputs"]
    assert output["path"] == "out/in.ndjson" and output["records"] == 100
    assert output["size"] == (work / "out/in.ndjson").stat().st_size
    keyring = json.loads((work / "keys.json").read_text())
    assert receipt["keys"] == [{"keyring": "pii", "primary_key": keyring["primaryKeyId"],
                                "file": "keys.json"}]
    assert receipt["job"]["name"] == "test" and receipt["versions"]["python"]


def test_verify_agrees_until_a_file_changes(work, receipt):
    done = work.adyton("verify", "out/test.receipt.json")
    assert b"all is as it says" in done.stdout
    for name in ("out/in.ndjson", "out/dead.ndjson", "in.ndjson"):
        path = work / name
        whole = path.read_bytes()
        for damaged, word in ((whole[:-1], b"bytes and should have"),
                              (whole[:-2] + b"x" + whole[-1:], b"has changed"), (None, b"is not there")):
            path.unlink() if damaged is None else path.write_bytes(damaged)
            found = work.adyton("verify", "out/test.receipt.json", code=1)
            assert name.encode() in found.stderr and word in found.stderr
        path.write_bytes(whole)
    work.adyton("verify", "out/test.receipt.json")


def test_verify_counts_records_anew(work, receipt):
    path = work / "out/test.receipt.json"
    path.write_text(path.read_text().replace('"records":100', '"records":99'))
    found = work.adyton("verify", "out/test.receipt.json", code=1)
    assert b"holds 100 records and should hold 99" in found.stderr
    assert b"hold 99 records and 100 were written" in found.stderr


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"adyton_receipt": 2}', "\0\1"])
def test_what_is_no_receipt_is_refused(work, text):
    (work / "r.json").write_text(text)
    refused = work.adyton("verify", "r.json", code=1)
    assert b"r.json" in refused.stderr and b"receipt.json" in refused.stderr


def test_a_sha256_digest_is_that_of_sha256sum(work):
    (work / "in.ndjson").write_text('{"a":1}\n')
    job = work.write_job("job.toml", "", sink="out/{name}", more='[receipt]\ndigest = "sha256"\n')
    work.adyton("run", "--quiet", job)
    receipt = json.loads((work / "out/test.receipt.json").read_text())
    told = subprocess.run(["sha256sum", "in.ndjson"], cwd=work.folder, capture_output=True,
                          text=True, check=True).stdout.split()[0]
    assert receipt["inputs"][0]["digest"] == receipt["outputs"][0]["digest"] == f"sha256:{told}"
    work.adyton("verify", "out/test.receipt.json")


def test_an_input_that_grows_while_it_is_read_is_noticed(slow):
    process = start(slow)
    wait_for_commit(slow)
    with open(slow / "in.ndjson", "a") as more:
        more.write('{"id": -1}\n')
    _, errors = process.communicate(timeout=120)
    assert process.returncode == 1
    assert "in.ndjson was changed while it was read" in errors
    assert not (slow / "out/in.ndjson").exists()
