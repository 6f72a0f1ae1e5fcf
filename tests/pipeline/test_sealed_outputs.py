"""Jobs whose sinks seal: what is in the outputs, whom they open for, and that a failed run leaves none."""

import gzip
import hashlib
import json
import os
import shutil
import signal
import stat
import subprocess
import sys
import time

import pytest
from conftest import dead_letters

NDJSON = "".join(f'{{"id":{n},"text":"{n * 7919 % 1000}"}}\n' for n in range(1, 20_001))
KEEP_TEXT = '[[step]]\nuse = "keep"\nfields = ["/text"]\n'
CALL = '[[step]]\nuse = "python"\ncall = "s.py:f"\n'
DEAD = '[dead_letter]\nfile = "dead.ndjson"\n'


@pytest.fixture
def recipient(work):
    """The recipient of id.txt, which is made."""
    return work.adyton("keys", "identity", "-o", "id.txt").stdout.decode().strip()


def write_job(work, recipient=None, *, files=("in.ndjson",), steps="", sink="out/{stem}.ndjson.age", source="",
              more="", job="", after=""):
    """job.toml; `more` stands in [sink], `after` behind it. Without a recipient nothing is sealed."""
    sealed = f"recipient = {json.dumps(recipient)}\n" if recipient else ""
    (work / "job.toml").write_text(
        f'[job]\nname = "test"\n{job}[source]\nfiles = {json.dumps(list(files))}\n{source}{steps}'
        f'[sink]\nfiles = "{sink}"\n{sealed}{more}{after}')


def run(work, *arguments, code=0, **options):
    return work.adyton("run", "--quiet", *arguments, "job.toml", code=code, **options)


def opened(work, name, identity="id.txt"):
    return work.adyton("open", "-i", identity, name).stdout


def refused(work, *command, code=78):
    return work.adyton(*command, code=code).stderr.decode()


def unpacked(name, data):
    if ".gz" in name:
        return gzip.decompress(data)
    if ".zst" in name:
        return subprocess.run(["zstd", "-dqc"], input=data, capture_output=True, check=True).stdout
    return data


@pytest.mark.parametrize("form", ["ndjson", "array", "csv", "tsv"])
@pytest.mark.parametrize("packing", ["", ".gz", ".zst"])
def test_a_sealed_output_holds_what_it_would_in_the_clear(work, recipient, form, packing):
    (work / "in.ndjson").write_text(NDJSON)
    (work / "empty.ndjson").touch()
    files = ["in.ndjson", "empty.ndjson"]
    more = f'format = "{form}"\n'
    write_job(work, files=files, steps=KEEP_TEXT, sink="plain/{stem}" + packing, more=more)
    run(work)
    write_job(work, recipient, files=files, steps=KEEP_TEXT, sink="sealed/{stem}" + packing + ".age", more=more)
    assert b", sealed to 1 recipient\n" in work.adyton("check", "job.toml").stdout
    run(work)
    for stem in ("in", "empty"):
        sealed = f"sealed/{stem}{packing}.age"
        plain = (work / f"plain/{stem}{packing}").read_bytes()
        assert unpacked(packing, opened(work, sealed)) == unpacked(packing, plain)
        assert (work / sealed).read_bytes().startswith(b"age-encryption.org/v1\n")
        assert stat.S_IMODE((work / sealed).stat().st_mode) == 0o600
    # A job reads it as it reads any sealed input.
    write_job(work, files=[f"sealed/in{packing}.age"], source=more + 'identity = "id.txt"\n', sink="again")
    run(work)
    assert (work / "again").read_bytes() == unpacked(packing, (work / f"plain/in{packing}").read_bytes())


