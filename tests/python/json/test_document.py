"""Document: JSON text as it lies, which behaves as what loads makes of it."""

import array
import collections.abc
import copy
import gc
import json as standard
import mmap
import os
import pickle
import random
import subprocess
import sys
import time
import weakref

import pytest

from adyton import json as ours
from adyton.json import Document

EVERYTHING = (
    ' {"list" : [1, -2.5e-3, "text", "\u00e9\u20ac\U0001f600", "esc\\u00e9\\n\\ud83d\\ude00\\"", null, true, false,\n'
    '\t12345678901234567890, {}, [], [[[0]]]], "nested": {"a": {"b": ["c"]}}, "": 0,\r\n'
    '"k\\u0065y": {"list": [{"id": 1}, {"id": 2}]}, "\u20ac": "\\ud800", "twice": 1, "last": "end", "twice": [2]} ')
SMALL = b'{"a": [1, {"b": "c"}, [], 2.5, null], "d": "e"}'


def plain(value):
    """What loads would have made, put together with a Document's own ways."""
    if not isinstance(value, Document):
        return value
    if value.type == "object":
        return {key: plain(value[key]) for key in value}
    if value.type == "array":
        return [plain(value[i]) for i in range(len(value))]
    return value.to_python()


def outcome(function, *args, **kwargs):
    """What a call gave, a value or an error, in a form that is equal only for what nobody can tell apart."""
    try:
        value = function(*args, **kwargs)
        return type(value), repr(value)
    except Exception as error:
        facts = [type(error), str(error)]
        if isinstance(error, ours.JSONDecodeError):
            facts += [error.msg, error.doc, error.pos, error.lineno, error.colno]
        return tuple(facts)


def through_document(text):
    return outcome(lambda: Document(text).to_python())


def strictly(text):
    return outcome(ours.loads, text, allow_nan=False)


def random_value(rng, depth=0):
    kind = rng.randrange(8 if depth < 5 else 6)
    if kind == 6:
        return [random_value(rng, depth + 1) for _ in range(rng.randrange(6))]
    if kind == 7:
        return {random_text(rng): random_value(rng, depth + 1) for _ in range(rng.randrange(30 if depth < 2 else 4))}
    return [None, True, rng.randrange(-10**rng.randrange(1, 25), 10**20), rng.uniform(-1e9, 1e9), random_text(rng),
            False][kind]


def random_text(rng):
    return "".join(rng.choice('ab"\\/\n{}[]:, \u00e9\u20ac\U0001f600') for _ in range(rng.randrange(12)))


# --- what is in it -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(60))
def test_everything_in_it_is_what_loads_makes(seed):
    rng = random.Random(seed)
    value = random_value(rng)
    indent = rng.choice([None, None, 1, 8, "\t"])
    text = standard.dumps(value, indent=indent, ensure_ascii=rng.random() < 0.5)
    for source in (text, text.encode()):
        document = Document(source)
        assert plain(document) == document.to_python() == value == ours.loads(source)
        assert document == value and not document != value
        assert document.raw == text.encode().strip()


def test_a_document_of_everything():
    expected = ours.loads(EVERYTHING)
    document = Document(EVERYTHING)
    assert plain(document) == expected
    assert repr(plain(document)) == repr(expected)
    assert list(document) == list(expected) and len(document) == len(expected) == 7
    assert document["key"]["list"][-1]["id"] == 2
    assert document["list"][4] == "esc\u00e9\n\U0001f600\""
    assert document["\u20ac"] == "\ud800"
    assert document["list"][8] == 12345678901234567890


def test_scalars_are_documents_of_their_own():
    for text, kind in (("17", "number"), (' "\\n" ', "string"), ("true", "boolean"), ("null", "null"), ("1e400", "number")):
        document = Document(text)
        assert document.type == kind
        assert document.to_python() == ours.loads(text)
        assert document == ours.loads(text) and bool(document) == bool(ours.loads(text))
        assert document.raw == text.strip().encode()
        assert document.at("") is document
        for failing in (len, iter, reversed, lambda d: d[0], lambda d: d["a"], lambda d: 1 in d):
            with pytest.raises(TypeError, match="to_python"):
                failing(document)
        for failing in (document.keys, document.values, document.items, lambda: document.get("a")):
            with pytest.raises(TypeError, match="is for JSON objects, this is a " + kind):
                failing()


