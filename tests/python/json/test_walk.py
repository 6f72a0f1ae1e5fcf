"""What the fast path of dumps takes directly from Python's objects, and when it must let go of it."""

import gc
import json as standard
import os
import random
import resource
import sys

import pytest

from adyton import json as ours


def compact(value, **options):
    return standard.dumps(value, ensure_ascii=False, separators=(",", ":"), **options).encode()


class Instance:
    pass


def dicts():
    """One of every way in which CPython keeps a dict's members."""
    yield {"a": 1, "b": [2], "c": {}}
    yield {1: "a", 2: [1], -3: {}}
    yield {"a": 1, 2: "b", None: 3, 1.5: 4, True: 5}
    first, second = Instance(), Instance()
    for instance in (first, second):
        instance.x, instance.y, instance.z = 1, [2], "three"
    yield first.__dict__
    yield second.__dict__
    backwards = Instance()
    backwards.z, backwards.y, backwards.x = 1, 2, 3
    yield backwards.__dict__
    del first.y
    yield first.__dict__
    first.y = "again"
    yield first.__dict__
    with_holes = {str(i): i for i in range(100)}
    for i in range(0, 100, 3):
        del with_holes[str(i)]
    yield with_holes
    emptied = dict.fromkeys("abc")
    emptied.clear()
    yield emptied
    yield {"x" * i: i for i in range(300)}
    yield dict.fromkeys(range(1000), None)
    yield {f"é{i}€": "😀" * i for i in range(40)}


@pytest.mark.parametrize("options", [{}, {"sort_keys": True}, {"indent": 2}], ids=str)
def test_dicts_of_every_make(options):
    for value in dicts():
        for document in (value, [value, value], {"k": value}):
            if options.get("sort_keys") and len({type(key) for key in value}) > 1:
                continue
            assert ours.dumps(document, **options) == standard.dumps(document, **options)
            if "indent" not in options:
                assert ours.dumpb(document, **options) == compact(document, **options)


def test_keys_sort_as_python_sorts_them():
    pick = random.Random(1)
    letters = "aAzZ09é\u00ff\u0100€\uffff\U00010000😀\x00\x7f"
    for _ in range(300):
        keys = ["".join(pick.choice(letters[:6] if _ % 2 else letters)
                        for _ in range(pick.randrange(20))) for _ in range(pick.randrange(60))]
        value = dict.fromkeys(keys, {"b": 1, "a": 2})
        assert ours.dumps(value, sort_keys=True) == standard.dumps(value, sort_keys=True)


def test_sorted_members_stay_while_default_takes_them_away():
    def take(_):
        inner.clear()
        outer.clear()
        gc.collect()
        return "gone"

    inner = {"b": object(), "a": [1], "c": ["kept " + str(1)]}
    outer = {"z": ["last " + str(2)], "y": inner}
    assert ours.dumpb(outer, default=take, sort_keys=True) == (
        b'{"y":{"a":[1],"b":"gone","c":["kept 1"]},"z":["last 2"]}')


def test_default_may_replace_a_table_by_another():
    def change(_):
        for key in list(value):
            del value[key]
        value.update({i: i for i in range(10)})
        return 0

    value = {"a": object(), **{str(i): [i] for i in range(9)}}
    assert ours.dumpb(value, default=change).startswith(b'{"a":0')
    shared = Instance()
    shared.a, shared.b = object(), 1
    values = shared.__dict__

    def grow(_):
        shared.c = 1

    with pytest.raises(RuntimeError, match="changed size"):
        ours.dumpb(values, default=grow)


def test_containers_on_the_way_live_until_they_are_written():
    def forget(_):
        document.clear()
        gc.collect()
        return None

    document = [[{"a": ([object(), "after " + str(3)],), "b": "then " + str(4)}]]
    assert ours.dumpb(document, default=forget) == b'[[{"a":[[null,"after 3"]],"b":"then 4"}]]'


def test_a_circle_is_found_before_it_fills_the_memory():
    large = "x" * 100_000
    circle = [large, large]
    value = {"a": circle, "b": 1}
    circle.append([value])  # three steps round: depths that double do not meet
    for _ in range(30):
        value = [value]
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for options in ({}, {"indent": 1}, {"sort_keys": True}):
        with pytest.raises(ValueError, match="Circular reference detected"):
            ours.dumpb(value, **options)
    # Up to the limit of recursion it would be 100 MB.
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 30_000


def test_an_object_met_again_deep_down_is_no_circle():
    # Those opened where the depth doubles are remembered: met beside the stack they mean nothing.
    for depth in (7, 8, 9, 15, 16, 17, 31, 32, 33, 63, 64, 65, 130):
        chain = shared = [1]
        for _ in range(depth):
            chain = [chain, shared, [shared, chain if len(ours.dumps(chain)) < 5000 else 0]]
        assert ours.dumps(chain) == standard.dumps(chain)


