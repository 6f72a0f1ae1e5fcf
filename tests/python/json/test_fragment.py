"""adyton.json.Fragment: JSON text that is put into a document as it is."""

import gc
import io
import json as standard
import sys

import pytest
from examples import profile
from hypothesis import given
from hypothesis import strategies as st

from adyton import json as ours
from adyton.json import Fragment


@pytest.mark.parametrize("text", [
    "1", " [1,\t2 ]\n", '{"a" : 1}', '"é€😀"', "null", '"\\ud800"', "-0.0E+9", '""', "[[]]",
])
def test_valid_text_is_put_in_as_it_is(text):
    for given_as in (text, text.encode(), bytearray(text.encode())):
        fragment = Fragment(given_as)
        assert fragment.contents == text.encode()
        assert ours.dumpb([fragment, fragment]) == b"[" + text.encode() + b"," + text.encode() + b"]"
        assert ours.dumpb(fragment) == text.encode()
        assert ours.dumps({"a": fragment}, ensure_ascii=False) == '{"a": ' + text + "}"


@pytest.mark.parametrize("text, position", [
    ("", 0), ("[1,]", 3), ("{} {}", 3), ("NaN", 0), ("é", 0), ('["é", x]', 6), ("'a'", 0), ("[1", 2),
    ('"\x01"', 1), ("01", 1), ("1,", 1), ("[" * 2000 + "]" * 2000, 1024), ("\ufeff1", 0),
])
def test_invalid_text_is_refused_where_it_is_wrong(text, position):
    for given_as in (text, text.encode(), bytearray(text.encode())):
        with pytest.raises(ours.JSONDecodeError, match="^Not a JSON fragment: ") as caught:
            Fragment(given_as)
        assert caught.value.pos == position
        assert caught.value.doc == text


def test_text_that_is_not_utf8_is_refused():
    with pytest.raises(UnicodeDecodeError) as caught:
        Fragment(b'"abc\xff"')
    assert caught.value.start == 4
    with pytest.raises(UnicodeDecodeError):
        Fragment(b'"\xed\xa0\x80"')
    with pytest.raises(UnicodeEncodeError):
        Fragment('"\ud800"')


def test_only_text_and_only_one():
    for other in (1, None, [], memoryview(b"1"), Fragment("1")):
        with pytest.raises(TypeError, match="bytes, bytearray or str"):
            Fragment(other)
    with pytest.raises(TypeError):
        Fragment()
    with pytest.raises(TypeError):
        Fragment("1", "2")
    with pytest.raises(TypeError, match="keyword"):
        Fragment(text="1")


def test_it_cannot_change():
    source = bytearray(b"[1]")
    fragment = Fragment(source)
    source[1:2] = b"x"
    assert ours.dumpb(fragment) == b"[1]"
    with pytest.raises(AttributeError):
        fragment.contents = b"x"
    with pytest.raises(AttributeError):
        fragment.other = 1
    assert repr(fragment) == "Fragment(b'[1]')"
    with pytest.raises(TypeError):
        class Derived(Fragment):
            pass


def test_ensure_ascii_holds_for_it_too():
    fragment = Fragment('{"é": "€ and 😀\\n", "a": "\\u00e9"}')
    escaped = '{"\\u00e9": "\\u20ac and \\ud83d\\ude00\\n", "a": "\\u00e9"}'
    for _ in range(3):  # what is known of a type from the first time on may make a difference
        assert ours.dumps([fragment, fragment]) == f"[{escaped}, {escaped}]"
    assert ours.dumps([fragment], ensure_ascii=False) == '[{"é": "€ and 😀\\n", "a": "\\u00e9"}]'
    assert ours.dumpb([fragment], ensure_ascii=True) == f"[{escaped}]".encode()


def test_indent_and_sorting_leave_it_alone():
    fragment = Fragment('{"b":1,  "a":[]}')
    assert ours.dumps({"z": fragment, "y": 1}, indent=2, sort_keys=True) == \
        '{\n  "y": 1,\n  "z": {"b":1,  "a":[]}\n}'


def test_fragments_of_every_length():
    for size in [*range(0, 300), 1000, 1020, 1024, 5000, 100_000]:
        text = '"' + "x" * size + '"'
        assert ours.dumpb([Fragment(text), 1, {"k": Fragment(text)}]) == \
            f'[{text},1,{{"k":{text}}}]'.encode()


def test_it_is_no_key_and_without_natives_unknown():
    with pytest.raises(TypeError, match="keys must be"):
        ours.dumpb({Fragment("1"): 1})
    assert ours.dumpb({Fragment("1"): 1, "a": 2}, skipkeys=True) == b'{"a":2}'
    with pytest.raises(TypeError, match="Fragment is not JSON serializable"):
        ours.dumpb([Fragment("1")], natives=False)
    assert ours.dumps([Fragment("1")], default=repr) == "[\"Fragment(b'1')\"]"
    assert ours.dumps([Fragment("1")], default=repr, natives=True) == "[1]"


def test_dump_writes_it():
    out = io.StringIO()
    ours.dump([Fragment("[]")], out)
    assert out.getvalue() == "[[]]"


def test_nothing_is_kept():
    def work():
        for text in ("[1]", b'"\xc3\xa9"', "[", b"\xff"):
            try:
                ours.dumps([Fragment(text)] * 3)
            except ValueError:
                pass

    def growth():
        gc.collect()
        before = sys.getallocatedblocks()
        for _ in range(200):
            work()
        gc.collect()
        return sys.getallocatedblocks() - before

    assert min(growth() for _ in range(10)) < 20


# DEL is left alone in a Fragment, and json.dumps escapes it.
texts = st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\x7f"))
values = st.recursive(st.none() | st.booleans() | st.integers() | texts,
                      lambda inner: st.lists(inner) | st.dictionaries(texts, inner), max_leaves=20)


@profile(100)
@given(values, st.booleans())
def test_what_is_in_it_reads_back(value, ensure_ascii):
    text = standard.dumps(value, ensure_ascii=False)
    written = ours.dumps([Fragment(text), value], ensure_ascii=ensure_ascii)
    assert standard.loads(written) == [value, value]
    assert written == standard.dumps([value, value], ensure_ascii=ensure_ascii)
