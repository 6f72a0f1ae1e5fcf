"""Steps that choose and change records, in whole runs: what they do to bytes, counts and dead letters."""

import ast
import copy
import functools
import json
import random
import re
import subprocess
import sys
import sysconfig
import warnings
from pathlib import Path

import pytest
from conftest import dead_letters, protect

PLAIN = '[dead_letter]\nfile = "dead"\nplain = true\n'
HIDDEN = '[dead_letter]\nfile = "dead"\n'


def step(use, **options):
    """A step as TOML; a value that is JSON text of an object becomes an inline table."""
    def toml(value):
        if isinstance(value, dict):
            return "{ " + ", ".join(f"{key} = {toml(item)}" for key, item in value.items()) + " }"
        return json.dumps(value)
    return f'[[step]]\nuse = "{use}"\n' + "".join(f"{name} = {toml(value)}\n" for name, value in options.items())


def where(field, op, value=None, **more):
    return {"field": field, "op": op, **({} if value is None else {"value": value}), **more}


# --- counts ---

def test_what_filters_and_samples_take_out_is_counted_as_dropped(work):
    (work / "in.ndjson").write_text("".join(f'{{"n":{n}}}\n' for n in range(1000)))
    summary = work.run(step("filter", where=where("/n", "<", 700)) + step("filter", expr="record['n'] % 2")
                       + step("sample", rate=0.5))
    kept = (work / "out.ndjson").read_text().splitlines()
    assert 0 < len(kept) < 350
    assert all(json.loads(line)["n"] < 700 and json.loads(line)["n"] % 2 for line in kept)
    assert (summary["read"], summary["written"], summary["dropped"]) == (1000, len(kept), 1000 - len(kept))


# --- expressions ---

def test_an_expression_gives_set_its_value(work):
    (work / "in.ndjson").write_bytes(b'{"l" : [1, 2.50, "\xc3\xa9"] , "m":{ "x" : 1 }}\r\n{"l":[],"m":null}')
    work.run(step("set", field="/n", expr="len(record['l'])") + step("set", field="/copy/m", expr="record['m']")
             + step("set", field="/made", expr="{'a': [None, True], 'é': 1.5}"))
    assert (work / "out.ndjson").read_bytes() == (
        b'{"l" : [1, 2.50, "\xc3\xa9"] , "m":{ "x" : 1 },"n":3,"copy":{"m":{ "x" : 1 }},'
        b'"made":{"a":[null,true],"\xc3\xa9":1.5}}\r\n'
        b'{"l":[],"m":null,"n":0,"copy":{"m":null},"made":{"a":[null,true],"\xc3\xa9":1.5}}')


def test_what_an_expression_does_to_the_record_or_to_names_has_no_effect(work):
    (work / "in.ndjson").write_text('{"a": 1}\n{"a": 2}\n')
    work.run(step("filter", expr="[record.pop('a'), record.update(b=2)]")
             + step("set", field="/seen", expr="('n' in globals(), n := record['a'])[0]"))
    assert (work / "out.ndjson").read_text() == '{"a": 1,"seen":false}\n{"a": 2,"seen":false}\n'


def test_lambdas_and_comprehensions_of_an_expression_see_the_record(work):
    (work / "in.ndjson").write_text('{"a": [3, 1]}\n')
    work.run(step("set", field="/b", expr="sorted(range(2), key=lambda i: record['a'][i])")
             + step("filter", expr="[[x for y in record['a']] for x in record['a']] == [[3, 3], [1, 1]]"))
    assert (work / "out.ndjson").read_text() == '{"a": [3, 1],"b":[1,0]}\n'


def test_a_record_for_which_an_expression_raises_is_a_dead_letter_with_its_traceback(work):
    (work / "in.ndjson").write_text('{"a":{"b":1}}\n{"a":5}\n\n{"a":{"b":"x"}}\n')
    summary = work.run(step("filter", expr="record['a']['b'] >\n 0".replace("\n", "")), more=PLAIN)
    assert summary["dead"] == 2
    first, second = dead_letters(work / "dead")
    assert (first["line"], first["step"], first["use"], first["reason"]) == (2, 1, "filter", "exception")
    assert first["detail"].startswith("TypeError: 'int' object is not")
    assert second["detail"] == "TypeError: '>' not supported between instances of 'str' and 'int'"
    assert first["traceback"].startswith("Traceback (most recent call last):\n"
                                         '  File "<expr of step 1, filter>", line 1, in <module>\n'
                                         "    record['a']['b'] > 0\n")


