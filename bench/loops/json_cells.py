"""The cells of the bench json, measured in one process: this one, which is Adyton.

Prints a list of rows as JSON. A cell is a case, our call, and the peers' calls that do the same work;
before it is timed its results are compared.
"""

import argparse
import dataclasses
import datetime
import gc
import importlib.metadata
import io
import json
import lzma
import pathlib
import platform
import random
import statistics
import sys
import time
import uuid

import json_documents
from adyton import json as ours
from json_documents import LATIN, word

SAMPLE = 0.02  # seconds, about
CORPORA = ("twitter", "citm_catalog", "canada", "github")
LOADS_MUST = {"twitter": (1.25, 1.4), "citm_catalog": (1.4, 2.0), "canada": (1.3, 1.6), "github": (1.25, 1.4)}
KEPT_MUST = {"twitter": (1.0, 1.2), "citm_catalog": (1.1, 1.4), "canada": (1.0, 1.1), "github": (1.0, 1.2)}
DUMPS_MUST = {"twitter": (1.3, 1.8), "citm_catalog": (1.3, 1.4), "canada": (1.3, 1.45), "github": (1.3, 1.7)}


class Peer:
    """A library to compare with; its version."""

    def __init__(self, name, version):
        self.name, self.version = name, version


class Bench:
    """Measures cells and keeps their rows."""

    def __init__(self, rounds, only):
        self.rounds, self.only = rounds, only
        self.rows = []
        self.standard = Peer("json", platform.python_version())
        self.itself = Peer("adyton.json", None)
        self.peers = {}

    def peer(self, name):
        if name not in self.peers:
            self.peers[name] = Peer(name, importlib.metadata.version(name))
        return self.peers[name]

    def wanted(self, case):
        return self.only in case

    def cell(self, case, call, peer_calls, *, same=None, keep=False):
        """Times `call` against each (peer, call, must, goal) of `peer_calls`, in turn.

        same: compares two results, by default ==; None of the results is looked at where it is False.
        keep: the results stay in a list while they are timed.
        """
        if not self.wanted(case):
            return
        if same is not False:
            expected = call()
            for peer, other, *_ in peer_calls:
                if not (same or (lambda a, b: a == b))(expected, other()):
                    raise AssertionError(f"{case}: {peer.name} gives another result")
            del expected
        calls = [call] + [other for _, other, *_ in peer_calls]
        times = self._interleave(calls, keep)
        for (peer, _, must, goal), theirs in zip(peer_calls, times[1:]):
            self.rows.append({"case": case, "peer": peer.name, "peer_version": peer.version, "unit": "us",
                              "better": "lower", "ours": times[0], "theirs": theirs, "must": must, "goal": goal})

    def best_of(self, case, prefix, peer, must):
        """A row more: the one of `peer` among the cases of that prefix with the best ratio."""
        of_peer = [row for row in self.rows if row["case"].startswith(prefix) and row["peer"] == peer.name]
        if of_peer:
            best = max(of_peer, key=lambda row: statistics.median(row["theirs"]) / statistics.median(row["ours"]))
            name = best["case"].removeprefix(prefix).strip()
            self.rows.append({**best, "case": f"{case} ({name})", "must": must, "goal": None})

    def _interleave(self, calls, keep):
        counts = [self._count(call) for call in calls]
        times = [[] for _ in calls]
        for turn in range(self.rounds):
            order = list(enumerate(calls))
            for index, call in order if turn % 2 == 0 else reversed(order):
                times[index].append((kept if keep else dropped)(call, counts[index]) * 1e6)
        return times

    @staticmethod
    def _count(call):
        """How many calls make a sample."""
        count = 1
        while True:
            start = time.process_time()
            for _ in range(count):
                call()
            took = time.process_time() - start
            if took > SAMPLE / 4:
                return max(1, round(SAMPLE * count / took))
            count *= 4


def dropped(call, count):
    """Seconds of user and system time a call takes."""
    gc.collect()
    turns = range(count)
    start = time.process_time()
    for _ in turns:
        call()
    return (time.process_time() - start) / count


def kept(call, count):
    """The same while every result stays alive."""
    gc.collect()
    results = []
    turns = range(count)
    start = time.process_time()
    for _ in turns:
        results.append(call())
    return (time.process_time() - start) / count


def reading(bench, name, data, must, goal):
    import msgspec
    import orjson
    import ssrjson

    bench.cell(f"loads {name}", lambda: ours.loads(data), [
        (bench.peer("orjson"), lambda: orjson.loads(data), must, goal),
        (bench.peer("ssrjson"), lambda: ssrjson.loads(data), 1.0, None),
        (bench.peer("msgspec"), lambda: msgspec.json.decode(data), None, None),
        (bench.standard, lambda: json.loads(data), 1.0, None)])


def writing(bench, name, value, must, goal, dumps_must=None):
    import msgspec
    import orjson
    import ssrjson

    compact = (",", ":")
    encoder = msgspec.json.Encoder()
    bench.cell(f"dumpb {name}", lambda: ours.dumpb(value), [
        (bench.peer("orjson"), lambda: orjson.dumps(value), must, goal),
        (bench.peer("ssrjson"), lambda: ssrjson.dumps_to_bytes(value), 1.0, None),
        (bench.peer("msgspec"), lambda: encoder.encode(value), None, None),
        (bench.standard, lambda: json.dumps(value).encode(), 1.0, None)], same=same_json)
    bench.cell(f"dumps {name}", lambda: ours.dumps(value), [
        (bench.standard, lambda: json.dumps(value), 1.0, None)])
    bench.cell(f"dumps {name}, ensure_ascii=False",
               lambda: ours.dumps(value, ensure_ascii=False, separators=compact), [
        (bench.standard, lambda: json.dumps(value, ensure_ascii=False, separators=compact), 1.0, None)])
    # Others have left UTF-8 on this value's strs, which dumpb needs only to copy.
    untouched = ours.loads(ours.dumpb(value))
    bench.cell(f"dumps {name} in dumpb's time", lambda: ours.dumps(untouched),
               [(bench.itself, lambda: ours.dumpb(untouched), dumps_must, None)], same=False)


