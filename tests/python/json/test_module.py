"""adyton.json as a module: names, help, laziness, more than one interpreter."""

import inspect
import json as standard
import pydoc
import subprocess
import sys

from adyton import json as ours


def run(code):
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)


def test_names():
    assert ours.__name__ == "adyton.json"
    assert set(ours.__all__) >= set(standard.__all__) | {"dumpb", "Fragment"}
    assert set(ours.__all__) <= set(dir(ours))
    assert ours.JSONEncoder is standard.JSONEncoder
    assert ours.JSONDecoder is standard.JSONDecoder
    assert not hasattr(ours, "nonsense")
    try:
        ours.nonsense
    except AttributeError as error:
        assert str(error) == "module 'adyton.json' has no attribute 'nonsense'"


def test_signatures_are_the_standard_librarys():
    for name in ("loads", "load", "dumps", "dump"):
        expected = inspect.signature(getattr(standard, name))
        got = inspect.signature(getattr(ours, name)).parameters
        for parameter in expected.parameters.values():
            assert got[parameter.name] == parameter
        added = set(got) - set(expected.parameters)
        assert added >= ({"strict", "allow_nan"} if name.startswith("load") else
                         {"natives", "bytes_as", "naive_utc", "utc_z", "omit_microseconds"})


def test_help_shows_every_function():
    # Long signatures are broken into lines from 3.13 on.
    text = "".join(pydoc.plain(pydoc.render_doc(ours)).split())
    for name in ("loads(s,*,cls=None", "dumps(obj,*,skipkeys=False", "dumpb(obj,*", "load(fp,",
                 "dump(obj,fp,", "RFC8259"):
        assert name in text


def test_everything_documented_is_true():
    assert ours.loads(b'{"a": [1, 2.5, null]}') == {"a": [1, 2.5, None]}
    assert ours.dumpb({"name": "Zo\u00eb"}) == b'{"name":"Zo\xc3\xab"}'


def test_errors_and_coders_are_the_standard_librarys():
    for name in ("JSONDecodeError", "JSONDecoder", "JSONEncoder"):
        assert getattr(ours, name) is getattr(standard, name)
    assert issubclass(ours.LineError, standard.JSONDecodeError)


def test_the_module_has_no_getattr():
    # CPython finds the attributes of such a module quickly.
    assert "__getattr__" not in vars(ours) and set(ours.__all__) <= set(vars(ours))


def test_from_import_star():
    run("from adyton.json import *\n"
        "assert dumpb(loads('[1]')) == b'[1]' and JSONDecodeError and load and dump and dumps\n")


def test_the_module_can_be_unloaded():
    run("import sys, gc\n"
        "for _ in range(3):\n"
        "    from adyton import json\n"
        "    json.loads('{\"a\": 1}'); json.JSONDecodeError\n"
        "    del sys.modules['adyton.json'], sys.modules['adyton'].json, json\n"
        "    gc.collect()\n")
