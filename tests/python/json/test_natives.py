"""What dumps, dump and dumpb make of objects that JSON has no form for."""

import array
import base64
import dataclasses
import datetime
import decimal
import enum
import gc
import io
import json as standard
import math
import subprocess
import sys
import types
import typing
import uuid
import zoneinfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from adyton import json as ours

UTC = datetime.timezone.utc


def refused(value, match, function=ours.dumpb, **options):
    with pytest.raises(TypeError, match=match):
        function(value, **options)
    with pytest.raises(TypeError, match=match):
        function([{"a": value}], **options)


def every_way(value, expected, **options):
    """The value alone, in containers, with other functions and layouts: always the same text."""
    assert ours.dumpb(value, **options) == expected.encode()
    assert ours.dumpb([value, value], **options) == f"[{expected},{expected}]".encode()
    assert ours.dumpb({"k": value, "l": [value]}, **options) == \
        f'{{"k":{expected},"l":[{expected}]}}'.encode()
    assert ours.dumps((value,), ensure_ascii=False, separators=(",", ":"), **options) == \
        f"[{expected}]"
    out = io.StringIO()
    ours.dump([value], out, ensure_ascii=False, separators=(",", ":"), **options)
    assert out.getvalue() == f"[{expected}]"


# Dataclasses


@dataclasses.dataclass
class Point:
    x: int
    y: float = 2.5


@dataclasses.dataclass(slots=True)
class Slots:
    x: int
    name: str = "é"


@dataclasses.dataclass(frozen=True, order=True)
class Frozen:
    x: int
    inner: object = None


@dataclasses.dataclass
class Derived(Point):
    y: float = 7.5
    z: object = None


@dataclasses.dataclass
class Special:
    kind: typing.ClassVar[str] = "class"
    seed: dataclasses.InitVar[int] = 1
    _private: int = 3
    hidden: int = dataclasses.field(default=4, repr=False, compare=False)
    made: list = dataclasses.field(default_factory=list)

    def __post_init__(self, seed):
        self.no_field = seed


@dataclasses.dataclass
class Empty:
    pass


class Plain(Point):
    """Not decorated itself."""


@dataclasses.dataclass
class Größe:
    länge_in_m: int = 1


def test_dataclasses():
    every_way(Point(1), '{"x":1,"y":2.5}')
    every_way(Slots(1), '{"x":1,"name":"é"}')
    every_way(Frozen(1, Frozen(2, [Point(3)])),
              '{"x":1,"inner":{"x":2,"inner":[{"x":3,"y":2.5}]}}')
    every_way(Derived(1), '{"x":1,"y":7.5,"z":null}')
    every_way(Special(), '{"_private":3,"hidden":4,"made":[]}')
    every_way(Empty(), "{}")
    every_way(Plain(1), '{"x":1,"y":2.5}')
    every_way(Größe(), '{"länge_in_m":1}')
    assert ours.dumps(Größe()) == '{"l\\u00e4nge_in_m": 1}'
    refused(Point, "Object of type type is not JSON serializable")


def test_fields_are_in_the_order_of_the_class_whatever_the_instance():
    point = Point(1)
    del point.x
    point.other, point.x = 5, 9
    every_way(point, '{"x":9,"y":2.5}')
    point.__dict__ = {"y": 1, "x": 2, "z": 3}
    every_way(point, '{"x":2,"y":1}')
    point.__dict__ = {3: 4, "y": 1, "x": 2}
    every_way(point, '{"x":2,"y":1}')
    many = Point(1)
    for i in range(100):
        setattr(many, f"attribute{i}", i)
    every_way(many, '{"x":1,"y":2.5}')
    vars(many)["x"] = [1]
    every_way(many, '{"x":[1],"y":2.5}')


def test_an_attribute_that_is_missing_is_the_class_s_or_an_error():
    point = Point(1, 3)
    del point.y
    every_way(point, '{"x":1,"y":2.5}')
    for point in (Point(1), Slots(1)):
        del point.x
        with pytest.raises(AttributeError, match="'?x'?"):
            ours.dumpb([point])


