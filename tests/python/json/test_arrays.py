"""Arrays and memoryviews of numbers are written as lists."""

import array
import json as standard
import math
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adyton import json as ours
from natives import every_way, refused


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
