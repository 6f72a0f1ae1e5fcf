"""JSON Lines: loads_lines, dumps_lines, dumpb_lines, dump_lines."""

import array
import dataclasses
import datetime
import decimal
import enum
import gc
import gzip
import io
import itertools
import json as standard
import os
import pathlib
import pickle
import random
import resource
import sys
import tempfile
import threading
import uuid
import weakref

import pytest

from adyton import json

VALUES = [{"id": 1, "name": "Zoë"}, [1, 2.5, None], "a\nb", 12, True, {}, "漢字 \U0001f600"]
TEXT = "".join(standard.dumps(value, ensure_ascii=False) + "\n" for value in VALUES)
BYTES = TEXT.encode()


def read(source, **options):
    return list(json.loads_lines(source, **options))


# Sources.

def test_every_kind_of_source_gives_the_same(tmp_path):
    path = tmp_path / "values.jsonl"
    path.write_bytes(BYTES)
    with gzip.open(tmp_path / "values.gz", "wb") as file:
        file.write(BYTES)
    sources = [BYTES, bytearray(BYTES), memoryview(BYTES), array.array("B", BYTES), TEXT,
               io.BytesIO(BYTES), io.StringIO(TEXT), path, [BYTES], iter([TEXT]),
               BYTES.splitlines(keepends=True), (piece for piece in (BYTES[:20], BYTES[20:])),
               [bytearray(BYTES[:9]), memoryview(BYTES)[9:]]]
    for source in sources:
        assert read(source) == VALUES
    for opened in (open(path, "rb"), open(path, encoding="utf-8"), open(path, "rb", buffering=0),
                   gzip.open(tmp_path / "values.gz")):
        with opened as file:
            assert read(file) == VALUES
            assert not file.closed
    assert read("") == read(b"") == read([]) == read(io.BytesIO()) == []


def test_a_str_is_text_and_no_path(tmp_path):
    path = tmp_path / "1"
    path.write_bytes(b"2\n")
    assert read(path) == [2]
    with pytest.raises(json.LineError):
        read(str(path))


def test_pieces_may_be_cut_anywhere():
    text = '\ufeff{"a":"é漢\U0001f600"}\r\n\r\n[1]\r\n"x"'.encode()
    expected = [{"a": "é漢\U0001f600"}, [1], "x"]
    for i, j in itertools.combinations(range(len(text) + 1), 2):
        assert read([text[:i], text[i:j], text[j:]]) == expected
    assert read(bytes([byte]) for byte in text) == expected
    assert read(text.decode()) == expected
    assert read(iter(text.decode())) == expected


def test_lines_longer_than_a_block():
    values = ["x" * size for size in (1 << 10, 300_000, 1 << 20, 3)]
    text = json.dumpb_lines(values)
    assert read(io.BytesIO(text)) == read(text) == read(text.decode()) == values
    wide = ["漢" * 300_000, "é" * 400_000]
    assert read(json.dumps_lines(wide, ensure_ascii=False)) == wide


def test_blank_lines_are_skipped_and_counted():
    lines = json.loads_lines(b"\n1\n \t \r\n\n2\n\n")
    assert lines.line == 0
    assert next(lines) == 1 and lines.line == 2
    assert next(lines) == 2 and lines.line == 5
    assert list(lines) == []


def test_the_end_stays_the_end():
    file = io.BytesIO(b"1\n")
    lines = json.loads_lines(file)
    assert list(lines) == [1]
    file.write(b"2\n")
    file.seek(0)
    assert list(lines) == []


def test_a_pipe_gives_its_lines_as_they_are_written():
    reader, writer = os.pipe()
    with open(reader, "rb") as file:
        lines = json.loads_lines(file)
        for value in (1, [2]):
            os.write(writer, standard.dumps(value).encode() + b"\n")
            assert next(lines) == value
        os.write(writer, b"3")
        os.close(writer)
        assert list(lines) == [3]


def test_a_path_is_closed_at_the_end_and_with_the_iterator(tmp_path):
    path = tmp_path / "values.jsonl"
    path.write_bytes(b"1\n2\n")

    def is_open():
        links = (pathlib.Path("/proc/self/fd") / name for name in os.listdir("/proc/self/fd"))
        return any(os.path.realpath(link) == str(path) for link in links)

    lines = json.loads_lines(path)
    assert next(lines) == 1 and is_open()
    del lines
    assert not is_open()
    lines = json.loads_lines(path)
    assert list(lines) == [1, 2] and not is_open()
    with pytest.raises(FileNotFoundError):
        json.loads_lines(tmp_path / "none")


