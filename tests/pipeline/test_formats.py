"""Arrays, CSV and TSV through whole jobs, into each other and back."""

import csv
import io
import json
import random
import subprocess

import pytest
from conftest import dead_letters, protect

DEAD = '[dead_letter]\nfile = "dead.ndjson"\nplain = true\n'


def job(work, steps, *, source, sink, files=("in",), out="out", more="", dead=DEAD, source_more="",
        code=0):
    """Write a job that reads `files` in one format and writes `out` in another, and run it."""
    work.keys()
    (work / "job.toml").write_text(
        f'[job]\nname = "test"\ndomain = "test"\n'
        f'[source]\nfiles = {json.dumps(list(files))}\nformat = "{source}"\n{source_more}\n'
        f'[keyring.pii]\nfile = "keys.json"\n{steps}\n'
        f'[sink]\nfiles = "{out}"\nformat = "{sink}"\nexisting = "replace"\n{more}\n{dead}')
    done = work.adyton("run", "--quiet", "--summary", "json", "job.toml", code=code)
    work.stderr = done.stderr.decode()
    texts = (work.stderr if out == "-" else done.stdout.decode()).splitlines()
    return next((json.loads(line) for line in texts if line.startswith("{")), None)


def some_value(rng, depth=0):
    kind = rng.randrange(9 if depth < 3 else 6)
    if kind == 0:
        return None
    if kind == 1:
        return rng.random() * 1e6
    if kind in (2, 3):
        return "".join(rng.choice('aä,;"\'\\ \t\n\r]}😀') for _ in range(rng.randrange(30)))
    if kind == 4:
        return rng.randrange(10**12)
    if kind == 5:
        return rng.random() < 0.5
    if kind == 6:
        return [some_value(rng, depth + 1) for _ in range(rng.randrange(4))]
    return {f"k{i}": some_value(rng, depth + 1) for i in range(rng.randrange(5))}


@pytest.mark.parametrize("indent", [None, 0, 3])
@pytest.mark.parametrize("ending", ["", ".gz", ".zst"])
def test_an_array_becomes_lines_and_an_array_again_with_the_same_values(work, indent, ending):
    rng = random.Random(7)
    records = [some_value(rng) for _ in range(3000)]
    (work / "in").write_text(json.dumps(records, indent=indent))
    summary = job(work, "", source="array", sink="ndjson", out=f"lines{ending}")
    assert summary["written"] == len(records) == summary["read"]
    summary = job(work, "", source="ndjson", sink="array", files=[f"lines{ending}"], out="again")
    text = (work / "again").read_text()
    assert json.loads(text) == records
    assert text.startswith("[\n") and text.endswith("\n]\n")
    lines = text[2:-3].split(",\n")
    assert len(lines) == len(records) and [json.loads(line) for line in lines] == records


def test_an_element_of_an_array_keeps_its_bytes_in_an_array(work):
    elements = ['{ "b" :\n 1.50,"a":"\\u00e4" }', '[ ]', '1E2', '"x"']
    (work / "in").write_text("[" + " , ".join(elements) + "]")
    job(work, "", source="array", sink="array")
    assert (work / "out").read_text() == "[\n" + ",\n".join(elements) + "\n]\n"
    job(work, "", source="array", sink="ndjson")
    assert (work / "out").read_text() == '{ "b" :1.50,"a":"\\u00e4" }\n[ ]\n1E2\n"x"\n'


def test_blank_lines_are_counted_and_have_no_place_in_an_array(work):
    (work / "in").write_bytes(b"\xef\xbb\xbf 1 \r\n\n  \n2")
    summary = job(work, "", source="ndjson", sink="array")
    assert (summary["read"], summary["blank"]) == (2, 2)
    assert (work / "out").read_text() == "[\n1,\n2\n]\n"
    (work / "in").write_bytes(b"\n")
    job(work, "", source="ndjson", sink="array")
    assert (work / "out").read_text() == "[]\n"


