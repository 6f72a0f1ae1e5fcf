"""adyton.json.dumps, dump and dumpb beside the standard library's."""

import collections
import enum
import io
import json as standard
import math
import sys

import pytest

from adyton import json as ours
from conftest import without_advice


class Text(str):
    pass


class Whole(int):
    def __repr__(self):
        return "not this"


class Real(float):
    def __repr__(self):
        return "not this"


class Pair(list):
    def __iter__(self):
        return iter(["iterated"])


class Mapped(dict):
    def items(self):
        return [("from items", 1)]


class FalseList(list):
    def __bool__(self):
        return False


class FalseMapping(dict):
    def __bool__(self):
        return False


class NoTruth(list):
    def __bool__(self):
        raise ArithmeticError("neither true nor false")


class Hollow(dict):
    def items(self):
        return []


class Colour(enum.IntEnum):
    RED = 1


Point = collections.namedtuple("Point", "x y")

VALUES = [
    None, True, False, 0, -1, 2**63 - 1, -(2**63), 2**63, 10**40, 0.0, -0.0, 1.5, 1e16, 1e-5,
    math.pi, math.nan, math.inf, -math.inf, "", "plain", "quote \" slash \\ /",
    "\b\f\n\r\t\x00\x1f\x7f", "é", "€", "😀", "mixed é€😀 and more than sixteen characters", "\ud800",
    "a\udfffb\ud83d\ude00",
    [], (), {}, [[]], [{}], {"a": []}, [1, [2, [3, (4, 5)]]], {"b": 1, "a": {"d": [1], "c": None}},
    {1: 1, 2.5: 2, None: 3, True: 4, "x": 5, math.inf: 6, 10**30: 7}, {"é": "é", "\n": "\n"},
    Text("text"), Whole(7), Real(2.5), Colour.RED, {Colour.RED: Colour.RED, Whole(3): Real(4)},
    {Text("k"): Text("v")}, Point(1, 2), collections.OrderedDict(b=1, a=2), Pair([1, 2]), Pair(),
    Mapped(a=1), Mapped(), FalseList([1]), FalseMapping(a=1), NoTruth([1]), Hollow(a=1), Hollow(),
    collections.Counter("abca"), collections.defaultdict(list, a=[1]),
    {"x" * 5000: "y\n" * 5000}, list(range(2000)), {"a": object}, {b"a": 1}, {(1, 2): 3}, [object],
    b"bytes", {1, 2}, 1j, range(3), {"a": 1, 2: 3}, [math.nan], {math.nan: 1},
]

OPTIONS = [
    {}, {"ensure_ascii": False}, {"sort_keys": True}, {"skipkeys": True}, {"allow_nan": False},
    {"check_circular": False}, {"indent": 2}, {"indent": 0}, {"indent": -1}, {"indent": True},
    {"indent": "\t"}, {"indent": "→"}, {"indent": None}, {"separators": (",", ":")},
    {"separators": ["; ", " = "]}, {"separators": ("·", "→")}, {"separators": (",", "\ud800")},
    {"separators": Point(",", ":")}, {"separators": None}, {"indent": 1, "separators": ("", "")},
    {"default": repr}, {"default": None}, {"default": lambda o: [str(type(o)), {"nested": str(o)}]},
    {"sort_keys": True, "indent": 4, "ensure_ascii": False}, {"skipkeys": True, "indent": 1},
    {"allow_nan": False, "indent": 1, "skipkeys": True, "sort_keys": True},
    {"skipkeys": 1, "ensure_ascii": "", "check_circular": [], "sort_keys": 0.5},
]


def test_ints_of_every_length(dumps):
    """They lie in pieces of 30 bits, and are written directly up to 64."""
    for bits in range(130):
        for number in (2**bits + difference for difference in (-2, -1, 0, 1, 2)):
            for each in (number, -number):
                assert ours.dumps(each) == str(each)
                written = f'[{each},[{each}],{{"{each}":{each}}}]'
                assert ours.dumpb([each, (each,), {str(each): each}]) == written.encode()
                dumps({each: [each], "é€😀": each}, ensure_ascii=False)
                dumps([each, {each: each}], indent=1, sort_keys=True)


@pytest.mark.parametrize("options", OPTIONS, ids=str)
def test_every_value_under_every_option(options, dumps):
    for value in VALUES:
        dumps(value, **options)
        dumps([value, {"k": value}], **options)


@pytest.mark.parametrize("options", OPTIONS, ids=str)
def test_dump_writes_what_json_dump_writes(options):
    for value in VALUES:
        expected, got = io.StringIO(), io.StringIO()
        try:
            standard.dump(value, expected, **options)
        except Exception as error:
            with pytest.raises(type(error)) as caught:
                ours.dump(value, got, **options)
            assert without_advice(str(caught.value)) == str(error)
            assert got.getvalue() == ""
        else:
            assert ours.dump(value, got, **options) is None
            assert got.getvalue() == expected.getvalue()


