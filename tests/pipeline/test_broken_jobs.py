"""`adyton check` on jobs as people mistype them: every message names file, place and way out."""

import re

import pytest

JOB = """\
[job]
name   = "protect"
domain = "shop"

[source]
files = ["orders/*.ndjson"]

[keyring.pii]
file = "keys/pii.json"

[[step]]
use    = "encrypt"
key    = "pii"
fields = ["/name", "/mails/*"]

[[step]]
use  = "python"
call = "score.py:score"

[sink]
files = "out/{stem}.ndjson.zst"

[dead_letter]
file = "out/dead.ndjson"
max_errors = "0.5 %"
"""

# What is typed, instead of what; where and what the first error then is; and the way out.
MISTAKES = {
    "a misspelt key": (
        "domain =", "domian =",
        '3:1: error: [job] has no key "domian"', 'did you mean "domain"?'),
    "a misspelt table": (
        "[sink]", "[snik]",
        "20:2: error: the job has no table [snik]", 'did you mean "sink"?'),
    "the plural": (
        "[[step]]", "[[steps]]",
        "11:3: error: the job has no table [steps]", 'did you mean "step"?'),
    "a key in the wrong table": (
        "[keyring.pii]", 'domain = "shop"\n[keyring.pii]',
        '8:1: error: [source] has no key "domain"', "it belongs under [job]"),
    "a key before the first table": (
        "[job]", 'max_record = 1\n[job]',
        '1:1: error: the key "max_record" is in no table', "it belongs under [source]"),
    "a value without quotes": (
        '"shop"', "shop",
        "3:10: error: this is not TOML: could not determine value type",
        'text stands in quotes: name = "value"'),
    "a quote that is not closed": (
        '"shop"', '"shop',
        "3:15: error: this is not TOML: the quotes are not closed in this line",
        "end the text with the quote it began with"),
    "quotes of a word processor": (
        '"shop"', "“shop”",
        '3:10: error: "“" can stand only in quotes', "text stands in quotes"),
    "YAML": (
        'domain = "shop"', "domain: shop",
        "3:7: error: this is not TOML: expected '=', saw ':'", "a key and its value stand in one line"),
    "no equals sign": (
        'domain = "shop"', 'domain "shop"',
        "3:8: error: this is not TOML: expected '='", "a key and its value stand in one line"),
    "fields that are no pointers": (
        '"/mails/*"', '"mails.*"',
        '14:20: error: the pointer "mails.*" must begin with a slash', "/mails.*"),
    "fields as a number": (
        '["/name", "/mails/*"]', "2",
        "14:10: error: fields takes an array of JSON pointers, not an integer", 'fields = ["/user/email"]'),
    "a key of a step twice": (
        'key    = "pii"', 'key = "pii"\nkey = "pii"',
        "14:7: error: this is not TOML: cannot redefine existing string 'key'",
        "a key stands once in its table"),
    "a step in single brackets": (
        "[[step]]", "[step]",
        "16:1: error: this is not TOML: cannot redefine existing table 'step'",
        "every step begins with [[step]], in double brackets"),
    "no comma": (
        '"/name", ', '"/name" ',
        "14:19: error: this is not TOML: expected comma or closing ']'", "commas stand between"),
    "no closing bracket": (
        '"/mails/*"]', '"/mails/*"',
        "16:1: error: this is not TOML: expected comma or closing ']'", "it ends with ]"),
    "Python's True": (
        "[dead_letter]", "[dead_letter]\nplain = True",
        "24:9: error: this is not TOML: expected 'true', saw 'T'", "write true, in small letters"),
    "a share without quotes": (
        '"0.5 %"', "0.5%",
        "25:17: error: this is not TOML: expected decimal digit, saw '%'", "a share stands in quotes"),
    "a share as a fraction": (
        '"0.5 %"', "0.005",
        "25:14: error: max_errors takes a count or a share, not a decimal number", 'max_errors = "1 %"'),
    "a backslash in a path": (
        '"keys/pii.json"', r'"keys\pii.json"',
        "9:14: error: this is not TOML: unknown escape sequence", "in '…' it is one character like others"),
    "a misspelt step": (
        '"encrypt"', '"encrpyt"',
        '12:10: error: there is no step "encrpyt"', 'did you mean "encrypt"?'),
    "another keyring": (
        '= "pii"', '= "PII"',
        '13:10: error: no keyring is called "PII"', 'did you mean "pii"?'),
    "a keyring that is not there": (
        "keys/pii", "keys/pi",
        "9:8: error: the keyring cannot be used: cannot open keys/pi.json", "adyton keys new keys/pi.json"),
    "a keyring that is none": (
        "keys/pii.json", "score.py",
        "9:8: error: the keyring cannot be used: score.py: ", "make one with: adyton keys new FILE"),
    "no input": (
        "orders/*", "order/*",
        '6:10: error: no file matches "order/*.ndjson"', "the current directory is "),
    "a folder as input": (
        "orders/*.ndjson", "orders",
        '6:10: error: "orders" is a directory', 'name the files in it, as "orders/*.ndjson"'),
    "a placeholder that there is not": (
        "{stem}", "{stm}",
        '21:9: error: there is no placeholder "{stm}"', 'did you mean "{stem}"?'),
    "a script that is not there": (
        "score.py:", "scor.py:",
        "18:8: error: the script cannot be used: cannot open scor.py", "relative to the current directory"),
    "a function that is not there": (
        ":score", ":scores",
        '18:8: error: score.py defines no function "scores"', 'did you mean "score"?'),
    "a call with a dot": (
        "score.py:score", "score.score",
        '18:8: error: "score.score" names no function', "path/to/script.py:function"),
    "a format that there is not": (
        "[keyring.pii]", 'format = "json"\n[keyring.pii]',
        '8:10: error: format is "ndjson", "array", "csv" or "tsv", not "json"',
        "ndjson: one JSON value a line"),
    "a size without its unit": (
        "[keyring.pii]", 'max_record = "10 M"\n[keyring.pii]',
        '8:14: error: "10 M" is not a size', "units: B, kB"),
    "no sink": (
        '[sink]\nfiles = "out/{stem}.ndjson.zst"\n', "",
        " error: the job needs the table [sink]", "[sink], and under it files ="),
    "a variable that is not set": (
        '"shop"', '"${ADYTON_TEST_NO_SUCH}"',
        "3:10: error: the variable ADYTON_TEST_NO_SUCH is not set", "${ADYTON_TEST_NO_SUCH:-default}"),
    "a variable as other programs have it": (
        '"shop"', '"${env:SHOP}"',
        '3:10: error: ${ begins a variable, and "env:SHOP" cannot name one', "the forms are ${NAME}"),
    "an output over its input": (
        "out/{stem}.ndjson.zst", "{dir}/{name}",
        '21:9: error: the output "orders/a.ndjson" is also an input', "write it to another folder"),
    "an option of another name": (
        "key    =", "keyring =",
        '11:1: error: encrypt needs the option "key"', "the keyring"),
}