def test_a_pretty_printed_value_that_was_encrypted_stays_on_its_line_when_it_is_decrypted(work):
    records = [{"id": 1, "address": {"town": "Köln", "lines": ["a", "b"]}}]
    (work / "in").write_text(json.dumps(records, indent=2))
    job(work, protect("encrypt", "/address"), source="array", sink="ndjson", out="sealed")
    assert "\n" not in (work / "sealed").read_text().rstrip("\n")
    job(work, protect("decrypt", "/address"), source="ndjson", sink="ndjson", files=["sealed"])
    assert [json.loads(line) for line in (work / "out").read_text().splitlines()] == records


@pytest.mark.parametrize("text, place", [
    ("[1,2\n", "in:2"),
    ("[1,\n{]", "in:2"),
    ('{"a":1}\n', "in:1"),
    ("[1] [2]", "in:1"),
    ("", "in:1"),
])
def test_what_is_not_one_array_fails_the_run_with_its_place_and_publishes_nothing(work, text, place):
    (work / "in").write_text(text)
    job(work, "", source="array", sink="ndjson", code=1)
    assert f"{place}: error: not one JSON array" in work.stderr
    assert not (work / "out").exists() and not (work / "dead.ndjson").exists()


def test_an_element_over_max_record_is_dead_by_its_place(work):
    (work / "in").write_text('[1,\n"' + "x" * 5_000_000 + '",\n2]')
    summary = job(work, "", source="array", sink="ndjson", source_more="max_record = 1000")
    assert (summary["read"], summary["dead"]) == (3, 1)
    (entry,) = dead_letters(work / "dead.ndjson")
    assert (entry["line"], entry["offset"], entry["length"]) == (2, 4, 5_000_002)
    assert entry["reason"] == "too long" and "record" not in entry


def table(rng, rows, newline):
    """A table as Python's csv module writes it, with the quotes that must be and no others.

    With rows that end in \\n it leaves a carriage return without quotes, which the format has not.
    """
    letters = 'ab ,;"\n\t\\ä' + newline
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator=newline)
    writer.writerow(["id", "name", "e-mail, private", 'the "note"'])
    for i in range(rows):
        note = "".join(rng.choice(letters) for _ in range(rng.randrange(20)))
        writer.writerow([i, f"Ann {i}", f"ann{i}@example.com", note])
    return out.getvalue().encode()


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_encrypted_to_csv_and_decrypted_again_a_table_is_byte_for_byte_what_it_was(work, newline):
    original = table(random.Random(1), 5000, newline)
    (work / "in").write_bytes(original)
    fields = ("/name", "/e-mail, private")
    summary = job(work, protect("encrypt", *fields), source="csv", sink="csv", out="sealed.csv.zst")
    assert summary["written"] == 5000 and summary["values"] == 10000
    sealed = subprocess.run(["zstd", "-dcq", work / "sealed.csv.zst"], check=True, capture_output=True)
    assert b"@example.com" not in sealed.stdout
    rows = list(csv.reader(io.StringIO(sealed.stdout.decode(), newline="")))
    assert rows[0] == ["id", "name", "e-mail, private", 'the "note"'] and len(rows) == 5001
    job(work, protect("decrypt", *fields), source="csv", sink="csv", files=["sealed.csv.zst"])
    assert (work / "out").read_bytes() == original


def test_a_table_becomes_lines_of_strings_and_a_table_again(work):
    original = table(random.Random(2), 300, "\n")
    (work / "in").write_bytes(b"\xef\xbb\xbf" + original)
    job(work, "", source="csv", sink="ndjson", out="lines")
    expected = list(csv.DictReader(io.StringIO(original.decode(), newline="")))
    assert [json.loads(line) for line in (work / "lines").read_text().split("\n")[:-1]] == expected
    job(work, "", source="ndjson", sink="tsv", files=["lines"], out="out.tsv")
    rows = list(csv.DictReader(io.StringIO((work / "out.tsv").read_text(), newline=""), delimiter="\t"))
    job(work, "", source="tsv", sink="csv", files=["out.tsv"])
    assert (work / "out").read_bytes() == original
    assert len(rows) == 300