@pytest.mark.parametrize("options", OPTIONS, ids=str)
def test_dumpb_is_compact_utf8(options):
    defaults = {"ensure_ascii": False}
    if options.get("indent") is None and options.get("separators") is None:
        defaults["separators"] = (",", ":")
    for value in VALUES:
        try:
            expected = standard.dumps(value, **{**options, **defaults}
                                      if "ensure_ascii" not in options
                                      else {**defaults, **options}).encode()
        except Exception as error:
            with pytest.raises(type(error)):
                ours.dumpb(value, **options)
        else:
            assert ours.dumpb(value, **options) == expected


def test_dumpb_refuses_a_lone_surrogate_and_says_which():
    for value in ("a\ud800", {"\udfff": 1}, ["\U0001F600\ud83d"]):
        with pytest.raises(UnicodeEncodeError, match="surrogates not allowed"):
            ours.dumpb(value)
    assert ours.dumpb("a\ud800", ensure_ascii=True) == b'"a\\ud800"'


def test_floats_are_written_as_repr():
    values = [m * 10.0**e for e in range(-30, 30) for m in (1, 1.1, 9.999999999999999, 123456789)]
    values += [math.ldexp(1, e) for e in range(-1074, 1024)]
    values += [math.nextafter(math.ldexp(1, e), s) for e in range(-1073, 1024) for s in (0, 1e309)]
    for value in values:
        assert ours.dumps(value) == repr(value)


def test_big_integers_up_to_the_interpreters_limit(dumps):
    limit = sys.get_int_max_str_digits()
    try:
        sys.set_int_max_str_digits(1000)
        dumps(10**999)
        assert isinstance(dumps([10**1000]).error, ValueError)
        dumps({10**1000: 1})
    finally:
        sys.set_int_max_str_digits(limit)


def test_circles_are_found(dumps):
    circle = []
    circle.append(circle)
    dumps(circle)
    for length in (1, 2, 50, 63, 64, 65, 200):
        first = innermost = {}
        for step in range(length):
            inner = [] if step % 2 else {}
            innermost.append(inner) if isinstance(innermost, list) else innermost.update(a=inner)
            innermost = inner
        innermost.append(first) if isinstance(innermost, list) else innermost.update(a=first)
        dumps(first)
        dumps(first, indent=1)
        below = first
        for _ in range(100):
            below = [below]
        assert str(dumps(below).error) == "Circular reference detected"
        assert str(dumps(below, default=repr, indent="").error) == "Circular reference detected"
    with pytest.raises(RecursionError):
        ours.dumps(circle, check_circular=False)


def test_the_same_object_beside_itself_is_no_circle(dumps):
    shared = {"a": [1]}
    dumps([shared, shared, {"x": shared, "y": [shared]}])
    deep = shared
    for _ in range(100):
        deep = [deep, deep[:1] if isinstance(deep, list) else deep]
        if len(ours.dumps(deep)) > 10_000:
            break
    dumps(deep)


def test_deep_objects_are_an_error_and_not_a_crash():
    array, mapping = [], {}
    for _ in range(200_000):
        array, mapping = [array], {"k": mapping}
    for value in (array, mapping, (array,)):
        for options in ({}, {"indent": 1}, {"sort_keys": True}, {"check_circular": False}):
            with pytest.raises(RecursionError):
                ours.dumps(value, **options)
            with pytest.raises(RecursionError):
                ours.dumpb(value, **options)


def test_what_loads_reads_dumps_writes_however_deep():
    limit = sys.getrecursionlimit()
    try:
        sys.setrecursionlimit(120_000)
        text = "[" * 120_000 + "]" * 120_000
        assert ours.dumps(ours.loads(text)) == text
    finally:
        sys.setrecursionlimit(limit)


def test_default_is_called_once_for_each_object(dumps):
    calls = []

    def default(value):
        calls.append(value)
        return [1j] if value == 2j else "one"

    assert ours.dumps([1j, 2j, 1j], default=default) == '["one", ["one"], "one"]'
    assert calls == [1j, 2j, 1j, 1j]


def test_default_that_comes_back_to_its_object_is_a_circle(dumps):
    value = object()
    calls = []

    def again(o):
        calls.append(o)
        return [o]

    assert str(dumps(value, default=again).error) == "Circular reference detected"
    assert len(calls) == 2
    dumps(value, default=lambda o: o)
    assert isinstance(ours_error(lambda: ours.dumps(value, default=again, check_circular=False)),
                      RecursionError)


