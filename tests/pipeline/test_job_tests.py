"""adyton test: the cases written beside a job."""

import json
import subprocess
import xml.etree.ElementTree

import pytest
from conftest import protect

SET = '[[step]]\nuse = "set"\nfield = "/ok"\nvalue = true\n'
DROP = '[[step]]\nuse = "drop"\nfields = ["/age"]\nmissing = "error"\n'
FILTER = '[[step]]\nuse = "filter"\nwhere = { field = "/keep", op = "exists" }\n'
GOOD = '[[case]]\nname = "good"\ninput = [{ a = 1 }]\nexpect = [{ ok = true, a = 1 }]\n'
BAD = '[[case]]\nname = "bad"\ninput = [{ a = 1 }]\nexpect = [{ a = 2 }]\n'


def run(work, steps, cases, *arguments, code=0, **options):
    """Run the cases of a job; what it printed."""
    job = work.write_job("job.toml", steps)
    (work / "job.test.toml").write_text(cases)
    done = work.adyton("test", job, *arguments, code=code, **options)
    return done.stdout.decode() + done.stderr.decode()


def test_cases_pass_and_fail_are_counted_and_a_failure_shows_a_diff(work):
    text = run(work, SET, GOOD + BAD, code=1)
    assert "ok    good\n" in text and "FAIL  bad (job.test.toml:5)" in text
    assert text.endswith("1 passed, 1 failed\n")
    diff = [line.strip() for line in text.splitlines()]
    assert '-  "a": 2' in diff and '+  "a": 1,' in diff and '+  "ok": true' in diff
    assert run(work, SET, GOOD).endswith("1 passed\n")
    assert work.names() & {"out.ndjson"} == set()


@pytest.mark.parametrize("expect, passes", [
    ("[{ a = 1, b = { c = [1.0, 'x'] } }]", True),
    ("[{ b = { c = [1, 'x'] }, a = 1.0 }]", True),
    ("['{\"b\": {\"c\": [1e0, \"\\u0078\"]}, \"a\": 1}']", True),
    ("[{ a = 1, b = { c = ['x', 1] } }]", False),
    ("[{ a = 1, b = { c = [1, 'x', 2] } }]", False),
    ("[{ a = 1 }]", False),
    ("[]", False),
    ("[{ a = 1, b = '<any>' }]", True),
    ("[{ a = '<any>', b = { c = [1, '<any>'] } }]", True),
    ("[{ a = 1, b = '<any>', c = '<any>' }]", False),
    ("['\"<any>\"']", True),
    ("[{ a = '<encrypted>', b = '<any>' }]", False),
])
def test_records_are_compared_as_values(work, expect, passes):
    case = '[[case]]\nname = "x"\ninput = [{ a = 1, b = { c = [1, "x"] } }]\nexpect = %s\n' % expect
    run(work, "", case, code=0 if passes else 1)


def test_large_integers_are_told_apart(work):
    case = '[[case]]\nname = "x"\ninput = [{ a = 9007199254740993 }]\nexpect = [{ a = 900719925474099%d }]\n'
    run(work, "", case % 3)
    run(work, "", case % 2, code=1)


def test_drops_are_expected(work):
    case = '[[case]]\nname = "x"\ninput = [{ a = 1 }, %s]\nexpect_drop = true\n'
    run(work, FILTER, case % "{ a = 2 }")
    text = run(work, FILTER, case % "{ keep = 2 }", code=1)
    assert 'was not dropped: {"keep":2}' in text


@pytest.mark.parametrize("expected, passes", [
    ('{ step = 1 }', True), ('{ reason = "missing field" }', True), ('{ field = "/age" }', True),
    ('{ step = 1, use = "drop", reason = "missing field", field = "/age" }', True),
    ('{ step = 2 }', False), ('{ reason = "syntax" }', False), ('{ field = "/id" }', False),
    ('{ use = "set" }', False), ('[{ step = 1 }, { step = 1 }]', False),
])
def test_deaths_are_expected(work, expected, passes):
    case = f'[[case]]\nname = "x"\ninput = [{{ id = 1 }}]\nexpect_dead = {expected}\n'
    text = run(work, DROP, case, code=0 if passes else 1)
    assert passes or "none died of this" in text


def test_a_death_that_is_not_expected_fails_and_says_why(work):
    (work / "step.py").write_text("def step(r):\n    raise KeyError('gone')\n")
    steps = '[[step]]\nuse = "python"\ncall = "step.py:step"\n'
    text = run(work, steps, GOOD, code=1)
    assert "died unexpectedly: record 1: step 1 (python): exception: KeyError: 'gone'" in text
    assert 'step.py", line 2' in text


def test_what_lives_and_what_dies_can_be_expected_together(work):
    case = ('[[case]]\nname = "x"\ninput = [{ id = 1 }, { id = 2, age = 3 }, "broken"]\n'
            'expect = [{ id = 2 }]\nexpect_dead = [{ step = 1 }, { reason = "syntax" }]\n')
    run(work, DROP, case)
    run(work, DROP, case.replace("expect = [{ id = 2 }]", "expect = []"), code=1)


