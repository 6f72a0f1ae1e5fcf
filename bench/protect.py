"""The main job: encrypting fields of NDJSON, against the Python loop that people write today.

Whole processes, from start to exit, reading from and writing to a tmpfs (Adyton syncs, the loop does
not). Both sides' outputs are decrypted once and compared with the input before anything is timed.
"""

import argparse
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

import peers
import records
import rows

PEERS = ("orjson", "cryptography")
LOOP = pathlib.Path(__file__).parent / "loops" / "protect_loop.py"
KEY = "07" * 32
TWEET_FIELDS = ["/text", "/user/name", "/user/screen_name"]
EVENT_FIELDS = ["/user/name", "/user/email", "/user/card"]

JOB = """
[job]
name = "{step}-bench"
domain = "bench"
[source]
files = ["{source}"]
[keyring.bench]
file = "{keyring}"
[[step]]
use = "{step}"
fields = {fields}
key = "bench"
[sink]
files = "{sink}"
existing = "replace"
"""


class Case:
    """One input, the job over it and the loop over it."""

    def __init__(self, folder, adyton, python, source, fields):
        self.folder = folder
        self.adyton = adyton
        self.python = python
        self.source = source
        self.fields = fields
        self.ours = folder / "ours.ndjson"
        self.theirs = folder / "theirs.ndjson"
        self.job = self._job("encrypt", source, self.ours)

    def _job(self, step, source, sink):
        path = self.folder / f"{step}-{self.source.stem}.toml"
        path.write_text(JOB.format(step=step, source=source, sink=sink, fields=self.fields,
                                   keyring=self.folder / "keys.json").replace("'", '"'))
        return path

    def _loop(self, direction, source, sink, processes):
        return [self.python, LOOP, direction, source, sink, "bench", KEY, *self.fields,
                "--processes", str(processes)]

    def time_ours(self, cores):
        self.ours.unlink(missing_ok=True)  # freeing an old output is not what is measured
        command = ["taskset", "-c", cpu_list(cores), self.adyton, "run", "--quiet", self.job]
        return rows.run_process(command).wall

    def time_theirs(self, cores):
        self.theirs.unlink(missing_ok=True)
        return rows.run_process(["taskset", "-c", cpu_list(cores),
                                 *self._loop("encrypt", self.source, self.theirs, cores)]).wall

    def check(self):
        """Both sides, decrypted, are the input: ours byte for byte, theirs as the same JSON."""
        self.time_ours(1)
        self.time_theirs(1)
        opened = self.folder / "opened.ndjson"
        rows.run_process([self.adyton, "run", "--quiet", self._job("decrypt", self.ours, opened)])
        if subprocess.run(["cmp", opened, self.source]).returncode != 0:
            rows.fail("our output does not decrypt to the input")
        rows.run_process([str(part) for part in self._loop("decrypt", self.theirs, opened, 1)])
        compare = ("import orjson, sys\n"
                   "a, b = (open(p, 'rb') for p in sys.argv[1:])\n"
                   "assert all(orjson.loads(x) == orjson.loads(y) for x, y in zip(a, b, strict=True))")
        subprocess.run([self.python, "-c", compare, opened, self.source], check=True)
        opened.unlink()


def cpu_list(cores):
    """The first `cores` processors this process may use."""
    return ",".join(map(str, sorted(os.sched_getaffinity(0))[:cores]))


def encryption_rows(case, name, version, demands):
    """A row for each number of cores: {cores: (must, goal)}."""
    for cores, (must, goal) in demands.items():
        if cores > len(os.sched_getaffinity(0)):
            print(f"{name} on {cores} cores: left out, this machine has fewer")
            continue
        ours, theirs = rows.interleave(
            [lambda n=cores: case.time_ours(n), lambda n=cores: case.time_theirs(n)])
        peer = "orjson + cryptography" + (f", Pool({cores})" if cores > 1 else "")
        yield rows.Row(case=f"{name}, {cores} core{'s' * (cores > 1)}", peer=peer, peer_version=version,
                       unit="s", better="lower", ours=ours, theirs=theirs, must=must, goal=goal)


def measure(folder, adyton, python):
    found = peers.versions(python, *PEERS)
    version = " + ".join(found[name] for name in PEERS)
    subprocess.run([adyton, "keys", "new", folder / "keys.json"], check=True, stderr=subprocess.DEVNULL)
    result = []

    tweets = folder / "tweets.ndjson"
    if records.write_tweets(tweets, 40_000):
        case = Case(folder, adyton, python, tweets, TWEET_FIELDS)
        case.check()
        result += encryption_rows(case, "encrypt 3 fields of tweets", version, {1: (5, 10), 2: (10, 20)})
        tweets.unlink()
    else:
        print("tweets: left out, the corpora are not here (set ADYTON_TEST_DATA)")

    events = folder / "events.ndjson"
    records.write_events(events, 400_000)
    case = Case(folder, adyton, python, events, EVENT_FIELDS)
    case.check()
    result += encryption_rows(case, "encrypt 3 fields of 300-byte events", version,
                              {1: (8, 15), 2: (10, 20)})
    return result


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", metavar="FILE", help="write the rows to FILE")
    parser.add_argument("--adyton", default=records.ROOT / "build" / "release" / "adyton",
                        type=pathlib.Path)
    arguments = parser.parse_args()
    python = peers.python_with(*PEERS)
    folder = pathlib.Path(tempfile.mkdtemp(prefix="adyton-bench-", dir="/dev/shm"))
    try:
        rows.report(measure(folder, arguments.adyton, python), arguments.json)
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    sys.exit(main())
