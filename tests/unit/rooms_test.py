"""The plan of the house, held against the includes.

What a room may include is what it links (cmake/Rooms.cmake); this test says the same in one table,
so that a wall that is moved is moved on purpose. Run by ctest as unit.rooms.
"""

import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]

# Each room: its folder, and the rooms whose headers its files may include besides their own.
ROOMS = {
    "host/base": set(),
    "modules/json": {"host/base"},
    "modules/crypto": {"host/base"},
    "host/observe": {"host/base"},
    "host/runtime": {"host/base"},
    "host/pipeline": {"host/base", "host/runtime", "host/observe", "modules/json", "modules/crypto"},
    "host/python": {"host/base", "host/runtime", "host/observe"},
    "modules/json/binding": {"host/base", "host/runtime", "host/python", "modules/json"},
    "modules/crypto/binding": {"host/base", "host/runtime", "host/python", "modules/crypto"},
    "host/worker": {"host/base", "host/runtime", "host/observe", "host/python", "host/pipeline",
                    "modules/json", "modules/json/binding", "modules/crypto"},
}
ROOMS["host/cli"] = {room for room in ROOMS if "binding" not in room}
ROOMS["host"] = set(ROOMS)  # main.cpp

PYTHON_ROOMS = {"host", "host/python", "host/worker", "modules/json/binding", "modules/crypto/binding"}
INCLUDE = re.compile(r'^\s*#\s*include\s+(["<])([^">]+)[">]', re.MULTILINE)


def room_of(path):
    """The innermost room that a file (relative to the root) lies in."""
    return max((room for room in ROOMS if path.startswith(room + "/")), key=len)


def may_see_ciphers(name):
    """Crypto++ is for modules/crypto, its version for the command line, and what CPython's library lacks."""
    return name.startswith(("modules/crypto/", "host/cli/version")) or name == "host/python/missing_sha2.cpp"


def problems():
    files = [p for top in ("host", "modules") for p in sorted((ROOT / top).rglob("*")) if p.suffix in (".h", ".cpp")]
    assert len(files) > 100, "the sources were not found"
    for path in files:
        name = path.relative_to(ROOT).as_posix()
        room = room_of(name)
        for kind, header in INCLUDE.findall(path.read_text()):
            if kind == '"':
                if not (ROOT / header).exists():
                    yield f"{name} includes {header}, which is not written from the root"
                elif room_of(header) not in ROOMS[room] | {room}:
                    yield f"{name} includes {header}: {room} may not depend on {room_of(header)}"
            elif header in ("Python.h", "pybind11/pybind11.h") and room not in PYTHON_ROOMS:
                yield f"{name} includes <{header}>: {room} knows no Python"
            elif header.startswith("cryptopp/") and not may_see_ciphers(name):
                yield f"{name} includes <{header}>: ciphers are modules/crypto's"


if __name__ == "__main__":
    found = list(problems())
    print("\n".join(found) or "every include keeps to the plan of the house")
    sys.exit(bool(found))
