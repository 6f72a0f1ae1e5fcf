"""`adyton json`: formats, checks and picks from JSON of any size."""

import gzip
import json
import os
import pty
import random
import re
import shutil
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

DOCUMENT = {"users": [{"name": "Zoë", "id": 1.50}, {"name": "a\n\"b\"", "tags": []}], "e": {}}
TEXT = '{"users" : [ {"name":"Zoë","id":1.50},\r\n\t{"name":"a\\n\\"b\\"","tags":[ ]}],"e":{ } }\n'


@pytest.fixture
def run(tmp_path):
    """Runs `adyton json …` in a folder of its own: its CompletedProcess."""
    (tmp_path / "a.json").write_text(TEXT, encoding="utf-8")

    def command(*arguments, code=0, text=b"", **options):
        done = subprocess.run([sys.executable, "json", *arguments], cwd=tmp_path, input=text,
                              capture_output=True, timeout=120, **options)
        assert done.returncode == code, (done.returncode, done.stdout[-500:], done.stderr)
        if code == 0:
            assert done.stderr == b""
        return done

    command.folder = tmp_path
    return command


def lines(values):
    return b"".join(json.dumps(value).encode() + b"\n" for value in values)


# What is written.

def test_formats_as_the_standard_library_does(run):
    expected = TEXT.replace("1.50", "1.5")
    for indent in (1, 2, 4, 16):
        out = run("--indent", str(indent), "a.json").stdout.decode()
        assert out.replace("1.50", "1.5") == json.dumps(json.loads(expected), indent=indent,
                                                        ensure_ascii=False) + "\n"
    assert run("a.json").stdout == run("--indent", "2", "a.json").stdout


def test_only_white_space_changes(run):
    text = rb' [ "\u00e9\/" , 1.50E+0, -0, 12345678901234567890123, 1e999, {"a" :"\ud800"} ] '
    assert run("--compact", text=text).stdout == (
        rb'["\u00e9\/",1.50E+0,-0,12345678901234567890123,1e999,{"a":"\ud800"}]' + b"\n")
    formatted = run("--compact", text=run(text=text).stdout).stdout
    assert formatted == run("--compact", text=text).stdout
    assert run("--compact", text=b"\xef\xbb\xbf 1").stdout == b"1\n"


def test_canonical_text_has_no_newline_behind_it(run):
    text = b'{"b":1.0,"a":[1E2,"\\u20ac"]}'
    assert run("--canonical", text=text).stdout == '{"a":[100,"€"],"b":1}'.encode()
    assert run("--canonical", "-", "/a", text=text).stdout == '[100,"€"]'.encode()
    assert run("--canonical", "-", "/a/*", text=text).stdout == '100\n"€"\n'.encode()
    assert run("--canonical", "--lines", text=b"[ 1.0 ]\n\n2e0\n").stdout == b"[1]\n2\n"


def test_check_says_it_with_the_exit_code(run):
    assert run("--check", "a.json").stdout == b""
    done = run("--check", code=1, text=b"[1")
    assert done.stdout == b"" and done.stderr != b""
    assert run("--check", "--lines", text=b"1\n\n[2]").stdout == b""


def test_picks_what_a_pointer_names(run):
    assert run("a.json", "/users/0/id").stdout == b"1.50\n"
    assert run("a.json", "/users/1/tags").stdout == b"[]\n"
    assert run("--compact", "a.json", "/users/*/name").stdout == (
        '"Zoë"\n"a\\n\\"b\\""\n'.encode())
    assert run("--compact", "a.json", "").stdout == run("--compact", "a.json").stdout
    assert run("--compact", "-", "/a~1b/~2", text=b'{"a/b":{"*":[ 1 ]}}').stdout == b"[1]\n"


def test_nothing_at_the_pointer(run):
    for pointer in ("/none", "/users/2", "/users/-", "/e/*"):
        done = run("a.json", pointer, code=1)
        assert done.stdout == b""
        assert done.stderr.decode() == (
            f'adyton json: a.json: there is nothing at "{pointer}"\n')


def test_raw_strings(run):
    assert run("--raw", "a.json", "/users/*/name").stdout == 'Zoë\na\n"b"\n'.encode()
    assert run("--raw", "a.json", "/users/0/id").stdout == b"1.50\n"
    assert run("--raw", "--compact", "-", "/0", text=b'[["a"]]').stdout == b'["a"]\n'
    done = run("--raw", code=1, text=b'"\\ud800"')
    assert done.stdout == b"" and b"surrogate without its other half" in done.stderr


