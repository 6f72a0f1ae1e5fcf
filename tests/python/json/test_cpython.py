"""CPython's own tests of json (the package test.test_json), run against adyton.json.

CPython runs each of its mixin classes twice, against json with and without its C code. Here the
mixins run a third time, with adyton.json's functions in place of json's. Classes and submodules
(JSONEncoder, json.decoder) stay the standard library's, as they are adyton.json's too.

Not run: test_speedups (the C functions of _json itself), test_tool (the command json.tool), and
test_overflow of test_encode_basestring_ascii (4 GiB for a function that is not ours).
"""

import importlib
import json as standard
import pkgutil
import types
import unittest

import pytest

from adyton import json as ours

cpython = pytest.importorskip("test.test_json", reason="CPython's test.test_json is not installed")

NOT_OURS = {"test_speedups", "test_tool"}

under_test = types.ModuleType("json")
under_test.__dict__.update(standard.__dict__)
for name in ours.__all__:
    setattr(under_test, name, getattr(ours, name))


class AdytonTest(unittest.TestCase):
    json = under_test
    loads = staticmethod(ours.loads)
    dumps = staticmethod(ours.dumps)
    JSONDecodeError = staticmethod(ours.JSONDecodeError)


def _test_classes():
    for module in pkgutil.iter_modules(cpython.__path__):
        if module.name in NOT_OURS or not module.name.startswith("test_"):
            continue
        members = vars(importlib.import_module(f"test.test_json.{module.name}"))
        for name, member in members.items():
            if not isinstance(member, type) or cpython.CTest not in member.__bases__:
                continue
            mixins = tuple(base for base in member.__bases__ if base is not cpython.CTest)
            body = {k: v for k, v in vars(member).items() if k.startswith("test")}
            if module.name == "test_encode_basestring_ascii":
                body.pop("test_overflow")
            yield f"{module.name}_{name}", type(name, (*mixins, AdytonTest), body)


ADAPTED = dict(_test_classes())
globals().update(ADAPTED)


def test_every_mixin_of_cpython_is_adapted():
    assert len(ADAPTED) >= 15
    assert sum(unittest.defaultTestLoader.loadTestsFromTestCase(case).countTestCases()
               for case in ADAPTED.values()) >= 65
