#!/usr/bin/env python3
"""adyton.crypto against cryptography, PyNaCl, tink, pycryptodome and the standard library.

    ./dev bench crypto [--json FILE] [--only TEXT]

The cells are measured inside one process, Adyton, in interleaved rounds, on one core (those about two
threads: on two): user and system time, in nanoseconds a message. A batch of ours stands against a
loop, which is all the peers have; a loop's cost a message does not depend on how many there are, so
that it takes fewer. Rows with "(Debian)" are of python3-cryptography as the system has it, where it
is installed. "the provider alone" is a C++ program that calls the same engine on the same message.
The last row seals a file of 4 GiB with adyton and with age, where both are there.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import peers
import rows

CELLS = Path(__file__).parent / "loops" / "crypto_cells.py"
PEERS = ("cryptography", "PyNaCl", "tink", "pycryptodome")
SYSTEM = Path("/usr/lib/python3/dist-packages")
MIB = 1 << 20
FILE_SIZE = 4 << 30


def cells(adyton, *arguments):
    """What the cells print."""
    done = subprocess.run([adyton, "-P", CELLS, *map(str, arguments)], stdout=subprocess.PIPE, text=True)
    if done.returncode != 0:
        rows.fail("the cells could not be measured")
    return json.loads(done.stdout)


def python_rows(adyton, packages, rounds, only, cores):
    common = ("--rounds", rounds, "--only", only)
    os.sched_setaffinity(0, cores[:1])
    table = cells(adyton, "--packages", packages, "--peers", ",".join(PEERS), *common)
    if (SYSTEM / "cryptography").is_dir():
        table += cells(adyton, "--packages", SYSTEM, "--peers", "cryptography", "--suffix", " (Debian)", *common)
    os.sched_setaffinity(0, cores)
    if len(cores) > 1:
        table += cells(adyton, "--threads", ",".join(map(str, cores[:2])), *common)
    else:
        print("One core only: the rows about two threads are left out", file=sys.stderr)
    return [rows.Row(**cell) for cell in table]


def provider_row(adyton, program, rounds, cores):
    """One 1 MiB message through Python, and the same by the engine below it."""
    os.sched_setaffinity(0, cores[:1])
    calls = 200

    def output(command):
        return float(subprocess.run([os.fspath(part) for part in command], check=True, capture_output=True,
                                    text=True).stdout)
    ours, theirs = rows.interleave([lambda: output([adyton, "-P", CELLS, "--one-long", str(calls)]),
                                    lambda: output([program, str(MIB), str(calls)])], rounds)
    os.sched_setaffinity(0, cores)
    return rows.Row("encrypt one 1 MiB message", "the provider alone", None, "ns", "lower", ours, theirs, must=0.95)


def file_row(adyton, age, rounds, cores):
    """A file of 4 GiB sealed to one X25519 recipient, from and to a tmpfs with room for it."""
    os.sched_setaffinity(0, cores[:2])
    version = subprocess.run([age, "--version"], capture_output=True, text=True).stdout.strip()
    with tempfile.TemporaryDirectory(dir="/dev/shm") as folder:
        source, sealed, identity = (Path(folder) / name for name in ("file", "file.age", "identity"))
        subprocess.run(["age-keygen", "-o", identity], check=True, capture_output=True)
        recipient = re.search(r"age1\w+", identity.read_text())[0]
        with open(source, "wb") as file:
            for _ in range(FILE_SIZE // (64 * MIB)):
                file.write(os.urandom(64 * MIB))

        def measure(*command):
            def run():
                sealed.unlink(missing_ok=True)
                return rows.run_process(command).wall
            return run
        ours, theirs = rows.interleave(
            [measure(adyton, "seal", "-r", recipient, "-o", sealed, source),
             measure(age, "-r", recipient, "-o", sealed, source)], rounds)
    return rows.Row("4 GiB file: adyton seal, 2 threads", "age (Debian)", version, "s", "lower", ours, theirs,
                    must=1.2, goal=2.0)


def can_seal(adyton):
    """Why the row of files cannot be measured; None if it can."""
    if shutil.which("age") is None or shutil.which("age-keygen") is None:
        return "age is not installed"
    if subprocess.run([adyton, "seal", "--help"], capture_output=True).returncode != 0:
        return "adyton has no command seal"
    if shutil.disk_usage("/dev/shm").free < 2.2 * FILE_SIZE:
        return "/dev/shm has no room for two files of 4 GiB"
    return None


def main():
    arguments = rows.cell_arguments(__doc__, "bench_crypto_provider")
    adyton, program = arguments.adyton, arguments.program
    cores = sorted(os.sched_getaffinity(0))
    python = peers.python_with(*PEERS)
    code = "import sysconfig; print(sysconfig.get_path('purelib'))"
    packages = subprocess.run([python, "-c", code], check=True, capture_output=True, text=True).stdout.strip()
    table = python_rows(adyton, packages, arguments.rounds, arguments.only, cores)
    if arguments.only in "encrypt one 1 MiB message":
        table.append(provider_row(adyton, program, arguments.rounds, cores))
    if arguments.only in "4 GiB file: adyton seal, 2 threads":
        if reason := can_seal(adyton):
            print(f"The row of 4 GiB files is left out: {reason}", file=sys.stderr)
        else:
            table.append(file_row(adyton, shutil.which("age"), arguments.rounds, cores))
    rows.report(table, arguments.json)


if __name__ == "__main__":
    sys.exit(main())