def test_raw_is_the_value_as_it_lies():
    document = Document(b' {"a" : [1.50 , {"b":\t"\\u00e9"} ]\n}\n')
    assert document.raw == b'{"a" : [1.50 , {"b":\t"\\u00e9"} ]\n}'
    assert document["a"].raw == b'[1.50 , {"b":\t"\\u00e9"} ]'
    assert document["a"][1].raw == b'{"b":\t"\\u00e9"}'


def test_an_integer_of_many_digits_is_read_when_it_is_touched():
    document = Document("[1, " + "9" * 10_000 + ", 3]")
    assert document[0] == 1 and document[2] == 3
    with pytest.raises(ValueError, match="digits"):
        document[1]


# --- as an array, as an object -----------------------------------------------------------------------------


def test_an_array_is_used_as_a_list():
    expected = [0, "one", [2], {"three": 3}, None, 5.5]
    document = Document(standard.dumps(expected))
    assert [plain(v) for v in document] == expected
    assert [plain(v) for v in reversed(document)] == expected[::-1]
    for index in range(-6, 6):
        assert document[index] == expected[index]
    for index in (6, -7, 10**30, -10**30):
        with pytest.raises(IndexError):
            document[index]
    for part in (slice(None), slice(1, 4), slice(None, None, -1), slice(-2, None), slice(5, 1, -2), slice(9, 20)):
        got = document[part]
        assert type(got) is list and [plain(v) for v in got] == expected[part]
    assert "one" in document and [2] in document and {"three": 3} in document and None in document
    assert "two" not in document and [3] not in document
    for index in ("a", 1.0, None):
        with pytest.raises(TypeError, match="indices of a JSON array must be integers or slices"):
            document[index]
    assert document[True] == "one"
    with pytest.raises(TypeError):
        document[0] = 1


def test_an_object_is_used_as_a_dict():
    expected = {"a": 1, "b": [2], "c": {"d": None}, "": "", "\u20ac": 1.5}
    document = Document(standard.dumps(expected))
    assert list(document) == list(document.keys()) == list(expected)
    assert [plain(v) for v in document.values()] == list(expected.values())
    assert [(k, plain(v)) for k, v in document.items()] == list(expected.items())
    assert list(reversed(document)) == list(reversed(document.keys())) == list(reversed(expected))
    assert len(document) == len(document.keys()) == len(document.values()) == len(document.items()) == 5
    assert "a" in document and "x" not in document and 1 not in document and None not in document
    assert document.get("a") == 1 and document.get("x") is None and document.get("x", 7) == 7
    assert document.get(1, 2) == 2
    for key in ("x", 1, None, ("a",), "A", "a\0"):
        with pytest.raises(KeyError) as caught:
            document[key]
        assert caught.value.args == (key,)
    for key in ([], slice(1)):
        for use in (document.__getitem__, document.__contains__, document.get):
            with pytest.raises(TypeError, match="unhashable"):
                use(key)
        if sys.version_info >= (3, 12):
            break  # slices have a hash from there on
    with pytest.raises(TypeError):
        document["a"] = 1
    with pytest.raises(TypeError, match="1 or 2 positional arguments but 3"):
        document.get(1, 2, 3)


def test_keys_and_items_are_sets():
    document = Document('{"a": 1, "b": 2, "c": [3]}')
    assert document.keys() == {"a", "b", "c"} == document.keys()
    assert document.keys() & {"a", "z"} == {"a"} and document.keys() | {"z"} == {"a", "b", "c", "z"}
    assert document.keys() - {"a"} == {"b", "c"} and document.keys() ^ {"a", "z"} == {"b", "c", "z"}
    assert document.keys() > {"a"} and document.keys() <= {"a": 1, "b": 2, "c": 3}.keys()
    assert document.keys().isdisjoint(["x"])
    assert ("a", 1) in document.items() and ("a", 2) not in document.items() and ("c", [3]) in document.items()
    assert "a" in document.keys() and 2 in document.values()
    for view, kind in ((document.keys(), collections.abc.KeysView), (document.values(), collections.abc.ValuesView),
                       (document.items(), collections.abc.ItemsView), (iter(document), collections.abc.Iterator)):
        assert isinstance(view, kind)
    assert repr(document.keys()) == "DocumentKeys(['a', 'b', 'c'])"


