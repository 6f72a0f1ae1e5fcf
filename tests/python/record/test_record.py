"""Record: the mapping, its bytes, and the life of what it is made of."""

import collections.abc
import copy
import gc
import json
import pickle
import sys
import weakref

import pytest

from adyton.record import Record, RecordList

ONE = b'{ "b" : 1.50,\t"a":[ 1,2 ] , "n\\u0061me":"\\u00e9", "o":{"x": 1 } }'


def read(text):
    return Record.from_json(text)


def test_the_package_has_the_type():
    import adyton
    assert adyton.Record is Record


def test_it_is_a_mutable_mapping_and_its_parts_are_views():
    record = read(ONE)
    assert isinstance(record, Record)
    assert isinstance(record, collections.abc.MutableMapping)
    assert isinstance(record["a"], RecordList)
    assert isinstance(record["a"], collections.abc.MutableSequence)
    assert isinstance(record["o"], Record)
    assert isinstance(record.keys(), collections.abc.KeysView)
    assert isinstance(record.values(), collections.abc.ValuesView)
    assert isinstance(record.items(), collections.abc.ItemsView)


def test_pattern_matching_sees_a_mapping_and_a_sequence():
    match read(ONE):
        case {"a": [first, *_], "o": {"x": x}}:
            assert (first, x) == (1, 1)
        case _:
            pytest.fail("no match")


@pytest.mark.parametrize("text, value", [
    (b"17", 17), (b"-0", 0), (b" 1.50 ", 1.5), (b"-0.0", -0.0), (b"1e400", float("inf")), (b"true", True),
    (b"null", None), (b'"\\ud83d\\ude00"', "\U0001f600"), (b'"\\ud800"', "\ud800"), (b"9" * 30, int("9" * 30)),
    ('"é"', "é"), (bytearray(b"5"), 5), (memoryview(b"x6x")[1:2], 6),
])
def test_a_scalar_document_is_the_plain_value(text, value):
    got = read(text)
    assert got == value and type(got) is type(value) and repr(got) == repr(value)


@pytest.mark.parametrize("text", [
    b"", b" ", b"{", b"{]", b'{"a":}', b'{"a":1,}', b"[1,]", b"01", b"NaN", b'"\xff"', b"1 2", b'{"a" 1}', b'"\x00"',
    b'"\xed\xa0\x80"', b'["\xff"]', b'{"a": "\xed\xa0\x80"}', b"\xef\xbb\xbf{}", b"[" * 1025 + b"]" * 1025,
])
def test_what_is_not_json_is_a_value_error(text):
    with pytest.raises(ValueError):
        read(text)


def test_a_syntax_error_says_what_and_where():
    with pytest.raises(ValueError, match=r"not JSON: .* at byte 6"):
        read(b'{"a":}')


@pytest.mark.parametrize("value", [None, 1, ["x"]])
def test_only_text_is_read(value):
    with pytest.raises(TypeError):
        read(value)


def test_it_cannot_be_made_otherwise():
    with pytest.raises(TypeError):
        Record()
    with pytest.raises(TypeError):
        RecordList()


def test_a_text_as_deep_as_allowed_is_read_changed_and_written():
    record = read(b'{"a":' * 1024 + b"1" + b"}" * 1024)
    inner = record
    while isinstance(inner["a"], Record):
        inner = inner["a"]
    inner["a"] = 2
    assert record.to_json() == b'{"a":' * 1024 + b"2" + b"}" * 1024


def test_repr_goes_as_deep_as_that_of_dicts():
    def outcome(value):
        try:
            return repr(value)
        except RecursionError:
            return RecursionError

    plain = 1
    for _ in range(1024):
        plain = {"a": plain}
    record = read(b'{"a":' * 1024 + b"1" + b"}" * 1024)
    # The interpreter's limit decides: 3.11 gives up on both, 3.13 on neither.
    assert outcome(record) == outcome(plain)
    shallow = read(b'{"a":' * 100 + b"1" + b"}" * 100)
    assert repr(shallow) == "{'a': " * 100 + "1" + "}" * 100