def test_rows_that_are_no_rows_are_dead_letters_and_the_rest_is_written(work):
    (work / "in").write_bytes(b'id,name\n1,Ann\n2\n3,Bo,x\n4,"C"d\n5,\xff\n\n6,"E\nF"\n')
    summary = job(work, "", source="csv", sink="csv")
    assert (summary["read"], summary["written"], summary["dead"], summary["blank"]) == (6, 2, 4, 1)
    assert (work / "out").read_bytes() == b'id,name\n1,Ann\n6,"E\nF"\n'
    entries = dead_letters(work / "dead.ndjson")
    assert [(e["line"], e["reason"], e["use"]) for e in entries] == [
        (3, "fields", "read"), (4, "fields", "read"), (5, "syntax", "read"), (6, "encoding", "read")]
    assert entries[1]["record"] == "3,Bo,x" and "2" in entries[1]["detail"]


def test_records_that_the_columns_cannot_hold_are_dead_letters_of_the_sink(work):
    records = [{"a": 1, "b": None}, {"b": [2, {"c": "d"}], "a": "x,y"}, {"a": 3, "c": 4}, [5], {}, {"b": True}]
    (work / "in").write_text("".join(json.dumps(record) + "\n" for record in records))
    summary = job(work, '[[step]]\nuse = "drop"\nfields = ["/z"]\n', source="ndjson", sink="csv")
    assert (summary["read"], summary["written"], summary["dead"]) == (6, 4, 2)
    assert (work / "out").read_text() == 'a,b\n1,\n"x,y","[2, {""c"": ""d""}]"\n,\n,true\n'
    entries = dead_letters(work / "dead.ndjson")
    assert [(e["step"], e["use"], e["reason"], e["line"]) for e in entries] == [
        (2, "write", "unknown column", 3), (2, "write", "not an object", 4)]
    assert '"c"' in entries[0]["detail"]
    assert {(d["step"], d["use"]) for d in summary["dead_by"]} == {(2, "write")}
    summary = job(work, "", source="ndjson", sink="csv", more='columns = ["c", "b", "a"]')
    assert summary["dead"] == 1
    assert (work / "out").read_text().startswith("c,b,a\n,,1\n")
    job(work, "", source="ndjson", sink="csv", dead="", code=65)
    assert "unknown column" in work.stderr and "in:3" in work.stderr


def test_columns_come_from_the_first_record_however_many_threads_write(work):
    lines = [json.dumps({"b": i, "a": "x" * 300} if i % 2 else {"a": "y", "b": i}) for i in range(20000)]
    (work / "in").write_text("\n".join(['{"b": "first", "a": ""}', *lines]) + "\n")
    summary = job(work, "", source="ndjson", sink="csv")
    rows = (work / "out").read_text().splitlines()
    assert summary["written"] == 20001
    assert rows[:2] == ["b,a", "first,"]
    assert rows[2:] == [f"{i}," + ("x" * 300 if i % 2 else "y") for i in range(20000)]


@pytest.mark.parametrize("text, message", [
    (b"a,b,a\n1,2,3\n", 'in:1: error: the header names two columns "a"'),
    (b"a,b\n1,2\n3,\"4\n5,6\n", "in:3: error: a quote in the row that begins here is never closed"),
    (b"\na,b\n", "in:1: error: the first line is empty"),
])
def test_a_table_that_cannot_be_trusted_fails_the_run(work, text, message):
    (work / "in").write_bytes(text)
    job(work, "", source="csv", sink="csv", code=1)
    assert message in work.stderr
    assert not (work / "out").exists()


def test_a_table_without_rows(work):
    (work / "in").write_bytes(b"a,b\n")
    job(work, "", source="csv", sink="csv", more='columns = ["b", "a"]')
    assert (work / "out").read_bytes() == b"b,a\n"
    assert job(work, "", source="csv", sink="csv")["read"] == 0
    assert (work / "out").read_bytes() == b""
    job(work, "", source="csv", sink="csv", files=["out"], out="again")
    assert (work / "again").read_bytes() == b""


@pytest.mark.parametrize("source", ["array", "csv"])
def test_standard_input_and_output_take_every_format(work, source):
    text = {"array": '[{"a":"1"},\n{"a":"2"}]', "csv": "a\n1\n2\n"}[source]
    (work / "job.toml").write_text(
        f'[job]\nname = "test"\n[source]\nfiles = "-"\nformat = "{source}"\n'
        f'[sink]\nfiles = "-"\nformat = "tsv"\n')
    done = work.adyton("run", "--quiet", "job.toml", input=text.encode())
    assert done.stdout == b"a\n1\n2\n"
