"""What makes loads fast must not show: dicts that share their keys, keys that are foreseen, vectors."""

import copy
import decimal
import gc
import itertools
import json as standard
import os
import pathlib
import pickle
import random
import string
import subprocess
import sys
import weakref

import pytest

from adyton import json as ours


def repeated(count):
    """A dict of `count` keys, read often enough that its like are made the short way."""
    document = standard.dumps({f"key {n}": n for n in range(count)})
    for _ in range(12):
        value = ours.loads(document)
    return value


def agree(document, **options):
    """Both modules' values; read again and again, because documents are remembered."""
    expected = standard.loads(document)
    for _ in range(8):
        assert repr(ours.loads(document, **options)) == repr(expected)
    return expected


# Dicts.

@pytest.mark.parametrize("count", [1, 2, 5, 6, 10, 11, 21, 29, 30, 31, 60, 119, 120, 121, 127, 128, 129, 200])
def test_a_dict_of_a_repeated_shape_is_like_any_other(count):
    plain = {f"key {n}": n for n in range(count)}
    for change in [
        lambda d: d,
        lambda d: d.update(new=1),
        lambda d: d.update({f"key {count - 1}": "x"}),
        lambda d: d.pop("key 0"),
        lambda d: (d.pop("key 0"), d.update({"key 0": 7})),
        lambda d: d.popitem(),
        lambda d: [d.popitem() for _ in range(count)],
        lambda d: d.clear(),
        lambda d: (d.clear(), d.update(a=1)),
        lambda d: d.setdefault("key 0", 3),
        lambda d: d.setdefault("other", 3),
        lambda d: d.update({1: 2}),
        lambda d: [d.__delitem__(key) for key in list(d)[::2]],
        lambda d: [d.__setitem__(f"more {n}", n) for n in range(50)],
        lambda d: d.__ior__({"x": []}),
    ]:
        value, twin = repeated(count), dict(plain)
        change(value), change(twin)
        assert repr(value) == repr(twin) and len(value) == len(twin)
        assert list(reversed(value)) == list(reversed(twin))
        assert list(value.items())[::3] == list(twin.items())[::3]
    value = repeated(count)
    for same in (value.copy(), copy.deepcopy(value), dict(value), {**value}, value | {},
                 pickle.loads(pickle.dumps(value)), dict.fromkeys(value, 0) | value):
        assert same == plain and list(same) == list(plain)
    assert value == plain and value != {**plain, "key 0": None}
    assert all(key in value and value[key] == plain[key] for key in plain) and "x" not in value
    assert "key 0x" not in value and value.get("y") is None


def test_dicts_of_one_shape_are_apart():
    values = [ours.loads(f'{{"a": {n}, "b": [{n}]}}') for n in range(30)]
    values[3]["a"] = "changed"
    values[4]["c"] = "added"
    del values[5]["a"]
    values[6].clear()
    for n in set(range(30)) - {3, 4, 5, 6}:
        assert values[n] == {"a": n, "b": [n]} and list(values[n]) == ["a", "b"]
    assert values[3:7] == [{"a": "changed", "b": [3]}, {"a": 4, "b": [4], "c": "added"}, {"b": [5]}, {}]


def test_such_dicts_serve_as_namespaces():
    class Thing:
        pass

    for _ in range(50):  # often enough for the interpreter to specialise its instructions
        thing = Thing()
        thing.__dict__ = ours.loads('{"x": 1, "y": 2}')
        thing.x += 1
        thing.z = 3
        del thing.y
        assert vars(thing) == {"x": 2, "z": 3}
    space = repeated(5)
    exec("def f():\n return len(key)\nkey = 'four'\nresult = [f() for _ in range(50)][-1]", space)
    assert space["result"] == 4 and space["key 4"] == 4


def test_the_collector_sees_through_such_dicts():
    class Probe:
        pass

    for document in ('{"other": 1, "self": []}', '{"other": {"x": [[]]}, "self": []}', '{"self": [], "other": 1}'):
        for _ in range(8):
            value = ours.loads(document)
        gone = []
        probe = Probe()
        weakref.finalize(probe, gone.append, 1)
        value["self"].extend([value, probe])
        del probe, value
        gc.collect()
        assert gone == [1]


