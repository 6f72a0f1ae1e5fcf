"""Round trips, and every combination of options beside the standard library.

ADYTON_EXAMPLES multiplies the examples.
"""

import io
import itertools
import json as standard
import math
import random
import struct

import pytest

pytest.importorskip("hypothesis", reason="hypothesis is not installed")
from hypothesis import assume, given  # noqa: E402
from hypothesis import strategies as st  # noqa: E402

from adyton import json as ours  # noqa: E402

from examples import (TIMES, Flag, Flavour, Level, Pair, Real, Row, Table, Text, Whole,  # noqa: E402
                      plain, profile, real, texts, written)


def same(a, b):
    """Equal in type and to the last bit; NaN is NaN."""
    if type(a) is not type(b):
        return False
    if type(a) is float:
        return math.isnan(a) and math.isnan(b) or struct.pack("d", a) == struct.pack("d", b)
    if type(a) is list:
        return len(a) == len(b) and all(map(same, a, b))
    if type(a) is dict:
        return (list(a) == list(b) and all(map(same, a, b))
                and all(map(same, a.values(), b.values())))
    return a == b


def joins_surrogates(text):
    """Two halves that stand side by side come back from \\u escapes as one character."""
    return any("\ud800" <= a <= "\udbff" and "\udc00" <= b <= "\udfff"
               for a, b in itertools.pairwise(text))


def all_texts(value):
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for item in value:
            yield from all_texts(item)
    elif isinstance(value, dict):
        yield from value
        yield from all_texts(list(value.values()))


@profile(150)
@given(plain)
def test_loads_of_dumps_is_the_value(value):
    for options in ({}, {"indent": 2}, {"indent": "\t", "separators": (" ,", "\n:\n")},
                    {"separators": (",", ":")}):
        text = ours.dumps(value, ensure_ascii=False, **options)
        assert same(ours.loads(text), value)
        if not any(map(joins_surrogates, all_texts(value))):
            text = ours.dumps(value, **options)
            assert same(ours.loads(text), value)
            assert same(ours.loads(text.encode()), value)
            assert same(ours.loads(bytearray(text.encode())), value)


@profile(150)
@given(plain)
def test_loads_of_dumpb_is_the_value(value):
    lone = any("\ud800" <= c <= "\udfff" for text in all_texts(value) for c in text)
    if lone:
        with pytest.raises(UnicodeEncodeError):
            ours.dumpb(value)
    else:
        assert same(ours.loads(ours.dumpb(value)), value)
        assert same(ours.loads(ours.dumpb(value, indent=1, ensure_ascii=True)), value)
        assert same(ours.loads(ours.dumpb(value).decode()), value)


@profile(80)
@given(st.lists(plain, min_size=1, max_size=4))
def test_a_document_after_many_others_is_the_same(values):
    """What is remembered between documents, and between their objects, changes nothing."""
    documents = [standard.dumps(value, ensure_ascii=False) for value in values]
    for document in documents * 2:
        assert repr(ours.loads(document)) == repr(standard.loads(document))


# --- every combination of options ------------------------------------------------------------------

OPTIONS = {
    "sort_keys": [None, True],
    "skipkeys": [None, True],
    "ensure_ascii": [None, False],
    "allow_nan": [None, False],
    "check_circular": [None, False],
    "indent": [None, 0, 3, "\t", "é"],
    "separators": [None, (",", ":"), (" ; ", "€")],
    "default": [None, repr],
}


def combinations():
    for values in itertools.product(*OPTIONS.values()):
        yield {name: value for name, value in zip(OPTIONS, values) if value is not None}


VALUES = [
    {"b": [1, -2.5, True, None, "é\ud800\n"], "a": {"z": {}, "y": []}, "": ()},
    [float("nan"), float("inf"), -0.0, 10**30, 2**63],
    {1: "int", 2.5: "float", True: "bool", None: "null", "s": Text("t"), Level.HIGH: Level.LOW},
    {"one": 1, 2: "two"},
    [Whole(7), Real(2.5), Row([1]), Pair((2,)), Table(k=Row()), Flavour.SOUR, Flag.TWO],
    {(1, 2): "a tuple is no key", "b": 1},
    {b"bytes": {}, "x": {}},
    [object, {"k": object}],
    [],
    "€",
]


def outcome(function, *args, **options):
    try:
        return function(*args, **options)
    except Exception as error:
        return type(error), str(error)


def written_by(module, value, options):
    out = io.StringIO()
    module.dump(value, out, **options)
    return out.getvalue()


def expected_bytes(value, options):
    """dumpb by the standard library: the text or the error, and whether a surrogate ends it."""
    options = {"ensure_ascii": False, **options}
    if options.get("indent") is None and options.get("separators") is None:
        options["separators"] = (",", ":")
    text = outcome(standard.dumps, value, **options)
    if isinstance(text, str):
        return UnicodeEncodeError if any("\ud800" <= c <= "\udfff" for c in text) else text.encode()
    return text


def check_dumpb(value, options):
    got, expected = outcome(ours.dumpb, value, **options), expected_bytes(value, options)
    if isinstance(got, tuple) and got[0] is UnicodeEncodeError:
        # The first surrogate ends it, also where another error would come later.
        assert expected is UnicodeEncodeError or isinstance(expected, tuple)
    else:
        assert got == expected


