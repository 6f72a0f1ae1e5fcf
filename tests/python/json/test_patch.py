"""apply_patch (RFC 6902) and merge_patch (RFC 7396)."""

import copy
import gc
import json as standard
import sys

import pytest

from adyton.json import Document, JSONDecodeError, PatchError, apply_patch, merge_patch

# --- JSON Patch --------------------------------------------------------------------------------------------

# Appendix A of RFC 6902: the document, the operations, and what comes out, or None where it fails.
RFC_6902 = [
    ({"foo": "bar"}, [{"op": "add", "path": "/baz", "value": "qux"}], {"baz": "qux", "foo": "bar"}),
    ({"foo": ["bar", "baz"]}, [{"op": "add", "path": "/foo/1", "value": "qux"}], {"foo": ["bar", "qux", "baz"]}),
    ({"baz": "qux", "foo": "bar"}, [{"op": "remove", "path": "/baz"}], {"foo": "bar"}),
    ({"foo": ["bar", "qux", "baz"]}, [{"op": "remove", "path": "/foo/1"}], {"foo": ["bar", "baz"]}),
    ({"baz": "qux", "foo": "bar"}, [{"op": "replace", "path": "/baz", "value": "boo"}], {"baz": "boo", "foo": "bar"}),
    ({"foo": {"bar": "baz", "waldo": "fred"}, "qux": {"corge": "grault"}},
     [{"op": "move", "from": "/foo/waldo", "path": "/qux/thud"}],
     {"foo": {"bar": "baz"}, "qux": {"corge": "grault", "thud": "fred"}}),
    ({"foo": ["all", "grass", "cows", "eat"]}, [{"op": "move", "from": "/foo/1", "path": "/foo/3"}],
     {"foo": ["all", "cows", "eat", "grass"]}),
    ({"baz": "qux", "foo": ["a", 2, "c"]},
     [{"op": "test", "path": "/baz", "value": "qux"}, {"op": "test", "path": "/foo/1", "value": 2}],
     {"baz": "qux", "foo": ["a", 2, "c"]}),
    ({"baz": "qux"}, [{"op": "test", "path": "/baz", "value": "bar"}], None),
    ({"foo": "bar"}, [{"op": "add", "path": "/child", "value": {"grandchild": {}}}],
     {"foo": "bar", "child": {"grandchild": {}}}),
    ({"foo": "bar"}, [{"op": "add", "path": "/baz", "value": "qux", "xyz": 123}], {"foo": "bar", "baz": "qux"}),
    ({"foo": "bar"}, [{"op": "add", "path": "/baz/bat", "value": "qux"}], None),
    ({"/": 9, "~1": 10}, [{"op": "test", "path": "/~01", "value": 10}], {"/": 9, "~1": 10}),
    ({"/": 9, "~1": 10}, [{"op": "test", "path": "/~01", "value": "10"}], None),
    ({"foo": ["bar"]}, [{"op": "add", "path": "/foo/-", "value": ["abc", "def"]}], {"foo": ["bar", ["abc", "def"]]}),
]