def test_keys_are_found_by_their_unescaped_names():
    record = read(ONE)
    assert record["name"] == "é"
    assert "n\\u0061me" not in record
    record["name"] = 1
    assert b'"n\\u0061me":1' in record.to_json()


def test_values_are_made_once():
    record = read(b'{"s": "text of some length", "f": 1.5, "o": {}, "l": []}')
    for key in record:
        assert record[key] is record[key]
    assert next(iter(record.values())) is record["s"]


@pytest.mark.parametrize("key", [1, None, ("a", "b"), 1.5])
def test_a_key_that_is_no_string_is_not_there(key):
    record = read(ONE)
    assert key not in record
    assert record.get(key, 7) == 7
    with pytest.raises(KeyError) as caught:
        record[key]
    assert caught.value.args == (key,)
    with pytest.raises(KeyError):
        del record[key]
    with pytest.raises(TypeError, match="keys of a record are str"):
        record[key] = 1


def test_an_unhashable_key_is_a_type_error_as_with_a_dict():
    with pytest.raises(TypeError):
        read(ONE)[[]]


@pytest.mark.parametrize("value, kind, why", [
    ({1, 2}, TypeError, "set"), (b"x", TypeError, "bytes"), (object(), TypeError, "object"), (1j, TypeError, "complex"),
    (float("nan"), ValueError, "NaN"), (float("-inf"), ValueError, "infinities"), ([{"a": {3}}], TypeError, "set"),
    ({b"k": 1}, TypeError, "key of type bytes"),
])
def test_what_json_cannot_say_is_refused_at_the_assignment(value, kind, why):
    record = read(ONE)
    edits = [
        lambda: record.__setitem__("key of mine", value),
        lambda: record.update({"key of mine": value}),
        lambda: record.setdefault("key of mine", value),
    ]
    for edit in edits:
        with pytest.raises(kind, match=rf"cannot set 'key of mine': .*{why}"):
            edit()
    for edit in (lambda: record["a"].append(value), lambda: record["a"].insert(0, value),
                 lambda: record["a"].extend([1, value]), lambda: record["a"].__setitem__(0, value),
                 lambda: record["a"].__setitem__(slice(0, 1), [value])):
        with pytest.raises(kind, match=why):
            edit()
    assert record.to_json() == ONE


def test_assigning_a_value_to_its_own_place_changes_nothing():
    record = read(ONE)
    for key in record:
        record[key] = record[key]
    record["a"] += []
    record["a"][0] = record["a"][0]
    assert record.to_json() == ONE


def test_an_assigned_container_is_held_as_a_dict_holds_it():
    record = read(b'{"a": 1}')
    inner = {"list": []}
    record["inner"] = inner
    inner["list"].append(5)
    assert record["inner"] is inner
    assert record.to_json() == b'{"a": 1,"inner":{"list":[5]}}'
    inner["list"].append({6})
    with pytest.raises(TypeError, match="set"):
        record.to_json()


def test_views_of_other_records_are_written_with_their_bytes():
    one, other = read(b'{"v": {"n": 1.00 } }'), read(b'{"x":null}')
    other["x"] = one["v"]
    other["list"] = [one, {"k": one["v"]}]
    del one
    assert other.to_json() == b'{"x":{"n": 1.00 },"list":[{"v": {"n": 1.00 } },{"k":{"n": 1.00 }}]}'
    other["x"]["n"] = 2
    assert other.to_json().startswith(b'{"x":{"n": 2 },')


def test_a_record_in_itself_is_an_error_and_no_crash():
    def circular():
        record = read(b'{"a": {}, "l": []}')
        record["l"].append(record["a"])
        record["a"]["list"] = record["l"]
        return record

    record = circular()
    for use in (record.to_json, lambda: copy.deepcopy(record)):
        with pytest.raises(ValueError, match="in itself"):
            use()
    for use in (record.to_python, lambda: repr(record), lambda: record == circular()):
        with pytest.raises(RecursionError):
            use()
    with pytest.raises(ValueError, match="cannot set 'more': nested more than 1024 deep, or in itself"):
        read(b"{}")["more"] = record