def test_all_inputs_in_one_sealed_output(work, recipient):
    for name in ("1", "2"):
        (work / f"{name}.ndjson").write_text(NDJSON.rstrip("\n"))
    write_job(work, recipient, files=["1.ndjson", "2.ndjson"], sink="out/all.json.age", more='format = "array"\n')
    assert b"(a run that is stopped starts over)" in work.adyton("check", "job.toml").stdout
    run(work)
    assert json.loads(opened(work, "out/all.json.age")) == [json.loads(line) for line in NDJSON.splitlines()] * 2
    assert {name for name in work.names() if name.startswith("out/")} == {"out/all.json.age", "out/test.receipt.json"}


def test_each_recipient_opens_and_nobody_else(work, recipient):
    (work / "in.ndjson").write_text(NDJSON)
    other = work.adyton("keys", "identity", "-o", "other.txt").stdout.decode().strip()
    work.adyton("keys", "identity", "-o", "stranger.txt")
    write_job(work, [recipient, other])
    assert b", sealed to 2 recipients (a run that is stopped starts over)\n" in work.adyton("check", "job.toml").stdout
    run(work)
    for identity in ("id.txt", "other.txt"):
        assert opened(work, "out/in.ndjson.age", identity).decode() == NDJSON
    assert "decryption failed" in refused(work, "open", "-i", "stranger.txt", "out/in.ndjson.age", code=1)


def test_the_age_program_opens_it(work, recipient):
    age = shutil.which("age")
    if age is None:
        pytest.skip("there is no age here: apt-get install age")
    text = NDJSON * 8
    assert len(text) > 3 << 20
    (work / "in.ndjson").write_text(text)
    write_job(work, recipient, sink="out/{stem}.ndjson.zst.age")
    run(work)
    done = subprocess.run([age, "-d", "-i", work / "id.txt", work / "out/in.ndjson.zst.age"], capture_output=True,
                          check=True)
    assert unpacked(".zst", done.stdout).decode() == text
    write_job(work, recipient, sink="-")
    piped = run(work).stdout
    assert subprocess.run([age, "-d", "-i", work / "id.txt"], input=piped, capture_output=True,
                          check=True).stdout.decode() == text


@pytest.mark.parametrize("threads", ["1", "2", "4"])
def test_however_many_threads_the_records_are_in_their_order(work, recipient, threads):
    text = NDJSON * 10
    for stem in "ab":
        (work / f"{stem}.ndjson").write_text(text)
    write_job(work, recipient, files=["a.ndjson", "b.ndjson"])
    run(work, "--threads", threads)
    for stem in "ab":
        assert opened(work, f"out/{stem}.ndjson.age").decode() == text


# --- standard output, and runs that fail ----------------------------------------------------------


# Ends the run shortly before the end of an input whose last lines are NDJSON's.
ENDS = """
import os
def f(record):
    if record["id"] == 19999 and not os.path.exists("go"):
        raise SystemExit("not yet")
    return record
"""


def is_cut(work, sealed):
    """It begins as a sealed file and is none: whoever opens it is told. How much text was opened."""
    assert sealed.startswith(b"age-encryption.org/v1\n")
    done = work.adyton("open", "-i", "id.txt", input=sealed, code=1)
    assert b"decryption failed" in done.stderr
    return done.stdout


def test_a_pipe_is_sealed_too(work, recipient):
    (work / "in.ndjson").write_text(NDJSON)
    write_job(work, recipient, sink="-", more='format = "array"\n')
    sealed = run(work).stdout
    assert json.loads(work.adyton("open", "-i", "id.txt", input=sealed).stdout)[-1] == json.loads(
        NDJSON.splitlines()[-1])
    write_job(work, recipient, files=["-"], sink="-")
    sealed = run(work, input=b"").stdout
    assert work.adyton("open", "-i", "id.txt", input=sealed).stdout == b""


@pytest.mark.parametrize("more", ["", 'format = "array"\n', 'format = "csv"\n'])
def test_the_pipe_of_a_run_that_bears_no_more_dead_records_is_cut(work, recipient, more):
    text = NDJSON * 20
    (work / "in.ndjson").write_text(text + "broken\n")
    write_job(work, recipient, sink="-", more=more, after='[dead_letter]\nmax_errors = "0.0001 %"\n')
    given = is_cut(work, run(work, code=65).stdout)
    if not more:
        assert len(given) > 1 << 20 and text.encode().startswith(given)


