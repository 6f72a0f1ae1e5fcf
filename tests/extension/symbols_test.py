"""What the extension shows and what it needs: symbols_test.py VARIANT NM FILE. Run by ctest.

Nothing of CPython is in it, nothing of Adyton is missing in it, every symbol it needs is there when it
is loaded, and the public variant needs no private function by name.
"""

import ctypes
import os
import subprocess
import sys

# Private by name, but what the public headers' own macros and inline functions call.
BEHIND_MACROS = {"_Py_Dealloc", "_Py_NoneStruct", "_Py_TrueStruct", "_Py_FalseStruct",
                 "_Py_NotImplementedStruct", "_Py_EllipsisObject", "_PyUnicode_Ready",
                 "_PyByteArray_empty_string", "_PyObject_GC_New"}
# Private by name, documented, and with no public name (Doc/c-api/bytes.rst).
DOCUMENTED = {"_PyBytes_Resize", "_Py_HashDouble"}


def symbols(nm, path, kind):
    lines = subprocess.run([nm, "-D", f"--{kind}-only", "--format=posix", path],
                           capture_output=True, text=True, check=True).stdout.splitlines()
    return {line.split()[0].split("@")[0] for line in lines}


def problems(variant, nm, path):
    defined = symbols(nm, path, "defined")
    if defined != {"PyInit_json"}:
        yield f"shows more than PyInit_json: {sorted(defined)[:9]}"
    needed = symbols(nm, path, "undefined")
    if not any(name.startswith("Py") for name in needed):
        yield "needs nothing of Python: is the interpreter in it?"
    strange = sorted(name for name in needed if "adyton" in name)
    if strange:
        yield f"lacks parts of Adyton: {strange}"
    private = sorted(name for name in needed - BEHIND_MACROS - DOCUMENTED
                     if name.startswith("_Py"))
    if private and variant == "public":
        yield f"needs private functions: {private}"
    try:
        ctypes.PyDLL(path, mode=os.RTLD_NOW)
    except OSError as error:
        yield f"cannot be loaded whole: {error}"


if __name__ == "__main__":
    found = list(problems(*sys.argv[1:]))
    print("\n".join(found) or "the extension shows and needs what it should")
    sys.exit(bool(found))
