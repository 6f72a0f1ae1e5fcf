"""The cells of the bench crypto, measured in one process: this one, which is Adyton.

Prints a list of rows as JSON, in nanoseconds a message. A cell is a case, our call, and the peers'
calls that do the same work: a call of ours over many messages stands against a loop over them, which
is all that the peers have. What our calls make is opened again before anything is timed.
"""

import argparse
import array
import gc
import hashlib
import hmac
import importlib.metadata
import json
import os
import platform
import ssl
import sys
import time

from adyton import crypto

SAMPLE = 0.02  # seconds, about, for calls of one message
MANY = 1_000_000
TURNS = 4  # calls in a row of what works on two cores
BOUND = b"customers"  # the associated data
MIB = 1 << 20
# Case, ours, peer, must, goal: GOALS.md, section Crypto.
ONE_SHORT = {"cryptography": (2, 4), "PyNaCl": (3, 6), "tink": (4, 8), "pycryptodome": (20, 60)}
ONE_LONG = {"cryptography": (1.0, 1.1), "PyNaCl": (4, 6), "tink": (1.2, 1.5), "pycryptodome": (3, 5)}
LIST = {"cryptography": (8, 15), "PyNaCl": (15, 20), "tink": (15, 25), "pycryptodome": (60, 200)}
COLUMN = {"cryptography": (15, 30), "PyNaCl": (30, 50), "tink": (30, 50), "pycryptodome": (200, None)}
TOKENS = {"cryptography": (8, 15), "tink": (8, 15)}
# How many messages a peer's loop takes: its cost a message does not depend on it.
PEER_MESSAGES = {"pycryptodome": 5_000, "hashlib": 200_000}
PEER_MESSAGES_ELSE = 50_000


class Bench:
    """Measures cells and keeps their rows."""

    def __init__(self, rounds, only, peers, suffix):
        self.rounds, self.only, self.peers, self.suffix = rounds, only, peers, suffix
        self.rows = []

    def cell(self, case, ours, messages, peers, demands, *, clock=time.process_time):
        """Times `ours`, which works on so many messages, against {peer: (call, messages)}, in turn.

        demands: {peer: (must, goal)}; clock: what counts, the process's time or the wall's.
        """
        peers = {name: peer for name, peer in peers.items() if name in self.peers or name in STANDARD}
        if self.only not in case or not peers:
            return
        calls = [(ours, messages), *peers.values()]
        times = self._interleave(calls, clock)
        for (name, _), theirs in zip(peers.items(), times[1:]):
            must, goal = demands.get(name, (None, None)) if not self.suffix else (None, None)
            self.rows.append({"case": case, "peer": name + self.suffix, "peer_version": version_of(name),
                              "unit": "ns", "better": "lower", "ours": times[0], "theirs": theirs,
                              "must": must, "goal": goal})

    def _interleave(self, calls, clock):
        counts = [self._count(call) for call, _ in calls]
        times = [[] for _ in calls]
        for turn in range(self.rounds):
            order = list(enumerate(calls))
            for index, (call, messages) in order if turn % 2 == 0 else reversed(order):
                if hasattr(call, "prepare"):
                    call.prepare()
                times[index].append(timed(call, counts[index], clock) / messages * 1e9)
        return times

    @staticmethod
    def _count(call):
        """How many calls make a sample."""
        count = 1
        while True:
            took = timed(call, count, time.process_time) * count
            if took > SAMPLE / 4:
                return max(1, round(SAMPLE * count / took))
            count *= 4


STANDARD = ("hmac.digest", "hashlib", "one thread", "two processes", "AES-GCM, batch")


def version_of(name):
    if name == "hmac.digest" or name == "hashlib":
        return f"{platform.python_version()}, {ssl.OPENSSL_VERSION.rpartition(' ')[0].removesuffix(' ')[:14]}"
    return None if name in STANDARD else importlib.metadata.version(name)


def timed(call, count, clock):
    """Seconds that a call takes."""
    gc.collect()
    turns = range(count)
    start = clock()
    for _ in turns:
        call()
    return (clock() - start) / count


def column_of(values):
    """(data, offsets) in Arrow's layout."""
    offsets = array.array("i", [0])
    for value in values:
        offsets.append(offsets[-1] + len(value))
    return b"".join(values), offsets


def random_values(count, size):
    data = os.urandom(count * size)
    return [data[i * size:(i + 1) * size] for i in range(count)]


