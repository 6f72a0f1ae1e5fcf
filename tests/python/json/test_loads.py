"""adyton.json.loads and load beside the standard library's: results, errors, hooks, encodings."""

import codecs
import decimal
import io
import json as standard
import sys

import pytest

from adyton import json as ours

DOCUMENTS = [
    '{"a": [1, -2.5e+10, true, false, null, "x\\u00e9\\ud83d\\ude00\\n"], "b": {"c": {}}, "": []}',
    '[NaN, Infinity, -Infinity, -0, -0.0, 0.1, 1E5, 123456789012345678901234567890]',
    '{"é": "ünïcödé", "€": "\\ud800", "😀": "\\udc00\\ud83d", "long key, longer than any cache": 1}',
    '  [\t[\r\n[ ] , [ ]\n] ]  ',
    '"a string with \\"quotes\\", \\\\ and \\/ and a long tail after them"',
]


def test_whole_documents(loads):
    for document in DOCUMENTS:
        loads(document)
        loads(document.encode())
        loads(bytearray(document.encode()))


@pytest.mark.parametrize("document", DOCUMENTS)
def test_a_document_cut_anywhere_gives_the_same_error(document, loads):
    encoded = document.encode()
    for size in range(len(document)):
        loads(document[:size])
    for size in range(len(encoded)):
        loads(encoded[:size])


@pytest.mark.parametrize("document", DOCUMENTS)
def test_a_character_replaced_anywhere_gives_the_same_outcome(document, loads):
    for at in range(len(document)):
        for character in '"\\{}[],:u0e.- \n\x00é😀\ud800\ufeff':
            loads(document[:at] + character + document[at + 1:])


@pytest.mark.parametrize("document", DOCUMENTS)
def test_a_byte_replaced_anywhere_gives_the_same_outcome(document, loads):
    encoded = document.encode()
    for at in range(len(encoded)):
        for byte in (0x00, 0x1F, 0x22, 0x5C, 0x80, 0xBF, 0xC0, 0xE2, 0xED, 0xF0, 0xFF):
            loads(encoded[:at] + bytes([byte]) + encoded[at + 1:])


def test_errors_count_lines_and_characters_not_bytes(loads):
    outcome = loads('{"ключ": "знач",\n  "é": ?}')
    assert (outcome.error.lineno, outcome.error.colno, outcome.error.pos) == (2, 8, 24)
    loads('{"ключ": "знач",\n  "é": ?}'.encode())


def test_the_error_is_the_standard_librarys():
    assert ours.JSONDecodeError is standard.JSONDecodeError
    with pytest.raises(standard.JSONDecodeError):
        ours.loads("?")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be",
                                      "utf-32", "utf-32-le", "utf-32-be"])
def test_bytes_in_every_encoding_json_detects(encoding, loads):
    for document in DOCUMENTS + ["1", "[]", '"\ud800"', "", "[?]", "{", '"\U0001F600']:
        encoded = document.encode(encoding, "surrogatepass")
        loads(encoded)
        loads(encoded + b"\x00")
        loads(encoded[:-1])
        loads(bytearray(encoded), object_hook=len)


def test_a_byte_order_mark(loads):
    loads("\ufeff[1]")
    loads("[1]\ufeff")
    loads(codecs.BOM_UTF8)
    loads(codecs.BOM_UTF8 * 2 + b"1")
    loads(codecs.BOM_UTF8 + b"[1,\n?]")


def test_other_types_are_refused_in_the_same_words(loads):
    for source in (None, 1, [], {}, memoryview(b"1"), object()):
        loads(source)


def test_a_subclass_of_str_or_bytes_is_read(loads):
    loads(type("Text", (str,), {})('["é"]'))
    loads(type("Data", (bytes,), {})(b"[1]"))


def test_big_integers_up_to_the_interpreters_limit(loads):
    limit = sys.get_int_max_str_digits()
    try:
        sys.set_int_max_str_digits(1000)
        loads("1" * 1000)
        loads("-" + "1" * 1000)
        outcome = loads("[1, " + "1" * 1001 + "]")
        assert isinstance(outcome.error, ValueError)
    finally:
        sys.set_int_max_str_digits(limit)


def test_an_underscore_ends_a_number(loads):
    loads("1_000")
    loads("12345678901234567890_1")


def test_floats_have_the_same_bits():
    for text in ("0.1", "1e23", "9007199254740993.0", "2.4703282292062328e-324", "1e400", "-1e-400",
                 "65.613616999999977", "179769313486231580793e289", "1." + "1" * 800,
                 "0." + "0" * 400 + "1e401", "123456789" * 30 + ".5e-100"):
        assert ours.loads(text).hex() == float(text).hex()


def test_hooks_get_what_json_gives_them(loads):
    document = ('[{"a": {"b": 1}, "a": 2.50, "c": [NaN, -Infinity, 1e5]}, {}, -0, '
                '12345678901234567890]')
    for hooks in ({"object_hook": lambda d: ("object", list(d.items()))},
                  {"object_pairs_hook": lambda pairs: ("pairs", pairs)},
                  {"object_hook": str, "object_pairs_hook": tuple},
                  {"parse_float": decimal.Decimal}, {"parse_float": lambda text: text},
                  {"parse_int": lambda text: text}, {"parse_int": float},
                  {"parse_constant": lambda text: text},
                  {"parse_float": float, "parse_int": int, "parse_constant": None},
                  {"parse_float": 0, "parse_int": "", "parse_constant": False},
                  {"object_hook": None, "object_pairs_hook": None, "cls": None}):
        loads(document, **hooks)
        loads(document.encode(), **hooks)
        loads(document[:-3], **hooks)


