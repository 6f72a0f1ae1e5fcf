"""What the steps splice is what the reference makes of the record by parsing, editing and printing it.

Random documents, batches of them through random jobs: every byte that goes out, every dead letter with its
place and reason, and every count must be the reference's. ADYTON_SPLICE_DOCUMENTS says how many documents
(5,000), ADYTON_SPLICE_SEED the first batch's seed (1); a batch that fails names its own.
"""

import json
import os
import random
import re

import pytest
from conftest import dead_letters
from documents import Documents, Jobs, steps_toml
from reference import CIPHERTEXT, SEALED, STEPS, Dead, Dropped, Record, Unknown

DOCUMENTS = int(os.environ.get("ADYTON_SPLICE_DOCUMENTS", "5000"))
SEED = int(os.environ.get("ADYTON_SPLICE_SEED", "1"))
BATCH = 100
SHARDS = 10
ANYTHING = object()  # a value with a ciphertext in it
HEAD = """
[job]
name = "splice"
domain = "splice"
[source]
files = ["in"]
format = "{format}"
[keyring.pii]
file = "keys.json"
"""
TAIL = """
[sink]
files = "{out}"
existing = "replace"
[dead_letter]
file = "{out}.dead"
plain = true
"""


class Line:
    """One document of the input, and what stands around it."""

    def __init__(self, data, offset, prefix="", ending=""):
        self.data = data
        self.offset = offset
        self.prefix = prefix  # a byte order mark
        self.ending = ending


class Expected:
    """What the reference makes of a batch."""

    def __init__(self):
        self.pieces = []  # what goes out, in order
        self.plain = []   # the same, as values
        self.dead = []    # (offset, step, reasons)
        self.counts = dict.fromkeys(("read", "written", "dropped", "dead", "blank"), 0)
        self.unknown = 0


def broken(rng, data):
    """Bytes that hardly are JSON any more."""
    at = rng.randrange(len(data))
    more = rng.choice([b"", b"\xff", b"}", b",", b"\x00", b'"'])
    return data[:at] + more + data[at + (rng.random() < 0.5):]


def make_lines(rng):
    """Documents as NDJSON, with all that may stand between the lines."""
    documents = Documents(rng, lines=True)
    lines = []
    offset = 0
    for i in range(BATCH):
        data = documents.document().encode()
        if rng.random() < 0.02:
            data = broken(rng, data)
        elif rng.random() < 0.03:
            data = rng.choice([b"", b" ", b"\t"])
        last = i == BATCH - 1 and data
        ending = "" if last and rng.random() < 0.3 else rng.choice(["\n", "\n", "\n", "\r\n"])
        prefix = "\ufeff" if i == 0 and rng.random() < 0.2 else ""
        lines.append(Line(data, offset, prefix, ending))
        offset += len(prefix.encode()) + len(data) + len(ending)
    return lines, b"".join(line.prefix.encode() + line.data + line.ending.encode() for line in lines)


def make_elements(rng):
    """Documents as one array; the white space around them is no part of its elements."""
    documents = Documents(rng, lines=False)
    lines = []
    text = b"["
    for i in range(BATCH):
        data = documents.document().strip(" \t\r\n").encode()
        text += (b"," if i else b"") + rng.choice([b"", b" ", b"\n", b"\r\n  "])
        lines.append(Line(data, len(text)))
        text += data + rng.choice([b"", b" ", b"\n"])
    return lines, text + b"]\n"


def follow(record, job, line, sampled):
    """Take the record through the job; the number of the step that it does not pass is in the error."""
    for number, (use, options) in enumerate(job, 1):
        try:
            if use != "sample":
                STEPS[use](record, options)
            elif line.offset not in sampled[sample_key(options)]:
                raise Dropped
        except Dead as error:
            error.step = number
            raise


def expect(lines, job, sampled):
    expected = Expected()
    counts = expected.counts
    for line in lines:
        if not line.data.strip(b" \t\r"):
            counts["blank"] += 1
            expected.pieces.append(line.prefix + line.data.decode() + line.ending)
            continue
        counts["read"] += 1
        try:
            record = Record(line.data.decode())
            assert str(record) == line.data.decode()
            follow(record, job, line, sampled)
        except Unknown:
            expected.unknown += 1
            return expected
        except Dropped:
            counts["dropped"] += 1
        except Dead as error:
            counts["dead"] += 1
            expected.dead.append((line.offset, error.step, error.reasons))
        except ValueError as error:
            counts["dead"] += 1
            reason = "encoding" if isinstance(error, UnicodeDecodeError) else "syntax"
            expected.dead.append((line.offset, 0, {reason}))
        else:
            counts["written"] += 1
            text = str(record)
            expected.pieces.append(line.prefix + text + line.ending)
            expected.plain.append(ANYTHING if SEALED in text else record.root.plain())
    return expected


