"""What the tests inside adyton share: the test data, and what a skip means.

Where the test data is present every test must run: a skip is a failure. Where it is absent the run
ends with exit code 77, which ctest shows as skipped.
"""

import os
from pathlib import Path

import pytest

SKIPPED = 77
DATA = Path(os.environ.get("ADYTON_TEST_DATA")
            or Path(__file__).resolve().parents[2] / ".." / "shared" / "data")


@pytest.fixture(scope="session")
def data():
    """The folder with the corpora and test vectors."""
    if not DATA.is_dir():
        pytest.skip(f"no test data at {DATA}")
    return DATA


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session, exitstatus):
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if reporter is not None and reporter.stats.get("skipped") and exitstatus == 0:
        session.exitstatus = 1 if DATA.is_dir() else SKIPPED