def test_attributes_that_are_made_by_code():
    @dataclasses.dataclass
    class Computed:
        a: int
        b: int
        c: int = 3

        @property
        def b(self):
            return {"computed": self.a}

        @b.setter
        def b(self, value):
            pass

    value = Computed(1, 2)
    every_way(value, '{"a":1,"b":{"computed":1},"c":3}')
    vars(value)["b"] = "what the property hides"
    every_way(value, '{"a":1,"b":{"computed":1},"c":3}')

    @dataclasses.dataclass
    class Caught:
        a: int = 1

        def __getattribute__(self, name):
            return [name] if name == "a" else super().__getattribute__(name)

    every_way(Caught(), '{"a":["a"]}')

    @dataclasses.dataclass
    class Failing:
        a: int = 1

        def __getattribute__(self, name):
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        ours.dumpb([Failing()])


def test_a_dataclass_that_is_a_container_is_one():
    @dataclasses.dataclass
    class Both(dict):
        x: int = 1

    assert ours.dumpb([Both()]) == b"[{}]"


def test_a_class_that_changes_is_seen():
    class Later:
        a: int = 1
        b: int = 2

    refused(Later(), "Later is not JSON serializable")
    dataclasses.dataclass(Later)
    every_way(Later(), '{"a":1,"b":2}')
    Later.__annotations__ = {"b": int}
    del Later.__dataclass_fields__
    dataclasses.dataclass(Later)
    every_way(Later(), '{"b":2}')
    Later.b = property(lambda self: "by a property")
    every_way(Later.__new__(Later), '{"b":"by a property"}')
    del Later.__dataclass_fields__
    refused(Later.__new__(Later), "Later is not JSON serializable")


def test_a_class_that_changes_while_it_is_written():
    @dataclasses.dataclass
    class Turning:
        a: object
        b: int = 2

    @dataclasses.dataclass
    class Trigger:
        x: int = 0

        @property
        def x(self):
            Turning.__dataclass_fields__ = {}
            gc.collect()
            return ours.dumps(Turning(1))

        @x.setter
        def x(self, value):
            pass

    assert ours.dumpb([Turning([Trigger()]), Turning(1)]) == b'[{"a":[{"x":"{}"}],"b":2},{}]'


def test_many_classes():
    classes = [dataclasses.make_dataclass(f"Class{i}", [f"a{i}", f"b{i}"]) for i in range(5000)]
    values = [cls(1, [2]) for cls in classes] * 2
    expected = [{f"a{i}": 1, f"b{i}": [2]} for i in range(5000)] * 2
    assert standard.loads(ours.dumpb(values)) == expected
    assert standard.loads(ours.dumpb(values)) == expected


def test_classes_are_not_kept_alive():
    import weakref

    def make():
        cls = dataclasses.make_dataclass("Short", ["a"])
        ours.dumpb([cls(1)])
        return weakref.ref(cls)

    references = [make() for _ in range(50)]
    gc.collect()
    assert all(reference() is None for reference in references)


def test_circular_dataclasses_are_found():
    frozen = Frozen(1, [])
    frozen.inner.append({"k": frozen})
    for value in (frozen, [frozen], {"a": frozen.inner}):
        with pytest.raises(ValueError, match="Circular reference detected"):
            ours.dumpb(value)
    with pytest.raises(RecursionError):
        ours.dumpb(frozen, check_circular=False)
    own = Derived(1)
    own.z = own
    with pytest.raises(ValueError, match="Circular reference detected"):
        ours.dumpb(own)
    shared = Point(1)
    assert ours.dumpb([shared, shared, Frozen(2, shared)]) == \
        b'[{"x":1,"y":2.5},{"x":1,"y":2.5},{"x":2,"inner":{"x":1,"y":2.5}}]'


