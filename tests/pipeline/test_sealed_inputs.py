"""Jobs that read age files: every format, resuming, replaying, and what is wrong with keys and files."""

import gzip
import hashlib
import json
import os
import shutil
import subprocess
import sys

import pytest
from conftest import dead_letters

NDJSON = "".join(f'{{"id":{n},"text":"{n * 7919 % 1000}"}}\n' for n in range(1, 20_001))
ARRAY = "[" + ",\n".join(NDJSON.splitlines()) + "]\n"
CSV = "id,text\n" + "".join(f"{n},{n * 7919 % 1000}\n" for n in range(1, 20_001))
IDENTITY = 'identity = "id.txt"\n'
KEEP_TEXT = '[[step]]\nuse = "keep"\nfields = ["/text"]\n'


@pytest.fixture
def recipient(work):
    """The recipient of id.txt, which is made."""
    return work.adyton("keys", "identity", "-o", "id.txt").stdout.decode().strip()


def seal(work, recipient, name, content, *options):
    """The file NAME, sealed; only that is left."""
    plain = work / "plain"
    plain.write_bytes(content if isinstance(content, bytes) else content.encode())
    work.adyton("seal", "-r", recipient, "-f", "-o", name, *options, "plain")
    plain.unlink()


def write_job(work, source="", *, files=("in.age",), steps="", sink="out.ndjson", more="", job=""):
    """job.toml, whose [source] has `source` besides the files, and [job] has `job`."""
    (work / "job.toml").write_text(
        f'[job]\nname = "test"\n{job}[source]\nfiles = {json.dumps(list(files))}\n{source}{steps}'
        f'[sink]\nfiles = "{sink}"\nexisting = "replace"\n{more}')


def run(work, *arguments, code=0, **options):
    return work.adyton("run", "--quiet", *arguments, "job.toml", code=code, **options)


@pytest.mark.parametrize("armor", [(), ("-a",)], ids=["binary", "armor"])
@pytest.mark.parametrize("name, form, pack", [
    ("a.ndjson.age", "ndjson", str.encode),
    ("a.ndjson.gz.age", "ndjson", lambda text: gzip.compress(text.encode())),
    ("a.ndjson.zst.age", "ndjson", None),
    ("a.json.age", "array", str.encode),
    ("a.csv.age", "csv", str.encode),
])
def test_a_sealed_input_is_read_as_what_is_in_it(work, recipient, name, form, pack, armor):
    text = {"ndjson": NDJSON, "array": ARRAY, "csv": CSV}[form]
    if pack is None:
        content = subprocess.run(["zstd", "-qc"], input=text.encode(), capture_output=True, check=True).stdout
    else:
        content = pack(text)
    seal(work, recipient, name, content, *armor)
    write_job(work, f'{IDENTITY}format = "{form}"\n', files=[name], steps=KEEP_TEXT, sink="out/{stem}.out")
    work.adyton("check", "job.toml")
    run(work)
    sealed_output = (work / "out/a.out").read_bytes()
    (work / "a.plain").write_text(text)
    write_job(work, f'format = "{form}"\n', files=["a.plain"], steps=KEEP_TEXT, sink="out/{stem}.out")
    run(work)
    assert sealed_output == (work / "out/a.out").read_bytes() and len(sealed_output) > 50_000


def test_the_receipt_has_the_digest_of_the_sealed_file(work, recipient):
    seal(work, recipient, "in.age", NDJSON)
    write_job(work, IDENTITY, more='[receipt]\ndigest = "sha256"\n')
    run(work)
    (entry,) = json.loads((work / "test.receipt.json").read_text())["inputs"]
    sealed = (work / "in.age").read_bytes()
    assert entry["digest"] == "sha256:" + hashlib.sha256(sealed).hexdigest()
    work.adyton("verify", "test.receipt.json")
    (work / "in.age").write_bytes(sealed[:-1] + b"\0")
    assert b"in.age has changed" in work.adyton("verify", "test.receipt.json", code=1).stderr