def test_lines_are_documents_of_their_own(run):
    text = b'\xef\xbb\xbf{"a":[1]}\r\n\n  \n{"b":2}\n{"a":{}}'
    assert run("--lines", "--compact", text=text).stdout == b'{"a":[1]}\n{"b":2}\n{"a":{}}\n'
    assert run("--lines", text=text).stdout == (
        b'{\n  "a": [\n    1\n  ]\n}\n{\n  "b": 2\n}\n{\n  "a": {}\n}\n')
    assert run("--lines", "--compact", "-", "/a", text=text).stdout == b"[1]\n{}\n"
    run("--lines", "-", "/c", code=1, text=text)
    assert run("--lines", text=b"").stdout == b""


def test_compressed_files(run):
    with gzip.open(run.folder / "a.json.gz", "wb") as file:
        file.write(TEXT.encode())
    assert run("a.json.gz").stdout == run("a.json").stdout
    packed = (run.folder / "a.json.gz").read_bytes()
    assert run(text=packed).stdout == run("a.json").stdout
    done = run(code=1, text=packed[:-12])
    assert b"cut off" in done.stderr
    if shutil.which("zstd"):
        subprocess.run(["zstd", "-q", "a.json"], cwd=run.folder, check=True)
        assert run("a.json.zst").stdout == run("a.json").stdout


def test_all_that_is_json_comes_out_as_the_same_value(run, random_documents=40):
    random.seed(11)

    def value(depth):
        kind = random.randrange(8 if depth < 4 else 5)
        if kind == 0:
            return random.choice([None, True, False])
        if kind == 1:
            return random.uniform(-1e6, 1e6)
        if kind == 2:
            return random.randrange(-10**20, 10**20)
        if kind < 5:
            return "".join(random.choice('a"\\\n\x00é漢\U0001f600/') for _ in range(random.randrange(9)))
        size = random.randrange(5)
        if kind < 7:
            return [value(depth + 1) for _ in range(size)]
        return {str(value(9)): value(depth + 1) for _ in range(size)}

    values = [value(0) for _ in range(random_documents)]
    text = lines(values)
    out = run("--lines", "--compact", text=text).stdout
    assert [json.loads(line) for line in out.splitlines()] == values
    separated = run("--lines", "--indent", "3", text=text).stdout.decode()
    assert separated == "".join(
        json.dumps(json.loads(line), indent=3).replace("é", "\\u00e9") + "\n"
        for line in text.splitlines())


# Colour.

def test_colour_when_it_is_asked_for(run):
    out = run("--color", "always", "--compact", text=b'{"a":["b",1,null]}').stdout.decode()
    assert out == ('{\x1b[34;1m"a"\x1b[0m:[\x1b[32m"b"\x1b[0m,\x1b[36m1\x1b[0m,'
                   '\x1b[35mnull\x1b[0m]}\n')
    assert b"\x1b" not in run(text=b"[1]").stdout
    assert run("--color=always", "--raw", text=b'"a"').stdout == b"a\n"


def on_terminal(*arguments, text, **environment):
    """What `adyton json` writes to a terminal."""
    outer, inner = pty.openpty()
    variables = {k: v for k, v in os.environ.items() if k not in ("NO_COLOR", "TERM")}
    done = subprocess.run([sys.executable, "json", *arguments], input=text, stdout=inner,
                          env=variables | environment, timeout=60)
    assert done.returncode == 0
    os.close(inner)
    out = b""
    try:
        while part := os.read(outer, 4096):
            out += part
    except OSError:
        pass
    os.close(outer)
    return out


def test_colour_on_a_terminal():
    assert b"\x1b[36m1" in on_terminal(text=b"[1]", TERM="xterm")
    assert b"\x1b" not in on_terminal(text=b"[1]", TERM="xterm", NO_COLOR="1")
    assert b"\x1b[36m1" in on_terminal(text=b"[1]", TERM="xterm", NO_COLOR="")
    assert b"\x1b" not in on_terminal(text=b"[1]", TERM="dumb")
    assert b"\x1b" not in on_terminal("--color=never", text=b"[1]", TERM="xterm")


# Errors.

def message(run, text, *arguments, code=1):
    done = run(*arguments, code=code, text=text)
    assert done.stdout == b""
    return done.stderr.decode()


def test_an_error_shows_the_place(run):
    assert message(run, '{"é":1,\n  "b" : tru}'.encode()) == (
        'standard input:2:9: error: Expecting value\n'
        '      "b" : tru}\n'
        '            ^\n')
    (run.folder / "bad.json").write_bytes("[1,\r\n漢]\r\n".encode())
    assert message(run, b"", "--check", "bad.json") == (
        'bad.json:2:1: error: Expecting value\n'
        '    漢]\n'
        '    ^~\n')


