"""adyton dead-letter list, stats and replay."""

import gzip
import json
import os
import shutil
import signal
import subprocess
import sys
import time

import pytest
from conftest import HEAD, TAIL, dead_letters, protect

SET = '[[step]]\nuse = "set"\nfield = "/ok"\nvalue = true\n'
KEEP_AGE = '[[step]]\nuse = "drop"\nfields = ["/age"]\nmissing = "error"\n'
DEAD = '[dead_letter]\nfile = "dead.ndjson"\n'
PLAIN = DEAD + "plain = true\n"


def records(count, bad):
    """NDJSON; every `bad`th record has no age."""
    return [json.dumps({"id": n} if n % bad == 0 else {"id": n, "age": n}) for n in range(1, count + 1)]


def fill(work, count=10, bad=3, name="in.ndjson"):
    (work / name).write_text("\n".join(records(count, bad)) + "\n")


def die(work, steps=KEEP_AGE, more=DEAD, **options):
    """Run a job that leaves dead letters in dead.ndjson."""
    work.run(steps, more=more, **options)
    return dead_letters(work / "dead.ndjson")


def replay(work, *arguments, steps=SET, job_more="", code=0, **options):
    """Replay dead.ndjson through a job with `steps`."""
    job = work.write_job("mended.toml", steps, more=job_more, **options)
    return work.adyton("dead-letter", "replay", "dead.ndjson", "--job", job, *arguments, code=code)


def output(path):
    return [json.loads(line) for line in path.read_text().splitlines()]


# --- list and stats ------------------------------------------------------------------------------


def test_list_shows_place_step_reason_field_and_offset(work):
    fill(work)
    entries = die(work)
    lines = work.adyton("dead-letter", "list", "dead.ndjson").stdout.decode().splitlines()
    assert lines[0] == f"in.ndjson:3: step 1 (drop): missing field /age (offset {entries[0]['offset']})"
    assert [line.split(": ")[0] for line in lines] == ["in.ndjson:3", "in.ndjson:6", "in.ndjson:9"]


def test_list_shows_what_records_hold_only_if_it_is_asked_to(work):
    (work / "in.ndjson").write_text('{"secret":"hunter2"}\n')
    die(work, more=PLAIN)
    for arguments in ([], ["--json"]):
        assert b"hunter2" not in work.adyton("dead-letter", "list", "dead.ndjson", *arguments).stdout
        shown = work.adyton("dead-letter", "list", "dead.ndjson", "--show-records", *arguments).stdout
        assert b"hunter2" in shown


def test_list_takes_a_step_a_reason_and_a_limit(work):
    (work / "in.ndjson").write_text('{"id":1}\nbroken\n{"id":2}\n{"id":3}\n')
    die(work)

    def ids(*arguments):
        text = work.adyton("dead-letter", "list", "dead.ndjson", "--json", *arguments).stdout
        return [json.loads(line)["line"] for line in text.splitlines()]

    assert ids() == [1, 2, 3, 4]
    assert ids("--step", "0") == [2]
    assert ids("--reason", "missing field") == [1, 3, 4]
    assert ids("--step", "1", "--limit", "2") == [1, 3]
    assert ids("--limit", "0") == []


def test_list_escapes_what_a_terminal_would_obey(work):
    entry = {"file": "a\x1b[2J", "offset": 0, "line": 1, "step": 1, "use": "x\x9b", "reason": "r\u202e"}
    (work / "dead.ndjson").write_text(json.dumps(entry) + "\n")
    text = work.adyton("dead-letter", "list", "dead.ndjson").stdout
    assert b"\x1b" not in text and "\x9b".encode() not in text


def test_stats_counts_by_step_and_by_file_with_first_and_last_place(work):
    fill(work, 10, 3, "a.ndjson")
    fill(work, 5, 5, "b.ndjson")
    die(work, files=["a.ndjson", "b.ndjson"])
    text = work.adyton("dead-letter", "stats", "dead.ndjson").stdout.decode()
    assert "dead.ndjson: 4 dead letters" in text
    assert "4  step 1 (drop): missing field" in text
    assert "3  a.ndjson, lines 3 to 9" in text and "1  b.ndjson, line 5" in text
    assert "first: a.ndjson:3:" in text and "last:  b.ndjson:5:" in text


def test_an_empty_dead_letter_file_has_none(work):
    (work / "dead.ndjson").write_text("")
    assert work.adyton("dead-letter", "list", "dead.ndjson").stdout == b""
    assert b"0 dead letters" in work.adyton("dead-letter", "stats", "dead.ndjson").stdout