def test_several_identities_and_a_plain_file_among_the_inputs(work, recipient):
    other = work.adyton("keys", "identity", "-o", "other.txt").stdout.decode().strip()
    seal(work, recipient, "1.age", '{"a":1}\n')
    seal(work, other, "2.age", '{"a":2}\n', "-a")
    (work / "3.ndjson").write_text('{"a":3}\n')
    write_job(work, 'identity = ["id.txt", "other.txt"]\n', files=["1.age", "2.age", "3.ndjson"])
    run(work)
    assert (work / "out.ndjson").read_text() == '{"a":1}\n{"a":2}\n{"a":3}\n'


def test_standard_input_and_a_dry_run(work, recipient):
    seal(work, recipient, "in.age", NDJSON)
    write_job(work, IDENTITY, files=["-"], sink="-")
    with open(work / "in.age", "rb") as file:
        assert run(work, stdin=file).stdout.decode() == NDJSON
    write_job(work, IDENTITY)
    assert b'{"id":1,' in run(work, "--dry-run").stdout


def test_a_passphrase_comes_from_the_environment(work):
    (work / "plain").write_text('{"a":1}\n')
    (work / "pass.txt").write_text("correct horse\n")
    number = os.open(work / "pass.txt", os.O_RDONLY)
    work.adyton("seal", "--passphrase-fd", str(number), "-o", "in.age", "plain", pass_fds=[number])
    os.close(number)
    write_job(work, 'passphrase_env = "INPUTS"\n')
    run(work, env=os.environ | {"INPUTS": "correct horse"})
    assert (work / "out.ndjson").read_text() == '{"a":1}\n'
    done = run(work, env=os.environ | {"INPUTS": "battery staple"}, code=1)
    assert b"in.age: error: decryption failed" in done.stderr and b"battery" not in done.stderr
    done = work.adyton("check", "job.toml", code=78)
    assert b'job.toml:5' in done.stderr and b'"INPUTS" is not set' in done.stderr
    assert b"the passphrase of the inputs" in done.stderr


def secrets_of(work):
    key = (work / "id.txt").read_bytes().split()[-1]
    assert key.startswith(b"AGE-SECRET-KEY-1")
    return [key, key[15:60]]


@pytest.mark.parametrize("armor", [(), ("-a",)], ids=["binary", "armor"])
@pytest.mark.parametrize("packed", [False, True], ids=["plain", "gzip"])
def test_a_damaged_input_fails_the_run_and_a_whole_one_is_gone_on_with(work, recipient, armor, packed):
    lines = [json.dumps({"n": n, "x": hashlib.sha512(b"%d" % n).hexdigest()}) + "\n" for n in range(60_000)]
    text = "".join(lines).encode()
    seal(work, recipient, "in.age", gzip.compress(text) if packed else text, *armor)
    sealed = (work / "in.age").read_bytes()
    at = len(sealed) - 100
    (work / "in.age").write_bytes(sealed[:at] + (b"B" if sealed[at:at + 1] == b"A" else b"A") + sealed[at + 1:])
    info = (work / "in.age").stat()
    write_job(work, IDENTITY, job='commit_every = "64 KiB"\n')
    done = run(work, code=1)
    assert b"in.age: error: decryption failed: the sealed data is damaged or cut off" in done.stderr
    assert not (work / "out.ndjson").exists()
    begun = (work / ".out.ndjson.test.adyton-tmp").read_bytes()
    assert text.startswith(begun) and len(begun) > 1 << 20
    for secret in secrets_of(work):
        assert secret not in done.stderr
        for name in work.names() - {"id.txt"}:
            assert secret not in (work / name).read_bytes(), name

    (work / "in.age").write_bytes(sealed)
    os.utime(work / "in.age", ns=(info.st_atime_ns, info.st_mtime_ns))
    done = work.adyton("run", "job.toml")
    assert b"going on where a run of this job was stopped" in done.stderr
    assert (work / "out.ndjson").read_bytes() == text
    work.adyton("verify", "test.receipt.json")
    for secret in secrets_of(work):
        assert secret not in (work / "test.receipt.json").read_bytes()