def test_a_text_that_is_cut_off(run):
    for text, column in ((b'{"a": [1, 2', 12), (b'{"a"', 5), (b'{"a": [1, 2 \n \n', 12)):
        error = message(run, text)
        assert error.startswith(f"standard input:1:{column}: error: Expecting ")
        assert error.endswith("    help: the text ends here: is it cut off?\n")
    assert message(run, b"").startswith("standard input:1:1: error: Expecting value\n")
    assert message(run, b'[1,\n"abc').startswith(
        "standard input:2:1: error: Unterminated string starting at\n")


def test_lines_where_one_document_was_expected(run):
    error = message(run, b'{"a":1}\n{"a":2}\n', "--compact")
    assert error.startswith("standard input:2:1: error: Extra data\n")
    assert error.endswith("help: if each line is a document of its own (JSON Lines), say --lines\n")
    assert "--lines" not in message(run, b"{} {}")


def test_the_line_of_a_bad_line(run):
    text = b'{"a":1}\n\n[1,2\n3\n'
    error = run("--lines", "--compact", code=1, text=text)
    assert error.stdout == b'{"a":1}\n'
    assert error.stderr.startswith(b"standard input:3:5: error: Expecting ',' delimiter\n")
    assert run("--lines", "--check", code=1, text=text).stdout == b""
    picked = run("--lines", "--compact", "-", "/a", code=1, text=b'{"a":1}\n{"a":2,"b":tru}\n')
    assert picked.stdout == b"1\n"
    canonical = run("--lines", "--canonical", code=1, text=b'1.0\n{"a":1,\n')
    assert canonical.stdout == b"1\n"
    assert canonical.stderr.startswith(b"standard input:2:8: error: ")


def test_no_json_at_all(run):
    error = message(run, b"\x7fELF\x02\x01\x01\x00\x00\xff\xfe")
    assert error.startswith("standard input:1:1: error: Expecting value\n")
    assert "\x7f" not in error
    assert "iconv -f UTF-16" in message(run, '{"a":1}'.encode("utf-16"))
    assert "iconv -f UTF-16" in message(run, '{"a":1}'.encode("utf-16-be"))
    assert "standard input:1:3: error: Invalid UTF-8" in message(run, b'["\xff"]')


def test_a_fault_far_into_a_line_of_many_blocks(run):
    text = b'["' + "é".encode() * 700_000 + b'", "' + b"x" * 900_000 + b'", tru, "' + b"y" * 300_000
    column = 3 + 700_000 + 4 + 900_000 + 3
    for form in ("--compact", "--check", "--canonical"):
        done = run(form, code=1, text=text + b'"]')
        first, shown, caret = done.stderr.decode().splitlines()
        assert first == f"standard input:1:{column}: error: Expecting value"
        # As much of the line as is worth showing, with the caret where it belongs.
        assert shown[caret.index("^"):].startswith("tru, ") and len(shown) < 140


def test_the_beginning_of_a_string_that_never_ends(run):
    text = b'[1,\n "a", "' + b"x" * 2_000_000
    error = run("--check", code=1, text=text).stderr.decode()
    assert error.startswith("standard input:2:7: error: Unterminated string starting at\n")
    assert error.splitlines()[2].index("^") == 4 + 6


def test_a_character_cut_at_the_end_of_a_block(run):
    # The second byte of the character begins the second block.
    for lead in range(262_140, 262_146):
        text = b'["' + b"x" * (lead - 2) + "漢".encode() + b'"]'
        assert run("--compact", text=text).stdout == text + b"\n"
        broken = run("--check", code=1, text=text[:lead + 2] + b'"]').stderr.decode()
        assert broken.startswith(f"standard input:1:{lead + 1}: error: Invalid UTF-8\n")


def test_deep_nesting_has_a_limit(run):
    run("--check", text=b"[" * 1024 + b"]" * 1024)
    error = message(run, b"[" * 1025 + b"]" * 1025, "--check")
    assert error.startswith("standard input:1:1025: error: Array nested too deeply\n")


def test_files_that_cannot_be_read(run):
    assert message(run, b"", "none.json") == (
        "adyton json: cannot open none.json: No such file or directory\n")
    assert message(run, b"", ".") == "adyton json: cannot read .: Is a directory\n"
    if os.geteuid() != 0:
        (run.folder / "a.json").chmod(0)
        assert "Permission denied" in message(run, b"", "a.json")


def test_usage(run):
    for arguments, text in ((("--compact", "--check"), "choose one: --compact or --check"),
                            (("--indent", "0"), "--indent takes 1 to 16 blanks"),
                            (("--indent", "17"), "--indent takes 1 to 16 blanks"),
                            (("--indent", "x"), "'x'"),
                            (("--color", "red"), 'auto, always or never, not "red"'),
                            (("--raw", "--check"), "--raw does not go with --check"),
                            (("--raw", "--canonical"), "--raw does not go with --canonical"),
                            (("--colour",), "did you mean --color?"),
                            (("a.json", "users"), "pointer"),
                            (("--check", "a.json", "/a"), "takes no pointer"),
                            (("a", "/b", "c"), "takes one file and one pointer")):
        done = run(*arguments, code=2)
        assert done.stdout == b"" and text in done.stderr.decode(), done.stderr


