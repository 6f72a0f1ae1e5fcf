"""Columns in the memory of numpy and pyarrow: tests that adyton runs with the packages of this environment."""

import os
import subprocess
import sysconfig

from conftest import HERE, PROGRAM


def test_columns_of_numpy_and_pyarrow():
    environment = os.environ | {"PYTHONPATH": sysconfig.get_paths()["purelib"]}
    # Without the tests' shared file: Tink's own native code has no place in that process.
    done = subprocess.run([PROGRAM, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--noconftest",
                           HERE / "columns_in_adyton.py"], env=environment, capture_output=True, text=True,
                          timeout=300)
    assert done.returncode == 0, done.stdout[-5000:] + done.stderr[-5000:]
    assert "passed" in done.stdout and "skipped" not in done.stdout
