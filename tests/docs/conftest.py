"""What the tests of the documents share: the repository, the program under test, a scratch folder."""

import os
import pathlib
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent


@pytest.fixture(scope="session")
def root():
    """The repository's root folder."""
    return ROOT


@pytest.fixture(scope="session")
def program():
    """The path of the adyton under test."""
    return pathlib.Path(os.environ.get("ADYTON", sys.executable))


@pytest.fixture
def run(program, tmp_path):
    """run(command, code=0): runs a command (a list, or text for bash) in `tmp_path`, with `adyton`
    on the PATH, and returns what it printed; fails if the exit code is not `code`."""

    def run_command(command, code=0):
        folder = tmp_path / ".bin"
        if not folder.exists():
            folder.mkdir()
            (folder / "adyton").symlink_to(program)
        environment = dict(os.environ, PATH=f"{folder}:/usr/bin:/bin")
        if isinstance(command, str):
            command = ["bash", "-euo", "pipefail", "-c", command]
        done = subprocess.run(
            command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=300
        )
        assert done.returncode == code, f"{command} gave {done.returncode}:\n{done.stdout}{done.stderr}"
        return done.stdout + done.stderr

    return run_command