# More of what an implementation may get wrong.
OWN = [
    ({}, [], {}),
    ([1, 2], [{"op": "add", "path": "/2", "value": 3}], [1, 2, 3]),
    ([1, 2], [{"op": "add", "path": "/3", "value": 3}], None),
    ([1, 2], [{"op": "add", "path": "/-1", "value": 3}], None),
    ([1, 2], [{"op": "add", "path": "/01", "value": 3}], None),
    ([1, 2], [{"op": "add", "path": "/1e0", "value": 3}], None),
    ([], [{"op": "add", "path": "/0", "value": {"a": 1}}, {"op": "add", "path": "/0/b", "value": 2}], [{"a": 1, "b": 2}]),
    ({"a": 1}, [{"op": "add", "path": "/a", "value": None}], {"a": None}),
    ({"a": None}, [{"op": "replace", "path": "/a", "value": 1}, {"op": "test", "path": "/a", "value": 1}], {"a": 1}),
    ({"a": 1}, [{"op": "add", "path": "", "value": [2]}], [2]),
    ({"a": 1}, [{"op": "replace", "path": "", "value": None}], None),  # the result is None: see below
    ({"a": 1}, [{"op": "remove", "path": ""}], None),
    ({"a": 1}, [{"op": "remove", "path": "/b"}], None),
    ({"a": 1}, [{"op": "replace", "path": "/b", "value": 1}], None),
    ([1], [{"op": "replace", "path": "/1", "value": 1}], None),
    ([1], [{"op": "replace", "path": "/-", "value": 1}], None),
    ([1], [{"op": "remove", "path": "/-"}], None),
    ([1], [{"op": "test", "path": "/-", "value": 1}], None),
    ({"a": "text"}, [{"op": "add", "path": "/a/0", "value": 1}], None),
    ("text", [{"op": "add", "path": "/0", "value": 1}], None),
    ("text", [{"op": "test", "path": "", "value": "text"}], "text"),
    ({"": 1}, [{"op": "replace", "path": "/", "value": 2}], {"": 2}),
    ({"a": {"b": 1}}, [{"op": "move", "from": "/a", "path": "/a/b"}], None),
    ({"a": {"b": 1}}, [{"op": "move", "from": "/a/b", "path": "/a"}], {"a": 1}),
    ({"a": {"b": 1}}, [{"op": "move", "from": "/a/b", "path": ""}], 1),
    ({"a": 1}, [{"op": "move", "from": "", "path": "/a"}], None),
    ({"a": 1}, [{"op": "move", "from": "/a", "path": "/a"}], {"a": 1}),
    ({"a": 1}, [{"op": "move", "from": "/x", "path": "/x"}], None),
    ({"ab": 1}, [{"op": "move", "from": "/ab", "path": "/abc"}], {"abc": 1}),
    ([1, 2, 3], [{"op": "move", "from": "/0", "path": "/2"}], [2, 3, 1]),
    ([1, 2, 3], [{"op": "move", "from": "/0", "path": "/3"}], None),  # there are two when it is put back
    ([1, 2, 3], [{"op": "move", "from": "/2", "path": "/-"}], [1, 2, 3]),
    ([1, 2], [{"op": "copy", "from": "/0", "path": "/-"}], [1, 2, 1]),
    ({"a": [1]}, [{"op": "copy", "from": "", "path": "/b"}, {"op": "add", "path": "/b/a/-", "value": 2}],
     {"a": [1], "b": {"a": [1, 2]}}),
    ({"a": [1]}, [{"op": "copy", "from": "/a", "path": "/b"}, {"op": "remove", "path": "/a/0"}], {"a": [], "b": [1]}),
    ({"a": [1]}, [{"op": "add", "path": "/a/0", "value": 0}, {"op": "copy", "from": "/a", "path": "/b"},
                  {"op": "add", "path": "/b/-", "value": 2}, {"op": "add", "path": "/a/-", "value": 3}],
     {"a": [0, 1, 3], "b": [0, 1, 2]}),
    ({"a": [1]}, [{"op": "add", "path": "/a/-", "value": 2}, {"op": "move", "from": "/a", "path": "/b"},
                  {"op": "add", "path": "/b/-", "value": 3}], {"b": [1, 2, 3]}),
    ({"a": 1}, [{"op": "test", "path": "/a", "value": 1.0}], {"a": 1}),
    ({"a": 1}, [{"op": "test", "path": "/a", "value": True}], None),
    ({"a": False}, [{"op": "test", "path": "/a", "value": 0}], None),
    ({"a": None}, [{"op": "test", "path": "/a", "value": None}], {"a": None}),
    ({"a": None}, [{"op": "test", "path": "/a", "value": False}], None),
    ({"a": [1, {"b": 0}]}, [{"op": "test", "path": "/a", "value": [1.0, {"b": False}]}], None),
    ({"a": {"x": 1, "y": [2]}}, [{"op": "test", "path": "/a", "value": {"y": [2], "x": 1}}], {"a": {"x": 1, "y": [2]}}),
    ({"a": {"x": 1}}, [{"op": "test", "path": "/a", "value": {"x": 1, "y": 2}}], None),
    ({"a": [1, 2]}, [{"op": "test", "path": "/a", "value": [2, 1]}], None),
    ({"a": []}, [{"op": "test", "path": "/a", "value": {}}], None),
    ({"a": 2**53}, [{"op": "test", "path": "/a", "value": 2**53 + 1}], None),
    ({"a": "1"}, [{"op": "test", "path": "/a", "value": 1}], None),
    ({"1": 0}, [{"op": "add", "path": "/1", "value": 5}], {"1": 5}),
    ({"a": {"0": [1]}}, [{"op": "add", "path": "/a/0/0", "value": 0}], {"a": {"0": [0, 1]}}),
]
NULL = object()