def test_the_depth_of_dataclasses_is_limited():
    value = None
    for _ in range(900):
        value = Frozen(0, value)
    assert ours.dumpb(value).count(b"{") == 900
    for _ in range(20_000):
        value = Frozen(0, value)
    with pytest.raises(RecursionError):
        ours.dumpb(value)
    # One by one, for Python would recurse.
    while value is not None:
        value = value.inner


def test_layouts():
    value = [Frozen(1, Derived(2, 3, [datetime.date(2000, 1, 2)])), Empty()]
    as_dicts = [{"x": 1, "inner": {"x": 2, "y": 3, "z": ["2000-01-02"]}}, {}]
    for options in ({}, {"indent": 2}, {"indent": "\t", "sort_keys": True}, {"sort_keys": True},
                    {"separators": ("; ", " = ")}, {"separators": ("    ,    ", "    :    ")},
                    {"indent": 0, "separators": ("", "")}):
        assert ours.dumps(value, **options) == standard.dumps(as_dicts, **options)


scalars = (st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text())
names = st.text(st.sampled_from("abcxyzéß"), min_size=1, max_size=40).filter(str.isidentifier)


@st.composite
def instances(draw, inner):
    fields = draw(st.lists(names, unique=True, max_size=5))
    cls = dataclasses.make_dataclass("Made", fields, slots=draw(st.booleans()),
                                     frozen=draw(st.booleans()))
    return cls(*(draw(inner) for _ in fields))


values = st.recursive(scalars, lambda inner: st.lists(inner, max_size=4) | instances(inner) |
                      st.dictionaries(st.text(), inner, max_size=4), max_leaves=12)


def as_plain(value):
    if dataclasses.is_dataclass(value):
        return {f.name: as_plain(getattr(value, f.name)) for f in dataclasses.fields(value)}
    if isinstance(value, dict):
        return {key: as_plain(item) for key, item in value.items()}
    return [as_plain(item) for item in value] if isinstance(value, list) else value


@given(values, st.sampled_from([{}, {"indent": 1}, {"sort_keys": True}, {"ensure_ascii": False},
                                {"sort_keys": True, "indent": "  ", "ensure_ascii": False}]))
def test_dataclasses_are_written_as_dicts_of_their_fields(value, options):
    plain = as_plain(value)
    if dataclasses.is_dataclass(value):
        assert plain == dataclasses.asdict(value)
    assert ours.dumps(value, **options) == standard.dumps(plain, **options)


# Dates and times


def test_dates_and_times():
    every_way(datetime.date(1, 2, 3), '"0001-02-03"')
    every_way(datetime.time(1, 2, 3), '"01:02:03"')
    every_way(datetime.time(1, 2, 3, 45), '"01:02:03.000045"')
    every_way(datetime.datetime(2026, 11, 20, 18, 9, 12), '"2026-11-20T18:09:12"')
    every_way(datetime.datetime(2026, 11, 20, 18, 9, 12, 250, UTC),
              '"2026-11-20T18:09:12.000250+00:00"')
    paris = zoneinfo.ZoneInfo("Europe/Paris")
    every_way(datetime.datetime(2026, 7, 1, 12, tzinfo=paris), '"2026-07-01T12:00:00+02:00"')
    every_way(datetime.datetime(2026, 1, 1, 12, tzinfo=paris), '"2026-01-01T12:00:00+01:00"')
    fold = datetime.datetime(2026, 10, 25, 2, 30, tzinfo=paris)
    every_way(fold, '"2026-10-25T02:30:00+02:00"')
    every_way(fold.replace(fold=1), '"2026-10-25T02:30:00+01:00"')