def test_sources_that_are_none():
    for wrong in (1, None, object()):
        with pytest.raises(TypeError, match="reads bytes, a str .*not as a path"):
            json.loads_lines(wrong)
    with pytest.raises(TypeError, match="got a int from its source"):
        read([1])
    with pytest.raises(TypeError):
        json.loads_lines()
    with pytest.raises(TypeError):
        json.loads_lines(b"", b"")
    with pytest.raises(TypeError):
        type(json.loads_lines(b""))()

    class NotYet(io.RawIOBase):
        def read(self, size=-1):
            return None

    with pytest.raises(BlockingIOError, match="file that blocks"):
        read(NotYet())


def test_what_a_source_raises_comes_through():
    def pieces():
        yield b"1\n"
        raise OSError("gone")

    lines = json.loads_lines(pieces())
    assert next(lines) == 1
    with pytest.raises(OSError, match="gone"):
        next(lines)
    assert list(lines) == []


# Options.

def test_options_are_those_of_loads():
    text = b'{"a":1.10}\n{"a":2,"a":3}\n'
    assert read(text, parse_float=decimal.Decimal)[0] == {"a": decimal.Decimal("1.10")}
    assert read(text, object_pairs_hook=list)[1] == [("a", 2), ("a", 3)]
    assert read(text, object_hook=lambda pairs: sorted(pairs))[1] == ["a"]
    assert read(b"1\n", cls=standard.JSONDecoder, parse_int=str) == ["1"]
    assert read(b'"a\tb"\n', strict=False) == ["a\tb"]
    with pytest.raises(json.LineError):
        read(b"NaN\n", allow_nan=False)


def test_wrong_options_are_refused_at_once():
    with pytest.raises(TypeError, match="unexpected keyword argument 'colour'"):
        json.loads_lines(b"", colour=1)
    with pytest.raises(ValueError, match="'raise' or 'collect', not 'ignore'"):
        json.loads_lines(b"", errors="ignore")
    for wrong in (0, -5):
        with pytest.raises(ValueError, match="max_line"):
            json.loads_lines(b"", max_line=wrong)
    with pytest.raises(TypeError):
        json.loads_lines(b"", max_line="1")


# Bad lines.

def test_a_bad_line_says_where_it_is():
    lines = json.loads_lines('1\n\n["é", tru]\n2\n'.encode())
    assert next(lines) == 1
    with pytest.raises(json.LineError) as caught:
        next(lines)
    error = caught.value
    assert isinstance(error, standard.JSONDecodeError) and isinstance(error, ValueError)
    assert (error.line, error.lineno, error.offset) == (3, 3, 3)
    assert (error.pos, error.colno, error.msg) == (6, 7, "Expecting value")
    assert error.doc == '["é", tru]'
    assert str(error) == "Expecting value: line 3 column 7 (the line begins at byte 3)"
    assert next(lines) == 2 and lines.line == 4
    assert lines.errors == []


def test_bad_lines_are_collected():
    lines = json.loads_lines(b'\xef\xbb\xbf1\r\n{\r\n"\xff"\r\n2\n[3', errors="collect")
    assert list(lines) == [1, 2]
    facts = [(e.line, e.offset, e.pos, e.msg) for e in lines.errors]
    assert facts == [(2, 6, 1, "Expecting property name enclosed in double quotes"),
                     (3, 9, 1, "Invalid UTF-8: invalid start byte"),
                     (5, 16, 2, "Expecting ',' delimiter")]
    assert lines.errors is lines.errors
    lines.errors.clear()


def test_offsets_are_those_of_the_bytes_whatever_the_source():
    text = '"é"\n"漢\U0001f600"\n{\n'
    for source in (text, text.encode(), io.StringIO(text), [text[:2], text[2:].encode()]):
        lines = json.loads_lines(source, errors="collect")
        assert len(list(lines)) == 2
        assert text.encode()[lines.errors[0].offset:] == b"{\n"


def test_what_else_makes_a_line_bad():
    deep = b"[" * 20_000 + b"]" * 20_000
    digits = b"1" * 5000
    text = b"\n".join([deep, digits, b"0", "\ufeff1".encode(), b"1\0", b"\xff\xfe12",
                       b'{"a":1} {"a":2}', b"NaN,"])
    lines = json.loads_lines(text, errors="collect")
    assert list(lines) == [0]
    assert [error.line for error in lines.errors] == [1, 2, 4, 5, 6, 7, 8]
    assert "Invalid UTF-8" in lines.errors[4].msg