class Peers:
    """One message under each peer's AES-256-GCM (PyNaCl: XSalsa20-Poly1305), sealed and opened."""

    def __init__(self, names):
        self.seal, self.open = {}, {}
        for name in names:
            self.seal[name], self.open[name] = getattr(self, name)()

    @staticmethod
    def cryptography():
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        cipher, random = AESGCM(os.urandom(32)), os.urandom

        def seal(text):
            nonce = random(12)
            return nonce + cipher.encrypt(nonce, text, BOUND)
        return seal, lambda sealed: cipher.decrypt(sealed[:12], sealed[12:], BOUND)

    @staticmethod
    def PyNaCl():
        from nacl.secret import SecretBox

        box = SecretBox(os.urandom(32))
        return box.encrypt, box.decrypt

    @staticmethod
    def tink():
        import tink
        from tink import aead

        aead.register()
        cipher = tink.new_keyset_handle(aead.aead_key_templates.AES256_GCM).primitive(aead.Aead)
        return (lambda text: cipher.encrypt(text, BOUND)), (lambda sealed: cipher.decrypt(sealed, BOUND))

    @staticmethod
    def pycryptodome():
        from Crypto.Cipher import AES

        key, random = os.urandom(32), os.urandom

        def seal(text):
            nonce = random(12)
            cipher = AES.new(key, AES.MODE_GCM, nonce)
            cipher.update(BOUND)
            ciphertext, tag = cipher.encrypt_and_digest(text)
            return nonce + ciphertext + tag

        def open_(sealed):
            cipher = AES.new(key, AES.MODE_GCM, sealed[:12])
            cipher.update(BOUND)
            return cipher.decrypt_and_verify(sealed[12:-16], sealed[-16:])
        return seal, open_


def loops(calls, values):
    """{peer: (a loop of its call over as many of the values as it takes, how many)}."""
    table = {}
    for name, call in calls.items():
        some = values[:PEER_MESSAGES.get(name, PEER_MESSAGES_ELSE)]
        table[name] = (lambda call=call, some=some: [call(value) for value in some]), len(some)
    return table


def single(bench, peers):
    aead = crypto.Aead(crypto.Keyring.generate("aes256-gcm"))
    for case, size, demands in (("one 64 B message", 64, ONE_SHORT), ("one 1 MiB message", MIB, ONE_LONG)):
        text = os.urandom(size)
        sealed = aead.encrypt(text, BOUND)
        assert aead.decrypt(sealed, BOUND) == text
        # The loop is inside the call, so that each side pays for one lookup alike.
        turns = range(100 if size < MIB else 1)

        def many(call, argument, turns=turns):
            def run():
                for _ in turns:
                    call(argument)
            return run, len(turns)

        def ours(method, argument, turns=turns):
            def run():
                for _ in turns:
                    method(argument, BOUND)
            return run
        bench.cell(f"encrypt {case}", ours(aead.encrypt, text), len(turns),
                   {name: many(seal, text) for name, seal in peers.seal.items()}, demands)
        bench.cell(f"decrypt {case}", ours(aead.decrypt, sealed), len(turns),
                   {name: many(peers.open[name], seal(text)) for name, seal in peers.seal.items()}, {})


def batches(bench, peers):
    values = random_values(MANY, 32)
    aead = crypto.Aead(crypto.Keyring.generate("aes256-gcm"))
    sealed = aead.encrypt_many(values, BOUND)
    assert aead.decrypt_many(sealed, BOUND) == values
    data, offsets = column_of(values)
    theirs = loops(peers.seal, values)
    bench.cell("encrypt 10^6 x 32 B, list, 1 thread", lambda: aead.encrypt_many(values, BOUND), MANY, theirs, LIST)
    bench.cell("encrypt 10^6 x 32 B, column, 1 thread", lambda: aead.encrypt_column(data, offsets, BOUND), MANY,
               theirs, COLUMN)
    theirs = {}
    for name, seal in peers.seal.items():
        theirs |= loops({name: peers.open[name]}, [seal(value) for value in values[:loops({name: seal}, values)[name][1]]])
    bench.cell("decrypt 10^6 x 32 B, list, 1 thread", lambda: aead.decrypt_many(sealed, BOUND), MANY, theirs, {})
    sealed_data, sealed_offsets = aead.encrypt_column(data, offsets, BOUND)
    bench.cell("decrypt 10^6 x 32 B, column, 1 thread",
               lambda: aead.decrypt_column(sealed_data, sealed_offsets, BOUND), MANY, theirs, {})
    extended = crypto.Aead(crypto.Keyring.generate("x-aes-gcm"))
    for what, method in (("list", lambda a: a.encrypt_many(values, BOUND)),
                         ("column", lambda a: a.encrypt_column(data, offsets, BOUND))):
        bench.cell(f"encrypt 10^6 x 32 B with X-AES-GCM, {what}", lambda: method(extended), MANY,
                   {"AES-GCM, batch": (lambda: method(aead), MANY)}, {"AES-GCM, batch": (0.8, None)})