def test_ciphertexts_are_recognised_or_opened(work):
    steps = protect("encrypt", "/a", "/b/*")
    case = '[[case]]\nname = "x"\ninput = [{ a = 1, b = ["x", "y"], c = 2 }]\n'
    run(work, steps, case + "expect = [{ a = '<encrypted>', b = ['<encrypted>', '<any>'], c = 2 }]\n")
    run(work, steps, case + "decrypt = true\nexpect = [{ a = 1, b = ['x', 'y'], c = 2 }]\n")
    run(work, steps, case + "expect = [{ a = '<any>', b = '<any>', c = '<encrypted>' }]\n", code=1)
    run(work, steps, case + "decrypt = true\nexpect = [{ a = 1, b = ['x', 'z'], c = 2 }]\n", code=1)
    run(work, protect("encrypt", "/a"), case + "expect = [{ a = '<encrypted>', b = '<encrypted>', c = 2 }]\n",
        code=1)


@pytest.mark.parametrize("decrypt", ["", "decrypt = true\n"])
def test_golden_files_are_written_by_update_and_compared(work, decrypt):
    steps = (protect("encrypt", "/a") if decrypt else "") + SET
    (work / "cases.ndjson").write_text('{"a":1}\n\n{"a":[2, 3]}\n')
    case = f'[[case]]\nname = "x"\ninput_file = "cases.ndjson"\nexpect_file = "golden/x.ndjson"\n{decrypt}'
    assert "--update writes it" in run(work, steps, case, code=1)
    assert "1 golden file written" in run(work, steps, case, "--update")
    golden = work / "golden/x.ndjson"
    assert golden.read_text() == '{"a":1,"ok":true}\n{"a":[2, 3],"ok":true}\n'
    assert run(work, steps, case) == run(work, steps, case, "--update")
    golden.write_text(golden.read_text().replace("[2, 3]", "[2,4]"))
    assert ["-    4", "+    3"] == [line.strip() for line in run(work, steps, case, code=1).splitlines()
                                    if line.startswith(("    -  ", "    +  "))]
    assert golden.read_text().endswith('{"a":[2,4],"ok":true}\n')
    run(work, steps, case, "--update")
    assert "[2, 3]" in golden.read_text()
    golden.write_text("broken\n")
    assert "golden/x.ndjson:1" in run(work, steps, case, code=1)
    run(work, steps, case, "--update")
    run(work, steps, case)


def test_k_takes_cases_by_a_part_of_their_name(work):
    text = run(work, SET, GOOD + BAD, "-k", "GOO")
    assert text.endswith("1 passed, 1 left out\n")
    assert 'no case has "nothing"' in run(work, SET, GOOD, "-k", "nothing", code=2)


def test_the_report_is_xml_that_holds_whatever_names_and_records_hold(work):
    name = 'a \\"<&>\\u0001\\u001b[2J\\ufffe ä'
    case = f'[[case]]\nname = "{name}"\ninput = [{{ "<&" = "]]>" }}]\nexpect = [{{}}]\n'
    run(work, SET, GOOD + case, "--junit", "report.xml", code=1)
    suite = xml.etree.ElementTree.parse(work / "report.xml").getroot()
    assert suite.tag == "testsuite" and suite.get("tests") == "2" and suite.get("failures") == "1"
    good, bad = suite.findall("testcase")
    assert good.get("name") == "good" and good.find("failure") is None
    assert bad.get("name").startswith('a "<&>\\x01\\x1b[2J') and bad.get("name").endswith(" ä")
    assert '"<&": "]]>"' in bad.find("failure").text


def test_settings_and_the_environment_of_a_case_hold_for_it_alone(work):
    steps = '[[step]]\nuse = "set"\nfield = "/r"\nvalue = "${REGION:-none}"\n'
    cases = ('[[case]]\nname = "%s"\ninput = [{ }]\nexpect = [{ r = "%s" }]\n')
    text = cases % ("plain", "none") + cases % ("env", "eu") + 'env = { REGION = "eu" }\n'
    text += cases % ("set", "us") + 'set = ["step.1.value=us"]\n' + cases % ("again", "none")
    assert run(work, steps, text).endswith("4 passed\n")


def test_a_python_step_prints_beside_the_results(work):
    (work / "step.py").write_text("def step(r):\n    print('loud')\n    r['ok'] = True\n    return r\n")
    job = work.write_job("job.toml", '[[step]]\nuse = "python"\ncall = "step.py:step"\n')
    (work / "job.test.toml").write_text(GOOD + GOOD.replace("good", "again"))
    done = work.adyton("test", job)
    assert done.stdout == b"ok    good\nok    again\n2 passed\n" and b"loud" in done.stderr