def test_errors_keep_what_is_near():
    line = b'["' + b"x" * 100_000 + b'", tru, "' + b"y" * 100_000 + b'"]'
    lines = json.loads_lines(line, errors="collect")
    assert list(lines) == []
    error, = lines.errors
    assert error.pos == 100_005
    assert len(error.doc) == 400 and error.doc[200:].startswith("tru")


def test_a_line_over_the_limit_is_bad_and_is_not_kept():
    text = b"[1]\n" + b"x" * 5_000_000 + b"\n[22]\r\n[333]\n"
    for source in (text, io.BytesIO(text)):
        lines = json.loads_lines(source, errors="collect", max_line=4)
        assert list(lines) == [[1], [22]]
        assert [(e.line, e.msg) for e in lines.errors] == [
            (2, "Line longer than 4 bytes"), (4, "Line longer than 4 bytes")]
        assert len(lines.errors[0].doc) == 200
    with pytest.raises(json.LineError, match="Line longer than 3 bytes: line 1"):
        read(b"[22]", max_line=3)


def test_what_a_hook_raises_comes_through_with_a_note():
    def hook(text):
        if text == "1":
            raise ValueError("one")
        return standard.loads("{") if text == "2" else text

    lines = json.loads_lines(b"3\n1\n2\n{\n4\n", parse_int=hook, errors="collect")
    assert next(lines) == "3"
    with pytest.raises(ValueError, match="one") as caught:
        next(lines)
    assert type(caught.value) is ValueError
    assert caught.value.__notes__ == ["while reading line 2, which begins at byte 2"]
    with pytest.raises(standard.JSONDecodeError) as caught:
        next(lines)
    assert type(caught.value) is standard.JSONDecodeError
    assert list(lines) == ["4"]
    assert [error.line for error in lines.errors] == [4]


def test_a_line_error_pickles_and_can_be_made():
    error = json.LineError("Oops", "[", 1, 7, 90)
    copy = pickle.loads(pickle.dumps(error))
    assert type(copy) is json.LineError
    assert vars(copy) == vars(error) and str(copy) == str(error)
    assert json.LineError is json.LineError
    with pytest.raises(TypeError):
        json.LineError("Oops")


def test_a_reader_is_not_read_within_itself():
    def pieces():
        yield b"1\n"
        with pytest.raises(ValueError, match="already being read"):
            next(lines)
        yield b"2\n"

    lines = json.loads_lines(pieces())
    assert list(lines) == [1, 2]


def test_a_cycle_through_a_reader_is_collected():
    class Owner:
        def hook(self, value):
            return value

        def pieces(self):
            yield b"1\n"
            yield b"2\n"

    for cycle in ("hook", "source"):
        owner = Owner()
        if cycle == "hook":
            owner.lines = json.loads_lines([b"1\n", b"2\n"], object_hook=owner.hook)
        else:
            owner.lines = json.loads_lines(owner.pieces())
        gone = weakref.ref(owner)
        assert next(owner.lines) == 1
        del owner
        gc.collect()
        assert gone() is None, cycle


def test_the_same_as_loads_line_by_line(data):
    import lzma
    document = json.loads(lzma.decompress((data / "corpora" / "twitter.json.xz").read_bytes()))
    text = json.dumpb_lines(document["statuses"])
    assert read(text) == [json.loads(line) for line in text.splitlines()] == document["statuses"]
    random.seed(7)
    cuts = sorted(random.sample(range(len(text)), 500))
    pieces = [text[i:j] for i, j in zip([0] + cuts, cuts + [len(text)])]
    assert read(pieces) == document["statuses"]