@pytest.mark.parametrize("command", ["list", "stats"])
def test_every_truncation_of_the_last_line_is_told_with_its_line(work, command):
    fill(work)
    die(work, more=PLAIN)
    whole = (work / "dead.ndjson").read_bytes()
    last = whole.rindex(b"\n", 0, len(whole) - 1) + 1
    for end in range(last + 1, len(whole) - 1, 7):
        (work / "dead.ndjson").write_bytes(whole[:end])
        done = work.adyton("dead-letter", command, "dead.ndjson", code=1)
        assert b"dead.ndjson:3: this line is no dead letter" in done.stderr


@pytest.mark.parametrize("content", [
    b"\x00\xff\xfe\x80" * 5000, b"[]\n", b'{"file": "a"}\n', b'"text"\n', b"{" * 100_000,
    b'{"file":1,"offset":0,"line":1,"step":0,"use":"read","reason":"x"}\n',
    b'{"file":"a","offset":-1,"line":1,"step":0,"use":"read","reason":"x"}\n',
    b'{"file":"a","offset":1.5,"line":1,"step":0,"use":"read","reason":"x"}\n',
    b'{"file":"a","offset":0,"line":1,"step":99999999999,"use":"read","reason":"x"}\n',
    b'{"file":"a","offset":0,"line":1,"step":0,"use":"read","reason":"x","record_base64":"?"}\n',
])
def test_what_is_no_dead_letter_file_is_told(work, content):
    (work / "dead.ndjson").write_bytes(content)
    (work / "a").write_text("{}\n")
    job = work.write_job("job.toml", "")
    for command in (["list", "dead.ndjson"], ["stats", "dead.ndjson"],
                    ["replay", "dead.ndjson", "--job", job, "-o", "out"]):
        done = work.adyton("dead-letter", *command, code=1)
        assert b"dead.ndjson:1: this line is no dead letter" in done.stderr
    assert not (work / "out").exists()


def test_a_huge_file_that_is_none_is_told_by_its_beginning(work):
    with open(work / "huge", "wb") as file:
        file.truncate(8 << 30)
    done = work.adyton("dead-letter", "list", "huge", code=1)
    assert b"huge:1: this line is no dead letter: it is no JSON object" in done.stderr


def test_a_pipe_cannot_be_replayed_for_it_is_read_twice(work):
    os.mkfifo(work / "pipe")
    job = work.write_job("job.toml", "")
    done = work.adyton("dead-letter", "replay", "pipe", "--job", job, "-o", "out", code=1)
    assert b"is read twice" in done.stderr


def test_a_missing_file_a_folder_and_a_wrong_subcommand_are_told(work):
    assert b"nothing.ndjson" in work.adyton("dead-letter", "list", "nothing.ndjson", code=1).stderr
    assert b"is a folder" in work.adyton("dead-letter", "stats", ".", code=1).stderr
    assert b"did you mean stats" in work.adyton("dead-letter", "stat", code=2).stderr
    (work / "dead.ndjson").write_text("")
    assert b"try adyton dead-letter list dead.ndjson" in (
        work.adyton("dead-letter", "dead.ndjson", code=2).stderr)
    for command in ([], ["list"], ["stats"], ["replay"]):
        assert b"example:" in work.adyton("dead-letter", *command, "--help").stdout


# --- replay --------------------------------------------------------------------------------------


def test_replay_runs_the_mended_job_over_the_dead_records_alone(work):
    fill(work)
    die(work)
    before = work.names()
    replay(work, "-o", "mended.ndjson")
    assert output(work / "mended.ndjson") == [{"id": n, "ok": True} for n in (3, 6, 9)]
    assert work.names() - before == {"mended.toml", "mended.ndjson"}


def test_replay_of_a_protecting_job_needs_no_record_in_the_dead_letters(work):
    (work / "in.ndjson").write_text('{"email":"a"}\n{"mail":"b"}\n')
    entries = die(work, steps=protect("encrypt", "/email"))
    assert "record" not in entries[0]
    replay(work, "-o", "mended.ndjson", steps=protect("encrypt", "/mail"))
    assert output(work / "mended.ndjson")[0]["mail"] != "b"


def test_what_is_still_dead_goes_to_a_file_of_its_own_with_its_own_places(work):
    (work / "in.ndjson").write_text('{"age":1}\n{"id":2}\nbroken\n{"id":4}\n')
    before = die(work)
    replay(work, "-o", "mended.ndjson", "--dead-letter", "still.ndjson", job_more=DEAD)
    assert [record["id"] for record in output(work / "mended.ndjson")] == [2, 4]
    still = dead_letters(work / "still.ndjson")
    assert [(e["file"], e["line"], e["offset"]) for e in still] == [("in.ndjson", 3, before[1]["offset"])]


