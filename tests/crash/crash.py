#!/usr/bin/env python3
"""Kills runs of an encrypting job at random times and looks whether every record is there, once.

    ./dev crash [--kills N] [--seed N]

The jobs read several files (plain and gzip), encrypt fields and write one output for each input and
dead letters. One of them calls a Python step, too, another does not, so that both ways in which a
run moves its batches are killed, and a third one seals its outputs; each has a third of the kills.
Each round starts it, kills it (SIGKILL) at a uniformly random time of its run, one round in three
kills the run that recovers, too, and then lets a run come to its end. The decrypted outputs and the
dead letters must be those of an undisturbed run, byte for byte, and nothing else may lie in the
folder.
"""

import argparse
import gzip
import json
import os
import pathlib
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time

RECORDS = 30_000
DONE = 0
RECOVERIES = 3  # one round in so many kills the recovering run, too

JOB = """
[job]
name = "crash"
domain = "crash"
commit_every = "64 KiB"
[source]
files = ["{source}"]
{identity}
[keyring.k]
file = "keys.json"
[[step]]
use = "{use}"
fields = ["/user/name", "/user/email"]
key = "k"
{more}
[sink]
files = "{sink}/{name}"
{recipient}
[dead_letter]
file = "{sink}/dead.ndjson"
plain = true
"""
STEP = """
[[step]]
use = "python"
call = "score.py:score"
"""
SCRIPT = """
def score(record):
    if record["id"] % 997 == 5:
        raise ValueError(record["id"])
    record["score"] = record["id"] * 7 % 101
    return record
"""


def fail(message):
    sys.exit(f"crash: {message}")