def rss():
    return int(pathlib.Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()


def test_memory_does_not_grow_with_the_source():
    line = json.dumpb({"id": 1, "text": "x" * 80}) + b"\n"
    block = line * 1000

    def run(megabytes):
        pieces = itertools.repeat(block, megabytes * 1_000_000 // len(block))
        return sum(1 for _ in json.loads_lines(pieces))

    run(5)
    before = rss()
    assert run(100) > 900_000
    # The address sanitizer holds much of what was freed back.
    held_back = 300_000_000 if "asan" in sys.executable else 0
    assert rss() - before < 8_000_000 + held_back


def test_many_bad_lines_and_values_leak_nothing():
    def refuse(text):
        raise KeyError(text)

    def run():
        lines = json.loads_lines(b'{"a":[1,"b"]}\n{"a":\n"\xff"\n' * 100, errors="collect")
        assert sum(1 for _ in lines) == 100 and len(lines.errors) == 200
        json.dumpb_lines([{"a": 1}] * 100)
        for _ in range(20):
            with pytest.raises(TypeError):
                json.dump_lines([{"a": 1}, object()], io.BytesIO())
            with pytest.raises(KeyError):
                read(b"1\n", parse_int=refuse)

    def growth():
        gc.collect()
        before = sys.getallocatedblocks()
        for _ in range(20):
            run()
        gc.collect()
        return sys.getallocatedblocks() - before

    # A leak grows every time; what the interpreter itself sets aside does not.
    assert min(growth() for _ in range(5)) < 100


def test_readers_on_threads():
    text = json.dumpb_lines(VALUES * 500)
    results = []
    threads = [threading.Thread(target=lambda: results.append(read(io.BytesIO(text))))
               for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [VALUES * 500] * 4


# Writing.

def test_dumps_lines_is_dumps_and_a_newline():
    for options in ({}, {"ensure_ascii": False}, {"sort_keys": True},
                    {"separators": (",", ":")}, {"default": str, "indent": None}):
        expected = "".join(json.dumps(value, **options) + "\n" for value in VALUES)
        assert json.dumps_lines(VALUES, **options) == expected
        assert json.dumps_lines(iter(VALUES), **options) == expected
    assert json.dumps_lines([]) == ""
    assert json.dumps_lines(["\ud800"], ensure_ascii=False) == '"\ud800"\n'
    assert json.dumps_lines([1], cls=standard.JSONEncoder) == "1\n"


def test_dumpb_lines_is_dumpb_and_a_newline():
    for options in ({}, {"ensure_ascii": True}, {"sort_keys": True}):
        expected = b"".join(json.dumpb(value, **options) + b"\n" for value in VALUES)
        assert json.dumpb_lines(VALUES, **options) == expected
    assert json.dumpb_lines([]) == b""
    many = [{"id": i} for i in range(20_000)]
    assert json.dumpb_lines(many) == b"".join(json.dumpb(value) + b"\n" for value in many)


def test_dump_lines_writes_to_binary_and_to_text_files(tmp_path):
    many = VALUES * 5000
    expected = {"b": json.dumpb_lines(many), "": json.dumps_lines(many).encode()}
    for mode, text in expected.items():
        path = tmp_path / f"out{mode}"
        with open(path, "w" + mode) as file:
            assert json.dump_lines(iter(many), file) == len(many)
        assert path.read_bytes() == text
    out = io.StringIO()
    assert json.dump_lines(VALUES, out, ensure_ascii=False) == len(VALUES)
    assert out.getvalue() == TEXT
    with tempfile.NamedTemporaryFile("w+") as file:
        json.dump_lines([1], file)
        file.seek(0)
        assert file.read() == "1\n"
    with gzip.open(tmp_path / "out.gz", "wb") as file:
        json.dump_lines([1], file)
    assert gzip.open(tmp_path / "out.gz").read() == b"1\n"
    assert json.dump_lines([], io.BytesIO()) == 0


class Writer:
    """A file that is no file: takes one kind of text, so much at a time."""

    def __init__(self, kind, most=None):
        self.kind = kind
        self.most = most
        self.writes = []

    def write(self, text):
        if not isinstance(text, self.kind):
            raise TypeError("the other kind, please")
        self.writes.append(text[:self.most])
        return len(self.writes[-1])


def test_dump_lines_asks_a_writer_what_it_takes():
    for kind in (str, bytes):
        writer = Writer(kind)
        json.dump_lines(VALUES, writer)
        expected = json.dumps_lines(VALUES) if kind is str else json.dumpb_lines(VALUES)
        assert kind().join(writer.writes) == expected


def test_a_raw_file_that_takes_a_part_gets_the_rest():
    writer = Writer(bytes, most=7)
    json.dump_lines(VALUES, writer)
    assert b"".join(writer.writes) == json.dumpb_lines(VALUES)


def test_dump_lines_writes_in_blocks_of_whole_lines():
    writer = Writer(bytes)
    value = {"text": "x" * 1000}
    json.dump_lines(itertools.repeat(value, 5000), writer)
    writes = [text for text in writer.writes if text]
    assert all(text.endswith(b"\n") and len(text) < 200_000 for text in writes)
    assert 40 < len(writes) < 120
    assert b"".join(writes) == json.dumpb_lines([value] * 5000)


def test_an_object_that_cannot_be_written_is_named_and_lines_stay_whole():
    for function, note in ((json.dumps_lines, 2), (json.dumpb_lines, 2)):
        with pytest.raises(TypeError, match="not JSON serializable") as caught:
            function([1, 2, [object()]])
        assert caught.value.__notes__ == [
            f"while writing the object at index {note}, counted from 0"]
    out = io.BytesIO()
    with pytest.raises(TypeError) as caught:
        json.dump_lines([{"a": 1}, [2], {"b": [1, object()]}, 4], out)
    assert caught.value.__notes__ == ["while writing the object at index 2, counted from 0"]
    assert out.getvalue() == b'{"a":1}\n[2]\n'


def test_what_the_iterable_raises_comes_through_behind_the_lines():
    def values():
        yield 1
        raise KeyError("gone")

    out = io.StringIO()
    with pytest.raises(KeyError) as caught:
        json.dump_lines(values(), out)
    assert out.getvalue() == "1\n" and not hasattr(caught.value, "__notes__")
    with pytest.raises(KeyError):
        json.dumps_lines(values())


def test_a_file_that_fails():
    with open("/dev/full", "wb", buffering=0) as file:
        with pytest.raises(OSError):
            json.dump_lines([1], file)

    class Full(io.RawIOBase):
        def write(self, text):
            if text:
                raise OSError("full")
            return 0

    with pytest.raises(OSError, match="full") as caught:
        json.dump_lines([1, object()], Full())
    assert isinstance(caught.value.__context__, TypeError)
    with pytest.raises(AttributeError):
        json.dump_lines([1], None)


def test_a_record_is_one_line():
    for function, more in ((json.dumps_lines, ()), (json.dumpb_lines, ()),
                           (json.dump_lines, (io.BytesIO(),))):
        for indent in (0, 2, "\t"):
            with pytest.raises(ValueError, match=f"{function.__name__}.* takes no indent"):
                function([[1]], *more, indent=indent)
        with pytest.raises(ValueError, match="holds a line break"):
            function([[1, 2]], *more, separators=(",\n", ":"))
        with pytest.raises(ValueError, match="holds a line break"):
            function([json.Fragment(b'{\n"a":1}')], *more)
        with pytest.raises(TypeError, match="positional"):
            function()
        with pytest.raises(TypeError, match="unexpected keyword"):
            function([1], *more, colour=1)
    with pytest.raises(TypeError, match="not iterable"):
        json.dumps_lines(1)


def test_lines_written_are_lines_read():
    assert read(json.dumps_lines(VALUES)) == read(json.dumpb_lines(VALUES)) == VALUES


class Colour(enum.Enum):
    red = "r"


@dataclasses.dataclass
class Point:
    x: int
    y: object


def outcome(function, *args, **options):
    try:
        return function(*args, **options)
    except Exception as error:
        return type(error), str(error)


def test_lines_are_written_as_single_objects_are():
    moment = datetime.datetime(2024, 2, 29, 12, 30, 1, 5)
    values = [moment, moment.date(), moment.time(), uuid.UUID(int=7), Colour.red,
              decimal.Decimal("1.10"), Point(1, [Point(2, None)]), b"bytes", {1: 2, None: 3},
              {(1,): 2}, float("nan"), {"b": 1, "a": {"d": 1, "c": 2}}, "\ud800", 10**30, object(),
              (1, (2,)), [], "é"]
    options = [{}, {"natives": True}, {"natives": False}, {"default": repr}, {"sort_keys": True},
               {"natives": True, "default": repr}, {"ensure_ascii": True}, {"skipkeys": True},
               {"ensure_ascii": False}, {"allow_nan": False}, {"separators": (" , ", " : ")},
               {"bytes_as": "base64"}, {"utc_z": True, "naive_utc": True},
               {"omit_microseconds": True, "natives": True}, {"colour": 1}, {"default": 5}]
    for keywords in options:
        for value in values:
            text = outcome(json.dumps, [value], **keywords)
            lines = outcome(json.dumps_lines, [[value]], **keywords)
            assert lines == (text + "\n" if isinstance(text, str) else text), (keywords, value)
            text = outcome(json.dumpb, [value], **keywords)
            lines = outcome(json.dumpb_lines, [[value]], **keywords)
            assert lines == (text + b"\n" if isinstance(text, bytes) else text), (keywords, value)