@pytest.mark.parametrize("case", RFC_6902 + OWN, ids=lambda case: str(case)[:60])
def test_the_operations(case):
    document, operations, expected = case
    for given in (operations, standard.dumps(operations), standard.dumps(operations).encode(), tuple(operations),
                  Document(standard.dumps(operations))):
        for start in (document, Document(standard.dumps(document))):
            before = copy.deepcopy((start, given))
            if expected is None and operations[-1].get("value", NULL) is not None:
                with pytest.raises(PatchError):
                    apply_patch(start, given)
            else:
                result = apply_patch(start, given)
                assert standard.dumps(result, sort_keys=True) == standard.dumps(expected, sort_keys=True)
                assert not isinstance(result, Document)
            assert (start, given) == before


def test_a_whole_document_may_become_null():
    assert apply_patch({"a": 1}, [{"op": "replace", "path": "", "value": None}]) is None


def test_what_was_given_is_never_changed_and_the_rest_is_shared():
    document = {"a": {"b": [1, {"c": 2}]}, "other": {"kept": []}}
    value = {"list": []}
    operations = [{"op": "add", "path": "/a/new", "value": value}, {"op": "add", "path": "/a/new/list/-", "value": 1},
                  {"op": "replace", "path": "/a/b/1/c", "value": 3}, {"op": "remove", "path": "/a/b/0"}]
    before = copy.deepcopy((document, operations))
    result = apply_patch(document, operations)
    assert result == {"a": {"b": [{"c": 3}], "new": {"list": [1]}}, "other": {"kept": []}}
    assert (document, operations) == before
    assert result["other"] is document["other"]
    assert result is not document and result["a"] is not document["a"] and result["a"]["b"] is not document["a"]["b"]


def test_what_is_copied_is_apart():
    document = {"a": {"list": [[1]]}}
    result = apply_patch(document, [{"op": "copy", "from": "/a", "path": "/b"}])
    result["b"]["list"][0].append(2)
    assert result["a"] == document["a"] == {"list": [[1]]}


def test_a_container_in_two_places_is_changed_in_one():
    shared = [1]
    result = apply_patch({"a": shared, "b": shared, "c": shared}, [{"op": "add", "path": "/a/-", "value": 2},
                                                                   {"op": "add", "path": "/b/-", "value": 3}])
    assert result == {"a": [1, 2], "b": [1, 3], "c": [1]} and shared == [1]


def test_all_or_nothing():
    document = {"a": [1], "b": {}}
    before = copy.deepcopy(document)
    operations = [{"op": "add", "path": "/a/-", "value": 2}, {"op": "remove", "path": "/b"}, {"op": "remove", "path": "/c"}]
    with pytest.raises(PatchError) as caught:
        apply_patch(document, operations)
    assert document == before
    error = caught.value
    assert isinstance(error, ValueError)
    assert (error.index, error.op, error.path) == (2, "remove", "/c")
    assert error.reason == 'no member "c" in the object that is the whole document'
    assert str(error) == "operation 2, remove at '/c': " + error.reason