def test_a_truncated_input_is_no_shorter_one(work, recipient):
    seal(work, recipient, "in.age", NDJSON)
    sealed = (work / "in.age").read_bytes()
    write_job(work, IDENTITY)
    for size in (len(sealed) - 1, len(sealed) // 2, len(sealed) - len(sealed) % 65552, 190, 30):
        (work / "in.age").write_bytes(sealed[:size])
        assert b"in.age: error: " in run(work, "--restart", code=1).stderr
        assert not (work / "out.ndjson").exists()


def test_another_identity_opens_nothing(work, recipient):
    seal(work, recipient, "in.age", NDJSON)
    work.adyton("keys", "identity", "-o", "other.txt")
    write_job(work, 'identity = "other.txt"\n')
    done = run(work, code=1)
    assert b"in.age: error: decryption failed: nothing that [source] names opens it" in done.stderr
    assert not (work / "out.ndjson").exists()


def test_a_record_of_a_sealed_input_is_replayed_and_its_dead_letters_too(work, recipient):
    seal(work, recipient, "in.age", NDJSON)
    dead = '[dead_letter]\nfile = "dead.ndjson"\n'
    steps = '[[step]]\nuse = "keep"\nfields = ["/id"]\n[[step]]\nuse = "python"\ncall = "s.py:f"\n'
    (work / "s.py").write_text("def f(record):\n    assert record['id'] % 4000\n    return record\n")
    write_job(work, IDENTITY, steps=steps, more=dead)
    run(work)
    entries = dead_letters(work / "dead.ndjson")
    assert [entry["line"] for entry in entries] == [4000, 8000, 12000, 16000, 20000]
    shown = work.adyton("replay", "job.toml", "--at", f"in.age:{entries[3]['offset']}").stdout
    assert b'"id":16000,' in shown
    assert b'"id":77,' in work.adyton("replay", "job.toml", "--at", "in.age", "--line", "77").stdout
    (work / "s.py").write_text("def f(record):\n    return record\n")
    work.adyton("dead-letter", "replay", "dead.ndjson", "--job", "job.toml", "-o", "again.ndjson")
    assert (work / "again.ndjson").read_text() == "".join(f'{{"id":{n}}}\n' for n in range(4000, 20_001, 4000))


@pytest.mark.parametrize("source, line, message", [
    ("", 4, 'error: "in.age" is sealed, and nothing is named that opens it'),
    ('identity = "none.txt"\n', 5, "error: the identity file cannot be used: "),
    ('identity = ["id.txt", "none.txt"]\n', 5, "error: the identity file cannot be used: "),
    ('identity = "in.age"\n', 5, "error: the identity cannot be used: in.age"),
    ('identity = "open.txt"\n', 5, "chmod 600 open.txt"),
    ('identity = "rec.txt"\n', 5, "error: the identity cannot be used: rec.txt:1: a recipient (age1"),
    ('identity = "."\n', 5, "error: the identity file is a folder"),
    ('identity = ""\n', 5, "error: identity is empty"),
    ("identity = 7\n", 5, "error: identity takes"),
    ('identity = ["id.txt", 7]\n', 5, "error: identity takes strings"),
    ('passphrase_env = ""\n', 5, "error: passphrase_env is empty"),
    (IDENTITY + 'passphrase_env = "P"\n', 6, "error: inputs are opened in one way"),
])
def test_check_finds_what_is_wrong_with_the_identity_at_once(work, recipient, source, line, message):
    seal(work, recipient, "in.age", NDJSON)
    shutil.copy(work / "id.txt", work / "open.txt")
    (work / "open.txt").chmod(0o644)
    (work / "rec.txt").write_text(recipient + "\n")
    (work / "rec.txt").chmod(0o600)
    write_job(work, source)
    err = work.adyton("check", "job.toml", code=78).stderr.decode()
    assert err.startswith(f"job.toml:{line}:") and message in err
    assert "AGE-SECRET-KEY-1" not in err.replace("AGE-SECRET-KEY-1…", "")
    before = work.names()
    run(work, code=78)
    assert work.names() == before


def test_no_output_is_called_as_if_it_were_sealed_nor_written_over_the_identity(work, recipient):
    seal(work, recipient, "in.ndjson.age", NDJSON)
    write_job(work, IDENTITY, files=["in.ndjson.age"], sink="out/{name}")
    err = work.adyton("check", "job.toml", code=78).stderr.decode()
    assert 'nobody is named whom the output "out/in.ndjson.age" is sealed to' in err
    write_job(work, IDENTITY, files=["in.ndjson.age"], sink="id.txt")
    assert b"would be written over an identity file" in work.adyton("check", "job.toml", code=78).stderr
    assert (work / "id.txt").read_bytes().startswith(b"# created")
