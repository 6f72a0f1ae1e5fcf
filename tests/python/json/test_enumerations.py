"""Members of enumerations are written as their values."""

import datetime
import enum
import json as standard

import pytest

from adyton import json as ours
from natives import Colour, Level, Whole, every_way, refused


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