def test_every_combination_of_options_on_every_kind_of_value():
    count = 0
    for options in combinations():
        for value in VALUES:
            expected = outcome(standard.dumps, value, **options)
            assert outcome(ours.dumps, value, **options) == expected, (value, options)
            check_dumpb(value, options)
            count += 1
    assert count == 2**5 * 5 * 3 * 2 * len(VALUES)


def test_every_combination_of_options_on_a_file():
    for options in combinations():
        for value in VALUES[:4]:
            assert (outcome(written_by, ours, value, options)
                    == outcome(written_by, standard, value, options)), (value, options)


any_options = st.fixed_dictionaries({}, optional={
    "sort_keys": st.booleans(), "skipkeys": st.booleans(), "ensure_ascii": st.booleans(),
    "allow_nan": st.booleans(), "check_circular": st.booleans(),
    "indent": st.none() | st.integers(-2, 9) | texts | st.booleans(),
    "separators": st.none() | st.tuples(texts, texts) | st.lists(texts, min_size=2, max_size=2),
    "default": st.sampled_from([None, str, lambda o: {"a": [o.__class__.__name__]}]),
})


@profile(400)
@given(written, any_options)
def test_dumps_and_dumpb_whatever_the_options(value, options):
    expected = outcome(standard.dumps, value, **options)
    assert outcome(ours.dumps, value, **options) == expected
    if all(outcome(text.encode) == text.encode("utf-8", "surrogatepass")
           for text in all_texts([options.get("indent"), *(options.get("separators") or ())])):
        check_dumpb(value, options)


@profile(150)
@given(written, any_options)
def test_dump_whatever_the_options(value, options):
    assert outcome(written_by, ours, value, options) == outcome(written_by, standard, value, options)


# --- mutated documents -----------------------------------------------------------------------------

SEEDS = [standard.dumps(value, ensure_ascii=ascii, indent=indent, skipkeys=True, default=str)
         for value in [*VALUES, {"id": 17, "name": "Zoë", "tags": ["a", "b\\c", "\x1f"], "ok": True},
                       [[[[{"a": {"b": {"c": [{}]}}}]]]], [1.5e300, -1e-7, 0, -1, 123456789012]]
         for ascii in (True, False) for indent in (None, 1)]
TELLING = '"\\{}[]:,0159-+.eEtfnuNI \n\t\x00\x1f\x7f\x80é€😀\ud800\udc00\ufeff'


def mutated(text, pick):
    at = pick.randrange(len(text) + 1)
    kind = pick.randrange(6)
    if kind == 0:
        return text[:at]
    if kind == 1:
        return text[:at] + pick.choice(TELLING) + text[at + 1:]
    if kind == 2:
        return text[:at] + pick.choice(TELLING) + text[at:]
    if kind == 3:
        return text[:at] + text[at + pick.randrange(1, 6):]
    if kind == 4:
        other = pick.choice(SEEDS)
        return text[:at] + other[pick.randrange(len(other)):]
    start = pick.randrange(len(text) + 1)
    return text[:at] + text[start:start + pick.randrange(20)] + text[at:]


def flipped(data, pick):
    data = bytearray(data)
    for _ in range(pick.randrange(1, 4)):
        if data:
            data[pick.randrange(len(data))] ^= 1 << pick.randrange(8)
    return bytes(data)


def decode_outcome(module, source, options):
    try:
        return repr(module.loads(source, **options))
    except standard.JSONDecodeError as error:
        return type(error), error.msg, error.pos, error.lineno, error.colno, error.doc
    except Exception as error:
        return type(error), str(error)


LOADS_OPTIONS = [{}, {}, {"strict": False}, {"object_pairs_hook": tuple}, {"parse_float": str},
                 {"parse_int": str, "object_hook": len}]


def test_mutated_documents_give_what_the_standard_library_gives():
    pick = random.Random(TIMES)
    for number in range(20_000 * TIMES):
        text = pick.choice(SEEDS)
        for _ in range(pick.randrange(1, 4)):
            text = mutated(text, pick)
        options = pick.choice(LOADS_OPTIONS)
        source = text
        if number % 2:
            source = flipped(text.encode("utf-8", "surrogatepass"), pick)
        assert (decode_outcome(ours, source, options)
                == decode_outcome(standard, source, options)), (source, options)


@profile(100)
@given(st.text('0123456789.eE+-', max_size=30).map("[{}]".format))
def test_what_looks_like_a_number(document):
    assert decode_outcome(ours, document, {}) == decode_outcome(standard, document, {})


@profile(300)
@given(st.lists(real, max_size=30))
def test_floats_are_written_as_python_writes_them(values):
    assume(all(map(math.isfinite, values)))
    assert ours.dumps(values) == repr(values)
    assert same(ours.loads(repr(values)), values)


def test_floats_of_any_bits():
    pick = random.Random(TIMES)
    for _ in range(20 * TIMES):
        values = [value for value in struct.unpack("1000d", pick.randbytes(8000))
                  if math.isfinite(value)]
        values += [pick.randrange(10**9) / 10**pick.randrange(12) for _ in range(1000)]
        values += [float(pick.getrandbits(pick.randrange(1, 1020))) for _ in range(100)]
        assert ours.dumps(values) == repr(values)
        assert ours.dumpb(values) == repr(values).replace(" ", "").encode()
        assert repr(ours.loads(repr(values))) == repr(values)