@pytest.mark.parametrize("fill", [0, 40])
def test_of_a_repeated_key_the_last_value_stands_in_the_first_ones_place(fill):
    more = "".join(f'"x{i}": {i}, ' for i in range(fill))
    text = '{"a": 1, "b": 2, ' + more + '"\\u0061": [3], "c": 4, "b": {"d": 5}}'
    document = Document(text)
    expected = ours.loads(text)
    assert plain(document) == expected and list(document) == list(expected) and len(document) == len(expected)
    assert [(k, plain(v)) for k, v in document.items()] == list(expected.items())
    assert [plain(v) for v in document.values()] == list(expected.values())
    assert document["a"] == [3] and document.at("/b/d") == 5


def test_iterators_end_for_good():
    for text in ("[1, 2]", '{"a": 1}', "[]", "{}"):
        for iterator in (iter(Document(text)), reversed(Document(text))):
            list(iterator)
            assert list(iterator) == []
            assert next(iterator, "end") == "end"


def test_truth_is_that_of_the_value():
    for text in ("{}", "[ ]", " { } ", '""', "0", "0.0", "false", "null"):
        assert not Document(text)
    for text in ('{"": 0}', "[0]", '" "', "1", "true"):
        assert Document(text)


def test_documents_are_equal_if_their_values_are():
    assert Document("[1, 2]") == Document("[1,2.0]") == [1, 2]
    assert Document('{"a": 1, "b": []}') == {"b": [], "a": 1}
    assert [1, {"x": [2]}] == Document('[1, {"x": [2]}]')
    assert Document("[1]") != Document("[2]") and Document("[1]") != [2] and Document("[]") != Document("{}")
    assert Document("[1]") != (1,) and Document("{}") != [] and Document("[]") is not None and Document("[]") != 0
    assert Document("1") != "1" and Document('"a"') == "a" and Document("1") != Document("[1]")
    assert Document(SMALL)["a"] == Document(b'{"a": [1, {"b": "c"}, [], 2.5, null], "d": "e"}')["a"]
    with pytest.raises(TypeError):
        Document("1") < Document("2")
    with pytest.raises(TypeError, match="unhashable"):
        hash(Document("1"))


def test_repr_shows_a_little():
    assert repr(Document('{"a": 1}')) == """Document('{"a": 1}')"""
    assert eval(repr(Document('["\u20ac\\n"]'))) == ["\u20ac\n"]
    long = repr(Document('["' + "\u20ac" * 10**6 + '"]'))
    assert long.startswith("<Document of 3000004 bytes: '[\"\u20ac") and len(long) < 120


def test_copies_are_itself_and_pickles_are_its_text():
    document = Document(SMALL)
    view = document["a"][1]
    assert copy.copy(view) is view and copy.deepcopy([view])[0] is view
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        again = pickle.loads(pickle.dumps(view, protocol))
        assert type(again) is Document and again.raw == view.raw and again == view


def test_documents_are_written_as_they_lie():
    document = Document('{"a" : [1.50, "\u20ac\U0001f600", "\\u00e9"]}')
    for value in (document, [document], {"k": document["a"]}, ("x", document["a"])):
        plain_value = standard.loads(ours.dumpb(value))
        assert plain_value == standard.loads(ours.dumps(value)) == standard.loads(ours.dumps(value, indent=2))
    assert ours.dumpb(document) == document.raw
    assert ours.dumpb([document["a"], 1]) == b'[[1.50, "\xe2\x82\xac\xf0\x9f\x98\x80", "\\u00e9"],1]'
    assert ours.dumps({"x": document["a"]}) == '{"x": [1.50, "\\u20ac\\ud83d\\ude00", "\\u00e9"]}'
    assert ours.dumps(document["a"], ensure_ascii=False) == document["a"].raw.decode()
    assert ours.dumpb([1, 2], default=str) == b"[1,2]" and ours.dumpb([document["a"][:1]]) == b"[[1.5]]"
    assert ours.dumpb(document, default=lambda o: "never") == document.raw
    assert ours.dumpb(object(), default=lambda o: document) == document.raw
    assert ours.dumpb(Document(" 1e5 ")) == b"1e5"


def test_the_type_is_closed():
    with pytest.raises(TypeError):
        type("Mine", (Document,), {})
    with pytest.raises(AttributeError):
        Document("1").raw = b""
    for call in (lambda: Document(), lambda: Document("1", "2"), lambda: Document(data="1"),
                 lambda: Document.__new__(Document), lambda: Document.__new__(Document, data="1")):
        with pytest.raises(TypeError, match="exactly one positional argument"):
            call()
    assert Document.__new__(Document, "[1]") == [1]


# --- what it is made of ------------------------------------------------------------------------------------


class Bytes(bytes):
    pass


class Text(str):
    pass


class Canary:
    pass


