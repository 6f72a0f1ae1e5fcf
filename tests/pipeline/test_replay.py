"""adyton replay JOB --at FILE:OFFSET, and adyton run --dry-run."""

import json

import pytest
from conftest import HEAD, TAIL, dead_letters, protect

SET = '[[step]]\nuse = "set"\nfield = "/ok"\nvalue = true\n'
DROP = '[[step]]\nuse = "drop"\nfields = ["/age"]\nmissing = "error"\n'
PYTHON = '[[step]]\nuse = "python"\ncall = "step.py:step"\n'
LINES = ['{"id":1,"age":10}', "", '{"id":2}', "broken", '{"id":4,"age":40}']


@pytest.fixture
def place(work):
    (work / "in.ndjson").write_text("\n".join(LINES) + "\n")
    return work


def walk(work, steps, *arguments, code=0, **options):
    job = work.write_job("job.toml", steps)
    done = work.adyton("replay", job, *arguments, code=code, **options)
    return done.stdout.decode() if code == 0 else done.stderr.decode()


def rows(text):
    """The rows of a walk without the white space that lays them out."""
    return [" ".join(line.split()) for line in text.splitlines()]


def offset_of(line):
    return sum(len(text) + 1 for text in LINES[: line - 1])


# --- replay --at ---------------------------------------------------------------------------------


def test_a_record_is_shown_after_each_step_with_what_changed(place):
    text = walk(place, SET + DROP, "--at", f"in.ndjson:{offset_of(5)}")
    assert rows(text) == [
        f"in.ndjson, offset {offset_of(5)} (values are shown in the clear)",
        'read {"id":4,"age":40}',
        '1 set {"id":4,"age":40,"ok":true}',
        "+ /ok true",
        '2 drop {"id":4,"ok":true}',
        "- /age 40",
    ]


def test_a_step_that_changes_nothing_drops_or_kills_says_so(place):
    keep = '[[step]]\nuse = "drop"\nfields = ["/nothing"]\n'
    drop = '[[step]]\nuse = "filter"\nwhere = { field = "/age", op = "exists" }\n'
    assert rows(walk(place, keep, "--at", "in.ndjson:0"))[-1] == "1 drop unchanged"
    text = walk(place, drop + SET, "--at", f"in.ndjson:{offset_of(3)}")
    assert rows(text)[-1] == "1 filter dropped"
    text = walk(place, DROP + SET, "--at", f"in.ndjson:{offset_of(3)}")
    assert rows(text)[-2:] == ["1 drop dead", "dead: step 1 (drop): missing field /age"]


def test_a_record_that_is_no_json_dies_before_the_first_step(place):
    text = rows(walk(place, SET, "--at", f"in.ndjson:{offset_of(4)}"))
    assert text[1] == "read broken" and text[-1].startswith("dead: syntax")
    assert not any(row.startswith("1 set") for row in text)


def test_a_line_says_which_record_too(place):
    assert walk(place, SET, "--at", "in.ndjson", "--line", "5").splitlines()[1:] == (
        walk(place, SET, "--at", f"in.ndjson:{offset_of(5)}").splitlines()[1:])


@pytest.mark.parametrize("arguments, code, message", [
    (["--at", "in.ndjson:5"], 1, "no record begins at offset 5 of in.ndjson"),
    (["--at", "in.ndjson:18"], 1, "no record begins at offset 18 of in.ndjson"),
    (["--at", "in.ndjson:99999"], 1, "in.ndjson"),
    (["--at", "in.ndjson", "--line", "2"], 1, "no record begins on line 2"),
    (["--at", "in.ndjson", "--line", "77"], 1, "no record begins on line 77"),
    (["--at", "nothing.ndjson:0"], 1, "nothing.ndjson"),
    (["--at", ".:0"], 1, "is a folder"),
    (["--at", "in.ndjson"], 2, "has no offset"),
    (["--at", "-:0"], 2, "standard input"),
    (["--at", "in.ndjson", "--line", "0"], 2, "--line"),
    ([], 2, "which record?"),
])
def test_what_is_no_record_is_told(place, arguments, code, message):
    assert message in walk(place, SET, *arguments, code=code)


def test_a_dead_letters_place_leads_to_its_record(place):
    place.run(DROP, more='[dead_letter]\nfile = "dead.ndjson"\n')
    for entry in dead_letters(place / "dead.ndjson"):
        text = walk(place, DROP, "--at", f"{entry['file']}:{entry['offset']}")
        assert rows(text)[1] == f"read {LINES[entry['line'] - 1]}"


def test_the_values_of_protected_fields_are_shown_and_said_to_be(place):
    text = walk(place, protect("encrypt", "/age"), "--at", "in.ndjson:0")
    assert "in the clear" in text.splitlines()[0]
    assert rows(text)[3].startswith('~ /age 10 -> "A')


def test_several_records_and_a_traceback_are_shown(place):
    (place / "step.py").write_text(
        "def step(r):\n    print('loud')\n    if r['id'] == 2:\n        raise ValueError('no two')\n"
        "    return [r, {'copy': r['id']}]\n")
    text = walk(place, PYTHON, "--at", "in.ndjson:0")
    assert rows(text)[2:] == ['1 python {"id":1,"age":10}', '{"copy":1}']
    text = walk(place, PYTHON, "--at", f"in.ndjson:{offset_of(3)}")
    assert "dead: step 1 (python): exception: ValueError: no two" in rows(text)
    assert any('step.py", line 4' in row for row in rows(text))


