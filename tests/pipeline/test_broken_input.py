"""Bad input: a clear message or a dead letter for each, and nothing half-written published."""

import os
import subprocess
import sys

import pytest
from conftest import dead_letters, protect

DEAD = '[dead_letter]\nfile = "dead.ndjson"\n'
COPY = '[[step]]\nuse = "drop"\nfields = ["/there is no such field"]\n'


def single_line_cases(data):
    """(name, content) of JSONTestSuite's files that are one line and not blank."""
    for path in sorted((data / "JSONTestSuite" / "test_parsing").iterdir()):
        content = path.read_bytes()
        line = content.removesuffix(b"\n")
        if b"\n" not in line and line.strip(b" \t\r"):
            yield path.name, line


@pytest.mark.parametrize("steps", ["", COPY], ids=["no step", "a step"])
def test_the_suite_of_json_texts_as_the_lines_of_one_file(work, data, steps):
    cases = list(single_line_cases(data))
    assert sum(name.startswith("y_") for name, _ in cases) > 80
    assert sum(name.startswith("n_") for name, _ in cases) > 150
    (work / "in.ndjson").write_bytes(b"".join(line + b"\n" for _, line in cases))
    summary = work.run(steps, more=DEAD)
    out = (work / "out.ndjson").read_bytes().splitlines(keepends=True)
    dead = {entry["line"] for entry in dead_letters(work / "dead.ndjson")}
    lived = [line for number, (_, line) in enumerate(cases, 1) if number not in dead]
    assert [line.removesuffix(b"\n") for line in out] == lived
    for number, (name, _) in enumerate(cases, 1):
        if name.startswith("y_"):
            assert number not in dead, name
        elif name.startswith("n_"):
            assert number in dead, name
    counts = summary
    assert counts["read"] == len(cases) == counts["written"] + counts["dead"]
    assert counts["dead"] == len(dead)


def test_a_dead_letter_holds_the_line_as_it_was(work):
    lines = [b'{"a":1}', b'{"a":"\xff"}', b'{"a":}', "{\"é\":1".encode(), b"[1]\r"]
    (work / "in.ndjson").write_bytes(b"\n".join(lines))
    work.run("", more=DEAD)
    entries = dead_letters(work / "dead.ndjson")
    assert [entry["line"] for entry in entries] == [2, 3, 4]
    assert [entry["offset"] for entry in entries] == [8, 18, 25]
    assert [entry["reason"] for entry in entries] == ["encoding", "syntax", "syntax"]
    assert entries[1]["record"] == '{"a":}' and entries[2]["record"] == '{"é":1'
    assert entries[1]["detail"] == "expected a value at byte 6"
    assert "record_base64" in entries[0]


def test_what_a_protecting_job_does_with_bad_records(work):
    (work / "in.ndjson").write_bytes(b"\n".join([
        b'{"name":"Ann"}',
        b'{"name":"\xff"}',
        b'{"other":"Bob"}',
        b'{"n\\u0061me":"Cid"}',
        b'{"name":"Dan","name":"Eve"}',
        b'{"name":"Fay","n\\u0061me":"Gus"}',
        b'["name"]',
    ]) + b"\n")
    work.run(protect("encrypt", "/name"), sink="hidden.ndjson", more=DEAD)
    entries = [(entry["line"], entry["reason"]) for entry in dead_letters(work / "dead.ndjson")]
    assert entries == [(2, "encoding"), (3, "missing field"), (5, "repeated key"), (6, "repeated key"),
                       (7, "missing field")]
    hidden = (work / "hidden.ndjson").read_bytes()
    assert b'"Ann"' not in hidden and b'"Cid"' not in hidden
    work.run(protect("decrypt", "/name"), files=["hidden.ndjson"])
    assert (work / "out.ndjson").read_bytes() == b'{"name":"Ann"}\n{"n\\u0061me":"Cid"}\n'


@pytest.mark.parametrize("ending", [b"\n", b"\r\n"])
def test_a_line_of_200_megabytes_is_a_dead_letter_with_its_length(work, ending):
    with open(work / "in.ndjson", "wb") as file:
        file.write(b'{"a":1}' + ending)
        file.write(b'"')
        for _ in range(200):
            file.write(b"x" * 1_000_000)
        file.write(b'"' + ending + b'{"a":2}')
    summary = work.run(protect("encrypt", "/a"), more=DEAD)
    assert summary["written"] == 2
    (entry,) = dead_letters(work / "dead.ndjson")
    assert (entry["line"], entry["reason"], entry["length"]) == (2, "too long", 200_000_002)
    assert entry["digest"].startswith("xxh3-128:")


