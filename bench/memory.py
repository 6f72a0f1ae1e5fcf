#!/usr/bin/env python3
"""Memory of a long run: encrypt and a Python step over records that do not repeat.

    ./dev bench memory [--gigabytes N] [--folder DIR] [--json FILE]

The job runs once into a file and once into a pipe whose reader is slow. The process's proportional
memory (PSS) is read every 100 ms: its peak, and its slope over the second half of the run, in MB for
each GB of input. What came out is opened again and compared with the input byte for byte.
"""

import argparse
import json
import pathlib
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time

import records
import rows

INTERVAL = 0.1  # seconds between two looks at the memory
SLOW = 150e6  # bytes a second that the slow reader takes

ENCRYPT = """
[job]
name = "memory"
domain = "bench"
[source]
files = ["in.ndjson"]
[keyring.k]
file = "keys.json"
[[step]]
use = "encrypt"
fields = ["/user/name", "/user/email", "/user/card"]
key = "k"
[[step]]
use = "python"
call = "score.py:score"
[sink]
files = "{sink}"
"""
DECRYPT = """
[job]
name = "open"
domain = "bench"
[source]
files = ["out.ndjson"]
[keyring.k]
file = "keys.json"
[[step]]
use = "decrypt"
fields = ["/user/name", "/user/email", "/user/card"]
key = "k"
[[step]]
use = "drop"
fields = ["/risk"]
[sink]
files = "-"
"""
SCORE = """
def score(record):
    record["risk"] = 1 if record["amount"] > 5000 else 0
    return record
"""


def write_records(path, size):
    """At least `size` bytes of events; how many they are."""
    rng = random.Random(1)
    bits, choose = rng.getrandbits, rng.choice
    count = 0
    written = 0
    with open(path, "wb", buffering=1 << 20) as file:
        while written < size:
            lines = []
            for _ in range(10_000):
                x = bits(64)
                lines.append(
                    f'{{"id":{count},"user":{{"name":"{choose(records.WORDS)} {x & 0xffffff:x}",'
                    f'"email":"{x:x}@example.com","card":"{x % 10**16:016}"}},'
                    f'"amount":{x % 1_000_000 / 100},"note":"{choose(records.WORDS)} '
                    f'{choose(records.WORDS)} {bits(128):x}","kind":"purchase"}}\n')
                count += 1
            block = "".join(lines).encode()
            file.write(block)
            written += len(block)
    return count


def pss(pid):
    """The process's proportional memory in MB; None once it is gone."""
    try:
        with open(f"/proc/{pid}/smaps_rollup", encoding="ascii") as file:
            return next(int(line.split()[1]) for line in file if line.startswith("Pss:")) / 1000
    except (OSError, StopIteration):
        return None


class Watch:
    """Looks at a process's memory until it ends: [(share of the run's time, MB)]."""

    def __init__(self, process):
        self.samples = []
        self._process = process
        self._thread = threading.Thread(target=self._look)
        self._thread.start()

    def _look(self):
        start = time.monotonic()
        while self._process.poll() is None:
            memory = pss(self._process.pid)
            if memory:
                self.samples.append((time.monotonic() - start, memory))
            time.sleep(INTERVAL)

    def result(self, gigabytes):
        """(peak in MB, slope in MB for each GB over the second half)."""
        self._thread.join()
        if len(self.samples) < 10:
            rows.fail("the run is too short to tell: give it more gigabytes")
        end = self.samples[-1][0]
        late = [(at / end * gigabytes, memory) for at, memory in self.samples if at > end / 2]
        slope = statistics.linear_regression(*zip(*late)).slope
        return max(memory for _, memory in self.samples), slope


def slow_reader(stream):
    """Reads to the end, at SLOW bytes a second."""
    start = time.monotonic()
    taken = 0
    while block := stream.read(1 << 20):
        taken += len(block)
        time.sleep(max(0.0, start + taken / SLOW - time.monotonic()))


def value(case, unit, measured, must=None, goal=None):
    return rows.Row(case=case, peer=None, peer_version=None, unit=unit, better="lower", ours=[measured],
                    must=must, goal=goal)


def check_output(folder, adyton, count):
    """The run's own numbers, and its output opened again: byte for byte the input."""
    receipt = json.loads((folder / "memory.receipt.json").read_text(encoding="utf-8"))
    if receipt["records"]["read"] != count or receipt["records"]["written"] != count:
        rows.fail(f"{count} records were given: {receipt['records']}")
    opened = subprocess.Popen([adyton, "run", "--quiet", "open.toml"], cwd=folder, stdout=subprocess.PIPE)
    same = subprocess.run(["cmp", "-", "in.ndjson"], cwd=folder, stdin=opened.stdout)
    if opened.wait() != 0 or same.returncode != 0:
        rows.fail("the output, opened, is not the input")


def measure(folder, adyton, gigabytes):
    count = write_records(folder / "in.ndjson", gigabytes * 1e9)
    print(f"{count:,} records, {gigabytes:g} GB", flush=True)
    (folder / "score.py").write_text(SCORE)
    (folder / "file.toml").write_text(ENCRYPT.format(sink="out.ndjson"))
    (folder / "pipe.toml").write_text(ENCRYPT.format(sink="-"))
    (folder / "open.toml").write_text(DECRYPT)
    subprocess.run([adyton, "keys", "new", "keys.json"], cwd=folder, check=True, stderr=subprocess.DEVNULL)

    process = subprocess.Popen([adyton, "run", "--quiet", "file.toml"], cwd=folder)
    watch = Watch(process)
    if process.wait() != 0:
        rows.fail("the job failed")
    peak, slope = watch.result(gigabytes)
    check_output(folder, adyton, count)
    (folder / "out.ndjson").unlink()

    process = subprocess.Popen([adyton, "run", "--quiet", "pipe.toml"], cwd=folder, stdout=subprocess.PIPE)
    watch = Watch(process)
    slow_reader(process.stdout)
    if process.wait() != 0:
        rows.fail("the job into a pipe failed")
    slow_peak, slow_slope = watch.result(gigabytes)
    name = f"encrypt + Python step, {gigabytes:g} GB"
    return [value(f"{name}: peak memory", "MB", peak, 256, 128),
            value(f"{name}: slope", "MB/GB", slope),
            value(f"{name}, slow reader: peak memory", "MB", slow_peak, 256, 128),
            value(f"{name}, slow reader: slope", "MB/GB", slow_slope)]


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--gigabytes", type=float, default=2)
    parser.add_argument("--folder", type=pathlib.Path, default=records.ROOT / "build",
                        help="where to write (twice the gigabytes and more)")
    parser.add_argument("--json", metavar="FILE", help="write the rows there too")
    parser.add_argument("--adyton", default=records.ROOT / "build" / "release" / "adyton", type=pathlib.Path)
    arguments = parser.parse_args()
    folder = pathlib.Path(tempfile.mkdtemp(prefix="memory-", dir=arguments.folder))
    try:
        rows.report(measure(folder, arguments.adyton.resolve(), arguments.gigabytes), arguments.json)
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    sys.exit(main())