@pytest.mark.parametrize("operation, reason", [
    ({"path": "/a"}, 'it has no "op"'),
    ({"op": 5, "path": "/a"}, 'it has no "op"'),
    ({"op": "spam", "path": "/a"}, "an operation is add, remove, replace, move, copy or test"),
    ({"op": "Add", "path": "/a", "value": 1}, "an operation is add, remove, replace, move, copy or test"),
    ({"op": "add", "value": 1}, 'it has no "path" that is a str'),
    ({"op": "add", "path": None, "value": 1}, 'it has no "path" that is a str'),
    ({"op": "add", "path": "/a"}, 'it has no "value"'),
    ({"op": "replace", "path": "/a"}, 'it has no "value"'),
    ({"op": "test", "path": "/a"}, 'it has no "value"'),
    ({"op": "move", "path": "/a"}, 'it has no "from" that is a str'),
    ({"op": "copy", "path": "/a", "from": 1}, 'it has no "from" that is a str'),
    ({"op": "add", "path": "a", "value": 1}, 'the pointer "a" must begin with a slash: "/a"'),
    ({"op": "move", "path": "/a", "from": "/~2"},
     'in the pointer "/~2" a ~ must be written ~0 (~1 is a slash)'),
    ({"op": "move", "path": "/a/b", "from": "/a"}, "a value cannot be moved into itself"),
    ({"op": "test", "path": "/a", "value": 2}, "the value there is not the one given"),
    (["add"], "an operation is an object"),
    ("add", "an operation is an object"),
])
def test_what_is_no_operation(operation, reason):
    with pytest.raises(PatchError) as caught:
        apply_patch({"a": {}}, [{"op": "test", "path": "", "value": {"a": {}}}, operation])
    assert caught.value.reason == reason and caught.value.index == 1
    assert str(caught.value).endswith(": " + reason)


def test_what_is_no_patch():
    for other in ({"op": "remove", "path": "/a"}, "{}", b"1", None, 5, Document("{}")):
        with pytest.raises(TypeError, match="a patch is a list of operations"):
            apply_patch({}, other)
    with pytest.raises(JSONDecodeError):
        apply_patch({}, '[{"op": "remove"')
    for arguments, names in (((), {}), (({},), {}), (({}, [], 1), {}), (({}, []), {"x": 1})):
        with pytest.raises(TypeError):
            apply_patch(*arguments, **names)
    assert apply_patch(obj=[1], operations=[]) == [1]


def test_other_containers():
    import collections
    assert apply_patch((1, (2,)), [{"op": "add", "path": "/1/-", "value": 3}]) == [1, [2, 3]]
    ordered = collections.OrderedDict(a=1, b=2)
    ordered.move_to_end("a")
    result = apply_patch({"o": ordered}, [{"op": "add", "path": "/o/c", "value": 3}])
    assert list(result["o"]) == ["b", "a", "c"] and list(ordered) == ["b", "a"]
    lazy = {"d": Document('{"x": [1, {"y": 2}]}')}
    result = apply_patch(lazy, [{"op": "add", "path": "/d/x/1/z", "value": 3}, {"op": "test", "path": "/d/x/0", "value": 1}])
    assert result == {"d": {"x": [1, {"y": 2, "z": 3}]}} and type(result["d"]) is dict
    assert type(lazy["d"]) is Document
    assert apply_patch({"a": 1}, [{"op": "test", "path": "", "value": Document('{"a": 1.0}')}]) == {"a": 1}
    assert apply_patch({1: "int", "1": "str"}, [{"op": "remove", "path": "/1"}]) == {1: "int"}