def tokens(bench):
    values = random_values(MANY, 32)
    daead = crypto.Daead(crypto.Keyring.generate("aes256-siv"))
    sealed = daead.encrypt_many(values, BOUND)
    assert daead.decrypt_many(sealed, BOUND) == values
    data, offsets = column_of(values)
    seal, open_ = {}, {}
    if "cryptography" in bench.peers:
        from cryptography.hazmat.primitives.ciphers.aead import AESSIV

        siv, bound = AESSIV(os.urandom(64)), [BOUND]
        seal["cryptography"] = lambda text: siv.encrypt(text, bound)
        open_["cryptography"] = lambda text: siv.decrypt(text, bound)
    if "tink" in bench.peers:
        import tink
        from tink import daead as tink_daead

        tink_daead.register()
        template = tink_daead.deterministic_aead_key_templates.AES256_SIV
        other = tink.new_keyset_handle(template).primitive(tink_daead.DeterministicAead)
        seal["tink"] = lambda text: other.encrypt_deterministically(text, BOUND)
        open_["tink"] = lambda text: other.decrypt_deterministically(text, BOUND)
    theirs = loops(seal, values)
    bench.cell("AES-SIV tokens of 10^6 x 32 B, list", lambda: daead.encrypt_many(values, BOUND), MANY, theirs, TOKENS)
    bench.cell("AES-SIV tokens of 10^6 x 32 B, column", lambda: daead.encrypt_column(data, offsets, BOUND), MANY,
               theirs, TOKENS)
    theirs = {}
    for name in seal:
        theirs |= loops({name: open_[name]}, list(map(seal[name], values[:PEER_MESSAGES_ELSE])))
    bench.cell("10^6 AES-SIV tokens opened, list", lambda: daead.decrypt_many(sealed, BOUND), MANY, theirs, {})


def digests(bench):
    values = random_values(MANY, 32)
    data, offsets = column_of(values)
    mac = crypto.Mac(crypto.Keyring.generate("hmac-sha256"))
    key, digest = os.urandom(32), hmac.digest
    theirs = loops({"hmac.digest": lambda text: digest(key, text, "sha256")}, values)
    demands = {"hmac.digest": (8, 12)}
    bench.cell("HMAC-SHA256 tokens of 10^6 x 32 B, list", lambda: mac.mac_many(values), MANY, theirs, demands)
    bench.cell("HMAC-SHA256 tokens of 10^6 x 32 B, column", lambda: mac.mac_column(data, offsets), MANY, theirs, demands)
    values = random_values(MANY, 64)
    data, offsets = column_of(values)
    sha256 = hashlib.sha256
    assert crypto.digest_many("sha256", values[:1000]) == [sha256(value).digest() for value in values[:1000]]
    theirs = loops({"hashlib": lambda text: sha256(text).digest()}, values)
    bench.cell("SHA-256 of 10^6 x 64 B, list, 1 thread", lambda: crypto.digest_many("sha256", values), MANY, theirs, {})
    bench.cell("SHA-256 of 10^6 x 64 B, column, 1 thread", lambda: crypto.digest_column("sha256", data, offsets), MANY,
               theirs, {"hashlib": (4, 8)})


def one_long_message(calls):
    """Nanoseconds that our call takes for 1 MiB, for the row against the provider alone."""
    aead, text = crypto.Aead(crypto.Keyring.generate("aes256-gcm")), os.urandom(MIB)
    aead.encrypt(text)
    return timed(lambda: aead.encrypt(text), calls, time.perf_counter) * 1e9


class Settled:
    """A call on some cores, TURNS times. It is made once before that: by then the threads have found their cores."""

    def __init__(self, cores, call, arguments):
        self.cores, self.call, self.arguments = cores, call, arguments

    def prepare(self):
        # The pool's threads have the mask of whoever made them: it is set for each of them.
        for task in os.listdir("/proc/self/task"):
            os.sched_setaffinity(int(task), self.cores)
        self.call(*self.arguments)

    def __call__(self):
        for _ in range(TURNS):
            self.call(*self.arguments)


