"""How many examples the generated tests take, and what they are made of.

ADYTON_EXAMPLES multiplies them. Without it every run takes the same ones; with it each takes others.
"""

import enum
import os

import pytest

pytest.importorskip("hypothesis", reason="hypothesis is not installed")
from hypothesis import HealthCheck, settings  # noqa: E402
from hypothesis import strategies as st  # noqa: E402

TIMES = int(os.environ.get("ADYTON_EXAMPLES", "1"))


def profile(examples):
    return settings(max_examples=examples * TIMES, deadline=None, database=None,
                    derandomize=TIMES == 1, suppress_health_check=list(HealthCheck))


class Text(str):
    pass


class Whole(int):
    def __repr__(self):
        return "not the digits"


class Real(float):
    def __repr__(self):
        return "not the digits"


class Row(list):
    pass


class Pair(tuple):
    pass


class Table(dict):
    pass


class Level(enum.IntEnum):
    LOW = -1
    HIGH = 2**70


class Flag(enum.IntFlag):
    ONE = 1
    TWO = 2


class Flavour(str, enum.Enum):
    SOUR = "säuerlich"


characters = (st.characters() | st.characters(max_codepoint=0x7F)
              | st.sampled_from('"\\/\n\t\x00\x1f\x7f\x80ÿĀ\u2028€\ud800\udbff\udc00\udfff\uffff😀'))
texts = (st.text(characters, max_size=20) | st.text("plain ascii", max_size=90)
         | st.text("é\u20ac\n", max_size=70))
whole = st.integers() | st.integers(-(2**66), 2**66) | st.sampled_from(
    [0, 2**31, 2**53, 2**63 - 1, 2**63, -(2**63), -(2**63) - 1, 2**64, 10**18, 10**19, 10**40])
real = st.floats() | st.sampled_from([-0.0, 5e-324, 1e16, 1e15, 1e-5, 1e22, 0.1])
scalars = st.none() | st.booleans() | whole | real | texts

# What loads gives.
plain = st.recursive(scalars, lambda inner: st.lists(inner, max_size=8)
                     | st.dictionaries(texts, inner, max_size=8), max_leaves=30)

derived = st.one_of(st.builds(Text, texts), st.builds(Whole, whole), st.builds(Real, real),
                    st.sampled_from([*Level, *Flavour, Flag.ONE | Flag.TWO]))
keys = texts | st.none() | st.booleans() | whole | real | derived
# What dumps takes.
written = st.recursive(
    scalars | derived,
    lambda inner: st.lists(inner, max_size=6) | st.dictionaries(keys, inner, max_size=6)
    | st.lists(inner, max_size=4).map(tuple) | st.builds(Row, st.lists(inner, max_size=4))
    | st.builds(Pair, st.lists(inner, max_size=4))
    | st.builds(Table, st.dictionaries(keys, inner, max_size=4)),
    max_leaves=30)