def test_a_dict_of_scalars_is_no_burden_to_the_collector():
    for _ in range(8):
        value = ours.loads('{"a": 1, "b": "c"}')
    assert not gc.is_tracked(value)
    value["a"] = []
    assert gc.is_tracked(value)


# Keys.

def test_keys_come_in_every_order_and_number():
    names = ["a", "bb", "ccc", "an ordinary key", "a key that is longer than thirty-one bytes: yes",
             "exactly thirty-one bytes long!!", "exactly thirty-two bytes it is!!", "k" * 48, "k" * 49,
             "k" * 127, "k" * 128, "ключ", "名前", "😀", "quote\\\"d", "\\u0061\\n", ""]
    generator = random.Random(5)
    for _ in range(300):
        chosen = generator.sample(names, generator.randint(0, len(names)))
        members = ", ".join(f'"{name}": {generator.randint(0, 9)}' for name in chosen)
        document = f'[{{{members}}}, {{{members}}}]'
        assert ours.loads(document) == standard.loads(document)
        assert list(ours.loads(document.encode())[1]) == list(standard.loads(document)[1])


def test_a_key_that_is_foreseen_wrongly_is_read_as_it_stands():
    for _ in range(8):
        ours.loads('{"first": 1, "second": 2, "third": {"x": 1}}')
    for other in ('{"first": 1, "second_": 2}', '{"first": 1, "secon": 2}', '{"first": 1, "second\\u0020": 2}',
                  '{"first": 1, "second" : 2}', '{"first": 1, "second":2, "third":[{"y": 1}]}', '{"first": 1}',
                  '{"first": 1, "first": 2, "second": 3}', '{"second": 1, "first": 2}', '{"first\\u0022": 1}'):
        agree(other)
    for broken in ('{"first": 1, "second', '{"first": 1, "second"', '{"first": 1, "second":', '{"first": 1, ',
                   '{"first": 1, "second" 2}', '{"first": 1, "second": }', '{"first", "second": 2}'):
        with pytest.raises(standard.JSONDecodeError) as theirs:
            standard.loads(broken)
        with pytest.raises(standard.JSONDecodeError, match=f"char {theirs.value.pos}\\)$"):
            ours.loads(broken)


def test_a_control_character_in_a_key_is_not_remembered_as_allowed():
    document = '{"a\tb": 1, "c\nd": 2}'
    for _ in range(12):
        assert ours.loads(document, strict=False) == {"a\tb": 1, "c\nd": 2}
    with pytest.raises(standard.JSONDecodeError, match="Invalid control character"):
        ours.loads(document)


def test_keys_of_one_hash_are_told_apart():
    """The hash looks at the length, the first, the last and the middle eight bytes (key_cache.cpp)."""
    letters = string.ascii_lowercase
    keys = ["ABCDEFGH" + "".join(pair) + "IJKLMN" + "MIDDLE_8" + "OPQRST" + x + y + "TAIL____"
            for pair in itertools.product(letters[:6], repeat=2) for x in letters[:2] for y in letters[:2]]
    assert len({(len(key), key[:8], key[16:24], key[-8:]) for key in keys}) == 1
    for start in range(0, len(keys), 3):
        some = keys[start:start + 7]
        agree(standard.dumps({key: n for n, key in enumerate(some)}))
    agree(standard.dumps([{key: n} for n, key in enumerate(keys)]))
    # Two whose hashes are the same by chance, one of them the other's beginning.
    short, long = "bt9ok9ox", "bt9ok9ox9"
    agree(standard.dumps([{long: 0}, {short: 1}]))
    for keys in itertools.product((short, long), repeat=5):
        agree(standard.dumps([{key: n} for n, key in enumerate(keys)]))


def test_shapes_without_end_are_no_harm():
    generator = random.Random(9)
    names = [f"name {n}" for n in range(40)]
    for _ in range(60):
        value = [{name: n for name in generator.sample(names, 8)} for n in range(300)]
        document = standard.dumps(value)
        assert ours.loads(document) == value


