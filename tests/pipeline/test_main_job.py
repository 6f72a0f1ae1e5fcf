"""The main job on real records: encrypt, look, decrypt, and get every byte back."""

import json
import re
import signal
import subprocess
import sys
import time

import pytest
from conftest import protect

FIELDS = ("/text", "/user/name", "/user/screen_name")
NOTHING = '[[step]]\nuse = "python"\ncall = "step.py:nothing"\n'
SET_FIELD = '[[step]]\nuse = "python"\ncall = "step.py:set_field"\n'
SCRIPT = """
def nothing(record):
    return record

def set_field(record):
    record["lang"] = "xx"
    return record
"""


def test_decrypting_what_was_encrypted_gives_the_file_byte_for_byte(work, tweets):
    (work / "in.ndjson").write_bytes(tweets)
    summary = work.run(protect("encrypt", *FIELDS), sink="hidden.ndjson")
    assert summary["read"] == summary["written"] == 10_000
    hidden = (work / "hidden.ndjson").read_bytes()
    first, plain = json.loads(hidden[: hidden.index(b"\n")]), json.loads(tweets[: tweets.index(b"\n")])
    assert first["text"] != plain["text"] and first["user"]["name"] != plain["user"]["name"]
    assert first["id"] == plain["id"]
    work.run(protect("decrypt", *FIELDS), files=["hidden.ndjson"])
    assert (work / "out.ndjson").read_bytes() == tweets


@pytest.mark.parametrize("ending", ["zst", "gz"])
def test_the_same_with_compressed_files_in_the_middle(work, tweets, ending):
    (work / "in.ndjson").write_bytes(tweets)
    work.run(protect("encrypt", *FIELDS), sink=f"hidden.ndjson.{ending}")
    assert (work / f"hidden.ndjson.{ending}").stat().st_size < len(tweets) / 2
    work.run(protect("decrypt", *FIELDS), files=[f"hidden.ndjson.{ending}"])
    assert (work / "out.ndjson").read_bytes() == tweets


def test_the_same_with_a_python_step_between_that_touches_nothing(work, tweets):
    (work / "step.py").write_text(SCRIPT)
    (work / "in.ndjson").write_bytes(tweets)
    work.run(protect("encrypt", *FIELDS) + NOTHING + protect("decrypt", *FIELDS))
    assert (work / "out.ndjson").read_bytes() == tweets


def test_a_python_step_that_sets_a_field_leaves_every_other_byte(work, tweets):
    (work / "step.py").write_text(SCRIPT)
    (work / "in.ndjson").write_bytes(tweets)
    work.run(protect("encrypt", *FIELDS) + SET_FIELD + protect("decrypt", *FIELDS))
    # The record's own "lang" is its last member; a retweet's has more of the record behind it.
    expected = re.sub(rb'"lang":"[a-z-]+"}\n', b'"lang":"xx"}\n', tweets)
    assert expected != tweets
    assert (work / "out.ndjson").read_bytes() == expected


def test_the_output_is_the_same_whatever_the_number_of_threads(work, tweets):
    (work / "in.ndjson").write_bytes(tweets)
    job = work.write_job("job.toml", '[[step]]\nuse = "keep"\nfields = ["/id", "/user/name"]\n',
                         more='existing = "replace"\n')
    outputs = set()
    for threads in ("1", "2", "7"):
        work.adyton("run", "--quiet", "--threads", threads, job)
        outputs.add((work / "out.ndjson").read_bytes())
    assert len(outputs) == 1


def test_several_inputs_each_to_its_own_output_and_all_to_one(work):
    for name in "abc":
        (work / f"{name}.ndjson").write_text(f'{{"from":"{name}"}}')
    work.run("", files=["*.ndjson"], sink="out/{stem}.copy")
    assert (work / "out/b.copy").read_text() == '{"from":"b"}'
    work.run("", files=["?.ndjson"], sink="all")
    assert (work / "all").read_text() == '{"from":"a"}\n{"from":"b"}\n{"from":"c"}'


def test_standard_input_to_standard_output(work):
    steps = '[[step]]\nuse = "drop"\nfields = ["/a"]\n'
    summary = work.run(steps, files=["-"], sink="-", input=b'{"a":1,"b":2}\n\n{"b":3}')
    assert work.stdout == b'{"b":2}\n\n{"b":3}'
    assert summary["written"] == 2


def test_an_interrupt_ends_a_run_that_waits_for_standard_input(work):
    job = work.write_job("job.toml", "", files=["-"])
    run = subprocess.Popen([sys.executable, "run", "--quiet", job], cwd=work.folder, stdin=subprocess.PIPE,
                           stderr=subprocess.PIPE, text=True)
    run.stdin.write('{"a":1}\n')
    run.stdin.flush()
    time.sleep(0.5)
    run.send_signal(signal.SIGINT)
    try:
        assert run.wait(timeout=20) == 75
    finally:
        run.kill()
    assert re.search("stopped|interrupted", run.stderr.read())
    assert work.names() == {"job.toml"}