def test_the_pipe_of_a_run_that_ends_in_its_script_is_cut(work, recipient):
    text = NDJSON.replace('"id":19999', '"id":1') * 19 + NDJSON
    (work / "in.ndjson").write_text(text)
    (work / "s.py").write_text(ENDS)
    write_job(work, recipient, steps=CALL, sink="-")
    given = is_cut(work, run(work, code=1).stdout)
    assert len(given) > 1 << 20 and text.encode().startswith(given)


def test_the_pipe_of_a_run_whose_dead_letters_cannot_be_published_is_cut(work, recipient):
    (work / "in.ndjson").write_text(NDJSON + "broken\n")
    (work / "s.py").write_text('def f(record):\n    if record["id"] == 19999:\n        open("dead.ndjson", "w")\n'
                               "    return record\n")
    write_job(work, recipient, steps=CALL, sink="-", after=DEAD)
    done = run(work, code=1)
    assert b"dead.ndjson" in done.stderr
    is_cut(work, done.stdout)
    (work / "dead.ndjson").unlink()
    (work / "s.py").write_text("def f(record):\n    return record\n")
    assert work.adyton("open", "-i", "id.txt", input=run(work).stdout).stdout.decode() == NDJSON


def test_a_failed_run_publishes_nothing_and_leaves_no_text(work, recipient):
    (work / "a.ndjson").write_text(NDJSON)
    (work / "b.ndjson").write_text(NDJSON * 10 + "broken\n")
    write_job(work, recipient, files=["a.ndjson", "b.ndjson"], job='commit_every = "64 KiB"\n',
              more='format = "csv"\n')
    run(work, code=65)
    assert not any(name.startswith("out/") for name in work.names())

    (work / "s.py").write_text(ENDS)
    (work / "b.ndjson").write_text(NDJSON.replace('"id":19999', '"id":1') * 29 + NDJSON)
    (work / "a.ndjson").write_text(NDJSON.replace('"id":19999', '"id":1'))
    write_job(work, recipient, files=["a.ndjson", "b.ndjson"], job='commit_every = "64 KiB"\n', steps=CALL,
              more='format = "csv"\n')
    run(work, code=1)
    left = {name for name in work.names() if name.startswith("out/")}
    begun = "out/.b.ndjson.age.test.adyton-tmp"
    assert begun in left and any(name.startswith("out/.adyton/test/manifest.") for name in left)
    assert not any(name.endswith(".age") for name in left)
    is_cut(work, (work / begun).read_bytes())
    assert (work / begun).stat().st_size > 1 << 20
    for name in left:
        assert b"19990,810" not in (work / name).read_bytes() and b'"text"' not in (work / name).read_bytes(), name
    header = (work / begun).read_bytes()[:250]

    (work / "go").touch()
    done = work.adyton("run", "job.toml")
    assert b"going on where a run of this job was stopped, after 20,000 records" in done.stderr
    text = opened(work, "out/b.ndjson.age").decode()
    assert text.count("\n") == 600_001 and text.splitlines()[-1] == "20000,0"
    assert opened(work, "out/a.ndjson.age").count(b"\n") == 20_001
    assert (work / "out/b.ndjson.age").read_bytes()[:250] != header
    assert {name for name in work.names() if name.startswith("out/")} == {
        "out/a.ndjson.age", "out/b.ndjson.age", "out/test.receipt.json"}
    work.adyton("verify", "-i", "id.txt", "out/test.receipt.json")


# --- stopped, killed, resumed ---------------------------------------------------------------------

SLOW = """
import time
def f(record):
    time.sleep(0.002)
    return record
"""