def test_nothing_is_left_on_a_str():
    documents = ['["é"]', '["€", "€"]', '["😀", "a😀"]', '{"é": "é"}']
    for document in documents:
        size = sys.getsizeof(document)
        value = ours.loads(document)
        assert sys.getsizeof(document) == size
        for text in value:
            fresh = "".join(map(chr, map(ord, text)))
            assert sys.getsizeof(text) == sys.getsizeof(fresh)


# Duplicate keys.

def test_duplicate_keys_first_and_last():
    for document in ('{"a": 1, "b": 2, "a": 3}', '{"a": 1, "\\u0061": 2, "b": {"x": [], "x": {}}}',
                     '{"k": 1' + ', "k": 2' * 200 + "}"):
        pairs = []
        standard.loads(document, object_pairs_hook=lambda each: pairs.append(each))
        for _ in range(6):
            first = ours.loads(document, duplicate_keys="first")
            assert repr(ours.loads(document, duplicate_keys="last")) == repr(standard.loads(document))
            def keep_first(members):
                kept = {}
                for key, value in members:
                    kept.setdefault(key, value)
                return kept
            assert repr(first) == repr(standard.loads(document, object_pairs_hook=keep_first))


@pytest.mark.parametrize("document, key, position", [
    ('{"a": 1, "a": 2}', "a", 9),
    ('[{"é": 1, "b": {"x": 1, "x": 2}}, ?]', "x", 24),
    ('{"a": 1, "b": 2, "\\u0061": 3}', "a", 17),
    ('{"€€": {"b": 1}, "c": {"b": 1}, "€€": 0}', "€€", 32),
])
def test_duplicate_keys_error_names_key_and_place(document, key, position):
    for _ in range(6):
        for text in (document, document.encode()):
            with pytest.raises(standard.JSONDecodeError) as caught:
                ours.loads(text, duplicate_keys="error")
            assert caught.value.pos == position and caught.value.msg == f"Repeated key {key!r}"
            with pytest.raises(standard.JSONDecodeError, match="Repeated key"):
                ours.loads(text, duplicate_keys="error", object_hook=dict)


def test_duplicate_keys_error_lets_the_others_pass():
    for _ in range(8):
        assert ours.loads('[{"a": 1, "b": {"a": 1}}, {"a": 2}]', duplicate_keys="error") == [
            {"a": 1, "b": {"a": 1}}, {"a": 2}]


def test_duplicate_keys_is_one_of_three():
    for wrong in ("none", 1, None):
        with pytest.raises(ValueError, match="'last', 'first' or 'error'"):
            ours.loads("{}", duplicate_keys=wrong)
    with pytest.raises(ValueError, match="object_pairs_hook"):
        ours.loads("{}", duplicate_keys="error", object_pairs_hook=list)
    assert ours.loads('{"a": 1}', duplicate_keys="last", object_pairs_hook=list) == [("a", 1)]


# Numbers.

def test_decimals_are_exact_and_those_of_the_hook():
    def hook(text):
        return decimal.Decimal(text)

    numbers = ["1.5", "-0.0", "1e5", "1E+05", "-1.50e-7", "0.1", "1.10", "12345678901234567890.12345678901234567890",
               "1e400", "-1e-400", "9" * 60 + ".5", "1e999999", "0e0"]
    document = "[" + ", ".join([*numbers, "1", "-7", "123456789012345678901234567890", "NaN", "-Infinity"]) + "]"
    for text in (document, document.encode()):
        assert repr(ours.loads(text, parse_float=decimal.Decimal)) == repr(standard.loads(text, parse_float=hook))
    assert ours.loads('{"a": [1.10, "2.50"]}', parse_float=decimal.Decimal) == {"a": [decimal.Decimal("1.10"), "2.50"]}
    with decimal.localcontext() as context:
        context.prec = 3
        assert str(ours.loads("1.23456789", parse_float=decimal.Decimal)) == "1.23456789"
    huge = "1e9999999999999999999999"
    for options in ({"parse_float": decimal.Decimal}, {"parse_float": hook}):
        with pytest.raises(decimal.InvalidOperation):
            ours.loads(f"[1.5, {huge}]", **options)


def test_a_type_derived_from_decimal_is_called():
    class Money(decimal.Decimal):
        def __new__(cls, text):
            return super().__new__(cls, "0" + text)

    value = ours.loads("[1.25]", parse_float=Money)
    assert type(value[0]) is Money and str(value[0]) == "1.25"