def test_options_of_times():
    naive = datetime.datetime(2000, 1, 2, 3, 4, 5, 6)
    every_way(naive, '"2000-01-02T03:04:05.000006+00:00"', naive_utc=True)
    every_way(naive, '"2000-01-02T03:04:05.000006Z"', naive_utc=True, utc_z=True)
    every_way(naive, '"2000-01-02T03:04:05.000006"', utc_z=True)
    every_way(naive, '"2000-01-02T03:04:05"', omit_microseconds=True)
    every_way(naive.time(), '"03:04:05"', omit_microseconds=True)
    every_way(naive.replace(tzinfo=UTC), '"2000-01-02T03:04:05Z"', omit_microseconds=True,
              utc_z=True, naive_utc=False)
    london = zoneinfo.ZoneInfo("Europe/London")
    every_way(naive.replace(tzinfo=london), '"2000-01-02T03:04:05.000006Z"', utc_z=True)
    every_way(naive.replace(tzinfo=london, month=7), '"2000-07-02T03:04:05.000006+01:00"',
              utc_z=True)
    every_way({naive: naive}, '{"2000-01-02T03:04:05Z":"2000-01-02T03:04:05Z"}', utc_z=True,
              naive_utc=True, omit_microseconds=True)


def test_an_offset_of_seconds_keeps_the_instant():
    odd = datetime.timezone(datetime.timedelta(minutes=19, seconds=32))
    value = datetime.datetime(1937, 1, 1, 12, 0, 0, tzinfo=odd)
    every_way(value, '"1937-01-01T12:00:28+00:20"')
    assert datetime.datetime.fromisoformat(standard.loads(ours.dumpb(value))) == value


class Zone(datetime.tzinfo):
    def __init__(self, offset):
        self.offset = offset

    def utcoffset(self, value):
        if isinstance(self.offset, Exception):
            raise self.offset
        return self.offset


def test_any_tzinfo():
    def at(offset):
        return datetime.datetime(2000, 1, 2, tzinfo=Zone(offset))

    hour = datetime.timedelta(hours=1)
    every_way(at(hour), '"2000-01-02T00:00:00+01:00"')
    every_way(at(-hour), '"2000-01-02T00:00:00-01:00"')
    every_way(at(None), '"2000-01-02T00:00:00"')
    every_way(at(None), '"2000-01-02T00:00:00Z"', naive_utc=True, utc_z=True)
    with pytest.raises(KeyError):
        ours.dumpb([at(KeyError("from utcoffset"))])
    for bad in (24 * hour, -24 * hour, 1, "+01:00"):
        with pytest.raises((ValueError, TypeError)) as caught:
            ours.dumpb([at(bad)])
        with pytest.raises(type(caught.value)) as expected:
            at(bad).isoformat()
        assert str(caught.value) == str(expected.value)

    class Derived(datetime.timedelta):
        pass

    every_way(at(Derived(hours=2)), '"2000-01-02T00:00:00+02:00"')


def test_two_zones_in_turn_are_not_mixed_up():
    zones = [datetime.timezone(datetime.timedelta(hours=h)) for h in range(-12, 13)]
    values = [datetime.datetime(2000, 1, 1, tzinfo=zone) for zone in zones * 3]
    assert standard.loads(ours.dumpb(values)) == [value.isoformat() for value in values]


def test_types_derived_from_dates_and_times():
    class Date(datetime.date):
        pass

    class Time(datetime.time):
        pass

    class DateTime(datetime.datetime):
        pass

    every_way(Date(2000, 1, 2), '"2000-01-02"')
    every_way(Time(3, 4), '"03:04:00"')
    every_way(DateTime(2000, 1, 2, tzinfo=UTC), '"2000-01-02T00:00:00+00:00"')


def test_a_type_that_makes_its_own_text_is_left_to_default():
    class Precise(datetime.datetime):
        def isoformat(self):
            return "with nanoseconds"

    value = Precise(2000, 1, 2)
    refused(value, "Precise is not JSON serializable: it has an isoformat")
    assert ours.dumpb([value], default=lambda o: o.isoformat()) == b'["with nanoseconds"]'


