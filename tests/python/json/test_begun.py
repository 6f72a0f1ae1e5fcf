"""Documents that dumps and dumpb begin without a Serializer, and go on with where that ends."""

import dataclasses
import itertools
import json as standard
import random
import subprocess
import sys

import pytest

from adyton import json as ours


@dataclasses.dataclass
class Point:
    x: int = 1


class Whole(int):
    pass


class Box:
    """Its dict shares its keys with those of other boxes."""

    def __init__(self):
        self.first, self.second = 1, [2, {"x": None}]


def nested(depth):
    value = "innermost"
    for level in range(depth):
        value = [level, value, level] if level % 2 else {"a": level, "b": value, "c": level}
    return value


def within(depth, *around):
    """The last, and the only one but for a number, of what is around it, so many times."""
    value = ["innermost", 1.5]
    for level in range(depth):
        value = around[level % len(around)](value)
    return value


def alone(value):
    return [value]


def pair(value):
    return (1, value)


def member(value):
    return {"a": value}


def last_member(value):
    return {"a": 1, "b": value}


def without_last_member(value):
    value = {"a": [1], "b": value, "c": 3}
    del value["c"]
    return value


def without_first_members():
    value = {str(i): i for i in range(6)}
    for i in range(3):
        del value[str(i)]
    return value


def expected(value):
    """The text, in the forms of dumps and of dumpb."""
    text = {"default": dataclasses.asdict}
    return (standard.dumps(value, **text),
            standard.dumps(value, ensure_ascii=False, separators=(",", ":"), **text).encode())


# What the beginning has to leave to the Serializer, and what looks like it.
STOPS = [
    *(nested(depth) for depth in (7, 9, 10, 11, 12, 30, 61, 62, 63, 64, 65, 100)), {1: 2}, {None: [1]}, {True: 1}, {"é": 1}, {"a": {2.5: "x"}}, Whole(7),
    2**70, -2**63, [2**64], float("inf"), float("nan"), Point(), [Point()], vars(Box()), without_first_members(),
    "x" * 900, "x" * 3950, "x" * 5000, "é" * 100, "é" * 900, "\x01" * 200, "\x01" * 900, "東京", "😀" * 300, (), [], {}, ((),), ("a",),
    "\"\\", list(range(2000)), {str(i): i for i in range(500)},
]


def beside(value):
    """Documents with `value` inside, at the first, a middle and the last place of what is around it."""
    yield value
    for around in itertools.product(("", "one", "one, two"), repeat=2):
        before, behind = (text.split(", ") if text else [] for text in around)
        yield [*before, value, *behind]
        yield (*before, value, *behind)
        yield {"k" + str(i): item for i, item in enumerate([*before, value, *behind])}
        yield {"list": [*before, value, *behind], "more": [1, [2, value], {"x": value}]}
        yield [[[*before, {"in": [value, *behind]}], 1], 2, value]


@pytest.mark.parametrize("stop", STOPS, ids=lambda stop: repr(stop)[:30])
def test_goes_on_where_the_beginning_ended(stop):
    for value in beside(stop):
        text, utf8 = expected(value)
        assert ours.dumps(value) == text
        assert ours.dumpb(value) == utf8


