"""No call keeps memory or references: each case runs until a leak would show."""

import gc
import io
import itertools
import json as standard
import sys

import pytest

from adyton import json as ours

DOCUMENT = ('{"list": [1, 2.5, "text", "é€😀", null, true, 12345678901234567890, NaN], '
            '"nested": {"a": {"b": ["c"]}}, "a key that is too long to be remembered by anybody": 1}')
VALUE = standard.loads(DOCUMENT)


def refuse(*_):
    raise KeyError


def failing(function, *args, **options):
    def call():
        try:
            function(*args, **options)
        except Exception:
            return
        raise AssertionError("did not fail")
    return call


circle = {"a": [1]}
circle["a"].append(circle)

numbers = itertools.count()


def new_keys():
    ours.loads("{" + ", ".join(f'"key {next(numbers)}": 1' for _ in range(200)) + "}")


def new_keys_twice():
    keys = [f"pair {next(numbers)}" for _ in range(100)]
    ours.loads("[" + ", ".join(f'{{"{key}": 1}}, {{"{key}": 2}}' for key in keys) + "]")


CASES = {
    "loads keys never seen before": new_keys,
    "loads keys that come twice": new_keys_twice,
    "loads": lambda: ours.loads(DOCUMENT),
    "loads bytes": lambda: ours.loads(DOCUMENT.encode()),
    "loads utf-16": lambda: ours.loads(DOCUMENT.encode("utf-16")),
    "loads hooks": lambda: ours.loads(DOCUMENT, object_hook=len, parse_float=str, parse_int=str,
                                      parse_constant=str),
    "loads pairs": lambda: ours.loads(DOCUMENT, object_pairs_hook=list),
    "loads cut": lambda: [failing(ours.loads, DOCUMENT[:n])() for n in range(0, len(DOCUMENT), 7)],
    "loads bad bytes": failing(ours.loads, DOCUMENT.encode() + b"\xff"),
    "loads failing object hook": failing(ours.loads, DOCUMENT, object_hook=refuse),
    "loads failing pairs hook": failing(ours.loads, DOCUMENT, object_pairs_hook=refuse),
    "loads failing float hook": failing(ours.loads, DOCUMENT, parse_float=refuse),
    "loads deep": failing(ours.loads, "[" * 20_000),
    "loads type": failing(ours.loads, 1),
    "loads keyword": failing(ours.loads, "1", nonsense=1),
    "dumps": lambda: ours.dumps(VALUE),
    "dumps utf-8": lambda: ours.dumps(VALUE, ensure_ascii=False),
    "dumps indent": lambda: ours.dumps(VALUE, indent=2, sort_keys=True),
    "dumps default": lambda: ours.dumps([object, {"a": object}], default=lambda o: [1, {"b": "c"}]),
    "dumps failing default": failing(ours.dumps, [VALUE, object], default=refuse),
    "dumps no default": failing(ours.dumps, [VALUE, object]),
    "dumps key": failing(ours.dumps, [VALUE, {b"": 1}]),
    "dumps sort": failing(ours.dumps, [VALUE, {1: 1, "a": 2}], sort_keys=True),
    "dumps circle": failing(ours.dumps, circle),
    "dumps nan": failing(ours.dumps, VALUE, allow_nan=False),
    "dumpb": lambda: ours.dumpb(VALUE),
    "dumpb long": lambda: ours.dumpb(["x" * 3000, VALUE]),
    "dumpb surrogate": failing(ours.dumpb, [VALUE, "\ud800"]),
    "dump odd": lambda: ours.dump([VALUE], io.StringIO(), skipkeys=True, indent=1),
    "dump odd failing": failing(ours.dump, [object], io.StringIO(), skipkeys=True, indent=1),
    "dumpb odd": lambda: ours.dumpb([VALUE], separators=iter(",:")),
}


@pytest.mark.parametrize("name", CASES)
def test_nothing_is_kept(name):
    case = CASES[name]

    def blocks():
        gc.collect()
        return sys.getallocatedblocks()

    def growth():
        before = blocks()
        for _ in range(200):
            case()
        return blocks() - before

    # A leak grows every time; what the interpreter itself sets aside does not.
    assert min(growth() for _ in range(4)) < 20


def test_references_of_singletons_and_values_are_balanced():
    value = [None, True, "shared", VALUE]
    before = [sys.getrefcount(item) for item in (VALUE, value, value[2], 12345, DOCUMENT)]
    for _ in range(1000):
        ours.dumps(value)
        ours.dumpb(value, sort_keys=True)
        ours.loads("[null, true, false, 1, {}]")
        ours.loads(DOCUMENT)
    after = [sys.getrefcount(item) for item in (VALUE, value, value[2], 12345, DOCUMENT)]
    assert after == before


def test_immortals_are_not_worn_out():
    for _ in range(1000):
        ours.loads("[null, true, false]" + " " * 10)
    count = sys.getrefcount(None)
    for _ in range(1000):
        ours.loads("[null, null]")
    assert abs(sys.getrefcount(None) - count) < 100


def test_the_collector_goes_on_as_it_was():
    assert gc.isenabled()
    ours.loads("[1]")
    failing(ours.loads, "[")()
    assert gc.isenabled()
    gc.disable()
    try:
        ours.loads("[1]")
        assert not gc.isenabled()
    finally:
        gc.enable()


def test_containers_read_are_seen_by_the_collector():
    assert all(map(gc.is_tracked, (ours.loads("[[]]"), ours.loads('{"a": [1]}'))))
