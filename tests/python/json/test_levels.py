"""Every level of vector instructions gives the same, byte for byte, and what json gives."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

LEVELS = ("portable", "avx2", "avx512")  # one that the processor lacks is the best that it has
HERE = Path(__file__).parent
FUZZ = HERE.parents[1] / "fuzz"


def run(level, *command):
    environment = {**os.environ, "ADYTON_VECTORS": level}
    return subprocess.run([sys.executable, *command], env=environment, capture_output=True,
                          check=False)


def test_every_level_gives_the_same():
    outputs = {}
    for level in LEVELS:
        done = run(level, str(HERE / "levels.py"))
        assert done.returncode == 0, done.stderr.decode()
        outputs[level] = done.stdout
    assert outputs["portable"].count(b"\n") > 10_000
    assert outputs["portable"] == outputs["avx2"] == outputs["avx512"]


CHECKS = sorted(FUZZ.glob("*_fuzz.py"))
REPLAY = """
import runpy, sys
from pathlib import Path
check = runpy.run_path(sys.argv[1])["check"]
for file in sorted(Path(sys.argv[2]).iterdir()):
    check(file.read_bytes())
"""


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("check", CHECKS, ids=lambda path: path.stem)
def test_the_corpora_of_the_fuzzers_at_every_level(check, level):
    corpus = FUZZ / "corpus" / check.stem.removesuffix("_fuzz")
    assert len(list(corpus.iterdir())) >= 8
    done = run(level, "-c", REPLAY, str(check), str(corpus))
    assert done.returncode == 0, done.stderr.decode()


def test_there_are_fuzzers_in_python():
    assert {"json_loads_fuzz", "json_dumps_fuzz"} <= {path.stem for path in CHECKS}