def test_every_length_up_to_more_than_there_is_room_for():
    for size in range(3700, 4300, 3):
        for value in ("a" * size, ["a" * (size // 2), "b" * (size // 2), 1.5], {"a" * size: [None, {}]},
                      {"k": "é" * (size // 8), "list": [1] * (size // 4)}):
            text, utf8 = expected(value)
            assert ours.dumps(value) == text
            assert ours.dumpb(value) == utf8


def test_strs_alone_of_every_length_with_what_must_be_escaped_at_every_place():
    class Text(str):
        pass

    for size in range(70):
        plain = "".join(chr(33 + i % 90) for i in range(size)).translate({34: "~", 92: "~"})
        assert ours.dumps(plain) == standard.dumps(plain) == f'"{plain}"'
        assert ours.dumpb(plain) == f'"{plain}"'.encode()
        assert ours.dumpb(Text(plain)) == f'"{plain}"'.encode()
        for at in range(size):
            for special in ('"', "\\", "\n", "\0", "\x1f", " ", "\x7f", "é", "東", "😀"):
                text = plain[:at] + special + plain[at + 1:]
                short, utf8 = expected(text)
                assert ours.dumps(text) == short
                assert ours.dumpb(text) == utf8


def test_empty_containers_and_what_is_as_short():
    for value in ([], {}, (), "", 17, -1, [[]], {"": ""}, 1, "a"):
        text, utf8 = expected(value)
        for _ in range(3):
            assert (ours.dumps(value), ours.dumpb(value)) == (text, utf8)
            assert (type(ours.dumps(value)), type(ours.dumpb(value))) == (str, bytes)
            assert hash(ours.dumpb(value)) == hash(utf8)


def test_random_small_documents():
    rng = random.Random(1)

    def value(depth):
        kind = rng.randrange(12 if depth < 11 else 7)
        if kind < 7:
            return rng.choice([None, True, False, rng.randrange(-10**rng.randrange(1, 20), 10**18), rng.uniform(-9, 9),
                               "x" * rng.randrange(40), "é\n" * rng.randrange(9), *STOPS[10:14]])
        items = [value(depth + 1) for _ in range(rng.randrange(4))]
        if kind < 9:
            return items
        return tuple(items) if kind == 9 else {f"k{i}" if i != 2 else 2: item for i, item in enumerate(items)}

    for _ in range(4000):
        document = value(0)
        text, utf8 = expected(document)
        assert ours.dumps(document) == text
        assert ours.dumpb(document) == utf8


@pytest.mark.parametrize("around", [(alone,), (pair,), (member,), (last_member,), (without_last_member,), (alone, member),
                                    (pair, member, alone, last_member), (without_last_member, alone, member)])
def test_every_depth_of_what_is_last(around):
    for depth in [*range(1, 70), *range(250, 262), 300]:
        value = within(depth, *around)
        for document in (value, [value, value], {"first": value, "then": [value, 1]}):
            text, utf8 = expected(document)
            assert ours.dumps(document) == text
            assert ours.dumpb(document) == utf8


@pytest.mark.parametrize("size", [*range(3600, 4200, 7)])
def test_the_brackets_of_deep_documents_have_room(size):
    for depth in (1, 30, 62, 254):
        document = ["x" * (size - depth), within(depth, alone), within(depth, pair), within(depth, member)]
        text, utf8 = expected(document)
        assert ours.dumps(document) == text
        assert ours.dumpb(document) == utf8


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="the standard library has a limit of its own")
def test_a_low_recursion_limit_holds_for_small_documents():
    code = """
import json as standard, sys
from adyton import json
value = []
for _ in range(40):
    value = [value]
sys.setrecursionlimit(30)
for function in (json.dumps, json.dumpb, standard.dumps):
    try:
        function(value)
    except RecursionError:
        print("refused")
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False)
    assert done.stdout.split() == [b"refused"] * 3, done.stderr.decode()


@pytest.mark.parametrize("around", [lambda value: value, lambda value: [1, value], lambda value: {"a": 1, "b": [value]}])
def test_errors_are_those_of_the_whole_document(around):
    with pytest.raises(TypeError, match="not JSON serializable"):
        ours.dumpb(around(object()))
    with pytest.raises(UnicodeEncodeError):
        ours.dumpb(around("\ud800"))
    with pytest.raises(UnicodeEncodeError):
        ours.dumpb(around({"\udfff": 1}))
    assert ours.dumps(around("\ud800")) == standard.dumps(around("\ud800"))
    with pytest.raises(TypeError, match="keys must be"):
        ours.dumps(around({(1, 2): 3}))
    circle = [1]
    circle.append(around(circle))
    with pytest.raises(ValueError, match="Circular reference detected"):
        ours.dumps(circle)


def test_what_python_code_changes_meanwhile_is_seen():
    class Changing:
        pass

    document = [1, {"a": 2, "b": Changing(), "c": 3}, 4]

    def change(_):
        document.append("later")
        return "changed"

    assert ours.dumpb(document, default=change) == b'[1,{"a":2,"b":"changed","c":3},4,"later"]'


@pytest.mark.parametrize("depth", [1, 2, 5, 30])
def test_what_comes_behind_the_last_element_meanwhile_is_seen(depth):
    class Changing:
        pass

    inner = [Changing(), [{"x": 1}]]
    around = inner
    for level in range(depth):
        around = [around] if level % 2 else {"d": around}
    outer = [around]

    def change(_):
        outer.append("later")
        inner.append({"y": [2]})
        return "changed"

    expected = '["changed",[{"x":1}],{"y":[2]}]'
    for level in range(depth):
        expected = f"[{expected}]" if level % 2 else f'{{"d":{expected}}}'
    assert ours.dumpb(outer, default=change).decode() == f'[{expected},"later"]'
