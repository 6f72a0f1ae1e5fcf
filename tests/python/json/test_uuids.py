"""UUIDs are written as their text."""

import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adyton import json as ours
from natives import every_way, refused


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