def ours_error(function):
    try:
        function()
    except Exception as error:
        return error


def test_an_exception_in_default_comes_through(dumps):
    def fail(value):
        raise KeyError("from default")

    assert isinstance(dumps([1, {"a": object}], default=fail).error, KeyError)
    dumps(object, default=1)


def test_containers_may_change_while_default_runs():
    values = [1, object(), 2, [3]]

    def shrink(value):
        values.clear()
        return "gone"

    assert ours.dumps(values, default=shrink) == '[1, "gone"]'

    mapping = {"a": object(), "b": 1}

    def grow(value):
        mapping.update((str(i), i) for i in range(1000))
        return "grown"

    with pytest.raises(RuntimeError, match="changed size"):
        ours.dumps(mapping, default=grow)
    nested = {"a": {"b": object()}}

    def drop(value):
        del nested["a"]["b"], nested["a"]
        return 1

    assert ours.dumps(nested, default=drop, sort_keys=True) == '{"a": {"b": 1}}'


def test_items_that_are_no_pairs_are_refused(dumps):
    class Bad(dict):
        def items(self):
            return [("a", 1, 2)]

    dumps(Bad(a=1))


def test_cls_and_what_only_it_takes_go_to_the_standard_library(dumps):
    class Encoder(standard.JSONEncoder):
        def __init__(self, *, extra="none", **keywords):
            super().__init__(**keywords)
            self.extra = extra

        def default(self, value):
            return f"{self.extra} {value}"

    dumps([1j], cls=Encoder, extra="x")
    dumps([1j], cls=Encoder, indent=1)
    assert ours.dumpb(["é", 1j], cls=Encoder) == '["é","none 1j"]'.encode()
    out = io.StringIO()
    ours.dump([1j], out, cls=Encoder)
    assert out.getvalue() == '["none 1j"]'


def test_options_only_the_standard_library_understands(dumps):
    for options in ({"indent": 2.5}, {"indent": "x" * 3}, {"indent": []}, {"separators": ","},
                    {"separators": ",:"}, {"separators": (1, 2)}, {"separators": (",",)},
                    {"separators": iter(",:")}, {"nonsense": 1}):
        if "separators" in options and not isinstance(options["separators"], (str, tuple)):
            continue
        dumps([1, {"a": 2}], **options)


def test_truth_that_fails_comes_through(dumps):
    class Bad:
        def __bool__(self):
            raise ZeroDivisionError

    for name in ("skipkeys", "ensure_ascii", "check_circular", "allow_nan", "sort_keys"):
        with pytest.raises(ZeroDivisionError):
            ours.dumps({}, **{name: Bad()})


def test_arguments():
    assert ours.dumps(obj=[1]) == "[1]"
    with pytest.raises(TypeError, match="dumpb.. got an unexpected keyword argument 'nonsense'"):
        ours.dumpb(1, nonsense=1)
    for function in (ours.dumps, ours.dumpb):
        with pytest.raises(TypeError, match="missing 1 required positional argument: 'obj'"):
            function()
        with pytest.raises(TypeError, match="takes 1 positional argument but 2 were given"):
            function(1, 2)
    with pytest.raises(TypeError, match="'fp'"):
        ours.dump(1)


def test_outputs_around_the_sizes_at_which_memory_grows():
    for size in [*range(0, 40), *range(900, 1200), 4090, 4096, 4100, 70_000]:
        for character in "x\n€":
            text = character * size
            assert ours.dumps(text) == standard.dumps(text)
            assert ours.dumpb(text) == standard.dumps(text, ensure_ascii=False).encode()


@pytest.mark.parametrize("filler", ["x", "é", "€", "😀"])
def test_a_character_of_any_kind_beside_runs_of_every_length(filler):
    for c in '"\\\n\0\x01\x1f\x7f\x80ÿĀ\uffff\U00010000\U0010ffff':
        for size in range(131):
            value = [filler * size + c, c + filler * size, c * size + filler,
                     filler * (size // 2) + c + filler * (size - size // 2)]
            text = standard.dumps(value, ensure_ascii=False, separators=(",", ":"))
            assert ours.dumpb(value) == text.encode()
            assert ours.dumps(value) == standard.dumps(value)
            assert ours.dumps(value, ensure_ascii=False) == standard.dumps(value, ensure_ascii=False)


def test_a_text_is_no_wider_than_what_is_written_of_it():
    for left_out in ("é", "名", "😀"):
        text = ours.dumps({(1,): left_out, "": 7}, skipkeys=True, ensure_ascii=False)
        assert text == '{"": 7}'
        assert sys.getsizeof(text) == sys.getsizeof('{"": 7}')