def test_too_deep_is_an_error_and_no_crash():
    deep = []
    for _ in range(100_000):
        deep = [deep]
    other = []
    for _ in range(100_000):
        other = [other]
    with pytest.raises(RecursionError):
        apply_patch({"a": deep}, [{"op": "copy", "from": "/a", "path": "/b"}])
    with pytest.raises(RecursionError):
        apply_patch({"a": deep}, [{"op": "test", "path": "/a", "value": other}])
    target, patch = {}, {}
    for _ in range(100_000):
        patch = {"a": patch}
    with pytest.raises(RecursionError):
        merge_patch(target, patch)


def test_an_error_while_comparing_is_its_own():
    class Broken:
        def __eq__(self, other):
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        apply_patch({"a": Broken()}, [{"op": "test", "path": "/a", "value": 1}])


# --- a reference, and random patches -----------------------------------------------------------------------


class Fails(Exception):
    pass


def tokens_of(pointer):
    return [t.replace("~1", "/").replace("~0", "~") for t in pointer.split("/")[1:]]


def place_of(array, token, last=0):
    if not token.isascii() or not token.isdigit() or token != str(int(token)) or int(token) >= len(array) + last:
        raise Fails
    return int(token)


def step(value, token):
    if isinstance(value, list):
        return value[place_of(value, token)]
    if isinstance(value, dict) and token in value:
        return value[token]
    raise Fails


def find(value, tokens):
    for token in tokens:
        value = step(value, token)
    return value


def put(document, tokens, value):
    if not tokens:
        return value
    parent = find(document, tokens[:-1])
    if isinstance(parent, list):
        parent.insert(len(parent) if tokens[-1] == "-" else place_of(parent, tokens[-1], 1), value)
    elif isinstance(parent, dict):
        parent[tokens[-1]] = value
    else:
        raise Fails
    return document


def take(document, tokens):
    if not tokens:
        raise Fails
    parent = find(document, tokens[:-1])
    step(parent, tokens[-1])
    del parent[place_of(parent, tokens[-1]) if isinstance(parent, list) else tokens[-1]]
    return document


def same(a, b):
    if isinstance(a, bool) or isinstance(b, bool) or a is None or b is None:
        return a is b
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and all(same(a[k], b[k]) for k in a)
    return a == b


def reference(document, operations):
    """RFC 6902 in the plainest way: everything is copied, then changed in place."""
    document = copy.deepcopy(document)
    for operation in copy.deepcopy(operations):
        path = tokens_of(operation["path"])
        origin = tokens_of(operation.get("from", ""))
        match operation["op"]:
            case "add":
                document = put(document, path, operation["value"])
            case "remove":
                document = take(document, path)
            case "replace":
                find(document, path)
                if path and isinstance(parent := find(document, path[:-1]), dict):
                    parent[path[-1]] = operation["value"]
                else:
                    document = put(take(document, path) if path else document, path, operation["value"])
            case "move":
                value = find(document, origin)
                if path != origin:
                    if path[:len(origin)] == origin:
                        raise Fails
                    document = put(take(document, origin), path, value) if path else value
            case "copy":
                document = put(document, path, copy.deepcopy(find(document, origin)))
            case "test":
                if not same(find(document, path), operation["value"]):
                    raise Fails
    return document


def random_patches():
    st = pytest.importorskip("hypothesis.strategies")
    keys = st.sampled_from(["a", "b", "c", "0", "1", "~", "/"])
    scalars = st.sampled_from([None, True, False, 0, 1, 1.0, "", "a"])
    values = st.recursive(scalars, lambda v: st.lists(v, max_size=3) | st.dictionaries(keys, v, max_size=3), max_leaves=12)
    tokens = keys.map(lambda k: k.replace("~", "~0").replace("/", "~1")) | st.sampled_from(["-", "2", "01"])
    paths = st.lists(tokens, max_size=3).map(lambda t: "".join("/" + x for x in t))
    operation = st.fixed_dictionaries({"op": st.sampled_from(["add", "add", "remove", "replace", "move", "copy", "test"]),
                                       "path": paths, "from": paths, "value": values})
    return values, st.lists(operation, max_size=6)