def test_max_errors_of_the_job_applies_and_nothing_is_published_then(work):
    (work / "in.ndjson").write_text('{"id":1}\nbroken\nbroken too\n')
    die(work)
    more = DEAD + "max_errors = 1\n"
    done = replay(work, "-o", "mended.ndjson", "--dead-letter", "still.ndjson", job_more=more, code=65)
    assert b"nothing was published" in done.stderr
    assert not (work / "mended.ndjson").exists() and not (work / "still.ndjson").exists()
    assert not [name for name in work.names() if "adyton-tmp" in name]
    replay(work, "-o", "mended.ndjson", job_more=DEAD + "max_errors = 2\n")
    assert len(output(work / "mended.ndjson")) == 1


def test_nothing_is_replaced(work):
    fill(work)
    die(work)
    for name in ("mended.ndjson", "still.ndjson"):
        (work / name).write_text("mine")
        done = replay(work, "-o", "mended.ndjson", "--dead-letter", "still.ndjson",
                      job_more='existing = "replace"\n', code=78)
        assert f'"{name}" exists'.encode() in done.stderr
        assert (work / name).read_text() == "mine"
        (work / name).unlink()
    done = replay(work, "-o", "in.ndjson", code=78)
    assert b"exists" in done.stderr


def test_an_output_goes_to_standard_output_too(work):
    fill(work)
    die(work)
    done = replay(work, "-q", "-o", "-")
    assert [json.loads(line)["id"] for line in done.stdout.splitlines()] == [3, 6, 9]


def test_a_record_that_was_fanned_out_or_is_named_twice_is_replayed_once(work):
    (work / "step.py").write_text("def twice(r):\n    yield r\n    yield {'id': r['id']}\n    yield {'id': 0}\n")
    (work / "in.ndjson").write_text('{"id":1}\n{"id":2,"age":2}\n')
    steps = '[[step]]\nuse = "python"\ncall = "step.py:twice"\n' + KEEP_AGE
    entries = die(work, steps=steps)
    assert len(entries) > len({entry["offset"] for entry in entries})
    replay(work, "-o", "mended.ndjson")
    assert [record["id"] for record in output(work / "mended.ndjson")] == [1, 2]


def test_dead_letter_files_put_together_are_replayed_in_their_order_each_record_once(work):
    fill(work, 2000, 3)
    die(work)
    lines = (work / "dead.ndjson").read_bytes().splitlines(keepends=True)
    (work / "dead.ndjson").write_bytes(b"".join(lines[400:] + lines[:500] + lines[::-1]))
    replay(work, "-o", "mended.ndjson")
    ids = [record["id"] for record in output(work / "mended.ndjson")]
    dead = list(range(3, 2001, 3))
    assert ids == dead[400:] + dead[:400]


@pytest.mark.parametrize("kept", [DEAD, PLAIN], ids=["kept", "plain"])
@pytest.mark.parametrize("packing", ["plain", "gzip", "zstd"])
def test_records_far_apart_are_found_in_files_of_every_kind(work, packing, kept):
    filler = "x" * 5000
    rows = [{"id": n, "filler": filler} | ({} if n in (1, 2, 900, 1999) else {"age": n})
            for n in range(2000)]
    content = "".join(json.dumps(row) + "\n" for row in rows).encode()
    name = "in.ndjson"
    if packing == "gzip":
        content = gzip.compress(content[:3_000_000], 1) + gzip.compress(content[3_000_000:], 1)
    (work / name).write_bytes(content)
    if packing == "zstd":
        if shutil.which("zstd") is None:
            pytest.skip("no zstd")
        subprocess.run(["zstd", "-q", "--rm", "in.ndjson", "-o", "in.zst"], cwd=work.folder, check=True)
        name = "in.zst"
    entries = die(work, more=kept, files=[name])
    assert [entry["line"] for entry in entries] == [2, 3, 901, 2000]
    replay(work, "-o", "mended.ndjson")
    assert [record["id"] for record in output(work / "mended.ndjson")] == [1, 2, 900, 1999]