def test_no_file_and_a_terminal_is_a_question():
    outer, inner = pty.openpty()
    done = subprocess.run([sys.executable, "json"], stdin=inner, capture_output=True, timeout=60)
    os.close(outer)
    os.close(inner)
    assert done.returncode == 2
    assert done.stderr == b"adyton json: which file? (- is standard input)\n"


def test_help(run):
    out = run("--help").stdout.decode()
    for word in ("POINTER", "--canonical", "--lines", "exit code", "NO_COLOR"):
        assert word in out
    assert max(map(len, out.splitlines())) <= 100


# Streams.

def test_a_reader_that_goes_away_ends_it_without_a_word():
    command = subprocess.Popen([sys.executable, "json"], stdin=subprocess.PIPE,
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    command.stdin.write(b"[0")
    command.stdin.flush()
    command.stdout.close()
    with pytest.raises(BrokenPipeError):
        for _ in range(1000):
            command.stdin.write(b",12345678" * 100_000)
    try:
        command.stdin.close()
    except BrokenPipeError:
        pass
    assert command.wait(60) == -signal.SIGPIPE
    assert command.stderr.read() == b""
    command.stderr.close()


def test_a_full_disk_is_an_error(run):
    with open("/dev/full", "wb") as full:
        done = subprocess.run([sys.executable, "json"], input=b"[1]", stdout=full,
                              stderr=subprocess.PIPE, timeout=60)
    assert done.returncode == 1
    assert b"No space left on device" in done.stderr


def test_lines_come_out_as_they_come_in():
    command = subprocess.Popen([sys.executable, "json", "--lines", "--compact"],
                               stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    for i in range(3):
        command.stdin.write(b'{"i": %d}\n{"half' % i)
        command.stdin.flush()
        assert command.stdout.readline() == b'{"i":%d}\n' % i
        command.stdin.write(b'": 1}\n')
        command.stdin.flush()
        assert command.stdout.readline() == b'{"half":1}\n'
    command.stdin.close()
    assert command.wait(60) == 0
    command.stdout.close()


def peak_of(arguments, pieces):
    """The most memory, in bytes, that a run took which was fed the pieces; and its output's size."""
    command = subprocess.Popen([sys.executable, "json", *arguments], stdin=subprocess.PIPE,
                               stdout=subprocess.PIPE)
    sizes = []

    def read():
        while part := command.stdout.read(1 << 20):
            sizes.append(len(part))

    reader = threading.Thread(target=read)
    reader.start()
    for piece in pieces:
        command.stdin.write(piece)
    command.stdin.flush()
    status = Path(f"/proc/{command.pid}/status").read_text()
    command.stdin.close()
    reader.join()
    command.stdout.close()
    assert command.wait(60) == 0
    return int(re.search(r"VmHWM:\s+(\d+) kB", status)[1]) * 1024, sum(sizes)


# ADYTON_JSON_STREAM_MB=3000 feeds that much in place of 50 MB.
MEGABYTES = int(os.environ.get("ADYTON_JSON_STREAM_MB", "50"))


def test_memory_does_not_grow_with_the_text():
    record = b'{"id": 12345, "name": "some name", "values": [1.5, null, true, {"a": "b"}]}'
    count = MEGABYTES * 1_000_000 // len(record)
    compact = len(json.dumps(json.loads(record), separators=(",", ":"))) + 1

    def array():
        yield b"[" + record
        block = (b", " + record) * 1000
        for _ in range(count // 1000):
            yield block
        yield b"]"

    def string():
        yield b'["'
        for _ in range(MEGABYTES):
            yield b"x" * 1_000_000
        yield b'"]'

    def number():
        for _ in range(MEGABYTES):
            yield b"1" * 1_000_000

    # What the sanitizers take is not the program's.
    small = (32 << 20) if "asan" not in sys.executable else (256 << 20)
    peak, size = peak_of(["--compact"], array())
    assert peak < small and size == (count // 1000 * 1000 + 1) * compact + 2
    for arguments, pieces in ((["--check"], array()), ([], string()), (["--raw", "-", "/0"], string()),
                              (["--compact", "-", "/*/values/*"], array()),
                              (["--compact"], number()), (["--check"], string())):
        peak, _ = peak_of(arguments, pieces)
        assert peak < small, (arguments, peak)