def test_an_exception_in_a_hook_comes_through(loads):
    def fail(argument):
        raise KeyError("from the hook")

    for name in ("object_hook", "object_pairs_hook", "parse_float", "parse_int", "parse_constant"):
        outcome = loads('[[1, {"a": [2.5, NaN]}], "rest"]', **{name: fail})
        assert isinstance(outcome.error, KeyError)
    loads("{}", object_hook=1)


def test_hooks_may_call_loads():
    def again(pairs):
        return ours.loads(ours.dumps(dict(pairs)))

    assert ours.loads('[{"a": {"b": [1, 2]}}]', object_pairs_hook=again) == [{"a": {"b": [1, 2]}}]


def test_no_hook_is_called_for_bytes_that_are_not_text():
    calls = []
    with pytest.raises(UnicodeDecodeError):
        ours.loads(b'[{}, "\xff"]', object_hook=calls.append)
    assert calls == []


def test_strict(loads):
    for document in ('"a\nb"', '"\x00"', '{"\t": "\x1f"}', '"' + "x" * 40 + "\r" + '"', '"\n',
                     "\x00"):
        for strict in (True, False, 0, "yes"):
            loads(document, strict=strict)
            loads(document.encode(), strict=strict)


def test_allow_nan_is_ours():
    assert ours.loads("[1e400]", allow_nan=False) == [float("inf")]
    for constant in ("NaN", "Infinity", "-Infinity"):
        assert repr(ours.loads(constant)) == repr(standard.loads(constant))
        assert repr(ours.loads(constant, allow_nan=True)) == repr(standard.loads(constant))
        with pytest.raises(ours.JSONDecodeError) as caught:
            ours.loads('["é",\n' + constant + "]", allow_nan=False, parse_constant=str)
        assert (caught.value.pos, caught.value.lineno, caught.value.colno) == (6, 2, 1)


def test_duplicate_keys_the_last_value_stays_at_the_first_place(loads):
    loads('{"a": 1, "b": 2, "a": 3, "\\u0061": 4}')


def test_equal_keys_are_one_object():
    for key in ("name", "ключ", "k" * 40, "a\\u00e9"):
        first, second = ours.loads(f'[{{"{key}": 1}}, {{"{key}": 2}}]')
        assert next(iter(first)) is next(iter(second))


def test_more_keys_than_are_remembered():
    for _ in range(2):
        document = {f"key {i}": i for i in range(20_000)}
        assert ours.loads(ours.dumps(document)) == document


def test_wide_documents():
    values = list(range(100_000))
    assert ours.loads(ours.dumps(values)) == values
    members = {str(i): [i] for i in range(100_000)}
    assert ours.loads(ours.dumps(members)) == members


def test_deep_documents_are_an_error_and_not_a_crash():
    for opening, closing in (("[", "]"), ('{"a":', "}"), ('[{"a":', "}]")):
        with pytest.raises(RecursionError):
            ours.loads(opening * 200_000 + "1" + closing * 200_000)
        with pytest.raises(RecursionError):
            ours.loads(opening * 200_000)
        with pytest.raises(RecursionError):
            ours.loads(opening * 200_000, object_hook=id)


def test_the_recursion_limit_is_the_limit():
    limit = sys.getrecursionlimit()
    try:
        sys.setrecursionlimit(150_000)
        value = ours.loads("[" * 150_000 + "]" * 150_000)
        depth = 0
        while value:
            value = value[0]
            depth += 1
        assert depth == 149_999
        with pytest.raises(RecursionError):
            ours.loads("[" * 150_001 + "]" * 150_001)
    finally:
        sys.setrecursionlimit(limit)


def test_load_reads_the_file_to_its_end():
    assert ours.load(io.StringIO('{"a": 1}')) == {"a": 1}
    assert ours.load(io.BytesIO(b"[1.5]"), parse_float=str) == ["1.5"]
    with pytest.raises(AttributeError):
        ours.load("no file")


def test_cls_goes_to_the_standard_library(loads):
    class Decoder(standard.JSONDecoder):
        def __init__(self, *, extra=None, **keywords):
            super().__init__(**keywords)
            self.extra = extra

        def decode(self, text):
            return self.extra, super().decode(text)

    assert loads("[1]", cls=Decoder, extra="x").value == ("x", [1])
    assert ours.load(io.StringIO("[1]"), cls=Decoder) == (None, [1])


def test_arguments(loads):
    loads("1", nonsense=1)
    loads("1", parse_nothing=None)
    loads(s="[1]")
    for call in (lambda f: f(), lambda f: f("1", "2"), lambda f: f("1", s="2"), lambda f: f(t="1")):
        with pytest.raises(TypeError):
            call(ours.loads)


def test_a_bytearray_may_change_while_hooks_run():
    document = bytearray(b'[{"a": 1}, "tail"]')

    def change(value):
        document[:] = b"?" * 1000
        return value

    assert ours.loads(document, object_hook=change) == [{"a": 1}, "tail"]