class TestRepeatedKeys:
    TEXT = b'{"a": 1, "b": 2, "a" : 3, "c":4, "\\u0061": 5}'

    def test_the_last_is_read_and_counts_once(self):
        record = read(self.TEXT)
        assert record["a"] == 5
        assert list(record.items()) == [("a", 5), ("b", 2), ("c", 4)]
        assert len(record) == 3
        assert record.to_json() == self.TEXT

    def test_a_write_leaves_one(self):
        record = read(self.TEXT)
        record["a"] = 6
        assert record.to_json() == b'{"a": 6, "b": 2, "c":4}'
        assert list(record) == ["a", "b", "c"] and len(record) == 3

    def test_a_deletion_leaves_none(self):
        record = read(self.TEXT)
        del record["a"]
        assert "a" not in record
        assert record.to_json() == b'{"b": 2, "c":4}'

    def test_a_write_beside_them_leaves_them(self):
        record = read(self.TEXT)
        record["b"] = 0
        assert record.to_json() == self.TEXT.replace(b"2", b"0", 1)

    def test_a_write_during_iteration_is_no_structural_change(self):
        record = read(self.TEXT)
        for key in record:
            record[key] = 0
        assert record == {"a": 0, "b": 0, "c": 0}


@pytest.mark.parametrize("before, edit, after", [
    (b'{"a":1}', lambda r: r.__setitem__("b", 2), b'{"a":1,"b":2}'),
    (b'{ "a" : 1 }', lambda r: r.__setitem__("b", 2), b'{ "a" : 1,"b":2 }'),
    (b"{}", lambda r: r.__setitem__("b", 2), b'{"b":2}'),
    (b"{ }", lambda r: r.__setitem__("b", 2), b'{ "b":2}'),
    (b'{"a": 1, "b": 2, "c": 3}', lambda r: r.__delitem__("a"), b'{"b": 2, "c": 3}'),
    (b'{"a": 1, "b": 2, "c": 3}', lambda r: r.__delitem__("b"), b'{"a": 1, "c": 3}'),
    (b'{"a": 1, "b": 2, "c": 3}', lambda r: r.__delitem__("c"), b'{"a": 1, "b": 2}'),
    (b'{"a": 1}', lambda r: r.__delitem__("a"), b"{}"),
    (b'{"a": 1, "b": 2}', lambda r: r.clear(), b"{}"),
    (b'{"a": 1, "b": 2}', lambda r: (r.pop("a"), r.__setitem__("a", 3)), b'{"b": 2,"a":3}'),
    (b'{"l":[1, 2 ,3]}', lambda r: r["l"].append(4), b'{"l":[1, 2 ,3,4]}'),
    (b'{"l":[1, 2 ,3]}', lambda r: r["l"].insert(0, 0), b'{"l":[0,1, 2 ,3]}'),
    (b'{"l":[1, 2 ,3]}', lambda r: r["l"].insert(1, 0), b'{"l":[1,0, 2 ,3]}'),
    (b'{"l":[1, 2 ,3]}', lambda r: r["l"].pop(0), b'{"l":[2 ,3]}'),
    (b'{"l":[1, 2 ,3]}', lambda r: r["l"].pop(), b'{"l":[1, 2]}'),
    (b'{"l":[1, 2 ,3]}', lambda r: r["l"].__delitem__(1), b'{"l":[1 ,3]}'),
    (b'{"l":[3.0, 1, 2e0]}', lambda r: r["l"].sort(), b'{"l":[1, 2e0,3.0]}'),
    (b'{"l":[1, 2, 3]}', lambda r: r["l"].sort(), b'{"l":[1, 2, 3]}'),
    (b'{"o":{"p":{"q": 1 }}}', lambda r: r["o"]["p"].update(q="x"), b'{"o":{"p":{"q": "x" }}}'),
])
def test_the_bytes_of_an_edit(before, edit, after):
    record = read(before)
    edit(record)
    assert record.to_json() == after


