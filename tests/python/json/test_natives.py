"""What holds for all objects that JSON has no form for: as keys, and which calls know them."""

import array
import datetime
import decimal
import gc
import io
import json as standard
import subprocess
import sys
import types
import uuid
import zoneinfo

import pytest

from adyton import json as ours
from natives import UTC, Colour, Frozen, Level, Point, Slots, Whole, refused


# Keys


def test_keys():
    moment = datetime.datetime(2000, 1, 2, tzinfo=UTC)
    number = uuid.UUID(int=1)
    value = {moment: 1, moment.date(): [2], moment.time(): 3, number: {}, Colour.RED: 5,
             Colour.GREEN: 6, Colour.WHEN: 7, Whole.ONE: 8, "plain": 9, 2.5: 10, None: 11}
    assert standard.loads(ours.dumpb(value)) == {
        "2000-01-02T00:00:00+00:00": 1, "2000-01-02": [2], "00:00:00": 3, str(number): {}, "1": 8,
        "é": 6, "2000-01-02T00:00:00": 7, "plain": 9, "2.5": 10, "null": 11}
    assert ours.dumps({moment.date(): 1, "b": {number: 2}}, indent=1) == standard.dumps(
        {"2000-01-02": 1, "b": {str(number): 2}}, indent=1)
    assert ours.dumpb({datetime.date(2000, 1, 2): 1, datetime.date(1999, 1, 2): 2},
                      sort_keys=True) == b'{"1999-01-02":2,"2000-01-02":1}'


def test_other_keys_are_refused_or_skipped():
    for key in (Frozen(1), decimal.Decimal(1), b"a", (1,), Level, datetime.time(1, tzinfo=UTC),
                datetime.timedelta(1)):
        with pytest.raises(TypeError, match="keys must be str, int, float, bool or None, not"):
            ours.dumpb({"a": 1, key: 2})
        assert ours.dumpb({"a": 1, key: 2, datetime.date(2000, 1, 2): 3}, skipkeys=True) == \
            b'{"a":1,"2000-01-02":3}'
        assert ours.dumpb({key: 2}, skipkeys=True) == b"{}"
    with pytest.raises(TypeError, match="keys must be .* not datetime.date"):
        ours.dumpb({datetime.date(2000, 1, 2): 1}, natives=False)
    assert ours.dumps({datetime.date(2000, 1, 2): 1, "a": 2}, skipkeys=True, natives=False) == \
        '{"a": 2}'


def test_a_key_whose_text_changes_the_dict():
    class Meddling(datetime.tzinfo):
        def utcoffset(self, value):
            if changing:
                mapping.clear()
                gc.collect()
            return datetime.timedelta(0)

    changing = False
    mapping = {datetime.datetime(2000, 1, 2, tzinfo=Meddling()): ["value"], "b": 1}
    changing = True
    with pytest.raises(RuntimeError, match="changed size"):
        ours.dumpb(mapping)


# Which of the functions know them


def test_natives_come_first_or_not_at_all():
    value = [decimal.Decimal(1), {1}]

    def default(o):
        return f"{type(o).__name__} by default"

    assert ours.dumpb(value, default=default) == b'[1,"set by default"]'
    assert ours.dumpb(value, default=default, natives=False) == \
        b'["Decimal by default","set by default"]'
    assert ours.dumps(value, default=default) == '["Decimal by default", "set by default"]'
    assert ours.dumps(value, default=default, natives=None) == ours.dumps(value, default=default)
    assert ours.dumps(value, default=default, natives=True) == '[1, "set by default"]'
    assert ours.dumps(value[:1]) == "[1]"
    assert ours.dumps(value[:1], default=None) == "[1]"
    out = io.StringIO()
    ours.dump(value, out, default=default)
    ours.dump(value, out, default=default, natives=True)
    assert out.getvalue() == '["Decimal by default", "set by default"][1, "set by default"]'
    refused(decimal.Decimal(1), "Decimal is not JSON serializable$", natives=False)
    refused(decimal.Decimal(1), "Decimal is not JSON serializable$", ours.dumps, natives=False)


def test_what_default_returns_may_be_native():
    assert ours.dumpb([{1}], default=lambda o: Point(1)) == b'[{"x":1,"y":2.5}]'
    assert ours.dumps([{1}], default=lambda o: datetime.date(2000, 1, 2), natives=True) == \
        '["2000-01-02"]'
    with pytest.raises(ValueError, match="Circular"):
        ours.dumpb(Frozen(1, {1}), default=lambda o: [o])