def slow_job(work, recipient, sink):
    """Two inputs of many small batches, of some 0.5 s and 3 s."""
    (work / "s.py").write_text(SLOW)
    for stem, count in (("a", 200), ("b", 1200)):
        (work / f"{stem}.ndjson").write_text("".join(f'{{"id":{n},"x":"{"x" * 200}"}}\n' for n in range(count)))
    write_job(work, recipient, files=["a.ndjson", "b.ndjson"], sink=sink, steps=CALL, job='commit_every = "1 KiB"\n')


def start(work):
    return subprocess.Popen([sys.executable, "run", "job.toml"], cwd=work.folder, stdout=subprocess.PIPE,
                            stderr=subprocess.PIPE)


def wait_for(condition):
    deadline = time.monotonic() + 120
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def ids(text):
    return [json.loads(line)["id"] for line in text.splitlines()]


@pytest.mark.parametrize("signum", [signal.SIGKILL, signal.SIGTERM])
def test_the_next_run_goes_on_behind_the_last_whole_output(work, recipient, signum):
    slow_job(work, recipient, "out/{stem}.age")
    process = start(work)
    wait_for(lambda: any((work / "out/.adyton/test").glob("manifest.?")))
    process.send_signal(signum)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == (75 if signum == signal.SIGTERM else -9), errors
    assert signum == signal.SIGKILL or b"run it again to go on" in errors
    before = (work / "out/.b.age.test.adyton-tmp").read_bytes()
    done = work.adyton("run", "job.toml")
    assert b"going on where a run of this job was stopped, after 200 records" in done.stderr
    assert ids(opened(work, "out/a.age")) == list(range(200))
    assert ids(opened(work, "out/b.age")) == list(range(1200))
    assert (work / "out/b.age").read_bytes()[:250] != before[:250]


@pytest.mark.parametrize("signum", [signal.SIGKILL, signal.SIGTERM])
def test_one_sealed_output_starts_over(work, recipient, signum):
    slow_job(work, recipient, "out/all.age")
    process = start(work)
    wait_for((work / "out/.all.age.test.adyton-tmp").exists)
    time.sleep(0.8)
    process.send_signal(signum)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == (75 if signum == signal.SIGTERM else -9), errors
    assert signum == signal.SIGKILL or b"run it again to start over" in errors
    assert not list((work / "out").glob(".adyton/test/manifest.*"))
    done = work.adyton("run", "job.toml")
    assert b"going on" not in done.stderr
    assert ids(opened(work, "out/all.age")) == [*range(200), *range(1200)]


def test_another_recipient_is_another_job_and_a_restart_seals_to_it(work, recipient):
    slow_job(work, recipient, "out/{stem}.age")
    process = start(work)
    wait_for(lambda: any((work / "out/.adyton/test").glob("manifest.?")))
    process.kill()
    process.communicate()
    other = work.adyton("keys", "identity", "-o", "other.txt").stdout.decode().strip()
    slow_job(work, other, "out/{stem}.age")
    assert "the job file has changed since then" in refused(work, "run", "job.toml", code=1)
    work.adyton("run", "--restart", "job.toml")
    for stem, count in (("a", 200), ("b", 1200)):
        assert ids(opened(work, f"out/{stem}.age", "other.txt")) == list(range(count))
        assert "decryption failed" in refused(work, "open", "-i", "id.txt", f"out/{stem}.age", code=1)


def test_an_output_that_is_there_is_replaced_where_the_job_says_so(work, recipient):
    (work / "in.ndjson").write_text(NDJSON)
    write_job(work, recipient)
    run(work)
    before = (work / "out/in.ndjson.age").read_bytes()
    assert "exists" in refused(work, "run", "job.toml")
    assert (work / "out/in.ndjson.age").read_bytes() == before
    write_job(work, recipient, more='existing = "replace"\n')
    run(work)
    assert (work / "out/in.ndjson.age").read_bytes() != before
    assert opened(work, "out/in.ndjson.age").decode() == NDJSON


# --- receipt, verify, dry run, cases, dead letters ------------------------------------------------