@pytest.mark.parametrize("value, text", [
    ("é\n\"\\\x01\x7f", '"é\\n\\"\\\\\\u0001\x7f"'), ("a\ud800b\udfff", '"a\\ud800b\\udfff"'), ("\U0001f600", '"\U0001f600"'),
    (2**63, "9223372036854775808"), (-2**63, "-9223372036854775808"), (0.1, "0.1"), (1e16, "1e+16"), (-0.0, "-0.0"),
    (5e-324, "5e-324"), ((1, (2,)), "[1,[2]]"), ({1: 2, None: 3, True: 4, 1.5: 5}, '{"1":4,"null":3,"1.5":5}'), ({}, "{}"),
    ([], "[]"), (True, "true"), (None, "null"),
])
def test_how_values_are_written(value, text):
    record = read(b"{}")
    record["k"] = value
    assert record.to_json().decode() == '{"k":' + text + "}"


def test_subclasses_are_written_as_what_they_are():
    class Text(str):
        pass

    class Number(int):
        def __repr__(self):
            return "not this"

    class Real(float):
        def __repr__(self):
            return "not this"

    record = read(b"{}")
    record.update(a=Text("x"), b=Number(2), c=Real(1.5), d=collections.OrderedDict(z=1), e=Number(10**30))
    assert record.to_json() == b'{"a":"x","b":2,"c":1.5,"d":{"z":1},"e":1' + b"0" * 30 + b"}"


def test_views_of_keys_values_and_items():
    record = read(b'{"a":1,"b":2,"c":3}')
    assert list(record.keys()) == ["a", "b", "c"] == list(record)
    assert list(reversed(record.keys())) == ["c", "b", "a"] == list(reversed(record))
    assert list(record.values()) == [1, 2, 3] and list(reversed(record.values())) == [3, 2, 1]
    assert list(record.items()) == [("a", 1), ("b", 2), ("c", 3)]
    assert len(record.keys()) == len(record.values()) == len(record.items()) == 3
    assert "a" in record.keys() and 1 in record.values() and ("a", 1) in record.items()
    assert ("a", 2) not in record.items() and "a" not in record.items() and 9 not in record.values()
    assert record.keys() & {"a", "x"} == {"a"} and {"a", "x"} - record.keys() == {"x"}
    assert record.keys() | {"x"} == {"a", "b", "c", "x"} and record.keys() ^ {"a"} == {"b", "c"}
    assert record.keys() == {"a", "b", "c"} == record.keys() and record.keys() != {"a"}
    assert record.keys() > {"a"} and record.keys() >= {"a", "b", "c"} and {"a"} < record.keys()
    assert record.keys() == dict(a=1, b=2, c=3).keys() and record.items() == dict(a=1, b=2, c=3).items()
    assert record.keys().isdisjoint(["x"]) and not record.keys().isdisjoint(["a"])
    assert repr(record.keys()) == "RecordKeys(['a', 'b', 'c'])"
    assert (record.keys() == ["a", "b", "c"]) is False


@pytest.mark.parametrize("edit", [
    lambda record: record.__setitem__("new", 1), lambda record: record.__delitem__("a"), lambda record: record.clear(),
])
def test_a_structural_change_ends_an_iteration(edit):
    for iterate in (iter, reversed, lambda r: iter(r.items()), lambda r: iter(r.values())):
        record = read(b'{"a":1,"b":2,"c":3}')
        iterator = iterate(record)
        next(iterator)
        edit(record)
        with pytest.raises(RuntimeError, match="changed during iteration"):
            next(iterator)