def test_a_value_that_json_has_not_makes_a_dead_letter(work):
    (work / "in.ndjson").write_text('{"a":1}\n{"a":"nan"}\n{"a":[]}\n')
    work.run(step("set", field="/b", expr="float(record['a']) if record['a'] else {1}"), more=PLAIN)
    assert (work / "out.ndjson").read_text() == '{"a":1,"b":1.0}\n'
    assert [(dead["line"], dead["reason"]) for dead in dead_letters(work / "dead")] == [(2, "result"), (3, "result")]


def test_text_of_records_stays_out_of_the_dead_letters_of_a_job_that_protects(work):
    (work / "in.ndjson").write_text('{"id":"s3cret","a":1}\n')
    work.run(step("allow", fields=["/id", "/a"]) + step("filter", expr="int(record['id'])"), more=HIDDEN)
    assert "s3cret" not in (work / "dead").read_text()
    assert dead_letters(work / "dead")[0]["reason"] == "exception"


def test_an_expression_that_exits_ends_the_run(work):
    (work / "in.ndjson").write_text('{"a":1}\n')
    work.run(step("filter", expr="exit(3)"), code=1)
    assert "the script ended the run" in work.stderr
    assert not (work / "out.ndjson").exists()


def check(work, steps):
    job = work.write_job("job.toml", steps)
    done = subprocess.run([sys.executable, "check", job], cwd=work.folder, capture_output=True, text=True)
    return done.returncode, done.stderr


def test_check_tells_where_an_expression_is_wrong_and_runs_none(work):
    (work / "in.ndjson").write_text("{}\n")
    code, error = check(work, step("filter", expr="record['a'] >"))
    assert code == 78
    assert error.splitlines()[:3] == [
        "job.toml:9:22: error: expr is no Python expression: the expression ends too early",
        "    expr = \"record['a'] >\"", "                         ^"]
    assert check(work, step("filter", expr="__import__('os')._exit(9)")) == (0, "")


def test_what_only_python_itself_finds_wrong_is_found_before_anything_is_read(work):
    (work / "in.ndjson").write_text("{}\n")
    steps = step("filter", expr="f'{record +}'")
    assert check(work, steps)[0] == 0
    work.run(steps, code=78)
    assert re.search(r"job\.toml:9:8: error: expr is no Python expression: SyntaxError: ", work.stderr)
    assert work.names() == {"in.ndjson", "job.toml"}


def refused(work, expressions):
    """The expressions that check finds wrong."""
    text = "".join(f"[[step]]\nuse = \"filter\"\nexpr = {json.dumps(text, ensure_ascii=False)}\n" for text in expressions)
    text = text.replace("\\u007f", "\\u007F").replace("\x7f", "\\u007F")
    _, error = check(work, text)
    first_step = (work / "job.toml").read_text().split("\n").index('[[step]]') + 1
    lines = {int(line) for line in re.findall(r"^job\.toml:(\d+):\d+: error: expr is no", error, re.MULTILINE)}
    assert len(re.findall(r"^job\.toml:\d+:\d+: error: ", error, re.MULTILINE)) == len(lines), error[:2000]
    return {expression for i, expression in enumerate(expressions) if first_step + 2 + 3 * i in lines}


def segment(lines, node):
    """The source of a node; ast.get_source_segment cuts the whole file into lines each time."""
    first, last = node.lineno - 1, node.end_lineno - 1
    if first == last:
        return lines[first][node.col_offset:node.end_col_offset].decode()
    return b"".join([lines[first][node.col_offset:], *lines[first + 1:last], lines[last][:node.end_col_offset]]).decode()


@functools.cache
def expressions_of_the_standard_library():
    """The expressions of some of Python's own sources."""
    library = Path(sysconfig.get_paths()["stdlib"])
    found = set()
    for name in ("dataclasses", "argparse", "statistics", "difflib", "fractions", "textwrap", "ipaddress", "enum"):
        source = (library / f"{name}.py").read_bytes()
        lines = source.splitlines(keepends=True)
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.expr) and not isinstance(node, (ast.Constant, ast.Name, ast.Starred, ast.Slice)):
                text = segment(lines, node).strip()
                if len(text) < 400 and "yield" not in text and "await" not in text and "\\\n" not in text:
                    found.add(text)
    return sorted(found)


def is_expression(text):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            compile(text, "expr", "eval")
        except (SyntaxError, ValueError):
            return False
    return True