def test_text_may_come_in_any_way():
    with mmap.mmap(-1, len(SMALL)) as mapped:
        mapped.write(SMALL)
        sources = [SMALL, bytearray(SMALL), memoryview(SMALL), memoryview(b"x" + SMALL + b"x")[1:-1],
                   memoryview(bytearray(SMALL)).toreadonly(), array.array("B", SMALL), mapped, Bytes(SMALL),
                   SMALL.decode(), Text(SMALL.decode()), "\ufeff".encode() + SMALL, SMALL.decode().encode("utf-16"),
                   SMALL.decode().encode("utf-16-be"), SMALL.decode().encode("utf-32"), memoryview(SMALL).cast("b")]
        for source in sources:
            document = Document(source)
            assert document == ours.loads(SMALL) and document.raw == SMALL
    for text in ("[\"\u00e9\"]", "[\"\u20ac\"]", "[\"\U0001f600\"]"):
        assert Document(text)[0] == Document(text.encode())[0] == Document(text.encode("utf-16"))[0] == text[2]


def test_what_is_no_text_is_refused():
    for source in (1, None, ["[1]"], open):
        with pytest.raises(TypeError, match="takes str or a bytes-like object, not"):
            Document(source)
    with pytest.raises(BufferError):
        Document(memoryview(b"1 2 3 ")[::2])


def test_a_buffer_that_changes_later_changes_nothing():
    source = bytearray(SMALL)
    document = Document(source)
    view = document["a"]
    source[:] = b"\0" * len(source)
    source.extend(b"more")  # it is not locked
    assert document == ours.loads(SMALL) and view == ours.loads(SMALL)["a"]


def test_bytes_are_not_copied():
    kept = 0
    for size in range(100_000, 104_000, 100):
        source = b'["' + b"x" * size + b'"]'
        before = sys.getrefcount(source)
        document = Document(source)
        kept += sys.getrefcount(source) - before
        if sys.getrefcount(source) > before:
            assert sys.getsizeof(document) < 1000
    # What ends just at a page's end is; and every text, where the address sanitizer demands it.
    assert kept >= 35 or "asan" in sys.executable


@pytest.mark.parametrize("make", [bytes, bytearray, memoryview, lambda b: b.decode(), lambda b: b.decode() + "\u20ac "[1:]])
def test_views_keep_the_text(make):
    for size in (10, 5000, 300_000):
        text = make(b'{"fill": "' + b"x" * size + b'", "a": [[1, 2], {"b": "value"}]}')
        document = Document(text)
        views = [document["a"], document["a"][1], document.keys(), iter(document["a"]), document.items()]
        del document, text
        gc.collect()
        junk = [b"y" * size for _ in range(20)]
        assert views[0] == [[1, 2], {"b": "value"}] and views[1]["b"] == "value"
        assert list(views[2]) == ["fill", "a"] and next(views[3]) == [1, 2] and dict(views[4])["a"][0][1] == 2
        del junk


# --- what is wrong with it ---------------------------------------------------------------------------------


@pytest.mark.parametrize("text", [EVERYTHING, SMALL.decode(), '{"a":{"b":[{"c":[1.5e-7,-0]}]}}', '"\\u12aB\\n"'])
def test_a_text_cut_anywhere_is_refused_as_loads_refuses_it(text):
    for size in range(len(text)):
        assert through_document(text[:size]) == strictly(text[:size])
    encoded = text.encode()
    for size in range(len(encoded)):
        for piece in (encoded[:size], b" " * 200 + encoded[:size]):
            assert through_document(piece) == strictly(piece)


def test_a_text_broken_anywhere_is_refused_as_loads_refuses_it():
    encoded = SMALL + b' "\xc3\xa9"'
    encoded = b'{"a": [1, {"b": "c\\n\\u00e9"}, [], 2.5e1, null, true], "d": "\xc3\xa9\xe2\x82\xac"}'
    for byte in b'"\\{}[],:\x00\x01\x1f x0-.eEtn\x80\xc3\xff':
        for place in range(len(encoded)):
            broken = encoded[:place] + bytes([byte]) + encoded[place + 1:]
            if b"\0" in broken[:4]:
                continue  # another encoding
            assert through_document(broken) == strictly(broken)


@pytest.mark.parametrize("text", ["NaN", "[Infinity]", '{"a": -Infinity}', "", " ", "[1,]", '{"a":1,}', "[1] 2", "\ufeff[]",
                                  "[1\u00a0]", "'a'", '{"a" 1}', "{1: 2}", "[01]", "[1.]", "[+1]", "tru", '["\t"]'])