def sample_key(options):
    return options["rate"], options.get("seed", 0)


class Batch:
    """One random job over some random documents, in a folder with a keyring."""

    def __init__(self, work, seed):
        self.work = work
        self.seed = seed
        rng = random.Random(seed)
        self.format = rng.choice(["ndjson", "ndjson", "array"])
        self.lines, self.input = (make_lines if self.format == "ndjson" else make_elements)(rng)
        texts = [line.data.decode(errors="replace") for line in self.lines]
        self.job = Jobs(rng, texts).job()

    def run(self, steps, out):
        (self.work / "in").write_bytes(self.input)
        (self.work / "job.toml").write_text(
            HEAD.format(format=self.format) + steps + TAIL.format(out=out), encoding="utf-8")
        done = self.work.adyton("run", "--quiet", "--summary", "json", "job.toml")
        return json.loads(done.stdout)

    def sampled(self):
        """The offsets of the records that each `sample` of the job keeps, whatever comes before it."""
        kept = {}
        for use, options in self.job:
            if use != "sample" or sample_key(options) in kept:
                continue
            steps = steps_toml([("sample", options), ("drop", {"fields": ["/no such"], "missing": "error"})])
            self.run(steps, "sampled")
            entries = dead_letters(self.work / "sampled.dead")
            kept[sample_key(options)] = {entry["offset"] for entry in entries}
        return kept

    def check(self):
        """Run it and compare; True if nothing in it depends on the bytes of a ciphertext."""
        expected = expect(self.lines, self.job, self.sampled())
        if expected.unknown:
            return False
        summary = self.run(steps_toml(self.job), "out")
        told = f"seed {self.seed}, {self.format}:\n{steps_toml(self.job)}"
        assert {name: summary[name] for name in expected.counts} == expected.counts, told
        self.check_dead(expected, told)
        self.check_output(expected, told)
        return True

    def check_dead(self, expected, told):
        path = self.work / "out.dead"
        entries = [(e["offset"], e["step"], e["reason"]) for e in dead_letters(path)] if expected.dead else []
        assert len(entries) == len(expected.dead), told
        for entry, (offset, step, reasons) in zip(entries, expected.dead):
            assert entry[:2] == (offset, step) and entry[2] in reasons, (entry, offset, step, reasons, told)

    def check_output(self, expected, told):
        text = (self.work / "out").read_bytes().decode()
        at = 0
        for piece in self.framed(expected.pieces):
            match = re.compile(re.escape(piece).replace(re.escape(SEALED), CIPHERTEXT)).match(text, at)
            assert match, f"{told}\nexpected {piece!r}\ngot      {text[at:at + len(piece) + 200]!r}"
            at = match.end()
        assert at == len(text), f"{told}\nand then {text[at:at + 200]!r}"
        self.check_values(text, expected, told)

    def framed(self, pieces):
        """The pieces with what the output's format has around them."""
        if self.format == "ndjson":
            return pieces
        glued = [(",\n" if i else "[\n") + piece for i, piece in enumerate(pieces)]
        return [*glued, "\n]\n"] if pieces else ["[]\n"]

    def check_values(self, text, expected, told):
        """The output by another parser's eyes."""
        def number(digits):
            return "number", digits
        decode = json.JSONDecoder(object_pairs_hook=lambda pairs: ("object", pairs), parse_int=number,
                                  parse_float=number).decode
        lines = [line for line in text.split("\n") if line.strip("\ufeff \t\r")]
        values = decode(text) if self.format == "array" else [decode(line.strip("\ufeff")) for line in lines]
        assert len(values) == len(expected.plain), told
        for value, plain in zip(values, expected.plain):
            assert plain is ANYTHING or value == plain, told


@pytest.mark.parametrize("shard", range(SHARDS))
def test_what_the_steps_splice_is_what_parsing_editing_and_printing_gives(work, shard):
    work.keys()
    batches = max(1, DOCUMENTS // BATCH // SHARDS)
    seeds = range(SEED + shard * batches, SEED + (shard + 1) * batches)
    known = sum(Batch(work, seed).check() for seed in seeds)
    assert known >= batches // 2