@pytest.mark.parametrize("cases, message", [
    ("", "there is no case in it"),
    ("[case]\nname = 'x'\n", "case takes tables"),
    ("[[cases]]\nname = 'x'\n", 'a test file has no table "cases"'),
    ("[[case]]\ninput = []\nexpect = []\n", 'needs the key "name"'),
    ("[[case]]\nname = 'x'\nexpect = []\n", "needs input or input_file"),
    ("[[case]]\nname = 'x'\ninput = []\n", "expects nothing"),
    ("[[case]]\nname = 'x'\ninput = []\ninput_file = 'a'\nexpect = []\n", "both input and input_file"),
    ("[[case]]\nname = 'x'\ninput = []\nexpect = []\nexpect_file = 'a'\n", "both expect and expect_file"),
    ("[[case]]\nname = 'x'\ninput = []\nexpect = []\nexpect_drop = true\n", "every record is dropped"),
    ("[[case]]\nname = 'x'\ninput = {}\nexpect = []\n", "input takes an array of records"),
    ("[[case]]\nname = 'x'\ninput = [1979-05-27]\nexpect = []\n", "JSON has no dates"),
    ("[[case]]\nname = 'x'\ninput = []\nexpect = ['{']\n", "job.test.toml:4:11"),
    ("[[case]]\nname = 'x'\ninput = []\nexpect_dead = { stpe = 1 }\n", 'did you mean "step"?'),
    ("[[case]]\nname = 'x'\ninput = []\nexpect_dead = []\n", "expect_dead takes a table"),
    ("[[case]]\nname = 'x'\ninput = []\nexpect_dead = {}\n", "expect_dead says nothing"),
    ("[[case]]\nname = 'x'\nimput = []\nexpect = []\n", 'did you mean "input"?'),
    (GOOD + GOOD, 'two cases are called "good"'),
    ("[[case\n", "not TOML"),
    ("\0", "NUL"),
])
def test_a_mistake_in_a_test_file_is_told_with_its_place(work, cases, message):
    text = run(work, SET, cases, code=78)
    assert message in text and "job.test.toml" in text


def test_what_is_not_there_is_told(work):
    job = work.write_job("job.toml", SET)
    done = work.adyton("test", job, code=78)
    assert b"job.test.toml" in done.stderr and b"docs/operate.md" in done.stderr
    (work / "job.test.toml").write_text(GOOD)
    work.adyton("test", "nothing.toml", code=78)
    work.write_job("job.toml", '[[step]]\nuse = "dorp"\n')
    assert b"dorp" in work.adyton("test", job, code=78).stderr
    text = run(work, SET, GOOD.replace("input = [{ a = 1 }]", 'input_file = "no.ndjson"'), code=1)
    assert "no.ndjson" in text and "could not be run" in text
    assert b"example:" in work.adyton("test", "--help").stdout


def patched(lines, diff):
    """The lines with a unified diff (its hunks alone) applied; every context must fit."""
    result, at = [], 0
    for line in diff:
        if line.startswith("@@"):
            begin = int(line.split()[1].lstrip("-").partition(",")[0]) - 1
            result += lines[at:begin]
            at = begin
        elif line[0] == "+":
            result.append(line[1:])
        else:
            assert lines[at] == line[1:]
            result += [line[1:]] if line[0] == " " else []
            at += 1
    return result + lines[at:]


def test_the_diff_of_the_command_makes_one_side_of_the_other(work):
    """Random lists of lines."""
    import random
    rng = random.Random(1)
    for _ in range(12):
        before = [rng.choice("abcdef") for _ in range(rng.randrange(1, 40))]
        after = [x for x in before if rng.random() > 0.2]
        for _ in range(rng.randrange(4)):
            after.insert(rng.randrange(len(after) + 1), rng.choice("xyz"))
        case = (f'[[case]]\nname = "x"\ninput = [{{ l = {json.dumps(after)} }}]\n'
                f'expect = [{{ l = {json.dumps(before)} }}]\n')
        text = run(work, "", case, code=int(before != after))
        if before == after:
            continue
        texts = [("{\n  \"l\": [" + ("\n" + ",\n".join(f'    "{x}"' for x in lines) + "\n  " if lines else "")
                  + "]\n}").splitlines() for lines in (before, after)]
        ours = [line[4:] for line in text.splitlines() if line.startswith("    ")]
        assert patched(texts[0], ours[2:]) == texts[1]


def test_an_input_file_is_read_in_the_format_of_the_source(work):
    (work / "rows.csv").write_text('id,note\n1,"a\nb"\n2,c\n3\n')
    job = work.write_job("job.toml", SET)
    text = (work / job).read_text()
    (work / job).write_text(text.replace("[[step]]", 'format = "csv"\n[[step]]', 1))
    (work / "job.test.toml").write_text(
        '[[case]]\nname = "x"\ninput_file = "rows.csv"\nexpect_dead = { step = 0, reason = "fields" }\n'
        'expect = [{ id = "1", note = "a\\nb", ok = true }, { id = "2", note = "c", ok = true }]\n')
    work.adyton("test", job)