def test_check_refuses_no_expression_of_pythons_own_sources(work):
    (work / "in.ndjson").write_text("{}\n")
    expressions = [text for text in expressions_of_the_standard_library() if is_expression(text)]
    assert len(expressions) > 2500
    assert refused(work, expressions) == set()


def test_check_agrees_with_python_about_expressions_with_a_token_lost_or_put_in(work):
    """Spoiled expressions: what Python takes passes; of what it refuses little may pass, and only what is known to."""
    (work / "in.ndjson").write_text("{}\n")
    chance = random.Random(5)
    token = re.compile(r"\w+|\"[^\"\n]*\"|'[^'\n]*'|[-+*/<>=!:]=|\*\*|//|\S")
    spoiled = set()
    whole = [text for text in expressions_of_the_standard_library() if "\n" not in text]
    for text in chance.sample(whole, 2000):
        parts = [(match.start(), match.end()) for match in token.finditer(text)]
        begin, end = chance.choice(parts)
        if chance.random() < 0.5:
            spoiled.add((text[:begin] + text[end:]).strip())
        else:
            more = chance.choice(["(", ")", "[", "]", "{", "}", ",", ":", ".", "=", ":=", "*", "**", "if", "else",
                                  "for", "in", "not", "lambda", "and", "x", "1", "'s'", "-", "is", "True", "@"])
            spoiled.add((text[:begin] + f" {more} " + text[begin:]).strip())
    spoiled = sorted(text for text in spoiled if "yield" not in text and "await" not in text and text)
    python_takes = {text for text in spoiled if is_expression(text)}
    found = refused(work, spoiled)
    assert found & python_takes == set()
    missed = set(spoiled) - python_takes - found
    assert len(found) > 1000
    assert len(missed) < len(found) / 50, sorted(missed)[:20]


def test_the_plan_of_check_names_what_a_step_asks_and_where_it_takes_from(work):
    (work / "in.ndjson").write_text("{}\n")
    job = work.write_job("job.toml", step("filter", where=where("/a", "exists")) + step("filter", expr="record")
                         + step("copy", **{"from": "/a"}, to="/b"))
    plan = work.adyton("check", job).stdout.decode()
    assert re.findall(r"\d\. .*", plan) == ["1. filter where /a", '2. filter "record"', "3. copy /a"]


# --- sample ---

def test_sample_keeps_the_same_records_however_the_run_is_cut(work):
    lines = [f'{{"n":{n},"pad":"{"x" * (n % 50)}"}}\n' for n in range(30_000)]
    (work / "b.ndjson").write_text("".join(lines))
    outputs = set()
    for threads in ("1", "3"):
        job = work.write_job("job.toml", step("sample", rate=0.1), files=["b.ndjson"], more='existing = "replace"\n')
        work.adyton("run", "--quiet", "--threads", threads, job)
        outputs.add((work / "out.ndjson").read_text())
    work.adyton("run", "--quiet", work.write_job(
        "job.toml", step("filter", expr="True") + step("sample", rate=0.1), files=["b.ndjson"],
        more='existing = "replace"\n'))
    outputs.add((work / "out.ndjson").read_text())
    assert len(outputs) == 1
    kept = outputs.pop()
    assert 2500 < kept.count("\n") < 3500
    # The input is known by its path: one that is read before it, or its being compressed, changes nothing.
    (work / "a.ndjson").write_text("".join(lines))
    work.run(step("sample", rate=0.1), files=["a.ndjson", "b.ndjson"], sink="both")
    assert (work / "both").read_text().endswith(kept)
    assert (work / "both").read_text() != kept + kept


# --- allow ---

def test_what_allow_encrypts_can_be_decrypted_and_the_rest_never_leaves(work):
    line = b'{"id": 7, "new" : {"ssn": "078-05-1120"}, "l":[{"ok":1, "secret":"s3cret"}]}\n'
    (work / "in.ndjson").write_bytes(line)
    summary = work.run('[[step]]\nuse = "allow"\nfields = ["/id", "/l/*/ok"]\nother = "encrypt"\nkey = "pii"\n',
                       sink="hidden")
    assert summary["values"] == 2
    hidden = (work / "hidden").read_bytes()
    assert b"078-05-1120" not in hidden and b"s3cret" not in hidden and b'"id": 7' in hidden
    work.run(protect("decrypt", "/new", "/l/0/secret"), files=["hidden"])
    assert (work / "out.ndjson").read_bytes() == line


