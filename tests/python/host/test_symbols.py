"""Extension modules find all of Python's API in the executable, and nothing else of it."""

import pathlib
import re
import subprocess
import sys
import sysconfig

SYMBOL = re.compile(r"^\s*\d+: \w+\s+\w+\s+(?:FUNC|OBJECT|NOTYPE)\s+GLOBAL\s+DEFAULT\s+(\w+) (\w+)", re.MULTILINE)


def defined(*command):
    """The global symbols of default visibility that are defined there."""
    listing = subprocess.run(["readelf", "--wide", *map(str, command)], capture_output=True, text=True)
    return {name for section, name in SYMBOL.findall(listing.stdout) if section != "UND"}


def test_every_function_and_object_of_the_library_is_exported():
    library = pathlib.Path(sysconfig.get_config_var("LIBPL"), sysconfig.get_config_var("LIBRARY"))
    api = {name for name in defined("--syms", library) if name.startswith(("Py", "_Py"))}
    assert len(api) > 1000
    assert api - defined("--dyn-syms", sys.executable) == set()


def test_nothing_of_adyton_is_exported():
    names = defined("--dyn-syms", sys.executable)
    assert not [name for name in names if "adyton" in name and not name.startswith("Py")]
    assert not [name for name in names if name.startswith(("_ZN", "XXH", "ZSTD_"))]
