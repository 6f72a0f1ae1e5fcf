#!/usr/bin/env python3
"""Adyton as Python: start-up and pure-Python work against the Python it embeds.

    ./dev bench python [--json FILE]

Start-up is user and system time of `-c pass`, 40 runs a round. The work is a handful of loops of the
kinds that interpreters spend their time on (calls, floats, dicts, strings, objects, generators,
sorting, regular expressions, exceptions), each timed inside its process, user and system; the row
"pure-Python work" is the geometric mean over them.
"""

import argparse
import math
import os
import platform
import statistics
import subprocess
import sys
from pathlib import Path

from rows import ROUNDS, Row, fail, interleave, report, run_process

STARTS = 40
ROOT = Path(__file__).resolve().parents[1]

LOOPS = {
    "calls": """
def work(n=23):
    return n if n < 2 else work(n - 1) + work(n - 2)
""",
    "floats": """
def work():
    x, y, z, dt = 1.0, 1.0, 1.0, 0.005
    for _ in range(60_000):
        x, y, z = x + 10 * (y - x) * dt, y + (x * (28 - z) - y) * dt, z + (x * y - 2.6 * z) * dt
""",
    "dicts": """
def work():
    counts = {}
    for i in range(100_000):
        key = i * 7 % 1013
        counts[key] = counts.get(key, 0) + 1
    return sorted(counts.items())
""",
    "strings": """
def work():
    words = [f"word{i % 97}" for i in range(30_000)]
    text = " ".join(words).upper()
    return len({w.lower().replace("o", "0") for w in text.split()})
""",
    "objects": """
class Point:
    def __init__(self, x, y):
        self.x, self.y = x, y
    def add(self, other):
        return Point(self.x + other.x, self.y + other.y)
def work():
    total, step = Point(0, 0), Point(1, 2)
    for _ in range(40_000):
        total = total.add(step)
""",
    "generators": """
def numbers(n):
    for i in range(n):
        yield i
def work():
    return sum(i * i for i in numbers(80_000) if i % 3)
""",
    "sorting": """
import random
DATA = random.Random(1).sample(range(10**6), 30_000)
def work():
    return sorted(DATA, key=lambda n: (n % 100, -n))
""",
    "regular expressions": """
import re
TEXT = "user-%d@example.org, " * 600 % tuple(range(600))
def work():
    return [m.group(1) for _ in range(6) for m in re.finditer(r"([a-z]+-\\d+)@[a-z.]+", TEXT)]
""",
    "exceptions": """
def work():
    caught = 0
    for i in range(40_000):
        try:
            if i % 2:
                raise ValueError(i)
        except ValueError:
            caught += 1
    return caught
""",
    "json": """
import json
VALUE = [{"id": i, "name": f"n{i}", "tags": ["a", "b"], "score": i / 7} for i in range(1500)]
def work():
    return json.loads(json.dumps(VALUE, indent=1))
""",
}

# Times work() inside the process: the smallest of several, in user and system time.
HARNESS = """
import time
work()
best = None
for _ in range(7):
    start = time.process_time()
    work()
    took = time.process_time() - start
    best = took if best is None else min(best, took)
print(best)
"""


def start_ups(executables, rounds):
    """User and system time of `-c pass`, in ms: for each executable a list with every round.

    A round is the median of STARTS runs. They alternate run by run: a start takes so short that
    whatever else the machine does would else be on one side only.
    """
    results = [[] for _ in executables]
    for _ in range(rounds):
        runs = interleave([lambda e=e: run_process([e, "-c", "pass"]).cpu for e in executables],
                          STARTS)
        for result, times in zip(results, runs):
            result.append(statistics.median(times) * 1000)
    return results


def loop_time(executable, code):
    """User and system time of one call of work(), in ms."""
    done = subprocess.run([executable, "-I", "-c", code + HARNESS], capture_output=True, text=True)
    if done.returncode != 0:
        fail(f"{executable}: {done.stderr}")
    return float(done.stdout) * 1000


def measure(adyton, python, rounds):
    """The rows of this bench."""
    version = platform.python_version()

    def row(case, ours, theirs, must=None, goal=None):
        return Row(case, "python3", version, "ms", "lower", ours, theirs, must, goal)

    rows = [row("start-up -c pass, user+sys",
                *start_ups([adyton, python], rounds), 0.90, 0.95)]
    loops = [row(f"pure Python: {name}",
                 *interleave([lambda: loop_time(adyton, code), lambda: loop_time(python, code)],
                             rounds))
             for name, code in LOOPS.items()]

    def means(side):
        return [math.exp(sum(math.log(getattr(loop, side)[i]) for loop in loops) / len(loops))
                for i in range(rounds)]

    rows.append(row("pure-Python work, geometric mean", means("ours"), means("theirs"), 0.93, 0.98))
    return rows + loops


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--json", metavar="FILE", help="write the rows there too")
    parser.add_argument("--adyton", default=ROOT / "build" / "release" / "adyton")
    parser.add_argument("--python", default="/usr/bin/python3")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    arguments = parser.parse_args()
    adyton = os.path.abspath(arguments.adyton)
    if not os.access(adyton, os.X_OK):
        fail(f"{adyton} is not there: ./dev build")
    if os.path.realpath(arguments.python) == os.path.realpath(adyton):
        fail("the peer is adyton itself")
    for executable in (adyton, arguments.python):  # both sides from a warm file cache
        run_process([executable, "-c", "import json, re, random"])
    report(measure(adyton, arguments.python, arguments.rounds), arguments.json)


if __name__ == "__main__":
    sys.exit(main())