class Ground:
    """A folder with the inputs, the job that encrypts them and the one that opens what it made."""

    def __init__(self, folder, adyton, steps, sealed):
        """`steps`: what the job has behind its encrypting step, in TOML; `sealed`: its outputs are."""
        self.folder = folder
        self.adyton = adyton
        folder.mkdir()
        self._write_inputs()
        (folder / "score.py").write_text(SCRIPT)
        self.ending = ".age" if sealed else ""
        identity = recipient = ""
        if sealed:
            told = self.finish("keys", "identity", "-o", "id.txt").stdout.strip()
            identity, recipient = 'identity = "id.txt"', f'recipient = "{told}"'
        encrypt = JOB.format(source="in/*", use="encrypt", more=steps, identity="", recipient=recipient,
                             sink="out", name="{name}" + self.ending)
        decrypt = JOB.format(source="out/[0-9]*", use="decrypt", more="", identity=identity, recipient="",
                             sink="opened", name="{stem}")
        (folder / "job.toml").write_text(encrypt)
        (folder / "open.toml").write_text(decrypt)
        self.finish("keys", "new", "keys.json")

    def _write_inputs(self):
        (self.folder / "in").mkdir()
        for number in range(3):
            lines = "".join(self._line(number, i) for i in range(RECORDS // 3)).encode()
            path = self.folder / "in" / f"{number}.ndjson"
            if number == 1:
                path = path.with_suffix(".ndjson.gz")
                third = len(lines) // 3  # several members
                path.write_bytes(b"".join(gzip.compress(lines[i:i + third])
                                          for i in range(0, len(lines), third)))
            else:
                path.write_bytes(lines)

    @staticmethod
    def _line(number, i):
        if i % 1009 == 3:
            return f"broken {number} {i}\n"
        user = {"name": f"näme {number} {i}", "email": f"{i}@example.org"}
        return json.dumps({"id": i, "file": number, "user": user}, ensure_ascii=False) + "\n"

    def start(self):
        return subprocess.Popen([self.adyton, "run", "--quiet", "job.toml"], cwd=self.folder,
                                stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)

    def finish(self, *command, check=True):
        done = subprocess.run([self.adyton, *command], cwd=self.folder, capture_output=True, text=True)
        if check and done.returncode != DONE:
            fail(f"adyton {' '.join(command)}: exit code {done.returncode}: {done.stderr}")
        return done

    def clear(self):
        for name in ("out", "opened"):
            shutil.rmtree(self.folder / name, ignore_errors=True)

    def made(self):
        """What lies in the output folder, encrypted values opened: {name: bytes}."""
        out = self.folder / "out"
        files = {str(p.relative_to(out)): p.read_bytes() for p in out.rglob("*") if p.is_file()}
        shutil.rmtree(self.folder / "opened", ignore_errors=True)
        self.finish("run", "--quiet", "open.toml")
        for name in files:
            opened = self.folder / "opened" / name.partition(".")[0]
            if opened.is_file():
                files[name] = opened.read_bytes()
        # The receipt tells when it was made; a kill behind the end may leave the lock.
        return {name: data for name, data in files.items()
                if not name.endswith((".receipt.json", "/lock"))}


def kill_after(process, seconds):
    """Whether the kill came before the end."""
    try:
        process.wait(timeout=seconds)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGKILL)
        process.wait()
    _, errors = process.communicate()
    if process.returncode not in (DONE, -signal.SIGKILL):
        fail(f"a run ended with {process.returncode}: {errors.decode()}")
    return process.returncode == -signal.SIGKILL


def round_of_kills(ground, duration, kills, recover):
    """Kills one job's runs `kills` times at most, and completes it. How many kills came in time."""
    ground.clear()
    hit = 0
    for attempt in range(kills):
        # A recovering run has the less to do the later the one before was killed.
        limit = duration * (0.3 if recover and attempt > 0 else 1.0)
        if not kill_after(ground.start(), random.uniform(0, limit)):
            return hit
        hit += 1
        # Killed behind its last commit: there is nothing left to run.
        state = ground.folder / "out" / ".adyton" / "crash"
        published = (ground.folder / "out" / f"2.ndjson{ground.ending}").exists()
        if published and not any(state.glob("manifest.*")):
            return hit
    ground.finish("run", "--quiet", "job.toml")
    return hit


def kill_runs(ground, name, kills):
    """Kills runs of the ground's job so many times, and compares what they make in the end."""
    start = time.monotonic()
    ground.finish("run", "--quiet", "job.toml")
    duration = time.monotonic() - start
    print(f"crash: {name}: {duration:.3f} s undisturbed")
    expected = ground.made()
    if sum(data.count(b"\n") for data in expected.values()) != RECORDS:
        fail(f"{name}: an undisturbed run loses records")
    hit = recovering = rounds = 0
    while hit < kills:
        recover = rounds % RECOVERIES == 0
        hits = round_of_kills(ground, duration, 2 if recover else 1, recover)
        hit += hits
        recovering += hits == 2
        rounds += 1
        made = ground.made()
        if made != expected:
            names = sorted(n for n in made.keys() | expected.keys() if made.get(n) != expected.get(n))
            keep = pathlib.Path(f"{ground.folder.parent}-failed")
            shutil.copytree(ground.folder, keep)
            fail(f"{name}, round {rounds}: {', '.join(names)} differ; everything is kept in {keep}")
        if rounds % 50 == 0:
            print(f"crash: {name}: {hit} kills, {recovering} of them of recovering runs", flush=True)
    print(f"crash: {name}: {hit} kills in {rounds} rounds, {recovering} of them of recovering runs: "
          f"0 records missing, 0 twice", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--kills", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--adyton", required=True, type=pathlib.Path)
    arguments = parser.parse_args()
    random.seed(arguments.seed)
    print(f"crash: seed {arguments.seed}", flush=True)
    folder = pathlib.Path(tempfile.mkdtemp(prefix="adyton-crash-"))
    third = arguments.kills // 3
    try:
        for name, steps, sealed, kills in (("with a Python step", STEP, False, arguments.kills - 2 * third),
                                           ("native steps", "", False, third),
                                           ("sealed outputs", "", True, third)):
            ground = Ground(folder / name.partition(" ")[0], arguments.adyton.resolve(), steps, sealed)
            kill_runs(ground, name, kills)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
