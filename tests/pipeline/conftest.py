"""What the tests of whole jobs share: a folder to work in, a job file, and runs of `adyton`.

They run inside adyton, so sys.executable is the binary under test.
"""

import json
import lzma
import os
import subprocess
import sys
from pathlib import Path

import pytest

SKIPPED = 77
DATA = Path(os.environ.get("ADYTON_TEST_DATA")
            or Path(__file__).resolve().parents[2] / ".." / "shared" / "data")

HEAD = """
[job]
name = "test"
domain = "test"
[source]
files = {files}
"""
KEYRING = """
[keyring.pii]
file = "keys.json"
"""
TAIL = """
[sink]
files = "{sink}"
"""


class Workplace:
    """A folder with jobs and their files; paths are relative to it."""

    def __init__(self, folder):
        self.folder = folder

    def __truediv__(self, name):
        return self.folder / name

    def adyton(self, *arguments, code=0, **options):
        """Run `adyton …` in the folder; its CompletedProcess, with the exit code looked at."""
        done = subprocess.run([sys.executable, *arguments], cwd=self.folder, capture_output=True,
                              timeout=300, **options)
        assert done.returncode == code, (done.returncode, done.stdout, done.stderr)
        return done

    def keys(self):
        if not (self / "keys.json").exists():
            self.adyton("keys", "new", "keys.json")

    def write_job(self, name, steps, *, files=("in.ndjson",), sink="out.ndjson", more=""):
        """A job file; `steps` is TOML, `more` what follows the sink's own line."""
        protects = 'key = "pii"' in steps
        if protects:
            self.keys()
        text = HEAD.format(files=json.dumps(list(files))) + (KEYRING if protects else "")
        (self / name).write_text(text + steps + TAIL.format(sink=sink) + more)
        return name

    def run(self, steps, *, code=0, files=("in.ndjson",), sink="out.ndjson", more="", **options):
        """Write the job and run it; its summary, as `--summary json` has it."""
        job = self.write_job("job.toml", steps, files=files, sink=sink, more=more)
        done = self.adyton("run", "--quiet", "--summary", "json", job, code=code, **options)
        self.stderr = done.stderr.decode()
        self.stdout = done.stdout
        texts = (self.stderr if sink == "-" else done.stdout.decode()).splitlines()
        return next((json.loads(line) for line in texts if line.startswith("{")), None)

    def names(self):
        """Every file in the folder, hidden ones too."""
        return {str(path.relative_to(self.folder)) for path in self.folder.rglob("*") if path.is_file()}


def protect(use, *fields, **options):
    """An encrypt or decrypt step as TOML."""
    more = "".join(f"{name} = {json.dumps(value)}\n" for name, value in options.items())
    return f'[[step]]\nuse = "{use}"\nfields = {json.dumps(fields)}\nkey = "pii"\n{more}'


def dead_letters(path):
    """The entries of a dead-letter file."""
    return [json.loads(line) for line in path.read_bytes().splitlines()]


@pytest.fixture
def work(tmp_path):
    return Workplace(tmp_path)


@pytest.fixture(scope="session")
def data():
    """The folder with the corpora and test vectors."""
    if not DATA.is_dir():
        pytest.skip(f"no test data at {DATA}")
    return DATA


@pytest.fixture(scope="session")
def tweets(data):
    """The bytes of tweets.ndjson, as the test data's page describes it, at a fifth of its length."""
    with lzma.open(data / "corpora" / "twitter.json.xz") as file:
        statuses = json.load(file)["statuses"]
    lines = (json.dumps(s, ensure_ascii=False, separators=(",", ":")) + "\n" for s in statuses)
    return "".join(lines).encode() * 100


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session, exitstatus):
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if reporter is not None and reporter.stats.get("skipped") and exitstatus == 0:
        session.exitstatus = 1 if DATA.is_dir() else SKIPPED