def test_errors_are_those_of_loads(text):
    with pytest.raises(ours.JSONDecodeError):
        Document(text)
    assert through_document(text) == strictly(text)


def test_positions_are_in_characters():
    for source in ('["\u20ac\U0001f600", ?]', '["\u20ac\U0001f600", ?]'.encode()):
        with pytest.raises(ours.JSONDecodeError) as caught:
            Document(source)
        assert caught.value.pos == 7 and caught.value.colno == 8


def test_surrogates_and_what_is_no_utf_8():
    for source in (b'"\xed\xa0\x80"', b'["\xff"]', b'"\xc3"', b'"\xf4\x90\x80\x80"', b"\xff", b'"\xc0\x80"'):
        with pytest.raises(UnicodeDecodeError):
            Document(source)
    with pytest.raises(UnicodeEncodeError):
        Document('["\ud800"]')
    assert Document('"\\ud800"').to_python() == "\ud800"
    assert Document('{"\\ud800": 1}')["\ud800"] == 1


def test_documents_nest_as_deep_as_loads_reads():
    limit = sys.getrecursionlimit() if sys.version_info < (3, 12) else max(10_000, sys.getrecursionlimit())
    for text in ("[" * limit + "]" * limit, '{"a":' * limit + "1" + "}" * limit):
        document = Document(text)
        assert document.raw == text.encode()
        deepest = document
        for _ in range(limit - 1):
            deepest = deepest[0] if text[0] == "[" else deepest["a"]
        assert len(deepest) == (0 if text[0] == "[" else 1)
        deeper = "[" + text + "]"
        assert outcome(Document, deeper) == strictly(deeper)
        with pytest.raises(RecursionError):
            Document(deeper)


# --- what it costs -----------------------------------------------------------------------------------------


def test_all_of_a_large_object_and_array_in_no_quadratic_time():
    count = 100_000
    large = {f"key {i}": [i] for i in range(count)}
    document = Document(ours.dumpb({"object": large, "array": list(large.values()), "numbers": list(range(count))}))
    start = time.perf_counter()
    members, array_, numbers = document["object"], document["array"], document["numbers"]
    for i in range(0, count, 7):
        assert members[f"key {i}"][0] == i and f"kex {i}" not in members
        assert document["object"].get(f"key {i}")[0] == i and document["array"][-count + i][0] == i
        assert array_[i][0] == i and numbers[count - 1 - i] == count - 1 - i and len(members) == len(array_) == count
        assert document.at(f"/object/key {i}/0") == i and document.at(f"/array/{i}/0") == i
    assert sum(1 for _ in members.items()) == count
    # One by one it would be half a minute at the very least.
    assert time.perf_counter() - start < 10


def failing(function, *args):
    try:
        function(*args)
    except Exception:
        return
    raise AssertionError("did not fail")


MANY = b'{"' + b'": 1, "'.join(b"key %d" % i for i in range(400)) + b'": [2]}'


def use_all(source=SMALL):
    document = Document(source)
    list(document.items()), list(document.values()), list(reversed(document)), document.keys() & {"a"}
    document["a"][1]["b"], document["a"][::2], document.at("/a/1/b"), document.raw, document.to_python(), repr(document)
    failing(document.at, "/a/9"), failing(document.__getitem__, "x"), failing(document["a"].__getitem__, 9)
    pickle.loads(pickle.dumps(document["a"]))


def use_tables():
    document = Document(MANY)
    for i in range(0, 400, 50):
        document[f"key {i}"]
    len(document), list(document), iter(document)


CASES = {
    "use": use_all,
    "str": lambda: use_all(SMALL.decode()),
    "wide str": lambda: Document('["\u20ac"]')[0],
    "bytearray": lambda: use_all(bytearray(SMALL)),
    "utf-16": lambda: use_all(SMALL.decode().encode("utf-16")),
    "tables": use_tables,
    "cut": lambda: [failing(Document, SMALL[:n]) for n in range(len(SMALL))],
    "type": lambda: failing(Document, 1),
    "bad bytes": lambda: failing(Document, b'["\xff"]'),
    "surrogate": lambda: failing(Document, '["\ud800"]'),
    "abandoned iterators": lambda: (next(iter(Document(SMALL))), next(iter(Document(MANY).items()))),
}


@pytest.mark.parametrize("name", CASES)
def test_nothing_is_kept(name):
    case = CASES[name]

    def growth():
        gc.collect()
        before = sys.getallocatedblocks()
        for _ in range(100):
            case()
        gc.collect()
        return sys.getallocatedblocks() - before

    assert min(growth() for _ in range(4)) < 20