def test_the_receipt_is_of_the_sealed_file_and_says_for_whom(work, recipient):
    (work / "in.ndjson").write_text(NDJSON)
    write_job(work, recipient, after='[receipt]\ndigest = "sha256"\n')
    run(work)
    (output,) = json.loads((work / "out/test.receipt.json").read_text())["outputs"]
    sealed = (work / "out/in.ndjson.age").read_bytes()
    assert output == {"path": "out/in.ndjson.age", "format": "ndjson", "size": len(sealed), "records": 20_000,
                      "digest": "sha256:" + hashlib.sha256(sealed).hexdigest(), "sealed_to": [recipient]}
    write_job(work, sink="plain.ndjson")
    run(work)
    assert "sealed_to" not in json.loads((work / "test.receipt.json").read_text())["outputs"][0]


def test_verify_counts_what_it_can_open_and_says_what_it_did_not(work, recipient):
    (work / "in.ndjson").write_text(NDJSON)
    write_job(work, recipient, sink="out/{stem}.csv.gz.age", more='format = "csv"\n')
    run(work)
    path = work / "out/test.receipt.json"
    told = work.adyton("verify", "out/test.receipt.json").stdout
    assert b"; sealed: records not counted (-i IDENTITY opens them)" in told
    told = work.adyton("verify", "-i", "id.txt", "out/test.receipt.json").stdout
    assert b"all is as it says" in told and b"not counted" not in told
    work.adyton("keys", "identity", "-o", "other.txt")
    err = refused(work, "verify", "-i", "other.txt", "out/test.receipt.json", code=1)
    assert "out/in.csv.gz.age: decryption failed: none of the identities opens it" in err
    refused(work, "verify", "-i", "none.txt", "out/test.receipt.json", code=1)

    receipt = path.read_text()
    path.write_text(receipt.replace("20000", "19999"))
    err = refused(work, "verify", "-i", "id.txt", "out/test.receipt.json", code=1)
    assert "holds 20000 records and should hold 19999" in err
    path.write_text(receipt)
    sealed = (work / "out/in.csv.gz.age").read_bytes()
    (work / "out/in.csv.gz.age").write_bytes(sealed[:-1] + bytes([sealed[-1] ^ 1]))
    assert "out/in.csv.gz.age has changed" in refused(work, "verify", "out/test.receipt.json", code=1)


def test_a_dry_run_and_cases_seal_nothing(work, recipient):
    (work / "in.ndjson").write_text(NDJSON)
    write_job(work, recipient, steps=KEEP_TEXT)
    (work / "job.test.toml").write_text(
        '[[case]]\nname = "text"\ninput = [{ id = 1, text = "a" }]\nexpect = [{ text = "a" }]\n')
    before = work.names()
    done = run(work, "--dry-run")
    assert b'{"id":1,' in done.stdout and b"age-encryption" not in done.stdout
    assert b"1 passed" in work.adyton("test", "job.toml").stdout
    assert work.names() == before


def test_without_plain_the_dead_letters_of_a_job_that_seals_hold_no_text(work, recipient):
    (work / "in.ndjson").write_text(NDJSON + '{"text":"geheim", broken\n')
    write_job(work, recipient, after=DEAD)
    done = work.adyton("run", "job.toml")
    (entry,) = dead_letters(work / "dead.ndjson")
    assert entry["line"] == 20_001 and "record" not in entry
    assert b"geheim" not in (work / "dead.ndjson").read_bytes() + done.stdout + done.stderr
    write_job(work, recipient, after=DEAD + "plain = true\n", more='existing = "replace"\n')
    run(work)
    assert "geheim" in dead_letters(work / "dead.ndjson")[0]["record"]