def test_integers_around_every_limit():
    around = {10 ** n + d for n in range(24) for d in (-1, 0, 1)}
    around |= {2 ** n + d for n in range(140) for d in (-1, 0, 1)}
    around |= set(range(-300, 1100))
    values = sorted(around | {-n for n in around})
    for blanks in ("", " " * 70):
        agree("[" + ",".join(map(str, values)) + "]" + blanks)
        for value in values:
            assert repr(ours.loads(str(value) + blanks)) == str(value)


def test_floats_are_rounded_as_pythons():
    generator = random.Random(3)
    texts = []
    for _ in range(30_000):
        digits = "".join(generator.choices("0123456789", k=generator.randint(1, 21)))
        whole = str(int(digits[:generator.randint(0, len(digits))] or 0))
        fraction = digits[-generator.randint(1, len(digits)):]
        exponent = generator.choice(["", "", f"e{generator.randint(-340, 320)}", f"E+{generator.randint(0, 30):03}"])
        texts.append(f"{generator.choice(['', '-'])}{whole}.{fraction}{exponent}")
    texts += [repr(generator.random() * 10.0 ** generator.randint(-320, 308)) for _ in range(30_000)]
    for n in range(54, 70):  # halfway between two doubles, and next to it
        texts += [f"{2 ** n + 2 ** (n - 53) * odd + d}.{tail}" for odd in (1, 3) for d in (-1, 0, 1)
                  for tail in ("0", "5", "0000001")]
    texts += ["2.2250738585072011e-308", "2.2250738585072014e-308", "4.9e-324", "2.4e-324", "1.7976931348623157e308",
              "1.7976931348623159e308", "0.0e99999", "9007199254740993.0", "9007199254740992.5", "1e22", "1e23"]
    value = ours.loads("[" + ",".join(texts) + "]")
    for text, got in zip(texts, value, strict=True):
        assert repr(got) == repr(float(text)), text
        assert repr(ours.loads(text)) == repr(float(text)), text


# Texts.

def strings(generator):
    alphabets = ["abcdefgh", "aé", "жя", "名前東京", "😀a", "a\n\"\\/\b\f\r\t", "\ud800\udc00x", "ÿĀ", "\uffff\U00010000",
                 "\x7f\x80\u07ff\u0800", "abcdefghijklmnopé"]
    for size in [*range(0, 70), 100, 1000, 1022, 1023, 1024, 1025, 2047, 4096, 5000, 9000]:
        for alphabet in alphabets:
            yield "".join(generator.choices(alphabet, k=size))
        yield "a" * size + "é" + "b" * size + "名" * size + "😀"
        yield "名" * size + "a" * 5 + "ж" * size


def test_strings_of_every_kind_and_length():
    value = list(strings(random.Random(1)))
    for ensure_ascii in (True, False):
        for indent in (None, 1):
            document = standard.dumps(value, ensure_ascii=ensure_ascii, indent=indent)
            for text in (document, document.encode("utf-8", "surrogatepass")):
                for got, wanted in zip(ours.loads(text), standard.loads(document), strict=True):
                    assert got == wanted and sys.getsizeof(got) == sys.getsizeof(wanted)
    for text in value[::5]:  # each at the end of its document
        document = standard.dumps(text, ensure_ascii=False)
        assert ours.loads(document.encode("utf-8", "surrogatepass")) == standard.loads(document)


def test_white_space_of_every_kind_and_length():
    generator = random.Random(2)
    for _ in range(300):
        def space():
            size = generator.choice([0, 0, 1, 1, 2, 5, 15, 16, 17, 31, 32, 33, 64, 100])
            return "".join(generator.choices(" \n\r\t", k=size))
        parts = ["[", "1", ",", "{", '"a"', ":", "[", "]", ",", '"b"', ":", "{", "}", "}", ",", '"x"', "]"]
        document = space() + "".join(part + space() for part in parts)
        assert ours.loads(document) == [1, {"a": [], "b": {}}, "x"]
        at = generator.randrange(len(document))
        for wrong in ("\x0b", "\x00", "\xa0", "\u2028"):
            broken = document[:at] + wrong + document[at:]
            try:
                standard.loads(broken)
            except standard.JSONDecodeError as error:
                with pytest.raises(standard.JSONDecodeError) as caught:
                    ours.loads(broken)
                assert (caught.value.msg, caught.value.pos) == (error.msg, error.pos)


