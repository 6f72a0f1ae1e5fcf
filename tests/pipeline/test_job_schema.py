"""`adyton steps --json-schema`: the JSON Schema of a job file, judged by python3-jsonschema."""

import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

jsonschema = pytest.importorskip("jsonschema")

ROOT = Path(__file__).resolve().parents[2]
SHIPPED = sorted(path for path in (ROOT / "config").glob("*.toml")
                 if not path.name.endswith(".test.toml"))

WHOLE = """
[job]
name = "j"
domain = "${DOMAIN:-d}"
state = "s"
commit_every = "64 MiB"
[source]
files = ["a", "b"]
format = "csv"
max_record = 1000
identity = ["id.txt", "${OTHER}"]
passphrase_env = "P"
[keyring.pii]
file = "k.json"
[[step]]
use = "encrypt"
fields = "/a/*"
key = "pii"
missing = "${MISSING}"
[[step]]
use = "set"
field = "/a"
value = [1, {x = 2.5}]
[[step]]
use = "filter"
where = {field = "/a", op = "<", value = 3, not = true}
[sink]
files = "{stem}"
format = "tsv"
columns = ["a", "b"]
existing = "replace"
recipient = ["${TO}", "age1"]
[dead_letter]
file = "d"
plain = true
recipient = ["${TO}", "age1"]
max_errors = "1 %"
[receipt]
digest = "sha256"
"""


@pytest.fixture(scope="module")
def schema():
    done = subprocess.run([sys.executable, "steps", "--json-schema"], capture_output=True, check=True)
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def validator(schema):
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


def problems(validator, toml):
    """The path and the message of every problem."""
    return [("/".join(map(str, error.absolute_path)), error.message)
            for error in validator.iter_errors(tomllib.loads(toml))]


@pytest.mark.parametrize("job", SHIPPED, ids=lambda job: job.name)
def test_the_jobs_that_are_shipped_are_valid(validator, job):
    assert problems(validator, job.read_text(encoding="utf-8")) == []


def test_a_job_with_every_key_is_valid_and_every_key_is_described(schema, validator):
    assert problems(validator, WHOLE) == []
    job = tomllib.loads(WHOLE)
    for name, table in job.items():
        rules = schema["properties"][name]
        assert rules["description"]
        if name in ("keyring", "step"):
            continue
        assert set(rules["properties"]) == set(table)
        assert all(rule["description"] for rule in rules["properties"].values())


@pytest.mark.parametrize("right, wrong, path", [
    ('name = "j"', "", "job"),
    ('name = "j"', "name = 1", "job/name"),
    ("[job]", "[job]\nnam = 1", "job"),
    ("[sink]", "[snik]", ""),
    ('format = "csv"', 'format = "cvs"', "source/format"),
    ('files = ["a", "b"]', "files = []", "source/files"),
    ("max_record = 1000", "max_record = 0", "source/max_record"),
    ('identity = ["id.txt", "${OTHER}"]', "identity = []", "source/identity"),
    ('passphrase_env = "P"', "passphrase_env = 7", "source/passphrase_env"),
    ("max_record = 1000", "max_record = '10 Mb/s'", "source/max_record"),
    ('file = "k.json"', "", "keyring/pii"),
    ('use = "encrypt"', 'use = "encrpyt"', "step/0/use"),
    ('key = "pii"', "", "step/0"),
    ('key = "pii"', 'key = "pii"\nkye = 1', "step/0"),
    ('"/a/*"', '"a"', "step/0/fields"),
    ('"/a/*"', '["/a", "/b~3"]', "step/0/fields"),
    ("${MISSING}", "MISSING", "step/0/missing"),
    ('"<"', '"=<"', "step/2/where/op"),
    ("not = true", 'not = "true"', "step/2/where/not"),
    ("plain = true", 'plain = "true"', "dead_letter/plain"),
    ('"1 %"', '"1 percent"', "dead_letter/max_errors"),
    ('"sha256"', '"md5"', "receipt/digest"),
])
def test_a_broken_job_is_refused_where_it_is_broken(validator, right, wrong, path):
    assert right in WHOLE
    found = problems(validator, WHOLE.replace(right, wrong, 1))
    assert path in [where for where, _ in found], found


def test_schema_and_checker_have_the_same_steps_and_options(schema):
    listing = subprocess.run([sys.executable, "steps"], capture_output=True, text=True, check=True).stdout
    blocks = re.split(r"^(\w+): ", listing, flags=re.MULTILINE)[1:]
    options = {name: set(re.findall(r"^  (\w+)  \(", text, re.MULTILINE))
               for name, text in zip(blocks[::2], blocks[1::2])}
    assert {name: set(step["properties"]) - {"use"} for name, step in schema["$defs"].items()} == options
    assert schema["properties"]["step"]["items"]["properties"]["use"]["enum"] == list(options)


def test_every_key_is_in_the_page_on_the_job_file(schema):
    page = (ROOT / "docs" / "job.md").read_text(encoding="utf-8")
    for name, rules in schema["properties"].items():
        heading = {"keyring": "[keyring.NAME]", "step": "[[step]]"}.get(name, f"[{name}]")
        assert f"\n## {heading}\n" in page
        section = page.split(f"\n## {heading}\n")[1].split("\n## ")[0]
        keys = rules.get("properties") or rules.get("additionalProperties", {}).get("properties", {})
        assert [key for key in keys if f"| `{key}` |" not in section] == []
