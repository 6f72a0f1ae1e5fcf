"""Generated documents and objects: adyton.json and json must not differ, whatever the options."""

import json as standard

import pytest

pytest.importorskip("hypothesis", reason="hypothesis is not installed")
from hypothesis import given  # noqa: E402
from hypothesis import strategies as st  # noqa: E402

from adyton import json as ours  # noqa: E402

from examples import profile as profile_of  # noqa: E402

profile = profile_of(400)

characters = st.characters() | st.sampled_from('"\\/\n\t\x00\x7f\x80ÿĀ€\ud800\udfff😀')
text = st.text(characters, max_size=40)
keys = text | st.none() | st.booleans() | st.integers() | st.floats()
scalars = keys | st.integers(min_value=-(10**30), max_value=10**30)
objects = st.recursive(scalars, lambda inner: st.lists(inner) | st.tuples(inner, inner)
                       | st.dictionaries(keys, inner), max_leaves=40)
unknown = st.sampled_from([object, 1j, b"bytes", {1}])
with_unknown = st.recursive(scalars | unknown, lambda inner: st.lists(inner)
                            | st.dictionaries(keys | st.just((1, 2)), inner), max_leaves=20)
dump_options = st.fixed_dictionaries({}, optional={
    "skipkeys": st.booleans(), "ensure_ascii": st.booleans(), "check_circular": st.booleans(),
    "allow_nan": st.booleans(), "sort_keys": st.booleans(),
    "indent": st.none() | st.integers(-1, 5) | st.sampled_from(["", "\t", "é"]),
    "separators": st.none() | st.tuples(text, text), "default": st.sampled_from([None, repr]),
})
load_options = st.fixed_dictionaries({}, optional={
    "strict": st.booleans(), "parse_float": st.sampled_from([None, str]),
    "parse_int": st.sampled_from([None, str]), "parse_constant": st.sampled_from([None, str]),
    "object_hook": st.sampled_from([None, len]),
    "object_pairs_hook": st.sampled_from([None, tuple]),
})


@profile
@given(with_unknown, dump_options)
def test_dumps(dumps, value, options):
    dumps(value, **options)


@profile
@given(objects, dump_options, load_options)
def test_loads_of_what_dumps_writes(loads, value, layout, options):
    layout = {**layout, "skipkeys": True, "separators": None, "allow_nan": True}
    try:
        document = standard.dumps(value, **layout)
    except TypeError:  # keys that cannot be sorted
        return
    loads(document, **options)
    loads(document.encode("utf-8", "surrogatepass"), **options)


@profile
@given(st.text(st.sampled_from('[]{},:"\\u0123456789abcdefE+-. \n\tntrulsfaINiy\x01é😀'),
               max_size=30), load_options)
def test_loads_of_noise(loads, document, options):
    loads(document, **options)
    loads(document.encode(), **options)


@profile
@given(st.binary(max_size=30))
def test_loads_of_bytes(loads, document):
    loads(document)
    loads(b'"' + document + b'"')


@profile
@given(objects, st.data())
def test_a_mutated_document(loads, value, data):
    document = standard.dumps(value, skipkeys=True)
    at = data.draw(st.integers(0, len(document)))
    loads(document[:at] + data.draw(st.sampled_from('[]{},:"\\ué1.-e ')) + document[at + 1:])


@profile
@given(st.floats(allow_nan=False, allow_infinity=False))
def test_floats(value):
    assert ours.dumps(value) == repr(value)
    assert ours.loads(repr(value)).hex() == value.hex()


@profile
@given(st.from_regex(r"-?(0|[1-9][0-9]{0,40})(\.[0-9]{1,40})?([eE][+-]?[0-9]{1,3})?",
                     fullmatch=True))
def test_numbers(loads, number):
    loads(number)