def test_random_patches_do_what_the_reference_does():
    hypothesis = pytest.importorskip("hypothesis")
    values, patches = random_patches()
    done = {"applied": 0, "failed": 0}

    @hypothesis.settings(max_examples=1500, deadline=None, database=None)
    @hypothesis.given(values, patches)
    def check(document, patch):
        before = copy.deepcopy((document, patch))
        # What cannot be done is left out, so that there is something to be done after it.
        possible = []
        for operation in patch:
            try:
                reference(document, possible + [operation])
                possible.append(operation)
            except Fails:
                done["failed"] += 1
                for start in (document, Document(standard.dumps(document))):
                    with pytest.raises(PatchError) as caught:
                        apply_patch(start, possible + [operation])
                    assert caught.value.index == len(possible)
        expected = reference(document, possible)
        result = apply_patch(document, possible)
        assert repr(result) == repr(expected)
        assert apply_patch(Document(standard.dumps(document)), standard.dumps(possible)) == expected
        assert repr((document, patch)) == repr(before)
        done["applied"] += len(possible)

    check()
    assert done["applied"] > 500 and done["failed"] > 500


# --- Merge Patch -------------------------------------------------------------------------------------------

# Appendix A of RFC 7396.
RFC_7396 = [
    ({"a": "b"}, {"a": "c"}, {"a": "c"}),
    ({"a": "b"}, {"b": "c"}, {"a": "b", "b": "c"}),
    ({"a": "b"}, {"a": None}, {}),
    ({"a": "b", "b": "c"}, {"a": None}, {"b": "c"}),
    ({"a": ["b"]}, {"a": "c"}, {"a": "c"}),
    ({"a": "c"}, {"a": ["b"]}, {"a": ["b"]}),
    ({"a": {"b": "c"}}, {"a": {"b": "d", "c": None}}, {"a": {"b": "d"}}),
    ({"a": [{"b": "c"}]}, {"a": [1]}, {"a": [1]}),
    (["a", "b"], ["c", "d"], ["c", "d"]),
    ({"a": "b"}, ["c"], ["c"]),
    ({"a": "foo"}, None, None),
    ({"a": "foo"}, "bar", "bar"),
    ({"e": None}, {"a": 1}, {"e": None, "a": 1}),
    ([1, 2], {"a": "b", "c": None}, {"a": "b"}),
    ({}, {"a": {"bb": {"ccc": None}}}, {"a": {"bb": {}}}),
]


@pytest.mark.parametrize("target, patch, expected", RFC_7396)
def test_the_examples_of_the_merge_rfc(target, patch, expected):
    before = copy.deepcopy((target, patch))
    lazy = [Document(standard.dumps(v)) for v in (target, patch)]
    for a in (target, lazy[0]):
        for b in (patch, lazy[1]):
            result = merge_patch(a, b)
            assert result == expected and not isinstance(result, Document)
    assert (target, patch) == before


def test_what_a_merge_shares():
    target = {"kept": [1], "changed": {"x": [2], "y": 1}}
    patch = {"changed": {"y": 2}, "new": [3], "deep": {"er": {"gone": None}}}
    result = merge_patch(target, patch)
    assert result == {"kept": [1], "changed": {"x": [2], "y": 2}, "new": [3], "deep": {"er": {}}}
    assert result["kept"] is target["kept"] and result["changed"]["x"] is target["changed"]["x"]
    assert result["new"] is patch["new"] and result["changed"] is not target["changed"]
    assert result["deep"] is not patch["deep"]
    assert merge_patch({"a": {"b": Document('{"x": 1, "y": 2}')}}, {"a": {"b": {"x": None}}}) == {"a": {"b": {"y": 2}}}
    assert merge_patch(target={}, patch={"a": 1}) == {"a": 1}
    for arguments in ((), ({},), ({}, {}, {})):
        with pytest.raises(TypeError):
            merge_patch(*arguments)


