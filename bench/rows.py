"""The rows of a bench: timing of whole processes, the table, the JSON file.

A row compares Adyton with a peer on one case, from rounds that were measured in turn. The ratio is
that of the medians and more than 1 means that Adyton is better; "low" and "high" are the worst and
the best ratio of a single round.
"""

import argparse
import json
import os
import statistics
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
ROUNDS = 7


@dataclass
class Row:
    """One case of a bench.

    ours, theirs: every round, in `unit`. A row that is a value has no `theirs`; `must` and `goal` are
    then in its unit, otherwise ratios; None where nothing is demanded.
    """

    case: str
    peer: str | None
    peer_version: str | None
    unit: str
    better: str
    ours: list[float]
    theirs: list[float] = field(default_factory=list)
    must: float | None = None
    goal: float | None = None

    def __post_init__(self):
        if self.better not in ("lower", "higher"):
            raise ValueError(f"better is 'lower' or 'higher', not {self.better!r}")
        if self.theirs and len(self.theirs) != len(self.ours):
            raise ValueError(f"{self.case}: {len(self.ours)} rounds against {len(self.theirs)}")

    def _quotient(self, ours, theirs):
        return theirs / ours if self.better == "lower" else ours / theirs

    @property
    def ratio(self):
        """Adyton against the peer, by the medians; None for a value."""
        if not self.theirs:
            return None
        return self._quotient(statistics.median(self.ours), statistics.median(self.theirs))

    @property
    def spread(self):
        """(low, high): of the rounds' ratios, or of the rounds themselves for a value."""
        rounds = list(map(self._quotient, self.ours, self.theirs)) if self.theirs else self.ours
        return min(rounds), max(rounds)

    def reaches(self, demand):
        """Whether the row reaches a demand (`must` or `goal`); None where there is none."""
        if demand is None:
            return None
        if self.theirs:
            return self.ratio >= demand
        median = statistics.median(self.ours)
        return median <= demand if self.better == "lower" else median >= demand

    def as_dict(self):
        """The row as GOALS.md describes it."""
        low, high = self.spread
        row = {"case": self.case, "peer": self.peer, "peer_version": self.peer_version,
               "unit": self.unit, "better": self.better, "ours": self.ours, "ratio": self.ratio,
               "low": low, "high": high, "must": self.must, "goal": self.goal}
        if self.theirs:
            row["theirs"] = self.theirs
        return row


def number(value):
    """Three significant digits, or "-" for None."""
    return "-" if value is None else f"{value:.3g}" if abs(value) < 1000 else f"{value:,.0f}"


def verdict(row):
    """What a row reached: goal, must, MISSED, or nothing where nothing is demanded."""
    if row.reaches(row.goal):
        return "goal"
    if row.reaches(row.must):
        return "must"
    return "" if row.must is None else "MISSED"


def print_table(rows):
    """Print the rows as a table, one line each."""
    header = ["case", "peer", "unit", "ours", "theirs", "ratio", "spread", "must", "goal", ""]
    lines = [header]
    for row in rows:
        peer = " ".join(filter(None, (row.peer, row.peer_version))) or "-"
        low, high = row.spread
        theirs = statistics.median(row.theirs) if row.theirs else None
        lines.append([row.case, peer, row.unit, number(statistics.median(row.ours)), number(theirs),
                      number(row.ratio), f"{number(low)}..{number(high)}", number(row.must),
                      number(row.goal), verdict(row)])
    widths = [max(map(len, column)) for column in zip(*lines)]
    for line in lines:
        print("  ".join(cell.ljust(width) for cell, width in zip(line, widths)).rstrip())


def report(rows, json_path=None):
    """Print the table; write the rows to a file too, if one is named."""
    print_table(rows)
    if json_path:
        with open(json_path, "w", encoding="utf-8") as file:
            json.dump([row.as_dict() for row in rows], file, indent=1)
            file.write("\n")


@dataclass(frozen=True)
class Usage:
    """What one run of a process took: seconds, and peak resident memory in bytes."""

    wall: float
    cpu: float
    memory: int


def run_process(command, *, stdin=None, stdout=None, environment=None):
    """Run a command to its end and return its Usage (with its waited-for children).

    stdin, stdout: paths; /dev/null by default. Raises RuntimeError if it does not exit with 0.
    """
    actions = [(os.POSIX_SPAWN_OPEN, 0, stdin or os.devnull, os.O_RDONLY, 0),
               (os.POSIX_SPAWN_OPEN, 1, stdout or os.devnull,
                os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)]
    command = [os.fspath(part) for part in command]
    start = time.perf_counter()
    pid = os.posix_spawnp(command[0], command, os.environ if environment is None else environment,
                          file_actions=actions)
    _, status, used = os.wait4(pid, 0)
    wall = time.perf_counter() - start
    if status != 0:
        raise RuntimeError(f"{command[0]} ended with {os.waitstatus_to_exitcode(status)}: {command}")
    return Usage(wall, used.ru_utime + used.ru_stime, used.ru_maxrss * 1024)


def interleave(measures, rounds=ROUNDS):
    """Call each of `measures` once a round, in turn, forwards and backwards; a list for each.

    Turning the order about keeps whoever goes first from being always the one to go first.
    """
    results = [[] for _ in measures]
    for turn in range(rounds):
        order = list(enumerate(measures))
        for index, measure in order if turn % 2 == 0 else reversed(order):
            results[index].append(measure())
    return results


def fail(message):
    """End a bench that cannot be run, with the reason."""
    sys.exit(f"bench: {message}")


def cell_arguments(documentation, program):
    """The arguments of a bench whose cells are measured inside Adyton: json, rounds, only, adyton, and
    `program`, the C++ one beside it that measures the rest."""
    parser = argparse.ArgumentParser(description=documentation.partition("\n")[0])
    parser.add_argument("--json", metavar="FILE", help="write the rows there too")
    parser.add_argument("--adyton", type=Path, default=ROOT / "build" / "release" / "adyton")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--only", default="", metavar="TEXT", help="the cases whose name has TEXT in it")
    arguments = parser.parse_args()
    arguments.adyton = arguments.adyton.resolve()
    arguments.program = arguments.adyton.parent / program
    for executable in (arguments.adyton, arguments.program):
        if not os.access(executable, os.X_OK):
            fail(f"{executable} is not there: ./dev build")
    return arguments