def corpora():
    folder = pathlib.Path(os.environ.get("ADYTON_TEST_DATA", pathlib.Path(__file__).parents[4] / "shared" / "data"))
    return sorted(path for path in folder.rglob("*.json") if 100_000 < path.stat().st_size) if folder.is_dir() else []


def test_a_corpus_cut_at_sampled_lengths_is_an_error():
    generator = random.Random(4)
    found = corpora()
    if not found:
        pytest.skip("no corpora: set ADYTON_TEST_DATA")
    for path in found[:6]:
        text = path.read_bytes().rstrip()
        try:
            ours.loads(text)
        except (ValueError, RecursionError):
            continue
        sizes = {*range(0, 50), *(len(text) - n for n in range(1, 50)), *(generator.randrange(len(text)) for _ in range(60))}
        for size in sizes:
            with pytest.raises((standard.JSONDecodeError, UnicodeDecodeError)):
                ours.loads(text[:size])


def test_a_pretty_document_cut_at_every_length_is_an_error():
    value = [{"id": n, "name": "ü" * n, "tags": ["a", "b\n"], "real": n / 7, "deep": {"x": [None, True]}} for n in range(4)]
    for options in ({}, {"indent": 2}, {"separators": (",", ":"), "ensure_ascii": False}):
        text = standard.dumps(value, **options).encode()
        assert ours.loads(text) == value
        for size in range(len(text)):
            with pytest.raises((standard.JSONDecodeError, UnicodeDecodeError)):
                ours.loads(text[:size])


# Memory.

@pytest.mark.parametrize("options", [{}, {"parse_float": decimal.Decimal}, {"duplicate_keys": "first"},
                                     {"duplicate_keys": "error"}, {"object_hook": dict}],
                         ids=["plain", "decimal", "first", "error", "hook"])
def test_a_hundred_thousand_documents_leave_nothing(options):
    generator = random.Random(6)
    names = [f"field {n}" for n in range(30)]
    documents = []
    for n in range(200):
        value = {name: generator.choice([n, n / 3, "text", "é€", [1, {}], {"a": {"b": n}}])
                 for name in generator.sample(names, generator.randint(0, 12))}
        text = standard.dumps(value, ensure_ascii=n % 2 == 0)
        documents.append(text)
        documents.append(text[:generator.randrange(len(text))])           # cut
        documents.append('{"x": 1, "y": [2.5, "z"], "x": ' + text + "}")  # repeated
        documents.append(text.replace(":", ";", 1).encode() + b"\xff")

    def read_all():
        for document in documents:
            try:
                ours.loads(document, **options)
            except (ValueError, RecursionError):
                pass

    def blocks():
        gc.collect()
        return sys.getallocatedblocks()

    for _ in range(10):
        read_all()
    before = blocks()
    for _ in range(100_000 // len(documents) // 4):
        read_all()
    assert blocks() - before < 200


# Every level of vector instructions.

@pytest.mark.parametrize("level", ["portable", "avx2", "avx512"])
def test_every_level_of_vector_instructions_gives_the_same(level):
    folder = pathlib.Path(__file__).parent
    tests = [folder / "test_loads.py", folder / "test_suite.py", __file__]
    result = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-x", *map(str, tests),
         "-k", "not every_level and not hundred_thousand"],
        env={**os.environ, "ADYTON_VECTORS": level}, capture_output=True, text=True, timeout=300)
    assert result.returncode == 0, result.stdout[-3000:]


@pytest.mark.parametrize("text", [b"[1e7777738888888888888", b"[" + b"1" * 5000, b"[" * 100_000],
                         ids=["decimal", "digits", "depth"])
def test_bytes_that_are_no_text_are_to_blame_first(text):
    for options in ({}, {"parse_float": decimal.Decimal}):
        with pytest.raises(UnicodeDecodeError):
            ours.loads(text + b"\xdf\xdf", **options)