class Apart:
    """Processes that each make a call on a core of its own, when they are told to, TURNS times."""

    def __init__(self, calls):
        self.pipes = []
        for core, call, arguments in calls:
            orders, answers = os.pipe(), os.pipe()
            if os.fork() == 0:
                for end in (orders[1], *(orders for orders, _ in self.pipes)):
                    os.close(end)  # else nobody sees the parent close its own
                self._serve(orders[0], answers[1], core, lambda: call(*arguments))
            os.close(orders[0])
            os.close(answers[1])
            self.pipes.append((orders[1], answers[0]))
        self()

    @staticmethod
    def _serve(orders, answers, core, call):
        try:
            os.sched_setaffinity(0, [core])
            while os.read(orders, 1):
                call()
                os.write(answers, b".")
        finally:
            os._exit(0)

    def __enter__(self):
        return self

    def __call__(self):
        for orders, _ in self.pipes:
            os.write(orders, b"." * TURNS)
        for _, answers in self.pipes:
            for _ in range(TURNS):
                if not os.read(answers, 1):
                    raise ChildProcessError("a process of the bench has ended")

    def __exit__(self, *_):
        for pipe in self.pipes:
            for end in pipe:
                os.close(end)
        for _ in self.pipes:
            os.wait()


def threads(bench, cores):
    """The same call where one core may be used, and where two may."""
    values = random_values(MANY, 32)
    data, offsets = column_of(values)
    long_values = random_values(MANY, 64)
    sha256 = hashlib.sha256
    os.sched_setaffinity(0, cores)
    crypto.digest_many("sha256", long_values)
    bench.cell("SHA-256 of 10^6 x 64 B, list, 2 threads", lambda: crypto.digest_many("sha256", long_values), MANY,
               loops({"hashlib": lambda text: sha256(text).digest()}, long_values), {"hashlib": (4, 8)},
               clock=time.perf_counter)
    aead = crypto.Aead(crypto.Keyring.generate("aes256-gcm"))
    daead = crypto.Daead(crypto.Keyring.generate("aes256-siv"))

    def encrypt_into():
        out = bytearray(len(aead.encrypt_column(data, offsets, BOUND)[0]) + 64)
        out_offsets = array.array("i", bytes(4 * len(offsets)))
        return lambda data, offsets: aead.encrypt_column_into(data, offsets, out, out_offsets, BOUND)
    calls = {"AES-GCM column": lambda data, offsets: aead.encrypt_column(data, offsets, BOUND),
             "AES-GCM column into a buffer": encrypt_into(),
             "AES-SIV column": lambda data, offsets: daead.encrypt_column(data, offsets, BOUND)}

    halves = [column_of(values[:MANY // 2]), column_of(values[MANY // 2:])]
    for name, call in calls.items():
        os.sched_setaffinity(0, cores)
        # What the machine gives to two who share nothing. (They are made first: a fork takes the large pages of the
        # memory that the call keeps for its next result apart.)
        with Apart([(core, call, half) for core, half in zip(cores, halves)]) as two:
            both, one = (Settled(some, call, (data, offsets)) for some in (cores, cores[:1]))
            bench.cell(f"{name} of 10^6 x 32 B, 2 threads", both, TURNS * MANY,
                       {"one thread": (one, TURNS * MANY), "two processes": (two, TURNS * MANY)},
                       {"one thread": (1.7, None)}, clock=time.perf_counter)


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--packages", default="", help="the folder of the peers")
    parser.add_argument("--peers", default="", help="their names, with commas between them")
    parser.add_argument("--suffix", default="", help="what stands behind a peer's name; nothing is demanded then")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--only", default="")
    parser.add_argument("--threads", default="", help="two cores: measure two threads against one, nothing else")
    parser.add_argument("--one-long", type=int, metavar="CALLS", help="print the time of one 1 MiB message alone")
    arguments = parser.parse_args()
    if arguments.one_long:
        print(one_long_message(arguments.one_long))
        return
    sys.path.insert(0, arguments.packages)
    bench = Bench(arguments.rounds, arguments.only, arguments.peers.split(","), arguments.suffix)
    if arguments.threads:
        threads(bench, [int(core) for core in arguments.threads.split(",")])
    else:
        peers = Peers(bench.peers)
        single(bench, peers)
        batches(bench, peers)
        tokens(bench)
        if not arguments.suffix:
            digests(bench)
    json.dump(bench.rows, sys.stdout)


if __name__ == "__main__":
    main()
