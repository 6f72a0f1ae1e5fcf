"""Record and RecordList against the dict and list that json.loads makes of the same text."""

import copy
import json

from hypothesis import given, settings
from hypothesis import strategies as st

from adyton.record import Record, RecordList

from documents import ARRAYS, DOCUMENTS, KEYS, OBJECTS, PLAIN

settings.register_profile("adyton", deadline=None, max_examples=150)
settings.load_profile("adyton")


def loads(text):
    return json.loads(text)


def read(text):
    return Record.from_json(text.encode())


def outcome(function):
    """What a call gives: its result, or the kind of its exception."""
    try:
        return function()
    except (KeyError, IndexError, ValueError, TypeError) as error:
        return type(error)


def same(lazy, plain):
    """Equal in both directions, in types, and in the order of keys."""
    if isinstance(lazy, Record):
        return isinstance(plain, dict) and list(lazy) == list(plain) and all(
            same(lazy[key], plain[key]) for key in plain)
    if isinstance(lazy, RecordList):
        return isinstance(plain, list) and len(lazy) == len(plain) and all(map(same, lazy, plain))
    if isinstance(lazy, dict):
        return isinstance(plain, dict) and list(lazy) == list(plain) and all(
            same(lazy[key], plain[key]) for key in plain)
    if isinstance(lazy, list):
        return isinstance(plain, list) and len(lazy) == len(plain) and all(map(same, lazy, plain))
    return type(lazy) is type(plain) and repr(lazy) == repr(plain)


@given(DOCUMENTS)
def test_a_document_reads_as_with_the_standard_library(text):
    record, plain = read(text), loads(text)
    assert same(record.to_python(), plain)
    assert same(record, plain)
    assert record == plain and plain == record and not record != plain
    assert repr(record) == repr(plain)


@given(DOCUMENTS)
def test_what_is_only_read_keeps_its_bytes(text):
    record = read(text)
    walk(record)
    assert record.to_json() == text.encode()


def walk(value):
    if isinstance(value, Record):
        for key, member in value.items():
            assert key in value
            walk(member)
    elif isinstance(value, RecordList):
        for element in value:
            walk(element)


def spots(value, path=()):
    """The paths of every value in a plain document."""
    found = [path] if path else []
    children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, child in children:
        found += spots(child, path + (key,))
    return found


def at(value, path):
    for key in path:
        value = value[key]
    return value


def has_repeats(text):
    repeated = []

    def pairs(members):
        keys = [key for key, _ in members]
        repeated.append(len(keys) != len(set(keys)))
        return dict(members)

    json.loads(text, object_pairs_hook=pairs)
    return any(repeated)


@given(DOCUMENTS, st.data(), PLAIN)
def test_one_assignment_changes_the_bytes_of_that_value_alone(text, data, value):
    plain = loads(text)
    paths = spots(plain)
    if not paths or has_repeats(text):
        return
    path = data.draw(st.sampled_from(paths))
    record = read(text)
    at(record, path[:-1])[path[-1]] = MARK
    marked = record.to_json().decode()
    assert marked.count(json.dumps(MARK)) == 1
    before, after = marked.split(json.dumps(MARK))
    assert text.startswith(before) and text.endswith(after)
    assert same(json.loads(text[len(before):len(text) - len(after)]), at(plain, path))

    at(record, path[:-1])[path[-1]] = value
    changed = record.to_json().decode()
    assert changed.startswith(before) and changed.endswith(after)
    assert same(json.loads(changed[len(before):len(changed) - len(after)]), json.loads(json.dumps(value)))


MARK = "the value that was put here and is found nowhere else"


@given(OBJECTS, st.data())
def test_one_deletion_takes_the_member_and_one_comma(text, data):
    plain = loads(text)
    if not plain or has_repeats(text):
        return
    key = data.draw(st.sampled_from(sorted(plain)))
    record = read(text)
    values = {k: slice_of(text, record, k) for k in plain}
    del record[key]
    del plain[key]
    left = record.to_json().decode()
    assert same(json.loads(left), plain)
    assert left.count(",") <= text.count(",")
    for other in plain:
        assert values[other] in left


def slice_of(text, record, key):
    """The text of a member's value."""
    probe = copy.deepcopy(record)
    probe[key] = MARK
    before, after = probe.to_json().decode().split(json.dumps(MARK))
    return text[len(before):len(text) - len(after)]


def plain_copy(value):
    """A value as the other side may get it: not the same object."""
    return copy.deepcopy(value)


RECORD_EDITS = st.one_of(
    st.tuples(st.just("set"), KEYS, PLAIN),
    st.tuples(st.just("del"), KEYS),
    st.tuples(st.just("pop"), KEYS),
    st.tuples(st.just("pop default"), KEYS, PLAIN),
    st.tuples(st.just("popitem")),
    st.tuples(st.just("setdefault"), KEYS, PLAIN),
    st.tuples(st.just("update"), st.dictionaries(KEYS, PLAIN, max_size=3)),
    st.tuples(st.just("or"), st.dictionaries(KEYS, PLAIN, max_size=3)),
    st.tuples(st.just("clear")),
    st.tuples(st.just("copy")),
    st.tuples(st.just("alias"), KEYS, KEYS),
    st.tuples(st.just("get"), KEYS),
    st.tuples(st.just("descend"), st.integers(0, 7)),
)


