"""Running adyton and the Python it embeds as child processes."""

import os
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

REFERENCE = os.path.join(sysconfig.get_config_var("BINDIR"),
                         "python{}.{}".format(*sys.version_info[:2]))


class Program:
    """An executable whose runs are captured."""

    def __init__(self, path):
        self.path = str(path)

    def __call__(self, *arguments, **options):
        """The finished process of one run; `options` go to subprocess.run."""
        options = {"stdin": subprocess.DEVNULL, "timeout": 120} | options
        if "input" in options:
            del options["stdin"]
        return subprocess.run([self.path, *map(str, arguments)], capture_output=True, text=True,
                              **options)


@pytest.fixture(scope="session")
def adyton():
    """The executable under test: the one that runs these tests."""
    return Program(Path(sys.executable).resolve())


@pytest.fixture(scope="session")
def reference():
    """The Python whose library is embedded in it."""
    return Program(REFERENCE)