def test_a_time_with_a_tzinfo_is_refused():
    value = datetime.time(1, 2, tzinfo=UTC)
    refused(value, "time is not JSON serializable: a time with a tzinfo has no offset")
    refused({value: 1}, "keys must be")
    assert ours.dumpb([value], default=str) == b'["01:02:00+00:00"]'
    refused(datetime.timedelta(1), "timedelta is not JSON serializable$")


offsets = st.timedeltas(datetime.timedelta(hours=-23, minutes=-59),
                        datetime.timedelta(hours=23, minutes=59))
zones = st.none() | st.just(UTC) | st.timezones() | st.builds(datetime.timezone, offsets) | \
    st.builds(Zone, offsets)


@given(st.datetimes(timezones=zones), st.booleans())
@example(datetime.datetime(1, 1, 1, tzinfo=datetime.timezone(datetime.timedelta(seconds=10))), True)
@example(datetime.datetime.max.replace(tzinfo=datetime.timezone(datetime.timedelta(seconds=50))),
         True)
def test_datetimes_read_back_as_the_same_instant(value, utc_z):
    text = standard.loads(ours.dumpb(value, utc_z=utc_z))
    offset = value.utcoffset()
    if offset is None or offset.seconds % 60 == 0 and offset.microseconds == 0:
        iso = value.isoformat()
        if utc_z and offset == datetime.timedelta(0):
            iso = iso.removesuffix("+00:00") + "Z"
        assert text == iso
    elif datetime.datetime.min.replace(tzinfo=UTC) + 2 * offset.resolution < value:
        back = datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))
        assert back - value == datetime.timedelta(0)
        assert back.utcoffset().seconds % 60 == 0


@given(st.dates(), st.times())
def test_dates_and_times_are_written_as_isoformat(date, time):
    assert standard.loads(ours.dumpb([date, time])) == [date.isoformat(), time.isoformat()]


# UUID, Enum, Decimal


@given(st.uuids())
def test_uuids(value):
    assert ours.dumpb([value, {value: value}]) == \
        f'["{value}",{{"{value}":"{value}"}}]'.encode()


def test_uuids_of_other_making():
    class Own(uuid.UUID):
        pass

    text = "f81d4fae-7dec-11d0-a765-00a0c91e6bf6"
    every_way(uuid.UUID(text), f'"{text}"')
    every_way(Own(text), f'"{text}"')
    every_way(uuid.UUID(int=0), '"00000000-0000-0000-0000-000000000000"')
    every_way(uuid.UUID(int=2**128 - 1), '"ffffffff-ffff-ffff-ffff-ffffffffffff"')
    with pytest.raises(AttributeError):
        ours.dumpb([uuid.UUID.__new__(uuid.UUID)])
    for number in (-1, 2**128, "text"):
        broken = uuid.UUID(text)
        object.__setattr__(broken, "int", number)
        refused(broken, "UUID is not JSON serializable")


class Colour(enum.Enum):
    RED = 1
    GREEN = "é"
    NESTED = {"list": [1, datetime.date(2000, 1, 2)], "tuple": (2.5, None)}
    WHEN = datetime.datetime(2000, 1, 2)
    POINT = Point(1)


class Whole(enum.IntEnum):
    ONE = 1


class Level(enum.Flag):
    A = 1
    B = 2


class Name(str, enum.Enum):
    X = "x"


def test_enumerations_are_their_values():
    every_way(Colour.RED, "1")
    every_way(Colour.GREEN, '"é"')
    every_way(Colour.NESTED, '{"list":[1,"2000-01-02"],"tuple":[2.5,null]}')
    every_way(Colour.WHEN, '"2000-01-02T00:00:00+00:00"', naive_utc=True)
    every_way(Colour.POINT, '{"x":1,"y":2.5}')
    every_way(Level.A | Level.B, "3")
    for member in (Whole.ONE, Name.X):
        assert ours.dumpb([member, {member: member}]) == \
            standard.dumps([member, {member: member}], separators=(",", ":")).encode()

    class Day(datetime.date, enum.Enum):
        FIRST = 2000, 1, 2

    every_way(Day.FIRST, '"2000-01-02"')

    class Object(enum.Enum):
        THING = object()

    refused(Object.THING, "Object of type object is not JSON serializable")
    assert ours.dumpb([Object.THING], default=lambda o: "by default") == b'["by default"]'