@pytest.mark.parametrize("form, content", [
    ("array", '[{"age":1},\n {"id":2},{"age":3}, {\n"id":\n4}]'),
    ("csv", 'id,note\n1,"a\nb"\n2\n3,c\n4\n'),
])
def test_arrays_and_tables_are_replayed(work, form, content):
    (work / "in").write_text(content)
    head = HEAD.format(files='["in"]') + f'format = "{form}"\n'
    steps = KEEP_AGE if form == "array" else ""
    tail = TAIL.format(sink="out") + DEAD
    (work / "job.toml").write_text(head + steps + tail)
    work.adyton("run", "-q", "job.toml")
    entries = dead_letters(work / "dead.ndjson")
    assert len(entries) == 2
    (work / "mended.toml").write_text(head + (SET if form == "array" else "") + tail)
    work.adyton("dead-letter", "replay", "dead.ndjson", "--job", "mended.toml", "-o", "mended",
                "--dead-letter", "still")
    if form == "array":
        assert json.loads((work / "mended").read_text()) == [{"id": 2, "ok": True}, {"id": 4, "ok": True}]
    else:
        assert [(e["line"], e["offset"]) for e in dead_letters(work / "still")] == [
            (e["line"], e["offset"]) for e in entries]


def test_a_record_that_was_too_long_is_known_by_its_digest(work):
    (work / "in.ndjson").write_text('{"id":"%s"}\n{"id":2}\n' % ("x" * 5000))
    (work / "job.toml").write_text(
        HEAD.format(files='["in.ndjson"]') + 'max_record = 1000\n' + TAIL.format(sink="out") + DEAD)
    work.adyton("run", "-q", "job.toml")
    assert "digest" in dead_letters(work / "dead.ndjson")[0]
    replay(work, "-o", "mended.ndjson")
    assert len(output(work / "mended.ndjson")[0]["id"]) == 5000
    text = (work / "in.ndjson").read_text()
    (work / "in.ndjson").write_text(text.replace("xxx", "xyx", 1))
    done = replay(work, "-o", "again.ndjson", code=1)
    assert b"dead.ndjson:1: " in done.stderr and b"digest" in done.stderr


def test_a_kept_record_that_has_become_too_long_for_the_job_is_compared_all_the_same(work):
    (work / "in.ndjson").write_text('{"id":"%s"}\n' % ("x" * 600_000))
    die(work, more=PLAIN)
    job = work.write_job("mended.toml", "", files=["in.ndjson"], more=DEAD)
    text = (work / job).read_text()
    (work / job).write_text(text.replace("[sink]", "max_record = 1000\n[sink]"))
    arguments = ("dead-letter", "replay", "dead.ndjson", "--job", job, "--dead-letter", "still.ndjson")
    work.adyton(*arguments, "-o", "mended.ndjson")
    assert dead_letters(work / "still.ndjson")[0]["length"] == 600_009
    (work / "still.ndjson").unlink()
    (work / "in.ndjson").write_text('{"id":"%sy"}\n' % ("x" * 599_999))
    assert b"digest" in work.adyton(*arguments, "-o", "again.ndjson", code=1).stderr


@pytest.mark.parametrize("change", ["altered", "shifted", "cut", "gone", "blank"])
def test_a_source_that_changed_is_told_and_nothing_is_published(work, change):
    fill(work)
    die(work, more=PLAIN)
    text = (work / "in.ndjson").read_text()
    changed = {"altered": text.replace('"id": 6', '"id": 7'), "shifted": " " + text, "gone": None,
               "cut": text[:60], "blank": text.replace('{"id": 6}', "         ")}[change]
    if changed is None:
        (work / "in.ndjson").unlink()
    else:
        (work / "in.ndjson").write_text(changed)
    job = work.write_job("mended.toml", SET)
    done = work.adyton("dead-letter", "replay", "dead.ndjson", "--job", job, "-o", "mended.ndjson", code=1)
    assert b"dead.ndjson:" in done.stderr and b"in.ndjson" in done.stderr
    assert not (work / "mended.ndjson").exists()
    assert not [name for name in work.names() if "adyton-tmp" in name]


def test_a_record_of_standard_input_cannot_be_replayed(work):
    work.run(KEEP_AGE, files=["-"], more=DEAD, input=b'{"id":1}\n')
    done = replay(work, "-o", "mended.ndjson", code=1)
    assert b"standard input" in done.stderr


def test_what_replay_needs_is_said(work):
    fill(work)
    die(work)
    assert b"which job?" in work.adyton("dead-letter", "replay", "dead.ndjson", "-o", "x", code=2).stderr
    assert b"-o OUT" in work.adyton("dead-letter", "replay", "dead.ndjson", "--job", "job.toml", code=2).stderr
    (work / "bad.toml").write_text("[job]\n")
    work.adyton("dead-letter", "replay", "dead.ndjson", "--job", "bad.toml", "-o", "x", code=78)


def test_the_summary_counts_the_replay_alone(work):
    fill(work)
    die(work)
    done = replay(work, "--summary", "json", "-o", "mended.ndjson")
    summary = json.loads(done.stdout)
    assert (summary["read"], summary["written"], summary["dead"]) == (3, 3, 0)
    assert summary["outputs"] == ["mended.ndjson"]