# Whole files that are no jobs: what they are called, and the way out.
NO_JOBS = {
    "empty": (b"", ": error: the job needs the table [job]", '[job], and under it name = "'),
    "UTF-16": (JOB.encode("utf-16"), ": error: the file is UTF-16, and a job is UTF-8", "iconv -f UTF-16"),
    "Latin-1": (JOB.replace("shop", "caf\xe9").encode("latin-1"),
                ":3:13: error: this is not TOML: encountered invalid utf-8", "save the file as UTF-8"),
    "binary": (bytes(range(256)) * 20, ": error: the file is no text: there are NUL bytes", "a job is a text file"),
    "compressed": (b"\x1f\x8b\x08\xff", ':1:2: error: the byte "\\x8b" is no UTF-8', "saved as UTF-8"),
    "JSON": (b'{"job": {"name": "x"}}', ": error: this looks like JSON, and a job is TOML", "[job], and under it"),
    "lone carriage returns": (JOB.replace("\n", "\r").encode(),
                              ":1:7: error: this is not TOML: the lines end with a lone carriage return",
                              "save the file with the line ends"),
    "10 MB": (b"#" * 10_000_000, ": error: job.toml is longer than 4 MiB", "is this the data?"),
    "many brackets": (b"a = " + b"[" * 100_000, ":1:261: error: this is not TOML: too many brackets", ""),
    "many dots": (b"a" + b".a" * 100_000 + b" = 1", ":1:2002: error: a key of more than 1000 parts", ""),
}


@pytest.fixture
def shop(work):
    """A folder in which JOB is in order."""
    for folder in ("orders", "keys"):
        (work / folder).mkdir()
    (work / "orders" / "a.ndjson").write_text('{"name": "x", "mails": []}\n')
    (work / "score.py").write_text("def score(record):\n    return record\n")
    (work / "score.py").chmod(0o600)
    work.adyton("keys", "new", "keys/pii.json")
    return work


def check(work, job, *arguments, code=78):
    (work / "job.toml").write_bytes(job if isinstance(job, bytes) else job.encode())
    return work.adyton("check", "job.toml", *arguments, code=code).stderr.decode()


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_told_with_its_place_and_the_way_out(shop, mistake):
    right, wrong, error, way_out = MISTAKES[mistake]
    assert right in JOB
    count = -1 if mistake == "the plural" else 1
    text = check(shop, JOB.replace(right, wrong, count))
    errors = re.findall(r"^job\.toml:.* error: .*(?:\n    .*)*", text, re.MULTILINE)
    told = [each for each in errors if each.startswith(f"job.toml:{error}")]
    assert len(told) == 1, text
    assert way_out in told[0], text