def test_a_list_may_grow_during_its_iteration():
    values = read(b"[1,2,3]")
    for value in values:
        if value < 3:
            values.append(value + 10)
    assert values == [1, 2, 3, 11, 12]


@pytest.mark.parametrize("where", [slice(None, None, 2), slice(None, None, -2), slice(1, 5, 3),
                                   slice(4, 0, -3), slice(1, 4), slice(None)], ids=str)
def test_a_slice_is_deleted_around_elements_that_were_never_read(where):
    texts = ["1.0", '{"x": 1 }', "[2 ]", '"\\u0061"', "null", "[]"]
    record = read(('{"a":[' + ",".join(texts) + "]}").encode())
    del record["a"][where], texts[where]
    assert record.to_json() == ('{"a":[' + ",".join(texts) + "]}").encode()
    assert record["a"] == json.loads("[" + ",".join(texts) + "]")


def test_slices_and_sums_of_lists_are_plain():
    values = read(b"[1,2,3]")
    assert values[1:] == [2, 3] and type(values[1:]) is list and values[::-1] == [3, 2, 1]
    assert type(values + [4]) is list and values + [4] == [1, 2, 3, 4] and [0] + values == [0, 1, 2, 3]
    assert values + values == [1, 2, 3, 1, 2, 3]
    with pytest.raises(TypeError):
        values + (4,)


def test_lists_compare_with_lists_alone():
    values = read(b"[1,2]")
    assert values == [1, 2] and [1, 2] == values and values == read(b"[1, 2.0]")
    assert values != [1] and values != (1, 2) and values != "12" and values != [2, 1]


def test_sort_is_stable_takes_a_key_and_notices_changes():
    values = read(b'[{"k": 2, "n": 1}, {"k": 1, "n": 2}, {"k": 2, "n": 3}]')
    values.sort(key=lambda v: v["k"], reverse=True)
    assert [v["n"] for v in values] == [1, 3, 2]
    with pytest.raises(ValueError, match="modified during sort"):
        values.sort(key=lambda v: values.append(1) or 0)
    with pytest.raises(TypeError):
        read(b'[1,"a"]').sort()


def test_merging():
    record = read(b'{"a": 1}')
    assert type(record | {"b": 2}) is Record and (record | {"b": 2}).to_json() == b'{"a": 1,"b":2}'
    assert ({"b": 2} | record) == {"b": 2, "a": 1} and type({"b": 2} | record) is dict
    assert (record | read(b'{"a": 2}')) == {"a": 2}
    record |= [("c", 3)]
    assert record == {"a": 1, "c": 3}
    with pytest.raises(TypeError):
        record | [("c", 3)]
    record.update([("d", 4)], e=5)
    assert record == {"a": 1, "c": 3, "d": 4, "e": 5}
    with pytest.raises(ValueError):
        record.update([(1, 2, 3)])
    with pytest.raises(TypeError):
        record.update(5)


def test_wrong_numbers_of_arguments_are_type_errors():
    record = read(ONE)
    for call in (lambda: record.get(), lambda: record.get(1, 2, 3), lambda: record.pop(), lambda: record.setdefault(),
                 lambda: record["a"].insert(1), lambda: record["a"].pop(1, 2), lambda: record["a"].index()):
        with pytest.raises(TypeError, match="expected"):
            call()


def test_copies():
    record = read(ONE)
    record["new"] = {"x": 1}
    shallow, other, deep = record.copy(), copy.copy(record), copy.deepcopy(record)
    record["o"]["x"] = 2
    record["b"] = 0
    assert shallow["o"]["x"] == 2 and other["o"]["x"] == 2 and deep["o"]["x"] == 1
    assert shallow["b"] == other["b"] == deep["b"] == 1.5
    assert shallow["o"] is record["o"] and shallow["new"] is record["new"] and deep["new"] is not record["new"]