def test_arrays_and_tables_are_walked(work):
    for form, content, offset in [("csv", 'id,note\n1,"a\nb"\n2,c\n', 16), ("array", '[{"id":1},\n {"id":2}]', 12)]:
        (work / "in").write_text(content)
        (work / "job.toml").write_text(
            HEAD.format(files='["in"]') + f'format = "{form}"\n' + SET + TAIL.format(sink="out"))
        text = work.adyton("replay", "job.toml", "--at", f"in:{offset}").stdout.decode()
        assert '"ok":true' in text and '"2"' in text or '"id":2' in text


def test_pdb_stops_at_the_first_line_and_shows_the_record(place):
    (place / "step.py").write_text("def step(record):\n    record['a'] = 1\n    return record\n")
    text = walk(place, PYTHON, "--at", "in.ndjson:0", "--pdb", input=b"p record['id'] + 41\nn\nc\n")
    assert "record['a'] = 1" in text and "42" in text
    assert "+ /a 1" in rows(text)


def test_pdb_enters_post_mortem_where_the_function_raises(place):
    (place / "step.py").write_text("def step(record):\n    secret = 6 * 7\n    raise ValueError('no')\n")
    text = walk(place, PYTHON, "--at", "in.ndjson:0", "--pdb", input=b"c\np secret\nq\n")
    assert "post mortem: ValueError: no" in text and "42" in text
    assert "dead: step 1 (python): exception: ValueError: no" in rows(text)


def test_quitting_pdb_ends_the_walk(place):
    (place / "step.py").write_text("def step(record):\n    return record\n")
    walk(place, PYTHON + SET, "--at", "in.ndjson:0", "--pdb", input=b"q\n", code=75)


# --- run --dry-run -------------------------------------------------------------------------------


def dry(work, steps, *arguments, code=0, **options):
    job = work.write_job("job.toml", steps, **options)
    before = work.names()
    done = work.adyton("run", "--dry-run", *arguments, job, code=code)
    assert work.names() == before
    return done


def test_a_dry_run_shows_each_record_before_and_after(place):
    done = dry(place, SET + DROP)
    assert rows(done.stdout.decode()) == [
        "in.ndjson:1", 'before {"id":1,"age":10}', 'after {"id":1,"ok":true}',
        "in.ndjson:3", 'before {"id":2}', "dead step 2 (drop): missing field /age",
        "in.ndjson:4", "before broken", 'dead syntax: expected a value at byte 1',
        "in.ndjson:5", 'before {"id":4,"age":40}', 'after {"id":4,"ok":true}',
    ]
    assert b"4 records read, 2 would be written, 0 dropped, 2 dead; nothing was written" in done.stderr


def test_a_dry_run_says_dropped_and_unchanged(place):
    where = '[[step]]\nuse = "filter"\nwhere = { field = "/age", op = "exists" }\n'
    text = rows(dry(place, where).stdout.decode())
    assert text[2] == "after unchanged" and text[5] == "dropped"


def test_a_dry_run_stops_at_its_limit_across_files(work):
    for name in "ab":
        (work / name).write_text("".join(f'{{"n":{n}}}\n' for n in range(30)))
    for limit, expected in [([], 10), (["--limit", "1"], 1), (["--limit", "45"], 45), (["--limit", "99"], 60)]:
        text = dry(work, "", *limit, files=["a", "b"]).stdout.decode()
        assert text.count("before") == expected


def test_a_dry_run_touches_nothing_and_minds_no_output(place):
    (place / "out.ndjson").write_text("mine")
    (place / "step.py").write_text("def step(r):\n    print('loud')\n    return r\n")
    more = '[dead_letter]\nfile = "dead.ndjson"\nmax_errors = 0\n'
    done = dry(place, PYTHON + DROP, more=more)
    assert (place / "out.ndjson").read_text() == "mine"
    assert b"loud" not in done.stdout and b"loud" in done.stderr


def test_a_dry_run_of_a_bad_job_is_78_and_a_limit_alone_a_mistake(place):
    job = place.write_job("job.toml", '[[step]]\nuse = "dorp"\n')
    place.adyton("run", "--dry-run", job, code=78)
    job = place.write_job("job.toml", "", files=["nothing.ndjson"])
    place.adyton("run", "--dry-run", job, code=78)
    assert b"--dry-run" in place.adyton("run", "--limit", "3", job, code=2).stderr
    place.adyton("run", "--dry-run", "--limit", "0", job, code=2)


def test_a_dry_run_of_standard_input_and_of_every_record_that_was_fanned_out(work):
    (work / "step.py").write_text("def step(r):\n    return [r, {'n': json_free}]\njson_free = 7\n")
    job = work.write_job("job.toml", PYTHON, files=["-"])
    done = work.adyton("run", "--dry-run", job, input=b'{"n":1}\n')
    assert rows(done.stdout.decode()) == ["standard input:1", 'before {"n":1}', "after unchanged",
                                          'after {"n":7}']
