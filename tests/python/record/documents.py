"""Random JSON documents, spelled in random ways, for the tests of Record."""

import json

from hypothesis import strategies as st

KEYS = st.sampled_from(["a", "b", "name", "é", "日本", "with space", "", "a/b", 'quo"te', "\ud800"])
NUMBERS = ["0", "-0", "1", "-17", "1.0", "1.50", "1e3", "1E+2", "-0.0", "12345678901234567890123", "1e400"]
STRINGS = ['""', '"x"', r'"\u0041\n"', '"é"', r'"\ud83d\ude00"', r'"\ud800"', '"tab\\t"', r'"\/"', '"日本"',
           '"' + "long " * 20 + '"']
SCALARS = st.sampled_from(NUMBERS + STRINGS + ["true", "false", "null"])
SPACE = st.sampled_from(["", " ", "\n", "\t ", "  "])


@st.composite
def key_texts(draw):
    """A key with its quotes, sometimes spelled with escapes that it does not need."""
    key = draw(KEYS)
    if key and draw(st.integers(0, 3)) == 0:
        units = key.encode("utf-16-be", "surrogatepass")
        return '"' + "".join(f"\\u{units[i]:02x}{units[i + 1]:02x}" for i in range(0, len(units), 2)) + '"'
    return json.dumps(key, ensure_ascii=key == "\ud800")


def _objects(children):
    @st.composite
    def build(draw):
        members = draw(st.lists(st.tuples(key_texts(), children), max_size=6))
        space = [draw(SPACE) for _ in range(4)]
        inside = (space[1] + "," + space[2]).join(f"{key}{space[3]}:{space[0]}{value}" for key, value in members)
        return "{" + space[0] + inside + space[3] + "}"

    return build()


def _arrays(children):
    @st.composite
    def build(draw):
        elements = draw(st.lists(children, max_size=6))
        space = [draw(SPACE) for _ in range(4)]
        return "[" + space[0] + (space[1] + "," + space[2]).join(elements) + space[3] + "]"

    return build()


VALUES = st.recursive(SCALARS, lambda children: _objects(children) | _arrays(children), max_leaves=12)
OBJECTS = _objects(VALUES)
ARRAYS = _arrays(VALUES)
DOCUMENTS = OBJECTS | ARRAYS

# What scripts assign.
PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=5) | st.just("\udfff"),
    lambda children: st.lists(children, max_size=3) | st.dictionaries(KEYS, children, max_size=3),
    max_leaves=5,
)