def test_natives_and_cls_do_not_go_together():
    class Encoder(standard.JSONEncoder):
        def default(self, value):
            return "by cls"

    value = [decimal.Decimal(1)]
    for function in (ours.dumps, ours.dumpb, lambda v, **k: ours.dump(v, io.StringIO(), **k)):
        with pytest.raises(TypeError, match="natives= is not for .* with cls="):
            function(value, cls=Encoder, natives=True)
        for option in ("utc_z", "naive_utc", "omit_microseconds"):
            with pytest.raises(TypeError, match=f"{option}= is not for .* with cls="):
                function(value, cls=Encoder, **{option: True})
        with pytest.raises(TypeError, match="bytes_as= is not for .* with cls="):
            function(value, cls=Encoder, bytes_as="base64")
    assert ours.dumps(value, cls=Encoder) == '["by cls"]'
    assert ours.dumps(value, cls=Encoder, natives=None, utc_z=False, bytes_as=None) == '["by cls"]'
    assert ours.dumps(value, cls=Encoder, natives=False, indent=0) == '[\n"by cls"\n]'
    assert ours.dumpb(value, cls=Encoder, natives=False) == b'["by cls"]'
    out = io.StringIO()
    ours.dump(value, out, cls=Encoder, natives=False)
    assert out.getvalue() == '["by cls"]'


def test_natives_with_every_layout():
    value = {"d": datetime.date(2000, 1, 2), "n": [decimal.Decimal("1.0"), Point(1)], 3: None}
    plain = {"d": "2000-01-02", "n": [1.0, {"x": 1, "y": 2.5}], 3: None}
    for options in ({"indent": 2, "skipkeys": True}, {"indent": "x", "skipkeys": 1}, {"indent": 0},
                    {"skipkeys": True}):
        assert ours.dumps(value, **options) == standard.dumps(plain, **options)
        assert ours.dumpb(value, **options).decode() == standard.dumps(
            plain, **{"separators": None if "indent" in options else (",", ":"), **options})


def test_truth_that_fails_comes_through():
    class Bad:
        def __bool__(self):
            raise ZeroDivisionError

    for name in ("natives", "naive_utc", "utc_z", "omit_microseconds"):
        for function in (ours.dumps, ours.dumpb):
            with pytest.raises(ZeroDivisionError):
                function({}, **{name: Bad()})


def test_modules_are_not_imported_for_it():
    code = ("import sys\n"
            "before = set(sys.modules)\n"
            "from adyton import json\n"
            "class Unknown: pass\n"
            "try: json.dumpb([Unknown()])\n"
            "except TypeError: pass\n"
            "new = set(sys.modules) - before\n"
            "unwanted = {'dataclasses', 'datetime', 'uuid', 'decimal', 'numpy', 'array'}\n"
            "assert not new & unwanted, new\n"
            "import datetime, uuid\n"
            "assert json.dumpb([datetime.date(2000, 1, 2), uuid.UUID(int=0)])[1:13] == "
            "b'\"2000-01-02\"'\n")
    subprocess.run([sys.executable, "-I", "-c", code], check=True)


def test_nothing_is_kept():
    values = [Point(1), Slots(2), Frozen(3, [Point(4)]), datetime.date(2000, 1, 2),
              datetime.datetime(2000, 1, 2, tzinfo=zoneinfo.ZoneInfo("Europe/Paris")),
              datetime.datetime(2000, 1, 2, tzinfo=datetime.timezone(datetime.timedelta(hours=5))),
              uuid.UUID(int=1), Colour.NESTED, decimal.Decimal("2.5"), array.array("d", [1, 2]),
              memoryview(array.array("i", [1])), {Colour.GREEN: 1, uuid.UUID(int=2): 2}, b"bytes"]
    unknown = types.SimpleNamespace()
    letters = array.array("u", "a")  # once: from 3.13 on it warns, and pytest keeps each warning

    def work():
        ours.dumpb(values, bytes_as="base64")
        ours.dumps(values, bytes_as="base64url", indent=1, default=repr, natives=True)
        for value in (Frozen(1, unknown), letters, {Frozen(1): 1}):
            with pytest.raises(TypeError):
                ours.dumpb([values[:-1], value])

    def growth():
        gc.collect()
        before = sys.getallocatedblocks()
        for _ in range(100):
            work()
        gc.collect()
        return sys.getallocatedblocks() - before

    references = [sys.getrefcount(value) for value in values]
    assert min(growth() for _ in range(10)) < 20
    assert [sys.getrefcount(value) for value in values] == references
