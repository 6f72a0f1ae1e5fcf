"""The main job over NDJSON, against the Python loop that people write today, and against jq.

Whole processes, from start to exit, reading from and writing to a tmpfs (Adyton syncs, the loop does
not). Before anything is timed both sides' outputs are compared, after decryption where they are
encrypted.
"""

import argparse
import json
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
LOOPS = pathlib.Path(__file__).parent / "loops"
LOOP = LOOPS / "protect_loop.py"
KEY = "07" * 32
TWEET_FIELDS = ["/text", "/user/name", "/user/screen_name"]
EVENT_FIELDS = ["/user/name", "/user/email", "/user/card"]

JOB = """
[job]
name = "{name}"
domain = "bench"
[source]
files = ["{source}"]
[keyring.bench]
file = "{keyring}"
[[step]]
{step}
[sink]
files = "{sink}"
existing = "replace"
"""
PROTECT = 'use = "{use}"\nfields = {fields}\nkey = "bench"'


def wall(output, cores, *command):
    """Seconds that the command takes to write `output` anew, on the first `cores` processors there are."""
    output.unlink(missing_ok=True)  # freeing an old output is not what is measured
    every = os.sched_getaffinity(0)
    os.sched_setaffinity(0, sorted(every)[:cores])
    try:
        return rows.run_process(command).wall
    finally:
        os.sched_setaffinity(0, every)


def equal(python, ours, theirs):
    """Whether two files hold the same JSON, line by line."""
    compare = ("import orjson, sys\n"
               "a, b = (open(p, 'rb') for p in sys.argv[1:])\n"
               "assert all(orjson.loads(x) == orjson.loads(y) for x, y in zip(a, b, strict=True))")
    return subprocess.run([python, "-c", compare, ours, theirs]).returncode == 0


def write_job(folder, name, source, sink, step):
    path = folder / f"{name}.toml"
    path.write_text(JOB.format(name=name, source=source, sink=sink, keyring=folder / "keys.json", step=step))
    return path


class Case:
    """One input, the job that encrypts it and the loop that does."""

    def __init__(self, folder, adyton, python, source, fields):
        self.folder = folder
        self.adyton = adyton
        self.python = python
        self.source = source
        self.fields = fields
        self.ours = folder / "ours.ndjson"
        self.theirs = folder / "theirs.ndjson"
        self.job = self._job("encrypt", source, self.ours)

    def _job(self, use, source, sink):
        step = PROTECT.format(use=use, fields=json.dumps(self.fields))
        return write_job(self.folder, f"{use}-{self.source.stem}", source, sink, step)

    def _loop(self, direction, source, sink, processes):
        return [self.python, LOOP, direction, source, sink, "bench", KEY, *self.fields,
                "--processes", str(processes)]

    def time_ours(self, cores):
        return wall(self.ours, cores, self.adyton, "run", "--quiet", self.job)

    def time_theirs(self, cores):
        return wall(self.theirs, cores, *self._loop("encrypt", self.source, self.theirs, cores))

    def check(self):
        """Both sides, decrypted, are the input: ours byte for byte, theirs as the same JSON."""
        self.time_ours(1)
        self.time_theirs(1)
        opened = self.folder / "opened.ndjson"
        rows.run_process([self.adyton, "run", "--quiet", self._job("decrypt", self.ours, opened)])
        if subprocess.run(["cmp", opened, self.source]).returncode != 0:
            rows.fail("our output does not decrypt to the input")
        rows.run_process(self._loop("decrypt", self.theirs, opened, 1))
        if not equal(self.python, opened, self.source):
            rows.fail("the loop's output does not decrypt to the input")
        opened.unlink()


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


def memory_row(case):
    """The most resident memory that a run takes, in MB; `./dev bench memory` watches long ones."""
    case.ours.unlink(missing_ok=True)
    peaks = [rows.run_process([case.adyton, "run", "--quiet", case.job]).memory / 1e6
             for _ in range(rows.ROUNDS)]
    size = case.source.stat().st_size // 10**6
    return rows.Row(case=f"peak memory, encrypt 3 fields of {size} MB of events", peer=None,
                    peer_version=None, unit="MB", better="lower", ours=peaks, must=256, goal=128)


def compared_row(python, case, peer, version, ours, theirs, must, goal):
    """A row of two (output, command) pairs on one core whose outputs hold the same JSON."""
    for output, command in (ours, theirs):
        wall(output, 1, *command)
    if not equal(python, ours[0], theirs[0]):
        rows.fail(f"{case}: our output differs from that of {peer}")
    times = rows.interleave([lambda: wall(ours[0], 1, *ours[1]), lambda: wall(theirs[0], 1, *theirs[1])])
    return rows.Row(case=f"{case}, 1 core", peer=peer, peer_version=version, unit="s", better="lower",
                    ours=times[0], theirs=times[1], must=must, goal=goal)


def step_rows(folder, adyton, python, orjson):
    """A Python step that touches 2 fields of 30, against the loop with the same function."""
    source, ours, theirs = (folder / name for name in ("wide.ndjson", "ours.ndjson", "theirs.ndjson"))
    records.write_wide(source, 200_000)
    script = LOOPS / "score.py"
    job = write_job(folder, "step", source, ours, f'use = "python"\ncall = "{script}:score"')
    yield compared_row(python, "a Python step touching 2 fields of 30", "orjson loop", orjson,
                       (ours, [adyton, "run", "--quiet", job]),
                       (theirs, [python, LOOPS / "step_loop.py", "score", source, theirs]), 1.5, 2.5)
    source.unlink()


def keep_rows(folder, adyton, python, orjson):
    """`keep` of two fields, against the loop and against jq."""
    source, ours, theirs = (folder / name for name in ("events.ndjson", "ours.ndjson", "theirs.ndjson"))
    step = 'use = "keep"\nfields = ["/id", "/user/name"]'
    records.write_events(source, 400_000)
    job = write_job(folder, "keep", source, ours, step)
    yield compared_row(python, "keep 2 fields of events", "orjson loop", orjson,
                       (ours, [adyton, "run", "--quiet", job]),
                       (theirs, [python, LOOPS / "step_loop.py", "keep", source, theirs]), 4, 8)
    version = subprocess.run(["jq", "--version"], capture_output=True, text=True, check=True).stdout
    script = f"exec jq -c '{{id, user: {{name: .user.name}}}}' {source} > {theirs}"
    yield compared_row(python, "keep 2 fields of events", "jq", version.strip().removeprefix("jq-"),
                       (ours, [adyton, "run", "--quiet", job]), (theirs, ["sh", "-c", script]), 20, 50)
    source.unlink()


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
    result.append(memory_row(case))
    events.unlink()
    result += step_rows(folder, adyton, python, found["orjson"])
    result += keep_rows(folder, adyton, python, found["orjson"])
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
