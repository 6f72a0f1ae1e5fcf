#!/usr/bin/env python3
"""Runs the tests of this folder in a virtual environment that has their packages from PyPI.

    run.py --adyton PROGRAM --environment FOLDER [PYTEST ARGUMENT...]

The environment is made if it is not there, and kept. Exit code 77, a skip, if it is not there and
PyPI cannot be reached; with CI=true in the environment that is a failure.
"""

import argparse
import os
import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
REQUIREMENTS = HERE / "requirements.txt"
SKIPPED = 77


def has_everything(python):
    """Whether that interpreter runs and has, in the versions asked for, what the tests import."""
    code = ("import sys, importlib.metadata as m\n"
            "number = lambda text: [int(n) for n in text.split('.')[:2]]\n"
            "for line in open(sys.argv[1]):\n"
            "    if line[0] == '#': continue\n"
            "    name, least = line.split('>=')\n"
            "    assert number(m.version(name)) >= number(least), name\n")
    try:
        done = subprocess.run([python, "-c", code, REQUIREMENTS], capture_output=True)
    except OSError:
        return False
    return done.returncode == 0


def make(folder):
    """Makes the environment, from any state; why that could not be done, or None."""
    for command in ([sys.executable, "-m", "venv", folder],
                    [folder / "bin" / "python", "-m", "pip", "install", "--quiet",
                     "--disable-pip-version-check", "--retries", "2", "-r", REQUIREMENTS]):
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode != 0:
            return ((done.stderr or done.stdout).strip().splitlines() or ["no reason given"])[-1]
    return None


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--adyton", type=pathlib.Path, required=True)
    parser.add_argument("--environment", type=pathlib.Path, required=True)
    options, rest = parser.parse_known_args()
    python = options.environment / "bin" / "python"
    if not has_everything(python):
        print(f"Making {options.environment} with packages from PyPI (requirements.txt)", flush=True)
        reason = make(options.environment)
        if reason:
            print(f"the packages cannot be had from PyPI: {reason}", flush=True)
            return 1 if os.environ.get("CI") == "true" else SKIPPED
    os.environ["ADYTON"] = str(options.adyton.resolve())
    os.execv(python, [python, "-m", "pytest", "-q", "-rs", "-p", "no:cacheprovider", HERE, *rest])


if __name__ == "__main__":
    sys.exit(main())