MEMORY = """
import mmap
from adyton.json import Document

MANY = b'{"' + b'": 1, "'.join(b"key %d" % i for i in range(400)) + b'": [2]}'

def resident():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * mmap.PAGESIZE

def many():
    for i in range(25_000):
        Document(b'{"n": %d, "list": [[], [], [], [], [], [], [], [], [], [], [], []]}' % i)["list"][3]
        if i % 50 == 0:
            large = Document(MANY)
            for i in range(0, 400, 50):
                large[f"key {i}"]
            len(large), list(large), iter(large)

many()
before = resident()
for _ in range(4):
    many()
print(resident() - before)
"""


def test_memory_of_many_documents_comes_back():
    # A sanitizer's malloc would hold much of what was freed.
    environment = os.environ | {"ASAN_OPTIONS": "detect_leaks=0:quarantine_size_mb=1"}
    done = subprocess.run([sys.executable, "-c", MEMORY], capture_output=True, text=True, check=True, env=environment)
    assert int(done.stdout) < 8 << 20


def test_the_collector_has_nothing_to_do_with_it():
    document = Document(SMALL)
    assert not gc.is_tracked(document) and not gc.is_tracked(document["a"]) and not gc.is_tracked(iter(document))

    source = Bytes(SMALL)
    source.document = Document(source)  # would be a cycle, if the document kept this very object
    source.canary = Canary()
    gone = weakref.ref(source.canary)
    del source
    assert gone() is None


def test_a_large_documents_parts_are_small():
    document = Document(b"[" + b", ".join([b'{"a": [1, 2, 3]}'] * 10_000) + b"]")
    assert sys.getsizeof(document[5]) < 64
    assert sys.getsizeof(document) < len(document.raw) * 2


def test_every_level_of_vectors_gives_the_same():
    code = (
        "import hashlib, sys\n"
        "from adyton.json import Document\n"
        "def walk(v):\n"
        "    if not isinstance(v, Document): return repr(v)\n"
        "    if v.type == 'array': return '[' + ','.join(map(walk, v)) + ']'\n"
        "    return '{' + ','.join(repr(k) + ':' + walk(x) for k, x in v.items()) + '}'\n"
        "text = sys.stdin.buffer.read()\n"
        "out = [walk(Document(text))]\n"
        "for cut in range(0, len(text), 37):\n"
        "    try: Document(text[:cut])\n"
        "    except ValueError as error: out.append(str(error))\n"
        "print(hashlib.sha256(repr(out).encode()).hexdigest())\n")
    rng = random.Random(5)
    text = standard.dumps([random_value(rng) for _ in range(40)], indent=2, ensure_ascii=False).encode()
    digests = {level: subprocess.run([sys.executable, "-c", code], input=text, capture_output=True, check=True,
                                     env=os.environ | {"ADYTON_VECTORS": level}).stdout for level in ("portable", "avx2", "avx512")}
    assert len(set(digests.values())) == 1


def test_documents_outlive_their_module():
    subprocess.run([sys.executable, "-c",
                    "import sys, gc\n"
                    "from adyton import json\n"
                    "d = json.Document('{\"a\": [1, {\"b\": 2}]}'); v = d['a']; k = d.keys(); i = iter(v)\n"
                    "del sys.modules['adyton.json'], sys.modules['adyton'].json, json\n"
                    "gc.collect()\n"
                    "assert v[1]['b'] == 2 and list(k) == ['a'] and next(i) == 1\n"
                    "del d, v, k, i\n"
                    "gc.collect()\n"], check=True)


def test_what_the_docstring_shows():
    doc = Document(b'{"users": [{"name": "Zo\\u00eb"}, {"name": "Ada"}]}')
    assert (doc["users"][-1]["name"], len(doc["users"]), "groups" in doc) == ("Ada", 2, False)
    assert doc.at("/users/0").raw == b'{"name": "Zo\\u00eb"}'
    assert Document.__doc__ and all(getattr(Document, name).__doc__ for name in
                                    ("at", "get", "keys", "values", "items", "to_python", "raw", "type"))


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32"])
def test_a_second_byte_order_mark_is_no_value(encoding):
    data = '\ufeff{"a": 1}'.encode(encoding)
    with pytest.raises(standard.JSONDecodeError, match="Expecting value") as fault:
        Document(data)
    assert fault.value.pos == 0
