#!/usr/bin/env python3
"""Run CPython's own tests under Adyton and under the Python it embeds, and compare test by test.

    /usr/bin/python3 tests/conformance/conformance.py --adyton build/release/adyton
    … --short                  only the files that take seconds
    … test_runpy test_asyncio  only these files

A file of tests runs with `-m test` (libregrtest) in both interpreters, one after the other, in an
empty folder each; the outcomes are read from the JUnit report it writes. A difference that a second
run of both does not repeat is reported as unsteady and does not count. differences.toml lists those
that are known, each with its reason.

Exit code: 0 no difference but the listed ones; 1 an unlisted one, or a listed one that is gone;
2 usage; 77 where the test package (Debian: libpython3.x-testsuite) is not installed.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
import tomllib
import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass
from pathlib import Path

SHORT = ["test_cmd_line", "test_cmd_line_script", "test_runpy", "test_site"]
LONG = [
    "test_venv",
    "test_signal",
    "test_threading",
    "test_faulthandler",
    "test_multiprocessing_spawn",
    "test_concurrent_futures",
    "test_asyncio",
]
DIFFERENCES = Path(__file__).with_name("differences.toml")
SKIPPED = 77
# A file that hangs is ended by libregrtest, which then says where; this is the net below that.
TIMEOUT = 1200.0
ABSENT = "absent"


@dataclass(frozen=True)
class Difference:
    """One test whose outcome under Adyton is not that under Python."""

    test: str
    python: str
    adyton: str

    def __str__(self):
        return f"{self.test}: {self.python} under python, {self.adyton} under adyton"


def outcome_of(case):
    """The outcome of one <testcase> of a JUnit report.

    unittest reports a failing subtest as a case of its own, so "passed" may stand beside a failure.
    """
    for kind in ("error", "failure", "skipped"):
        if case.find(kind) is not None:
            return {"failure": "failed"}.get(kind, kind)
    return "passed" if case.get("result") == "completed" else case.get("result", "unknown")


def outcomes_in(report):
    """{test: outcome} of a JUnit report; the worst outcome where a name occurs more than once."""
    order = ["skipped", "passed", "failed", "error"]
    outcomes = {}
    for case in ElementTree.parse(report).iter("testcase"):
        name, outcome = case.get("name"), outcome_of(case)
        known = outcomes.get(name)
        if known is None or (order + [outcome]).index(outcome) > (order + [known]).index(known):
            outcomes[name] = outcome
    return outcomes


def clean_environment(folder):
    """The caller's environment without what steers Python, its home a folder of the test's own."""
    env = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
    return env | {"TMPDIR": str(folder), "HOME": str(folder)}


def run_quietly(command, folder):
    """(exit code or "timeout", standard error) of a command run in a folder."""
    try:
        done = subprocess.run(command, cwd=folder, env=clean_environment(folder),
                              stdin=subprocess.DEVNULL, capture_output=True, timeout=TIMEOUT)
    except subprocess.TimeoutExpired:
        return "timeout", ""
    return done.returncode, done.stderr.decode(errors="replace")


def run_file(executable, name):
    """({test: outcome}, seconds) of one file of tests under one interpreter.

    The exit code of the run is an outcome too, as test "NAME: exit code".
    """
    with tempfile.TemporaryDirectory(prefix="conformance-") as folder:
        report = Path(folder) / "report.xml"
        command = [executable, "-m", "test", "--junit-xml", report, "--tempdir", folder,
                   "--timeout", "600", name]
        start = time.monotonic()
        code, errors = run_quietly(command, folder)
        outcomes = outcomes_in(report) if report.exists() else {}
        if not outcomes:
            print(f"  {executable} ran no test of {name} (exit code {code}):\n{errors[-2000:]}")
        outcomes[f"{name}: exit code"] = str(code)
        return outcomes, time.monotonic() - start


def compare(python, adyton):
    """The differences between two sets of outcomes, by name of the test."""
    found = []
    for test in sorted(python.keys() | adyton.keys()):
        one, other = python.get(test, ABSENT), adyton.get(test, ABSENT)
        if one != other:
            found.append(Difference(test, one, other))
    return found


def examine(name, python, adyton):
    """The lasting differences of one file of tests, printing what was run."""
    reference, python_time = run_file(python, name)
    if len(reference) == 1:
        raise SystemExit(f"{name}: nothing to compare with")
    ours, adyton_time = run_file(adyton, name)
    first = compare(reference, ours)
    count = sum(": exit code" not in test for test in ours)
    passed = sum(outcome == "passed" for outcome in ours.values())
    print(f"{name}: {count} tests, {passed} passed, {len(first)} different "
          f"({python_time:.0f} s python, {adyton_time:.0f} s adyton)", flush=True)
    if not first:
        return []
    again = compare(run_file(python, name)[0], run_file(adyton, name)[0])
    for difference in first:
        if difference not in again:
            print(f"  unsteady: {difference}", flush=True)
    return [difference for difference in again if difference in first]


def listed_differences(version):
    """{test: reason} of differences.toml for one Python version, e.g. "3.11"."""
    entries = tomllib.loads(DIFFERENCES.read_text(encoding="utf-8")).get("difference", [])
    return {entry["test"]: entry["reason"] for entry in entries
            if version in entry.get("python", [version])}


def belongs_to(test, names):
    """Whether a test lies in one of the files of tests that were run."""
    return any(test.startswith((f"test.{name}.", f"{name}:")) for name in names)


def judge(found, names, listed):
    """Print every difference; True if all of them are listed and all that are listed occurred."""
    good = True
    for difference in found:
        reason = listed.get(difference.test)
        good &= reason is not None
        print(f"{'listed' if reason else 'UNLISTED'}: {difference}"
              + (f"\n  reason: {reason}" if reason else ""))
    occurred = {difference.test for difference in found}
    for test in sorted(listed.keys() - occurred):
        if belongs_to(test, names):
            good = False
            print(f"GONE: {test} is listed in {DIFFERENCES.name} but does not differ")
    return good


def ask(executable, code):
    """What an interpreter prints for a line of code, or None where the code fails."""
    done = subprocess.run([executable, "-c", code], capture_output=True, text=True)
    return done.stdout.strip() if done.returncode == 0 else None


def parse_arguments(argv):
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--adyton", required=True, help="the executable to examine")
    parser.add_argument("--python", default="/usr/bin/python3", help="the reference")
    parser.add_argument("--short", action="store_true", help="only " + ", ".join(SHORT))
    parser.add_argument("names", nargs="*", help="files of tests instead of the usual ones")
    return parser.parse_args(argv)


def main(argv):
    arguments = parse_arguments(argv)
    adyton = str(Path(arguments.adyton).resolve())
    names = arguments.names or (SHORT if arguments.short else SHORT + LONG)
    what = "import platform; print(platform.python_version())"
    version, ours = ask(arguments.python, what), ask(adyton, what)
    if version is None or version != ours:
        print(f"{adyton} is Python {ours}, {arguments.python} is {version}: not comparable")
        return 2
    if ask(arguments.python, "import test.libregrtest, test.test_runpy") is None:
        short = ".".join(version.split(".")[:2])
        print(f"skipped: CPython's tests are not installed (Debian: libpython{short}-testsuite)")
        return SKIPPED
    found = [difference for name in names
             for difference in examine(name, arguments.python, adyton)]
    good = judge(found, names, listed_differences(".".join(version.split(".")[:2])))
    print("conformance: " + ("no unlisted difference" if good else "FAILED"))
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
