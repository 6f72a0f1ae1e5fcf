"""Objects that JSON has no form for, and how the tests say what becomes of one."""

import dataclasses
import datetime
import enum
import io

import pytest

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
