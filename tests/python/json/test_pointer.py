"""resolve and Document.at: RFC 6901."""

import collections
import gc
import sys

import pytest

from adyton.json import Document, PointerError, resolve

# Section 5 of the RFC.
TEXT = r'{"foo": ["bar", "baz"], "": 0, "a/b": 1, "c%d": 2, "e^f": 3, "g|h": 4, "i\\j": 5, "k\"l": 6, " ": 7, "m~n": 8}'
EXAMPLES = {"/foo": ["bar", "baz"], "/foo/0": "bar", "/": 0, "/a~1b": 1, "/c%d": 2, "/e^f": 3, "/g|h": 4, "/i\\j": 5,
            '/k"l': 6, "/ ": 7, "/m~0n": 8}
OBJECTS = {"dict": Document(TEXT).to_python(), "Document": Document(TEXT)}


@pytest.mark.parametrize("kind", OBJECTS)
def test_the_examples_of_the_rfc(kind):
    document = OBJECTS[kind]
    assert resolve(document, "") is document
    for pointer, value in EXAMPLES.items():
        assert resolve(document, pointer) == value
        assert resolve(document, pointer, "other") == value


def test_escapes_are_undone_in_the_right_order():
    document = {"~1": 1, "/": 2, "~": 3, "~01": 4, "*": 5, "~2": 6}
    for document in (document, Document('{"~1": 1, "/": 2, "~": 3, "~01": 4, "*": 5, "~2": 6}')):
        for pointer, value in {"/~01": 1, "/~1": 2, "/~0": 3, "/~001": 4, "/*": 5, "/~02": 6}.items():
            assert resolve(document, pointer) == value


@pytest.mark.parametrize("make", [lambda v: v, tuple, lambda v: Document(b"[10, [11], 12]"), collections.UserList])
def test_elements_of_arrays(make):
    array = make([10, [11], 12])
    assert resolve(array, "/0") == 10 and resolve(array, "/2") == 12 and resolve(array, "/1/0") == 11
    for token in ("3", "-", "-1", "00", "01", "1.0", "+1", " 1", "1 ", "", "x", "\u0661", "1e0", "9" * 40):
        with pytest.raises(PointerError):
            resolve(array, "/" + token)
        assert resolve(array, "/" + token, None) is None


def test_what_names_nothing_is_told_with_its_place():
    value = {"a": [{"b": 1}, "text"], "c~/": {}}
    messages = {
        "/x": 'no member "x" in the object that is the whole document',
        "/a/0/x/y": 'no member "x" in the object at "/a/0"',
        "/a/2": 'no element 2 in the array at "/a", which has 2',
        "/a/-": '- is the place behind the last element of the array at "/a", where nothing is',
        "/a/01": '"01" is no index of the array at "/a": an index is 0, or digits that do not begin with 0',
        "/a/1/0": 'no "0" in the value at "/a/1", which is no object or array',
        "/c~0~1/d": 'no member "d" in the object at "/c~0~1"',
    }
    document = Document('{"a": [{"b": 1}, "text"], "c~/": {}}')
    for pointer, message in messages.items():
        for call in (lambda: resolve(value, pointer), lambda: resolve(document, pointer), lambda: document.at(pointer)):
            with pytest.raises(PointerError) as caught:
                call()
            assert str(caught.value) == message
            assert isinstance(caught.value, LookupError)
        assert resolve(value, pointer, 7) == document.at(pointer, 7) == resolve(document, pointer, default=7) == 7
    with pytest.raises(PointerError, match='in the value that is the whole document, which is no object or array'):
        resolve(5, "/a")


def test_what_is_no_pointer():
    for text in ("a", "#/a", " /a"):
        with pytest.raises(ValueError, match="must begin with a slash"):
            resolve({}, text, None)
    for text in ("/~", "/a~2", "/a~/b", "/~x"):
        with pytest.raises(ValueError, match=r"a ~ must be written ~0 \(~1 is a slash\)"):
            Document("{}").at(text, None)
    for other in (b"/a", None, 1, ["a"]):
        with pytest.raises(TypeError, match="a JSON Pointer is a str, not"):
            resolve({}, other)


def test_keys_that_are_no_str_and_characters_that_are_no_utf_8():
    assert resolve({"1": "a", 1: "b"}, "/1") == "a"
    with pytest.raises(PointerError):
        resolve({1: "b", None: "c"}, "/1")
    assert resolve({"\ud800": [1]}, "/\ud800/0") == 1
    assert resolve(Document('{"\\ud800": [1]}'), "/\ud800/0") == 1
    assert resolve({"\u20ac\0": 1}, "/\u20ac\0") == 1


def test_a_document_within_objects_and_a_view_as_the_whole():
    value = {"lazy": [Document('{"a": [1, {"b": 2}]}')]}
    assert resolve(value, "/lazy/0/a/1/b") == 2
    with pytest.raises(PointerError, match='no member "x" in the object at "/lazy/0/a/1"'):
        resolve(value, "/lazy/0/a/1/x")
    with pytest.raises(PointerError, match='no element 5 in the array at "/lazy/0/a", which has 2'):
        resolve(value, "/lazy/0/a/5")
    view = value["lazy"][0]["a"]
    assert view.at("/1/b") == 2 and view.at("") is view and type(view.at("/1")) is Document
    with pytest.raises(PointerError, match="in the array that is the whole document"):
        view.at("/9")


def test_other_mappings_and_sequences():
    from adyton.record import Record
    record = Record.from_json(b'{"a": [1, {"b": 2}]}')
    assert resolve(record, "/a/1/b") == 2 and resolve(record, "/a/7", None) is None
    assert resolve(collections.OrderedDict(a=[1]), "/a/0") == 1
    assert resolve(collections.ChainMap({"a": 1}, {"b": {"c": 2}}), "/b/c") == 2
    assert resolve(collections.deque([1, 2]), "/1") == 2
    assert resolve(collections.defaultdict(list), "/a") == []
    for scalar in ("text", b"bytes", bytearray(b"x"), 5, None, {1, 2}, object()):
        assert resolve(scalar, "/0", "none") == "none"


def test_an_error_of_a_mapping_is_its_own():
    class Broken(dict):
        def __getitem__(self, key):
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        resolve(Broken(a=1), "/a", None)


def test_arguments():
    assert resolve(obj={"a": 1}, pointer="/a") == resolve({"a": 1}, pointer="/a") == 1
    assert resolve({}, "/a", default=2) == resolve({}, "/a", 2) == 2
    for arguments, names in (((), {}), (({},), {}), (({}, "", 1, 2), {}), (({}, "", 1), {"default": 2}), (({}, ""), {"x": 1})):
        with pytest.raises(TypeError):
            resolve(*arguments, **names)
    for arguments in ((), ("", 1, 2)):
        with pytest.raises(TypeError, match="1 or 2 positional arguments"):
            Document("{}").at(*arguments)


def test_nothing_is_kept():
    document = Document('{"a": [1, {"b": "text"}]}')
    value = {"a": [1, {"b": "text"}], "lazy": document}

    def case():
        for pointer in ("/a/1/b", "/lazy/a/1/b", "/lazy/a/9", "/a/x", "/x", "", "x", "/~"):
            for way in (value, document):
                resolve(way, pointer, None) if pointer[:1] != "x" and "~" not in pointer else None
                try:
                    resolve(way, pointer)
                except (LookupError, ValueError):
                    pass

    def growth():
        gc.collect()
        before = sys.getallocatedblocks()
        for _ in range(200):
            case()
        gc.collect()
        return sys.getallocatedblocks() - before

    assert min(growth() for _ in range(4)) < 20