def test_an_enumeration_with_a_value_of_its_own_making():
    class Own(enum.Enum):
        A = 1

        @property
        def value(self):
            return ["own", self._value_]

    every_way(Own.A, '["own",1]')

    class Failing(enum.Enum):
        A = 1

        @property
        def value(self):
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        ours.dumpb([Failing.A])


def test_an_enumeration_in_its_own_value_is_a_circle():
    class Loop(enum.Enum):
        A = 1
        B = 2

    Loop.A._value_ = Loop.A
    Loop.B._value_ = [Loop.B]
    for member in Loop:
        with pytest.raises(ValueError, match="Circular reference detected"):
            ours.dumpb([member])
    with pytest.raises(TypeError, match="keys must be"):
        ours.dumpb({Loop.A: 1})


decimals = st.decimals(allow_nan=False, allow_infinity=False)


@given(decimals)
@example(decimal.Decimal("1E+400"))
@example(decimal.Decimal("-0"))
@example(decimal.Decimal("0E-20"))
@example(decimal.Decimal(10) ** 50 + decimal.Decimal("1e-50"))
def test_decimals_keep_their_digits(value):
    text = ours.dumps(value)
    assert decimal.Decimal(text).as_tuple() == value.as_tuple()
    assert standard.loads(text, parse_float=decimal.Decimal, parse_int=decimal.Decimal) == value


def test_decimals_that_are_no_numbers():
    for text, expected in (("NaN", "NaN"), ("-NaN", "NaN"), ("sNaN12", "NaN"), ("inf", "Infinity"),
                           ("-inf", "-Infinity")):
        value = decimal.Decimal(text)
        every_way(value, expected)
        with pytest.raises(ValueError, match="Out of range Decimal values are not JSON compliant"):
            ours.dumpb([value], allow_nan=False)
    every_way(decimal.Decimal("1.50"), "1.50", allow_nan=False)


def test_a_decimal_of_a_derived_type():
    class Money(decimal.Decimal):
        def __str__(self):
            return "1 €"

    every_way(Money("2.50"), "2.50")


# Arrays


@pytest.mark.parametrize("code", "bBhHiIlLqQfd")
def test_arrays(code):
    numbers = [0, 1, 2, 100] if code not in "fd" else [0.0, 1.5, -0.25, 1e10]
    every_way(array.array(code, numbers), standard.dumps(numbers, separators=(",", ":")))
    every_way(memoryview(array.array(code, numbers)).cast("B").cast(code, (2, 2)),
              standard.dumps([numbers[:2], numbers[2:]], separators=(",", ":")))
    every_way(array.array(code), "[]")


def test_views_that_are_no_rows_of_bytes_are_arrays():
    every_way(memoryview(b"abcdef").cast("B", (2, 3)), "[[97,98,99],[100,101,102]]")
    every_way(memoryview(array.array("d", range(6)))[::-2], "[5.0,3.0,1.0]")
    every_way(memoryview(b"\x00\x01").cast("?"), "[false,true]")
    every_way(memoryview(b"\xff").cast("b"), "[-1]")
    every_way(array.array("B", b"ab"), "[97,98]")


def test_arrays_of_something_else_are_left_to_default():
    text = array.array("u", "text")
    refused(text, "array is not JSON serializable: its elements are no numbers")
    assert ours.dumpb([text], default=lambda a: a.tounicode()) == b'["text"]'
    view = memoryview(b"text")
    view.release()
    refused(view, "memoryview is not JSON serializable")