def same_json(a, b):
    return json.loads(a) == json.loads(b)


def corpora(bench, folder):
    documents = {}
    for name in CORPORA:
        with lzma.open(folder / f"{name}.json.xz") as file:
            documents[name] = file.read()
    import orjson

    for name, data in documents.items():
        reading(bench, name, data, *LOADS_MUST[name])
    for name, data in documents.items():
        bench.cell(f"loads {name}, results kept", lambda: ours.loads(data),
                   [(bench.peer("orjson"), lambda: orjson.loads(data), *KEPT_MUST[name])], keep=True)
    for name, data in documents.items():
        writing(bench, name, json.loads(data), *DUMPS_MUST[name], dumps_must=1 / 1.2)
    bench.best_of("dumpb, best corpus", "dumpb ", bench.standard, 17.2)
    lazy(bench, documents["twitter"])


def lazy(bench, data):
    import orjson

    def touch(document):
        status = document["statuses"][50]
        return status["id"], status["user"]["screen_name"], document["search_metadata"]["count"]

    bench.cell("Document, 3 fields of twitter", lambda: touch(ours.Document(data)),
               [(bench.peer("orjson"), lambda: touch(orjson.loads(data)), 5.0, None)])


def tiny(bench):
    for name, data in json_documents.tiny():
        reading(bench, name, data, 1.0, None)
        reading(bench, f"{name} as a str", data.decode(), 1.0, None)
        writing(bench, name, json.loads(data), 1.0, None)


def shapes(bench):
    for name, value in json_documents.documents():
        data = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
        reading(bench, f"generated: {name}", data, 1.0, None)
        writing(bench, f"generated: {name}", value, 1.0, None)
    for name, data in json_documents.spelled_otherwise():
        reading(bench, f"generated: {name}", data, 1.0, None)


def large(bench):
    """A document of 50 MB."""
    if not bench.wanted("50 MB"):
        return
    rng = random.Random(11)
    value = [{"id": n, "name": word(rng, LATIN, 5, 40), "amount": rng.randrange(10**7) / 100,
              "tags": [word(rng, LATIN, 3, 8) for _ in range(rng.randint(0, 5))],
              "place": {"x": rng.random(), "y": rng.random()}} for n in range(300_000)]
    data = json.dumps(value, separators=(",", ":")).encode()
    case = f"50 MB document ({len(data) / 1e6:.1f} MB)"
    bench.cell(f"dumpb {case}", lambda: ours.dumpb(value),
               [(bench.standard, lambda: json.dumps(value).encode(), 10.0, None)], same=False)
    bench.cell(f"loads {case}", lambda: ours.loads(data),
               [(bench.standard, lambda: json.loads(data), None, None)], same=False)


@dataclasses.dataclass
class Item:
    number: int
    name: str
    price: float


def natives(bench):
    import numpy
    import orjson

    rng = random.Random(13)
    when = datetime.datetime(2026, 1, 1, tzinfo=datetime.timezone.utc)
    cases = {
        "datetime": ([when + datetime.timedelta(seconds=rng.randrange(10**8), microseconds=n) for n in range(1000)], 0),
        "UUID": ([uuid.UUID(int=rng.getrandbits(128)) for _ in range(1000)], 0),
        "dataclass": ([Item(n, word(rng, LATIN, 5, 20), rng.random()) for n in range(1000)], 0),
        "numpy float64": (numpy.random.default_rng(1).normal(size=(100, 100)), orjson.OPT_SERIALIZE_NUMPY),
    }
    for name, (value, option) in cases.items():
        bench.cell(f"dumpb natives: {name}", lambda: ours.dumpb(value),
                   [(bench.peer("orjson"), lambda: orjson.dumps(value, option=option), 1.0, None)], same=same_json)


def lines(bench):
    import orjson

    rng = random.Random(17)
    values = [{"id": n, "name": word(rng, LATIN, 5, 20), "kind": rng.choice(("a", "b")), "score": rng.random()}
              for n in range(3000)]
    data = b"".join(orjson.dumps(value) + b"\n" for value in values)
    bench.cell("loads_lines", lambda: list(ours.loads_lines(data)),
               [(bench.peer("orjson"), lambda: [orjson.loads(line) for line in io.BytesIO(data)], 1.0, None)])
    bench.cell("dumpb_lines", lambda: ours.dumpb_lines(values),
               [(bench.peer("orjson"), lambda: b"".join(orjson.dumps(v, option=orjson.OPT_APPEND_NEWLINE)
                                                        for v in values), 1.0, None)])


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--packages", required=True, help="the folder of the peers")
    parser.add_argument("--corpora", type=pathlib.Path)
    parser.add_argument("--rounds", type=int, required=True)
    parser.add_argument("--only", default="")
    arguments = parser.parse_args()
    sys.path.append(arguments.packages)
    bench = Bench(arguments.rounds, arguments.only)
    if arguments.corpora:
        corpora(bench, arguments.corpora)
    for part in (tiny, shapes, large, natives, lines):
        part(bench)
    json.dump(bench.rows, sys.stdout)


if __name__ == "__main__":
    main()