@pytest.mark.parametrize("kind", NO_JOBS)
def test_a_file_that_is_no_job_is_called_what_it_is(shop, kind):
    content, error, way_out = NO_JOBS[kind]
    text = check(shop, content)
    assert text.startswith(f"job.toml{error}"), text
    assert way_out in text
    assert len(text) < 1000


@pytest.mark.parametrize("encode", [
    lambda text: text.replace("\n", "\r\n").encode(),
    lambda text: b"\xef\xbb\xbf" + text.encode(),
], ids=["CRLF", "BOM"])
def test_the_marks_of_other_systems_are_no_mistakes_and_shift_no_place(shop, encode):
    assert check(shop, encode(JOB), code=0) == ""
    text = check(shop, encode(JOB.replace('"shop"', "7")))
    assert text == ('job.toml:3:10: error: domain takes a string, not an integer\n'
                    '    domain = 7\n             ^\n'
                    '    help: name what the data is: domain = "customers"\n')


def test_a_folder_and_a_file_that_is_not_there_are_no_jobs(shop):
    assert shop.adyton("check", "orders", code=78).stderr.decode() == (
        "orders: error: cannot read orders: Is a directory\n    help: name the job file in it\n")
    assert shop.adyton("check", "jb.toml", code=78).stderr.decode() == (
        "jb.toml: error: cannot open jb.toml: No such file or directory\n")


def test_all_mistakes_are_told_at_once_in_the_order_of_the_file(shop):
    """Those in the text and those that only a look at the disk shows."""
    (shop / "out").mkdir()
    (shop / "out" / "dead.ndjson").touch()
    job = JOB
    for right, wrong in (("domain =", "domian ="), ("orders/*", "order/*"), ("keys/pii.json", "score.py"),
                         ("/mails/*", "/name/x"), (":score", ":scores"), ("{stem}", "{stm}")):
        job = job.replace(right, wrong)
    text = check(shop, job)
    lines = re.findall(r"^job\.toml:(\d+):\d+: error: ", text, re.MULTILINE)
    assert lines == ["3", "6", "9", "14", "18", "21", "24"]
    assert text.endswith("job.toml: 7 errors\n")


def test_a_key_of_the_wrong_type_is_found_before_the_run(shop):
    shop.adyton("keys", "new", "keys/tokens.json", "--type", "aes256-siv")
    text = check(shop, JOB.replace("pii.json", "tokens.json"))
    assert text.startswith("job.toml:13:10: error: ")
    assert "job.toml: " not in text  # one error


@pytest.mark.parametrize("setting, message", [
    ("job.name=a/b", '--set job.name: error: "a/b" cannot name a job'),
    ("job.nmae=x", '--set job.nmae: error: [job] has no key "nmae"\n    help: did you mean "name"?'),
    ("source.files=nix/*", '--set source.files: error: no file matches "nix/*"'),
    ("sink.files=keys/pii.json", "--set sink.files: error: the output would be written over a keyring"),
    ("step.3.use=drop", '--set step.3.use: error: step has no number "3"'),
    ("step.1.fields=['/a', '/a']", '--set step.1.fields: error: the field "/a" is named twice'),
    ("keyring.pii.file=none", "--set keyring.pii.file: error: the keyring cannot be used: cannot open none"),
    ("nothing", '--set nothing: error: --set takes KEY=VALUE, not "nothing"'),
])
def test_what_is_wrong_with_a_set_value_names_the_setting(shop, setting, message):
    assert check(shop, JOB, "--set", setting).startswith(message)


def test_what_is_set_and_what_the_environment_holds_are_in_the_plan(shop, monkeypatch):
    monkeypatch.setenv("ADYTON_TEST_OUT", "elsewhere")
    (shop / "job.toml").write_text(JOB.replace("out/{stem}", "${ADYTON_TEST_OUT}/${NONE:-}{stem}"))
    done = shop.adyton("check", "job.toml", "--set", "source.files=score.py", "--set", "step.1.fields=/x")
    assert [line.split(maxsplit=1)[1] for line in done.stdout.decode().splitlines()[1:3]] == [
        '"score.py" (37 B)', "1. encrypt /x"]
    assert '"elsewhere/score.ndjson.zst"' in done.stdout.decode()


def test_a_secret_in_the_wrong_key_is_not_shown(shop, monkeypatch):
    monkeypatch.setenv("ADYTON_TEST_SECRET", "hunter2!")
    for right, wrong in (('"protect"', '"${ADYTON_TEST_SECRET}"'), ('"pii"', '"${ADYTON_TEST_SECRET}"'),
                         ('"0.5 %"', '"${ADYTON_TEST_SECRET}"')):
        text = check(shop, JOB.replace(right, wrong))
        assert "${ADYTON_TEST_SECRET}" in text
        assert "hunter2" not in text