def test_arrays_under_allow_nan_and_the_depth_limit():
    numbers = array.array("f", [1, math.inf])
    every_way(numbers, "[1.0,Infinity]")
    for value in (numbers, array.array("d", [math.nan])):
        with pytest.raises(ValueError, match="Out of range float values are not JSON compliant"):
            ours.dumpb(value, allow_nan=False)
    flat = memoryview(array.array("b", [1])).cast("B").cast("b", (1,) * 60)
    assert standard.loads(ours.dumpb(flat)) == flat.tolist()
    deep = flat
    for _ in range(sys.getrecursionlimit() - 30):
        deep = [deep]
    if sys.version_info < (3, 12):
        with pytest.raises(RecursionError):
            ours.dumpb(deep)


@given(st.lists(st.integers(-2**63, 2**63 - 1)), st.lists(st.floats()))
def test_arrays_are_written_as_their_lists(integers, reals):
    for value in (array.array("q", integers), array.array("d", reals)):
        for options in ({}, {"indent": 2}, {"separators": (" , ", ":")}):
            assert ours.dumps([value], **options) == standard.dumps([value.tolist()], **options)


# numpy


@pytest.fixture(scope="module")
def np():
    return pytest.importorskip("numpy")


def test_numpy_arrays(np):
    for kind in "bhilqBHILQ":
        limits = np.iinfo(kind)
        numbers = np.array([limits.min, 0, limits.max], kind)
        every_way(numbers, standard.dumps(numbers.tolist(), separators=(",", ":")))
    every_way(np.array([True, False]), "[true,false]")
    every_way(np.array([0.1, 1e300, -0.0]), "[0.1,1e+300,-0.0]")
    every_way(np.array([0.1, 1e10, 1e-7], "f4"), "[0.1,10000000000.0,1e-07]")
    every_way(np.array([0.5, 65504, 0.1], "f2"), "[0.5,65504.0,0.099975586]")
    every_way(np.array([math.nan, math.inf, -math.inf], "f4"), "[NaN,Infinity,-Infinity]")
    every_way(np.array(5), "5")
    every_way(np.zeros((2, 0, 3)), "[[],[]]")
    every_way(np.ones((1, 1, 1, 2)), "[[[[1.0,1.0]]]]")
    every_way({"a": np.arange(3)}, '{"a":[0,1,2]}')
    with pytest.raises(ValueError, match="Out of range float"):
        ours.dumpb([np.array([1, math.nan], "f2")], allow_nan=False)


def test_numpy_arrays_however_they_lie(np):
    numbers = np.arange(24).reshape(2, 3, 4)
    for view in (numbers.T, numbers[::-1], numbers[:, ::2], numbers[..., 1], numbers.swapaxes(0, 1),
                 np.broadcast_to(np.int16(7), (2, 2)), np.asfortranarray(numbers),
                 numbers.astype("f4")[::2, ::-2]):
        for options in ({}, {"indent": 1}, {"indent": "", "separators": (";", "=")}):
            assert ours.dumps(view, **options) == standard.dumps(view.tolist(), **options)


def test_numpy_scalars(np):
    for value, expected in ((np.int8(-1), "-1"), (np.uint64(2**64 - 1), "18446744073709551615"),
                            (np.int64(-2**63), "-9223372036854775808"), (np.bool_(True), "true"),
                            (np.float16(0.1), "0.099975586"), (np.float32(0.1), "0.1"),
                            (np.float64(0.1), "0.1"), (np.intp(3), "3"), (np.str_("é"), '"é"'),
                            (np.float32(math.inf), "Infinity")):
        every_way(value, expected)
    for value in (np.float16(math.nan), np.float32(math.inf), np.float64(math.inf)):
        with pytest.raises(ValueError, match="Out of range float"):
            ours.dumpb([value], allow_nan=False)
    refused({np.int64(1): 1}, "keys must be str")