def edit_mapping(value, edit):
    name, arguments = edit[0], edit[1:]
    if name == "set":
        value[arguments[0]] = plain_copy(arguments[1])
    elif name == "del":
        del value[arguments[0]]
    elif name == "pop":
        return value.pop(arguments[0])
    elif name == "pop default":
        return value.pop(arguments[0], arguments[1])
    elif name == "popitem":
        return value.popitem()
    elif name == "setdefault":
        return value.setdefault(arguments[0], plain_copy(arguments[1]))
    elif name == "update":
        value.update(plain_copy(arguments[0]))
    elif name == "or":
        value |= plain_copy(arguments[0])
    elif name == "clear":
        value.clear()
    elif name == "copy":
        return value.copy()
    elif name == "alias":
        value[arguments[0]] = value[arguments[1]]
    elif name == "get":
        return value.get(arguments[0])
    return None


LIST_EDITS = st.one_of(
    st.tuples(st.just("set"), st.integers(-7, 7), PLAIN),
    st.tuples(st.just("del"), st.integers(-7, 7)),
    st.tuples(st.just("append"), PLAIN),
    st.tuples(st.just("extend"), st.lists(PLAIN, max_size=3)),
    st.tuples(st.just("insert"), st.integers(-7, 7), PLAIN),
    st.tuples(st.just("pop"), st.integers(-7, 7)),
    st.tuples(st.just("remove"), PLAIN),
    st.tuples(st.just("reverse")),
    st.tuples(st.just("sort")),
    st.tuples(st.just("sort by"), st.booleans()),
    st.tuples(st.just("clear")),
    st.tuples(st.just("set slice"), st.slices(6), st.lists(PLAIN, max_size=3)),
    st.tuples(st.just("del slice"), st.slices(6)),
    st.tuples(st.just("get slice"), st.slices(6)),
    st.tuples(st.just("index"), PLAIN),
    st.tuples(st.just("count"), PLAIN),
    st.tuples(st.just("descend"), st.integers(0, 7)),
)


def edit_sequence(value, edit):
    name, arguments = edit[0], plain_copy(edit[1:])
    if name in ("set", "set slice"):
        value[arguments[0]] = arguments[1]
    elif name in ("del", "del slice"):
        del value[arguments[0]]
    elif name == "get slice":
        return value[arguments[0]]
    elif name == "sort by":
        value.sort(key=repr, reverse=arguments[0])
    else:
        return getattr(value, name)(*arguments)
    return None


def descend(value, number):
    """One of the containers in the value, or itself if it has none."""
    children = [child for child in (value.values() if hasattr(value, "keys") else value)
                if hasattr(child, "keys") or hasattr(child, "append")]
    return children[number % len(children)] if children else value


EDITS = st.lists(st.tuples(RECORD_EDITS, LIST_EDITS), max_size=12)


@given(DOCUMENTS, EDITS)
def test_any_sequence_of_edits_does_what_it_does_to_plain_objects(text, edits):
    record, plain = read(text), loads(text)
    lazy_at, plain_at = record, plain
    for edit_of_record, edit_of_list in edits:
        edit, apply = (edit_of_record, edit_mapping) if hasattr(plain_at, "keys") else (edit_of_list, edit_sequence)
        if edit[0] == "descend":
            lazy_at, plain_at = descend(lazy_at, edit[1]), descend(plain_at, edit[1])
            continue
        if circular(plain_at, edit):
            continue
        lazy_result = outcome(lambda: apply(lazy_at, edit))
        plain_result = outcome(lambda: apply(plain_at, edit))
        assert same(lazy_result, plain_result), edit
        assert same(lazy_at, plain_at), edit
    assert same(record, plain)
    assert same(record.to_python(), plain)
    assert same(json.loads(record.to_json()), plain)
    assert record == plain
    assert same(json.loads(copy.deepcopy(record).to_json()), plain)


def circular(value, edit):
    """sort() of several lists in the list would compare them: the order of lazy ones is not defined."""
    return edit[0] == "sort" and any(isinstance(child, (dict, list)) for child in value)


@given(ARRAYS)
def test_reversing_twice_gives_equal_elements_with_their_bytes(text):
    record = read(text)
    record.reverse()
    assert same(record.to_python(), loads(text)[::-1])
    assert same(json.loads(record.to_json()), loads(text)[::-1])
    record.reverse()
    assert same(json.loads(record.to_json()), loads(text))


@given(st.integers(0, 120), st.integers(0, 120), st.randoms(use_true_random=False))
def test_large_objects_behave_as_small_ones(size, edits, random):
    keys = [f"k{random.randrange(size or 1)}" for _ in range(size)]
    text = "{" + ", ".join(f'"{key}": {number}' for number, key in enumerate(keys)) + "}"
    record, plain = read(text), loads(text)
    for number in range(edits):
        key = f"k{random.randrange(size + 5)}"
        if random.random() < 0.5:
            record[key] = plain[key] = number
        else:
            assert record.pop(key, None) == plain.pop(key, None)
        assert len(record) == len(plain)
        assert (key in record) == (key in plain)
    assert list(record.items()) == list(plain.items())
    assert list(reversed(record)) == list(reversed(plain))
    assert same(json.loads(record.to_json()), plain)