def test_a_directory_and_no_match_and_a_missing_file_are_told_before_the_run(work):
    (work / "data").mkdir()
    (work / "data/sub.ndjson").mkdir()
    work.run("", files=["data/*"], code=78)
    assert "is a directory" in work.stderr and "job.toml:6" in work.stderr
    work.run("", files=["data/*.csv"], code=78)
    assert "no file matches" in work.stderr
    work.run("", files=["data/a.ndjson"], code=78)
    assert "No such file" in work.stderr


def test_a_file_without_permission_is_told_by_name(work):
    (work / "in.ndjson").write_text("1\n")
    (work / "in.ndjson").chmod(0)
    job = work.write_job("job.toml", "")
    command = [sys.executable, "run", "--quiet", job]
    if os.geteuid() == 0:
        for path in (work.folder, *work.folder.parents):
            path.chmod(path.stat().st_mode | 0o005)
        (work / "job.toml").chmod(0o644)
        command = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", *command]
    done = subprocess.run(command, cwd=work.folder, capture_output=True, text=True)
    assert done.returncode == 78
    assert "in.ndjson" in done.stderr and "Permission denied" in done.stderr


def test_an_unwritable_folder_is_told_by_name(work):
    (work / "in.ndjson").write_text("1\n")
    (work / "file").write_text("")
    work.run("", sink="file/out.ndjson", code=1)
    assert "file" in work.stderr and "Not a directory" in work.stderr


@pytest.mark.parametrize("ending", ["zst", "gz"])
def test_a_compressed_file_cut_off_publishes_nothing(work, ending):
    (work / "in.ndjson").write_bytes(b'{"a":1}\n' * 100_000)
    work.run("", sink=f"whole.ndjson.{ending}")
    whole = (work / f"whole.ndjson.{ending}").read_bytes()
    (work / f"cut.ndjson.{ending}").write_bytes(whole[:-3])
    before = work.names()
    work.run("", files=[f"cut.ndjson.{ending}"], code=1)
    assert "cut off" in work.stderr and f"cut.ndjson.{ending}" in work.stderr
    assert work.names() == before


def test_a_full_disk_publishes_nothing_and_says_so(work):
    # A tmpfs of its own in a mount namespace of its own; whoever is not root gets that as the root of
    # a user namespace. In a chroot mounts cannot be made private; if the mount shows outside, umount
    # takes it away there, too.
    (work / "small").mkdir()
    (work / "in.ndjson").write_bytes(b'{"name":"Ann","n":12345678}\n' * 100_000)
    job = work.write_job("job.toml", protect("encrypt", "/name"), sink="small/out.ndjson")
    script = ('mount -t tmpfs -o size=1m tmpfs small || exit 99\n'
              '"$0" run --quiet "$1"; echo "exit code $?"; ls -A small; umount small')
    namespace = ["unshare", "--mount", "--propagation", "unchanged"]
    namespace += [] if os.geteuid() == 0 else ["--map-root-user"]
    done = subprocess.run([*namespace, "sh", "-c", script, sys.executable, job], cwd=work.folder,
                          capture_output=True, text=True)
    assert done.stdout == "exit code 1\n", (done.stdout, done.stderr)
    assert "No space left on device" in done.stderr and "out.ndjson" in done.stderr


def test_too_many_dead_records_publish_nothing(work):
    (work / "in.ndjson").write_text('{"a":1}\n' * 99 + "bad\n")
    before = work.names() | {"job.toml"}
    work.run("", code=65)
    assert work.names() == before
    assert "in.ndjson:100" in work.stderr
    work.run("", more=DEAD + 'max_errors = "0.5 %"\n', code=65)
    assert work.names() == before
    work.run("", more=DEAD + 'max_errors = "1 %"\n')
    assert work.names() == before | {"out.ndjson", "dead.ndjson", "test.receipt.json"}


def test_existing_outputs_are_kept_unless_the_job_replaces_them(work):
    (work / "in.ndjson").write_text("1\n")
    (work / "out.ndjson").write_text("mine")
    work.run("", code=78)
    assert "exists" in work.stderr and (work / "out.ndjson").read_text() == "mine"
    work.run("", more='existing = "replace"\n')
    assert (work / "out.ndjson").read_text() == "1\n"


def test_empty_input_gives_empty_output(work):
    (work / "in.ndjson").write_bytes(b"")
    summary = work.run(protect("encrypt", "/a"), more=DEAD)
    assert summary["read"] == 0
    assert (work / "out.ndjson").read_bytes() == b"" == (work / "dead.ndjson").read_bytes()