def test_what_numpy_has_beside_numbers_is_left_to_default(np):
    for value in (np.array([1], ">i4"), np.array([1], ">f8"), np.array(["text"]),
                  np.array([object()]), np.array([1j]), np.array(["2000-01-01"], "M8[D]"),
                  np.array([(1, 2.5)], "i4,f8"), np.array([1], np.longdouble)):
        refused(value, "ndarray is not JSON serializable: its elements are no numbers")
        assert ours.dumpb([value], default=lambda a: "by default") == b'["by default"]'
    for value in (np.datetime64("2000-01-01"), np.timedelta64(1), np.complex64(1),
                  np.longdouble(1), np.void(b"ab")):
        refused(value, f"{type(value).__name__} is not JSON serializable: default= may return its")
        assert ours.dumpb([value], default=lambda a: "by default") == b'["by default"]'
    masked = np.ma.array([1, 2], mask=[False, True])
    refused(masked, "MaskedArray is not JSON serializable: of arrays only numpy.ndarray")
    assert ours.dumpb([masked], default=lambda a: a.tolist()) == b"[[1,null]]"


def test_numpy_arrays_in_files(np, tmp_path):
    np.save(tmp_path / "numbers.npy", np.arange(5))
    every_way(np.load(tmp_path / "numbers.npy", mmap_mode="r"), "[0,1,2,3,4]")


def test_numpy_arrays_read_back(np):
    random = np.random.default_rng(20261120)
    for kind in ("?", "i1", "u2", "i4", "u8", "f2", "f4", "f8"):
        for shape in ((1000,), (10, 100), (2, 3, 4, 5), (129,), (1, 128, 1)):
            bits = random.integers(0, 256, (*shape, np.dtype(kind).itemsize), np.uint8)
            numbers = bits.view(kind)[..., 0] if kind != "?" else bits[..., 0] > 127
            if kind[0] == "f":
                numbers = np.where(np.isfinite(numbers), numbers, np.array(1, kind))
            back = np.array(standard.loads(ours.dumpb(numbers)), kind)
            assert back.tobytes() == numbers.tobytes()
            if kind == "f4":
                assert standard.loads(ours.dumpb(numbers.astype("f8"))) == numbers.tolist()


# Bytes


def test_bytes_are_refused_unless_an_option_says_how():
    for value in (b"abc", bytearray(b"abc")):
        refused(value, r"is not JSON serializable: bytes_as='base64' or bytes_as='base64url'")
        refused(value, r"is not JSON serializable: bytes_as='base64'", ours.dumps)
    refused(memoryview(b"abc"), "memoryview is not JSON serializable: bytes_as=")
    refused(b"abc", "bytes is not JSON serializable$", natives=False)


@given(st.binary())
def test_bytes_as_base64(value):
    class Derived(bytes):
        pass

    for alphabet, encode in (("base64", base64.b64encode),
                             ("base64url", lambda b: base64.urlsafe_b64encode(b).rstrip(b"="))):
        expected = encode(value).decode()
        for given_as in (value, bytearray(value), memoryview(value), Derived(value)):
            assert ours.dumps([given_as], bytes_as=alphabet) == f'["{expected}"]'
            assert ours.dumpb({"k": given_as}, bytes_as=alphabet, natives=False) == \
                f'{{"k":"{expected}"}}'.encode()
    scattered = memoryview(value)[::-2]
    assert standard.loads(ours.dumpb(scattered, bytes_as="base64")) == \
        base64.b64encode(bytes(scattered)).decode()


def test_bytes_as_goes_before_default_and_not_for_keys():
    assert ours.dumps([b"a", {1}], bytes_as="base64", default=list) == '["YQ==", [1]]'
    with pytest.raises(TypeError, match="keys must be"):
        ours.dumpb({b"a": 1}, bytes_as="base64")
    for wrong in ("base32", 1, True, b"base64"):
        with pytest.raises(ValueError, match="bytes_as must be 'base64', 'base64url' or None"):
            ours.dumps([], bytes_as=wrong)
    assert ours.dumps([1], bytes_as=None) == "[1]"


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
