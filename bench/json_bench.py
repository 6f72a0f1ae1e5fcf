#!/usr/bin/env python3
"""adyton.json against orjson, ssrjson, msgspec and the standard library.

    ./dev bench json [--json FILE] [--only TEXT]

Everything is measured inside one process, Adyton, in interleaved rounds: user and system time of as
many calls as take some 20 ms. The corpora come from the test data; the other documents are generated,
and none of their values repeats by design. The rows "pick" and "replace" are the record plane's own:
a C++ program that locates fields in NDJSON, fully validated, on one core.

The file is not called json.py because every other bench imports the module of that name.
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import peers
import records
import rows

CELLS = Path(__file__).parent / "loops" / "json_cells.py"
PEERS = ("orjson", "ssrjson", "msgspec", "numpy")
RECORD_PLANE = {"pick": (1.5, 2.5), "replace": (1.0, 2.0)}


def python_rows(adyton, python, rounds, only):
    """The rows measured inside Adyton, with the peers of the virtual environment beside it."""
    code = "import sysconfig; print(sysconfig.get_path('purelib'))"
    packages = subprocess.run([python, "-c", code], check=True, capture_output=True, text=True).stdout.strip()
    command = [adyton, CELLS, "--packages", packages, "--rounds", str(rounds), "--only", only]
    if data := records.test_data():
        command += ["--corpora", data / "corpora"]
    else:
        print("The corpora are not to be had: their rows are left out", file=sys.stderr)
    done = subprocess.run([os.fspath(part) for part in command], stdout=subprocess.PIPE, text=True)
    if done.returncode != 0:
        rows.fail("the cells could not be measured")
    return [rows.Row(**cell) for cell in json.loads(done.stdout)]


def record_plane_rows(program, rounds):
    """GB/s of locating and of replacing three fields, as the C++ program tells it."""
    kinds = {
        "4.6 kB records": (records.write_tweets, 5_000, ["/text", "/user/name", "/user/screen_name"]),
        "257-byte records": (records.write_events, 60_000, ["/user/name", "/user/email", "/user/card"]),
    }
    commands = {}
    rates = {}
    with tempfile.TemporaryDirectory(dir="/dev/shm") as folder:
        for kind, (write, count, fields) in kinds.items():
            path = Path(folder) / f"{kind}.ndjson"
            if write(path, count) is not False:
                commands[kind] = [program, path, "20", "1", *fields]
        for _ in range(rounds):
            for kind, command in commands.items():
                done = subprocess.run(command, check=True, capture_output=True, text=True)
                for what, rate in json.loads(done.stdout).items():
                    rates.setdefault((what, kind), []).extend(rate)
    return [rows.Row(f"{what} 3 fields of NDJSON, {kind}", None, None, "GB/s", "higher", rate,
                     must=RECORD_PLANE[what][0], goal=RECORD_PLANE[what][1])
            for (what, kind), rate in rates.items()]


def main():
    arguments = rows.cell_arguments(__doc__, "bench_record_plane")
    adyton, program = arguments.adyton, arguments.program
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:1])
    table = python_rows(adyton, peers.python_with(*PEERS), arguments.rounds, arguments.only)
    table += [row for row in record_plane_rows(program, arguments.rounds) if arguments.only in row.case]
    rows.report(table, arguments.json)


if __name__ == "__main__":
    sys.exit(main())