def test_a_replay_that_is_stopped_publishes_nothing_and_leaves_nothing(work):
    fill(work)
    die(work)
    (work / "step.py").write_text(
        "import pathlib, time\ndef slow(r):\n    pathlib.Path('begun').touch()\n    time.sleep(0.5)\n    return r\n")
    job = work.write_job("mended.toml", '[[step]]\nuse = "python"\ncall = "step.py:slow"\n')
    before = work.names() | {"begun"}
    replaying = subprocess.Popen([sys.executable, "dead-letter", "replay", "dead.ndjson", "--job", job, "-q",
                                  "-o", "mended.ndjson"], cwd=work.folder, stderr=subprocess.PIPE)
    while not (work / "begun").exists():
        time.sleep(0.01)
    replaying.send_signal(signal.SIGINT)
    assert b"stopped" in replaying.communicate(timeout=60)[1]
    assert replaying.returncode == 75
    assert {name for name in work.names() if "pycache" not in name} == before


def test_what_the_output_cannot_hold_is_dead_in_a_replay_too(work):
    (work / "in.ndjson").write_text('{"id":1}\n{"id":2,"more":3}\n')
    die(work)
    job = work.write_job("mended.toml", "", more='format = "csv"\n' + DEAD)
    work.adyton("dead-letter", "replay", "dead.ndjson", "--job", job, "-o", "mended.csv",
                "--dead-letter", "still.ndjson")
    assert (work / "mended.csv").read_text() == "id\n1\n"
    assert dead_letters(work / "still.ndjson")[0]["use"] == "write"


# --- sealed entries ------------------------------------------------------------------------------


def sealed_to(work, name="key.txt"):
    """A [dead_letter] for a new identity, which is written."""
    recipient = work.adyton("keys", "identity", "-o", name).stdout.decode().strip()
    return f'{DEAD}recipient = "{recipient}"\n'


@pytest.mark.parametrize("steps", [KEEP_AGE, protect("encrypt", "/age")])
def test_sealed_entries_show_their_records_to_who_has_the_identity(work, steps):
    (work / "in.ndjson").write_text('{"canary":1}\n{"age":2}\n{"canary":"\u00e9"}\n')
    entries = die(work, steps, more=sealed_to(work))
    assert [sorted(entry) for entry in entries] == [
        ["field", "file", "line", "offset", "reason", "sealed", "step", "use"]] * 2
    assert "canary" not in (work / "dead.ndjson").read_text() + work.stderr + work.stdout.decode()
    shown = work.adyton("dead-letter", "list", "--json", "-i", "key.txt", "dead.ndjson").stdout
    assert [json.loads(line)["record"] for line in shown.splitlines()] == [
        '{"canary":1}', '{"canary":"\u00e9"}']
    text = work.adyton("dead-letter", "list", "--show-records", "dead.ndjson").stdout.decode()
    assert text.count("sealed: see it with -i IDENTITY") == 2 and "canary" not in text
    assert b"canary" not in work.adyton("dead-letter", "list", "--json", "dead.ndjson").stdout


def test_sealed_entries_do_not_open_for_another_identity(work):
    fill(work)
    die(work, more=sealed_to(work))
    work.adyton("keys", "identity", "-o", "other.txt")
    done = work.adyton("dead-letter", "list", "-i", "other.txt", "dead.ndjson", code=1)
    assert b"dead.ndjson:1: the sealed part of this dead letter does not open" in done.stderr


def test_sealed_entries_are_replayed_and_their_records_compared_with_the_identity(work):
    fill(work)
    more = sealed_to(work)
    die(work, more=more)
    replay(work, "-i", "key.txt", "-o", "mended.ndjson")
    assert [record["id"] for record in output(work / "mended.ndjson")] == [3, 6, 9]
    text = (work / "in.ndjson").read_text().replace('{"id": 6}', '{"id": 7}')
    (work / "in.ndjson").write_text(text)
    replay(work, "-o", "unseen.ndjson")
    done = replay(work, "-i", "key.txt", "-o", "again.ndjson", code=1)
    assert b"dead.ndjson:2" in done.stderr
    assert not (work / "again.ndjson").exists()


def test_what_dies_again_is_sealed_again(work):
    fill(work)
    more = sealed_to(work)
    die(work, more=more)
    replay(work, "-o", "out", "--dead-letter", "still.ndjson", steps=KEEP_AGE, job_more=more)
    assert all("sealed" in entry for entry in dead_letters(work / "still.ndjson"))