def test_code_in_a_circle_runs_once():
    calls = []

    class Derived(list):
        def __iter__(self):
            calls.append(1)
            return iter(inner)

    derived = Derived([0])
    inner = [[[[derived]]]]
    with pytest.raises(ValueError, match="Circular"):
        ours.dumps(inner)
    assert calls == [1]


def test_text_that_is_ready_as_utf8_is_taken_as_it_is():
    # Encoding leaves the UTF-8 of some strings with them.
    for text in ("é" * 3, "日本語" * 30, "😀", 'é"\n', "é\\", "ÿ" + "x" * 200, "€\x00"):
        fresh = "".join(list(text))
        before = ours.dumpb([fresh, {fresh: fresh}])
        print(fresh, file=open(os.devnull, "w", encoding="utf-8"))
        sys.intern(fresh)
        str.encode(fresh)
        try:
            import _testcapi
            _testcapi.unicode_asutf8andsize(fresh)
        except (ImportError, AttributeError):
            pass
        assert ours.dumpb([fresh, {fresh: fresh}]) == before == compact([fresh, {fresh: fresh}])


def test_a_str_grows_as_wide_as_its_characters_wherever_they_come():
    class Derived(list):
        pass

    for wide in ("é", "€", "😀", "\ud800", "ÿĀ", "é" * 5000, "€" * 5000, "😀" * 5000):
        for value in (wide, [wide], [1, "x" * 3000, wide, "after"], {wide: 1, "b": wide},
                      {"a": {wide: wide}}, {"a": 1.5, "b": [2, [wide, -3]]}, Derived([wide, 1]),
                      [1j, {"k": wide}], {None: wide}, [wide, "ÿ", "é€", 2**90, {"": [wide]}],
                      ["é", ["€", ["😀", [wide] * 3]]]):
            for options in ({}, {"indent": 1}, {"sort_keys": True}, {"separators": (",", ":")},
                            {"default": lambda _, wide=wide: [wide, {wide: wide}]}):
                options = {"default": str, **options, "ensure_ascii": False}
                if options.get("sort_keys") and isinstance(value, dict) and None in value:
                    continue
                got = ours.dumps(value, **options)
                assert got == standard.dumps(value, **options)
                # As narrow as Python itself would make it.
                assert sys.getsizeof(got) <= sys.getsizeof("".join(list(got))) * 9 // 8 + 64


def test_integers_of_every_size():
    values = [0]
    for bits in range(0, 140):
        for near in (-1, 0, 1):
            values += [(1 << bits) + near, -(1 << bits) + near]
    for digits in range(40):
        values += [10**digits - 1, 10**digits, -(10**digits)]
    assert ours.dumpb(values) == compact(values)
    assert ours.dumpb({v: v for v in values}) == compact({v: v for v in values})


def test_sizes_expected_from_the_last_document():
    # A document may be larger or smaller than those before it.
    for size in (10, 500_000, 3, 2_000, 600_000, 500_000, 70_000, 1):
        for text in ("x" * size, "é" * size):
            for value in (text, [text, 1], {"k": text}):
                result = ours.dumpb(value)
                assert result == compact(value)
                assert len(result) == len(bytes(bytearray(result)))
                assert ours.dumps(value) == standard.dumps(value)
    large = ours.dumpb(["x" * 100] * 10_000)
    ours.dumpb(["x" * 100] * 10_000)
    assert sys.getsizeof(large) == len(large) + sys.getsizeof(b"")
    assert hash(large) == hash(bytes(bytearray(large)))


def memory():
    with open("/proc/self/statm", encoding="ascii") as file:
        return int(file.read().split()[1]) * 4096


def test_a_hundred_thousand_documents_leave_nothing():
    if not os.path.exists("/proc/self/statm"):
        pytest.skip("there is no /proc")
    shared = {"k": "v" * 50}
    document = {"a": [1, 2.5, "text", "é€😀", None, True, 2**80], "b": shared, "c": {1: shared}}
    bad_key, lone, unknown = [document, {(): 1}], [document, "\ud800"], [document, [object()]]

    def fail(_):
        raise KeyError

    def round_of(count):
        for _ in range(count):
            ours.dumpb(document)
            ours.dumps(document)
            ours.dumpb(document, indent=1)
            ours.dumpb(document["b"], sort_keys=True)
            ours.dumpb(unknown, default=str)
            for value, options in ((bad_key, {}), (lone, {}), (unknown, {"default": fail}),
                                   (unknown, {}), ([document, {"é": lone}], {"sort_keys": True})):
                try:
                    ours.dumpb(value, **options)
                except (TypeError, KeyError, UnicodeEncodeError):
                    pass

    def now():
        gc.collect()
        return sys.getallocatedblocks(), sys.getrefcount(shared), sys.getrefcount(document)

    round_of(500)
    growth = []
    for _ in range(5):
        before, size = now(), memory()
        round_of(2_000)
        after = now()
        assert after[1:] == before[1:]
        growth.append((after[0] - before[0], memory() - size))
    # A leak grows every time; what the interpreter itself sets aside does not.
    assert min(blocks for blocks, _ in growth) < 20
    assert min(size for _, size in growth) < 256 << 10
