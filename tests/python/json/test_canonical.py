"""canonical: RFC 8785."""

import gc
import json as standard
import random
import struct
import sys

import pytest

from adyton.json import Document, canonical, dumpb, loads


def test_the_example_of_the_rfc():
    value = {"numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
             "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"/", "literals": [None, True, False]}
    expected = ('{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],'
                '"string":"\u20ac$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}').encode()
    assert canonical(value) == expected
    assert canonical(Document(dumpb(value))) == expected
    assert canonical(Document(standard.dumps(value, indent=3))) == expected


def test_members_stand_in_the_order_of_utf_16():
    value = {"\u20ac": "Euro Sign", "\r": "Carriage Return", "\ufb33": "Hebrew Letter Dalet With Dagesh", "1": "One",
             "\U0001f600": "Emoji: Grinning Face", "\u0080": "Control", "\u00f6": "Latin Small Letter O With Diaeresis"}
    assert list(loads(canonical(value)).values()) == [
        "Carriage Return", "One", "Control", "Latin Small Letter O With Diaeresis", "Euro Sign", "Emoji: Grinning Face",
        "Hebrew Letter Dalet With Dagesh"]


# Appendix B of the RFC: the bits of a double, and its form.
NUMBERS = {
    "0000000000000000": "0", "8000000000000000": "0", "0000000000000001": "5e-324", "8000000000000001": "-5e-324",
    "7fefffffffffffff": "1.7976931348623157e+308", "ffefffffffffffff": "-1.7976931348623157e+308",
    "4340000000000000": "9007199254740992", "c340000000000000": "-9007199254740992", "4430000000000000": "295147905179352830000",
    "44b52d02c7e14af5": "9.999999999999997e+22", "44b52d02c7e14af6": "1e+23", "44b52d02c7e14af7": "1.0000000000000001e+23",
    "444b1ae4d6e2ef4e": "999999999999999700000", "444b1ae4d6e2ef4f": "999999999999999900000", "444b1ae4d6e2ef50": "1e+21",
    "3eb0c6f7a0b5ed8c": "9.999999999999997e-7", "3eb0c6f7a0b5ed8d": "0.000001", "41b3de4355555553": "333333333.3333332",
    "41b3de4355555554": "333333333.33333325", "41b3de4355555555": "333333333.3333333", "41b3de4355555556": "333333333.3333334",
    "41b3de4355555557": "333333333.33333343", "becbf647612f3696": "-0.0000033333333333333333",
    "43143ff3c1cb0959": "1424953923781206.2",
}


def test_numbers_are_as_ecmascript_writes_them():
    for bits, form in NUMBERS.items():
        assert canonical(struct.unpack(">d", bytes.fromhex(bits))[0]) == form.encode()
    for number, form in {1: "1", -0.0: "0", 1.0: "1", 10**20: "100000000000000000000", 10**21: "1e+21", 2**53: "9007199254740992",
                         -(2**53): "-9007199254740992", 10**23: "1e+23"}.items():
        assert canonical(number) == form.encode()
    assert canonical([True, 1]) == b"[true,1]"


def test_what_means_the_same_has_the_same_form():
    rng = random.Random(3)
    for _ in range(200):
        members = [(rng.choice("ab\u20ac\U0001f600") + str(i), rng.choice([1, 1.5, None, "x", [{}], {"b": 1, "a": 2}]))
                   for i in range(rng.randrange(8))]
        form = canonical(dict(members))
        rng.shuffle(members)
        assert canonical(dict(members)) == form == canonical(Document(form))
        assert canonical(Document(standard.dumps(dict(members), indent=rng.randrange(3)))) == form
        assert loads(form) == dict(members)


def test_a_part_of_a_document_has_a_form():
    document = Document('{"x": {"b": 1.0, "a": [1E2]}}')
    assert canonical(document["x"]) == b'{"a":[100],"b":1}' and canonical(document["x"]["a"]) == b"[100]"


@pytest.mark.parametrize("value, message", [
    (2**70, 'no canonical form: a double does not hold the integer to its last digit, at the whole value'),
    (2**53 + 1, 'no canonical form: a double does not hold the integer to its last digit, at the whole value'),
    ({"a": [0, -(2**63) - 1]}, 'no canonical form: a double does not hold the integer to its last digit, at "/a/1"'),
    ([[], {"a": [0, {"b": 2**60 + 1}]}],
     'no canonical form: a double does not hold the integer to its last digit, at "/1/a/1/b"'),
    ({"a/b": {"c": 10**400}}, 'no canonical form: the number is beyond the largest double, at "/a~1b/c"'),
])
def test_integers_that_a_double_does_not_hold(value, message):
    for way in (value, Document(dumpb(value))):
        with pytest.raises(ValueError) as caught:
            canonical(way)
        assert str(caught.value) == message


def test_other_things_without_a_form():
    for value in (float("nan"), [float("inf")], {"a": float("-inf")}):
        with pytest.raises(ValueError, match="Out of range float"):
            canonical(value)
    for value in ("\ud800", {"\udfff": 1}):
        with pytest.raises(UnicodeEncodeError):
            canonical(value)
    with pytest.raises(ValueError, match='a surrogate without its other half is no character, at "/a"'):
        canonical(Document('{"a": "\\ud800"}'))
    with pytest.raises(ValueError, match='the key is repeated, at "/b/a"'):
        canonical(Document('{"b": {"a": 1, "\\u0061": 1}}'))
    with pytest.raises(TypeError, match="not JSON serializable"):
        canonical({"a": object()})
    for arguments, names in (((), {}), ((1, 2), {}), ((1,), {"indent": 2})):
        with pytest.raises(TypeError):
            canonical(*arguments, **names)
    assert canonical(obj=[]) == b"[]"


def failing(value):
    try:
        canonical(value)
    except Exception:
        return
    raise AssertionError("did not fail")


def test_nothing_is_kept():
    document = Document('{"b": [1, "text"], "a": 2.5}')
    cases = (lambda: canonical(document), lambda: canonical(document.to_python()), lambda: failing([2**53 + 1]),
             lambda: failing(float("nan")), lambda: failing(Document('["\\ud800"]')))

    def growth():
        gc.collect()
        before = sys.getallocatedblocks()
        for _ in range(200):
            for case in cases:
                case()
        gc.collect()
        return sys.getallocatedblocks() - before

    assert min(growth() for _ in range(4)) < 20
