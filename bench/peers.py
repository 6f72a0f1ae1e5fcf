"""The libraries that the benches compare with: a virtual environment of their own.

Adyton itself needs none of them. They are the newest releases on PyPI for the Python that runs the
bench; the environment lies in build/bench-venv and is kept from run to run.
"""

import os
import pathlib
import subprocess
import sys

ENVIRONMENT = pathlib.Path(__file__).resolve().parent.parent / "build" / "bench-venv"


class Unavailable(SystemExit):
    """A peer could not be had: ends the bench with a message and exit code 1."""


def python_with(*packages):
    """The path of an interpreter that can import the newest `packages` of PyPI.

    Without a network, what an earlier run installed does. Raises Unavailable, which says why, if a
    package can be had in neither way.
    """
    python = ENVIRONMENT / "bin" / "python"
    if not python.exists():
        print(f"Making {ENVIRONMENT} for the libraries compared with", flush=True)
        _run([sys.executable, "-m", "venv", str(ENVIRONMENT)], "the virtual environment could not be made")
    _install(python, packages)
    return python


def versions(python, *packages):
    """{package: version} as installed for that interpreter."""
    code = "import importlib.metadata as m, sys; print(*(m.version(p) for p in sys.argv[1:]))"
    done = subprocess.run(
        [str(python), "-c", code, *packages], check=True, capture_output=True, text=True
    )
    return dict(zip(packages, done.stdout.split()))


def rerun_with(*packages):
    """Goes on with this script under an interpreter that has `packages`; returns once it is that one."""
    if pathlib.Path(sys.prefix) == ENVIRONMENT:
        return
    python = python_with(*packages)
    os.execv(python, [str(python), *sys.argv])


def _install(python, packages):
    pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--upgrade"]
    done = subprocess.run([*pip, *packages], capture_output=True, text=True)
    if done.returncode == 0:
        return
    reason = (done.stderr.strip().splitlines() or ["pip gave no reason"])[-1]
    try:
        found = versions(python, *packages)
    except subprocess.CalledProcessError:
        raise Unavailable(f"bench: {', '.join(packages)} cannot be had from PyPI: {reason}") from None
    print("PyPI cannot be reached; using", ", ".join(f"{p} {v}" for p, v in found.items()), flush=True)


def _run(command, failure):
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        raise Unavailable(f"bench: {failure}:\n{done.stdout}{done.stderr}")
