"""Dataclasses are written as objects of their fields."""

import dataclasses
import datetime
import gc
import json as standard
import typing

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adyton import json as ours
from natives import Frozen, Point, Slots, every_way, refused


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