def test_dead_letters_are_replayed_into_a_sealed_output(work, recipient):
    (work / "in.ndjson").write_text(NDJSON)
    (work / "s.py").write_text("def f(record):\n    assert record['id'] % 4000\n    return record\n")
    write_job(work, recipient, steps=CALL, after=DEAD)
    run(work)
    (work / "s.py").write_text("def f(record):\n    return record\n")
    before = work.names()
    replay = ["dead-letter", "replay", "dead.ndjson", "--job", "job.toml", "-o"]
    err = refused(work, *replay, "again.ndjson")
    assert 'the output "again.ndjson" is sealed, so its name must end in .age' in err
    assert 'call it "again.ndjson.age"' in err and work.names() == before
    work.adyton(*replay, "again.ndjson.zst.age")
    wanted = "".join(line + "\n" for line in NDJSON.splitlines()[3999::4000])
    assert unpacked(".zst", opened(work, "again.ndjson.zst.age")).decode() == wanted
    sealed = work.adyton(*replay, "-").stdout
    assert work.adyton("open", "-i", "id.txt", input=sealed).stdout.decode() == wanted
    write_job(work, steps=CALL, sink="out/{stem}.ndjson", after=DEAD)
    err = refused(work, *replay, "more.age")
    assert 'nobody is named whom the output "more.age" is sealed to' in err and not (work / "more.age").exists()


# --- what is wrong with a job ---------------------------------------------------------------------


@pytest.mark.parametrize("sink, keys, line, message, way_out", [
    ("out/{stem}.ndjson.age", "", 6, "nobody is named whom the outputs are sealed to", 'recipient = "age1'),
    ("out/{stem}.ndjson", "recipient = {to}\n", 6, "their names must end in .age", 'files = "out/{stem}.ndjson.age"'),
    ("out/{name}", "recipient = {to}\n", 6, '"out/in.ndjson" is sealed, so its name must end in .age',
     'call it "out/in.ndjson.age"'),
    ("out/a.age", 'recipient = "age1x"\n', 7, '"age1x" is no recipient', "adyton keys identity"),
    ("out/a.age", "recipient = [{to}, 7]\n", 7, "recipient takes", ""),
    ("out/a.age", "recipient = [{to}, {to}]\n", 7, "is named twice", ""),
    ("out/a.age", "recipient = []\n", 7, "recipient is empty", ""),
    ("out/a.age", "recipients = {to}\n", 7, '"recipients"', 'did you mean "recipient"?'),
    ("out/a.age", 'passphrase_env = "P"\n', 7, '"passphrase_env"', ""),
    ("-", 'recipient = "ssh-ed25519 AAAA"\n', 7, "an SSH key is no recipient here", "adyton keys identity"),
])
def test_check_finds_what_is_wrong_with_a_sink_that_seals(work, recipient, sink, keys, line, message, way_out):
    (work / "in.ndjson").write_text(NDJSON)
    write_job(work, sink=sink, more=keys.replace("{to}", json.dumps(recipient)))
    err = refused(work, "check", "job.toml")
    assert f"job.toml:{line}:" in err and message in err and way_out in err, err
    # Where a key is unknown, nobody is named, which is told besides.
    assert err.count(": error: ") == (1 if keys.startswith("recipient =") or not keys or sink == "-" else 2)
    before = work.names()
    run(work, code=78)
    assert work.names() == before


def test_an_identity_in_the_place_of_a_recipient_is_not_shown(work, recipient):
    secret = (work / "id.txt").read_text().split()[-1].removeprefix("AGE-SECRET-KEY-1")
    (work / "in.ndjson").write_text(NDJSON)
    write_job(work, "AGE-SECRET-KEY-1" + secret)
    err = refused(work, "check", "job.toml")
    assert "an identity stands where a recipient is expected" in err
    assert "AGE-SECRET-KEY-1***" in err and not any(secret[i:i + 6] in err for i in range(len(secret) - 6))


def test_the_recipient_may_come_from_outside(work, recipient):
    (work / "in.ndjson").write_text(NDJSON)
    write_job(work, "${TO}")
    run(work, env=os.environ | {"TO": recipient})
    assert opened(work, "out/in.ndjson.age").decode() == NDJSON
    (work / "out/in.ndjson.age").unlink()
    write_job(work)
    run(work, "--set", f"sink.recipient={recipient}")
    assert opened(work, "out/in.ndjson.age").decode() == NDJSON