def test_pickling_keeps_the_bytes():
    record = read(ONE)
    again = pickle.loads(pickle.dumps(record))
    assert type(again) is Record and again.to_json() == ONE
    values = pickle.loads(pickle.dumps(record["a"]))
    assert type(values) is RecordList and values.to_json() == b"[ 1,2 ]"


def test_json_of_the_plain_form():
    record = read(ONE)
    record["a"].append({"z": record["o"]})
    plain = record.to_python()
    assert type(plain) is dict and type(plain["a"]) is list and type(plain["a"][2]["z"]) is dict
    assert json.loads(json.dumps(plain)) == plain == record


def test_an_integer_with_too_many_digits_is_refused_when_it_is_read():
    digits = b"7" * 5000
    record = read(b'{"big": ' + digits + b', "n": 1}')
    record["n"] = 2
    assert record.to_json() == b'{"big": ' + digits + b', "n": 2}'
    with pytest.raises(ValueError, match="digits"):
        record["big"]


def test_part_of_a_text_stays_readable_after_everything_else_is_gone():
    record = read(b'{"pad": "' + b"x" * 100_000 + b'", "o": {"list": [{"deep": "value"}]}}')
    inner = record["o"]["list"][0]
    del record
    gc.collect()
    junk = [b"y" * 100_100 for _ in range(50)]
    assert inner["deep"] == "value" and inner.to_json() == b'{"deep": "value"}'
    del junk


def test_an_iterator_keeps_its_record():
    iterator = iter(read(b'{"a": 1, "b": {"c": 2}}').items())
    gc.collect()
    assert dict(iterator) == {"a": 1, "b": {"c": 2}}


def test_cycles_are_collected():
    class Canary(dict):
        pass

    record = read(b'{"a": {"l": []}}')
    canary = Canary()
    canary["record"] = record
    record["a"]["l"].append(canary)
    gone = weakref.ref(canary)
    del record, canary
    gc.collect()
    assert gone() is None


def test_a_long_chain_of_records_is_freed_without_overflowing_the_stack():
    outermost = innermost = read(b'{"next": null}')
    for _ in range(200_000):
        innermost["next"] = read(b'{"next": null}')
        innermost = innermost["next"]
    del innermost
    del outermost
    gc.collect()


def test_nothing_is_leaked():
    def work():
        record = read(ONE)
        record["new"] = [1.5, {"x": record["o"]}]
        record["a"][0:1] = ["y", {"z": 1}]
        record["a"].sort(key=str)
        for key, value in record.items():
            record.get(key, value)
        del record["b"]
        record |= {"m": 1}
        record.pop("m"), record.popitem(), record.setdefault("q", [])
        try:
            record["bad"] = {object()}
        except TypeError:
            pass
        try:
            read(b"{")
        except ValueError:
            pass
        copy.copy(record), copy.deepcopy(record), pickle.loads(pickle.dumps(record)), repr(record)
        assert record == record.to_python()
        record["self"] = record
        return record.keys() | {"x"}

    def blocks_after(times):
        for _ in range(times):
            work()
        gc.collect()
        return sys.getallocatedblocks()

    counts = [blocks_after(1000) for _ in range(6)]
    # A leak grows every time; what the interpreter itself sets aside does not.
    assert min(after - before for before, after in zip(counts, counts[1:])) < 100


def test_reference_counts_of_values_are_balanced():
    value = ["kept by the test"]
    before = sys.getrefcount(value)
    record = read(b'{"a": 1}')
    record["a"] = value
    record["b"] = value
    record.setdefault("c", value), record.setdefault("c", value)
    record.update(d=value)
    record["l"] = value
    record.pop("b"), record.get("a"), record["c"]
    del record["d"]
    other = record.copy()
    record.clear()
    other["a"] = None
    del record, other
    gc.collect()
    assert sys.getrefcount(value) == before


def test_values_are_documented():
    for object_ in (Record, RecordList, Record.from_json, Record.to_json, RecordList.sort):
        assert object_.__doc__
    assert sys.modules["adyton.record"].__doc__
