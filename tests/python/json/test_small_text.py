"""Documents of a few bytes, which loads reads without a parser where they are such as most are."""

import gc
import itertools
import random
import sys

import pytest

from adyton import json as ours

WHOLE = 64  # bytes: longer ones go to the parser

PIECES = ["[", "]", ",", " ", "0", "17", "-", ".", "5", "e", "+", '"', "a", "\\", "\n", "é", "\0", "true", "null",
          "false", "NaN", "Infinity", "{}", "tru", "nul", "01", "[[", ":"]

SCALARS = ["0", "-0", "7", "-7", "255", "256", "-5", "-6", "257", "1" * 17, "9" * 18, "9" * 19, "1" * 20, "1" * 21,
           "-" + "9" * 18, "-" + "9" * 19, "9223372036854775807", "9223372036854775808", "-9223372036854775808",
           "-9223372036854775809", "0.0", "-0.0", "1.5", "-1.5e3", "1E5", "1e-400", "1e400", "-1e400", "0.1",
           "123456789012345678.5", "2.2250738585072011e-308", "00", "-00", "01", "-", "--1", "1.", ".5", "1.e5", "1e",
           "1e+", "+1", "0x1", "1_0", "true", "false", "null", "True", "nulll", "NaN", "-Infinity", "Infinity", '""',
           '"a"', '"ab"', '"a string of ASCII, somewhat longer than a vector"', '"\\n"', '"é"', '"\x7f"', '"\x1f"', '"',
           '"a', "'a'", "{}", "[]", "nan"]


@pytest.mark.parametrize("scalar", SCALARS)
def test_scalars_alone_and_in_arrays(scalar, loads):
    for text in (scalar, f" {scalar}", f"{scalar} ", f"{scalar}x", f"[{scalar}]", f"[ {scalar} , {scalar}]",
                 f"[{scalar},]", f"[,{scalar}]", f"[{scalar}", f"{scalar}]", f"[{scalar} {scalar}]", f"[[{scalar}]]",
                 f"[{scalar},\n{scalar}]", f"[{scalar}]]", f"[1,{scalar},2]", f"{scalar}\n", f"\t{scalar}"):
        loads(text)
        loads(text.encode())


def test_every_text_of_some_pieces(loads):
    for length in range(1, 4):
        for pieces in itertools.product(PIECES, repeat=length):
            text = "".join(pieces)
            loads(text)
            loads(text.encode())


def test_random_texts_of_every_length_around_the_longest(loads):
    chosen = random.Random(1)
    for _ in range(20_000):
        text = "[" + ",".join(chosen.choice(SCALARS) for _ in range(chosen.randrange(6)))
        text = text[:WHOLE].ljust(chosen.choice((0, WHOLE - 2, WHOLE - 1, WHOLE))) + "]" * chosen.randrange(3)
        loads(text)
        loads(text.encode())


@pytest.mark.parametrize("depth", [*range(1, 13), 31, 32, 33])
def test_arrays_in_arrays(depth, loads):
    for inside in ("", "1", '"ab"', "true", "1.5", "x", ",", "1,", "[", "]", "{}", '{"a": 1}'):
        for text in ("[" * depth + inside + "]" * depth, "[" * depth + inside + "]" * (depth - 1),
                     "[" * depth + inside + "]" * (depth + 1), "[1, " * depth + inside + " , [], 2]" * depth):
            loads(text[:WHOLE + 2])
            loads(text[:WHOLE].encode())


def test_white_space_of_every_kind(loads):
    for space in (" ", "\n", "\r", "\t", "\n\n\t ", "\r\n  ", "\f", "\v", "\0", "\x1f", "\u00a0"):
        text = "[" + ",".join(f"{space}{each}{space}" for each in ("1", "[ ]", "[2.5]", "null", '"a"')) + "]"
        for document in (text, space + text, text + space, f"[{space}]", f"[[{space}],{space}[{space}3]]"):
            loads(document)
            loads(document.encode())


def test_every_edge_of_utf_8(loads):
    bytes_at_edges = (0x00, 0x22, 0x5C, 0x61, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0, 0xC1, 0xC2, 0xDF, 0xE0,
                      0xE1, 0xEC, 0xED, 0xEE, 0xEF, 0xF0, 0xF1, 0xF3, 0xF4, 0xF5, 0xFF)
    for lead in range(0x80, 0x100):
        for rest in itertools.product(bytes_at_edges, repeat=2):
            for end in (b"", b"\x80", b"\xbf", b"a", b"\xbfa"):
                loads(b'["' + bytes((lead, *rest)) + end + b'"]')


def test_escapes_and_characters_of_every_width(loads):
    pieces = ["a", "\\n", '\\"', "\\/", "\\u0041", "\\u00e9", "\\u20AC", "\\ud83d", "\\ude00", "\\ud83d\\ude00", "\\x",
              "\\u12", "\\", "é", "€", "😀", "\x7f", "\x80", "\x1f"]
    for chosen in itertools.product(pieces, repeat=3):
        text = '["' + "".join(chosen) + '", 1]'
        loads(text)
        loads(text.encode())


def test_short_numbers_apart_by_blanks(loads):
    """Each read in a word that may begin before it."""
    numbers = ["5", "7", "12", "34", "-6", "-89", "0.5", "2.75", "123456", "1234567", "12345678"]
    for first, second in itertools.product(numbers, repeat=2):
        for blanks in range(9):
            gap = " " * blanks
            for text in (f"[{first},{second}{gap}]", f"[{first}{gap},{second}]", f"[{first},{gap}{second}]{gap}"):
                loads(text)
                loads(text.encode())


@pytest.mark.parametrize("size", [WHOLE - 1, WHOLE, WHOLE + 1])
def test_as_many_elements_as_have_room(size, loads):
    for end in ("]", "", ",", ",]", "1", "x]"):
        body = "[" + ",".join("1" * 40)
        loads(body[:size - len(end)] + end)
    loads("[" + " " * (size - 2) + "]")
    loads('"' + "x" * (size - 2) + '"')
    loads('"' + "x" * (size - 1))


def test_first_bytes_still_tell_the_encoding(loads):
    for text in ("1", "[1]", '"a"', "[1, 2]", ""):
        for encoding in ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be"):
            loads(text.encode(encoding))
        loads("\ufeff" + text)
    for data in (b"\0", b"1\0", b"\0" + b"1", b"1\0\0\0", b"\xff", b"1\xff", b"\x801"):
        loads(data)


def test_values_are_new_and_of_the_usual_types():
    first, second = ours.loads("[1, 2.5, true]"), ours.loads("[1, 2.5, true]")
    assert first is not second and [type(each) for each in first] == [int, float, bool]
    assert gc.is_tracked(first)
    first.append(4)
    assert second == ours.loads(b"[1,2.5,true]") == [1, 2.5, True]
    assert ours.loads("300") is not ours.loads("400")


@pytest.mark.parametrize("text", ['["abc", 1.5, 12345, "defg"]', '["abc", 1.5, "x', '["abc", 12345, {}]',
                                  '"abcdef"', '"abcdef" x', "[1.5] 2", "[1.5,", "12345", "1.5"])
def test_nothing_is_left_behind(text):
    def blocks():
        for _ in range(1000):
            try:
                ours.loads(text)
            except ours.JSONDecodeError:
                pass
        gc.collect()
        return sys.getallocatedblocks()

    blocks()
    before = blocks()
    assert abs(blocks() - before) < 50