def test_the_name_of_a_field_that_is_not_allowed_stays_out_of_the_dead_letters(work):
    (work / "in.ndjson").write_text('{"id":1}\n{"id":2,"s3cret name":1}\n')
    steps = step("allow", fields=["/id"], other="dead_letter")
    work.run(steps, more=HIDDEN + "max_errors = 1\n")
    assert (work / "out.ndjson").read_text() == '{"id":1}\n'
    assert "s3cret" not in (work / "dead").read_text()
    work.run(steps, sink="out2", more=PLAIN.replace('"dead"', '"dead2"'))
    assert dead_letters(work / "dead2")[0]["detail"] == "/s3cret name"


# --- against a plain implementation ---

def random_value(chance, depth):
    kind = chance.randrange(8 if depth else 6)
    if kind == 6:
        return [random_value(chance, depth - 1) for _ in range(chance.randrange(4))]
    if kind == 7:
        return random_object(chance, depth - 1)
    return chance.choice([None, True, False, 0, 1, -2, 2.5, 10**20, 1e-7, "", "a", "b", 'é"\n', "😀"])


def random_object(chance, depth):
    return {key: random_value(chance, depth) for key in chance.sample(["a", "b", "c", "l", "x/y", "é"], chance.randrange(6))}


def spaced(value, chance):
    """The value as JSON with white space and escapes put in at random."""
    def space():
        return chance.choice(["", "", " ", "\t", "  "])

    def text(characters):
        return json.dumps(characters, ensure_ascii=chance.random() < 0.5)
    if isinstance(value, dict):
        inside = f"{space()},{space()}".join(f"{text(k)}{space()}:{space()}{spaced(v, chance)}" for k, v in value.items())
        return "{" + space() + inside + space() + "}"
    if isinstance(value, list):
        return "[" + space() + f"{space()},{space()}".join(spaced(item, chance) for item in value) + space() + "]"
    return text(value)


MISSING = object()


def at(record, *path):
    for key in path:
        if not isinstance(record, dict) or key not in record:
            return MISSING
        record = record[key]
    return record


def rename(record):
    if at(record, "a") is MISSING:
        return None
    made = {}
    for key, value in record.items():
        if key == "a":
            made["b"] = value
        elif key != "b":
            made[key] = value
    return made


def copy_value(record):
    value, parent = at(record, "a", "b"), at(record, "c")
    if value is MISSING:
        return record
    if parent is MISSING:
        record["c"] = {}
    elif not isinstance(parent, dict):
        return None
    elif "l" in parent:
        return None
    record["c"]["l"] = copy.deepcopy(value)
    return record


def allow(record):
    made = {}
    for key, value in record.items():
        if key == "a":
            made[key] = value
        elif key == "b" and isinstance(value, dict):
            made[key] = {k: v for k, v in value.items() if k == "c"}
        elif key == "b" and isinstance(value, list):
            made[key] = []
    return made


def is_number(value):
    return isinstance(value, (int, float)) and not isinstance(value, bool)


REFERENCES = {
    "rename": (step("rename", field="/a", to="b", existing="replace"), rename),
    "copy": (step("copy", **{"from": "/a/b"}, to="/c/l", parents=True, missing="skip"), copy_value),
    "allow": (step("allow", fields=["/a", "/b/c"]), allow),
    "filter": (step("filter", where=where("/a", ">=", 1)), lambda r: r if is_number(at(r, "a")) and r["a"] >= 1 else None),
    "filter_text": (step("filter", where=where("/a", "<", "b"), missing="keep"),
                    lambda r: r if "a" not in r or (isinstance(r["a"], str) and r["a"] < "b") else None),
    "set_where": (step("set", field="/b", value=7, where=where("/a", "==", None or True)),
                  lambda r: {**r, "b": 7} if at(r, "a") is True else r),
    "set_expr": (step("set", field="/b", expr="record.get('a')"), lambda r: {**r, "b": r.get("a")}),
}


@pytest.mark.parametrize("name", REFERENCES)
def test_random_records_become_what_a_plain_implementation_makes_of_them(work, name):
    steps, reference = REFERENCES[name]
    chance = random.Random(name)
    records = [random_object(chance, 3) for _ in range(4000)]
    (work / "in.ndjson").write_text("".join(spaced(record, chance) + "\n" for record in records), encoding="utf-8")
    work.run(steps, more=HIDDEN)
    made = [json.loads(line) for line in (work / "out.ndjson").read_text(encoding="utf-8").splitlines()]
    expected = [result for result in map(reference, records) if result is not None]
    assert 100 < len(expected)
    # Members in their order, numbers with their type.
    assert [json.dumps(record) for record in made] == [json.dumps(record) for record in expected]