def plain_merge(target, patch):
    """The pseudocode of RFC 7396."""
    if not isinstance(patch, dict):
        return patch
    result = dict(target) if isinstance(target, dict) else {}
    for name, value in patch.items():
        if value is None:
            result.pop(name, None)
        else:
            result[name] = plain_merge(result.get(name), value)
    return result


def difference(a, b):
    """A merge patch that makes b of a, if there is no None in b."""
    if not isinstance(a, dict) or not isinstance(b, dict):
        return b
    patch = {name: None for name in a if name not in b}
    patch.update({name: difference(a.get(name), value) for name, value in b.items() if name not in a or a[name] != value})
    return patch


def test_laws_of_merging():
    hypothesis = pytest.importorskip("hypothesis")
    values, _ = random_patches()

    def without_none(value):
        if isinstance(value, dict):
            return {k: without_none(v) for k, v in value.items() if v is not None}
        return value

    @hypothesis.settings(max_examples=700, deadline=None, database=None)
    @hypothesis.given(values, values)
    def check(target, patch):
        before = repr((target, patch))
        result = merge_patch(target, patch)
        assert repr(result) == repr(plain_merge(target, patch))
        assert repr(merge_patch(result, patch)) == repr(result)  # once is enough
        assert merge_patch(Document(standard.dumps(target)), Document(standard.dumps(patch))) == result
        if isinstance(target, dict):
            assert merge_patch(target, {}) == target
            goal = without_none(patch)
            if isinstance(goal, dict):
                assert merge_patch(target, difference(target, goal)) == goal
        assert repr((target, patch)) == before

    check()


# --- both --------------------------------------------------------------------------------------------------


def failing(function, *args):
    try:
        function(*args)
    except Exception:
        return
    raise AssertionError("did not fail")


DOCUMENT = {"a": [1, {"b": "c"}], "d": {"e": ["f"]}}
OPERATIONS = [{"op": "add", "path": "/a/1/new", "value": {"x": []}}, {"op": "copy", "from": "/d", "path": "/a/-"},
              {"op": "move", "from": "/a/0", "path": "/d/g"}, {"op": "replace", "path": "/d/e/0", "value": "h"},
              {"op": "remove", "path": "/a/0/b"}, {"op": "test", "path": "/d/e", "value": ["h"]}]
CASES = {
    "patch": lambda: apply_patch(DOCUMENT, OPERATIONS),
    "patch text": lambda: apply_patch(Document(standard.dumps(DOCUMENT)), standard.dumps(OPERATIONS)),
    "the whole": lambda: apply_patch(DOCUMENT, '[{"op": "replace", "path": "", "value": [{}]}, '
                                               '{"op": "copy", "from": "/0", "path": ""}]'),
    "failing": lambda: [failing(apply_patch, DOCUMENT, OPERATIONS[:n] + [{"op": "remove", "path": "/x/y"}]) for n in range(6)],
    "no patch": lambda: (failing(apply_patch, DOCUMENT, "{}"), failing(apply_patch, DOCUMENT, [1])),
    "merge": lambda: merge_patch(DOCUMENT, {"a": None, "d": {"e": {"x": 1}}}),
    "merge documents": lambda: merge_patch(Document(standard.dumps(DOCUMENT)), Document('{"a": null, "d": {"x": 1}}')),
}


@pytest.mark.parametrize("name", CASES)
def test_nothing_is_kept(name):
    case = CASES[name]

    def growth():
        gc.collect()
        before = sys.getallocatedblocks()
        for _ in range(200):
            case()
        gc.collect()
        return sys.getallocatedblocks() - before

    assert min(growth() for _ in range(4)) < 20
