"""Documents of many shapes, made by a random generator, for the rows of the bench json.

Each is (name, value), some 50 kB as JSON, and none of its values repeats by design.
"""

import random
import struct

LATIN = "abcdefghijklmnopqrstuvwxyz ABCDEFGH 0123456789"
CJK = "東京大阪名古屋さくらみどり漢字仮名交じり文章の例文です。"
EMOJI = "😀🚀🌍🎉 abc"
MIXED = "abc dé ö 東京 😀 "
ESCAPES = 'ab\n\t"\\\x01é/'


def word(rng, alphabet, low, high):
    return "".join(rng.choices(alphabet, k=rng.randint(low, high)))


def nested(depth):
    value = []
    for level in range(depth):
        value = [level, {"d": value}]
    return value


def double(rng):
    """A finite double of random bits."""
    while True:
        value, = struct.unpack("<d", rng.randbytes(8))
        if value - value == 0:
            return value


def strings(rng):
    yield "long strings", [word(rng, LATIN, 2000, 6000) for _ in range(12)]
    yield "short strings", [word(rng, LATIN, 0, 12) for _ in range(5000)]
    yield "CJK", [word(rng, CJK, 5, 60) for _ in range(600)]
    yield "emoji", [word(rng, EMOJI, 5, 60) for _ in range(600)]
    yield "emoji only", [word(rng, EMOJI[:4], 1, 30) for _ in range(900)]
    yield "Latin-1", [word(rng, "aeiouéèüöñ ß", 5, 60) for _ in range(1200)]
    yield "mixed alphabets", [word(rng, MIXED, 5, 60) for _ in range(900)]
    yield "escapes", [word(rng, ESCAPES, 5, 60) for _ in range(1200)]


def numbers(rng):
    yield "floats", [rng.uniform(-1e3, 1e3) for _ in range(3000)]
    yield "floats of one unit", [rng.random() for _ in range(3000)]
    yield "floats of large ranges", [rng.uniform(-1e15, 1e15) for _ in range(3000)]
    yield "floats of all sizes", [rng.uniform(1, 10) * 10.0 ** rng.randint(-300, 300) for _ in range(2500)]
    yield "floats of random bits", [double(rng) for _ in range(2200)]
    yield "small floats", [rng.gauss(0, 1) * 1e-7 for _ in range(2500)]
    yield "float pairs", [[rng.uniform(-180, 180), rng.uniform(-90, 90)] for _ in range(1400)]
    yield "float members", [{"x": rng.random(), "y": rng.gauss(0, 10), "z": rng.uniform(0, 1e6)} for _ in range(700)]
    yield "short floats", [rng.randrange(10**5) / 100 for _ in range(6000)]
    yield "coordinates", [[round(rng.uniform(-180, 180), 6), round(rng.uniform(-90, 90), 6)] for _ in range(2000)]
    yield "small ints", [rng.randrange(-300, 1000) for _ in range(12000)]
    yield "ints", [rng.randrange(-2**31, 2**31) for _ in range(5000)]
    yield "64-bit ints", [rng.randrange(-2**63, 2**63) for _ in range(2500)]
    yield "ints of 1 to 19 digits", [rng.choice((-1, 1)) * rng.randrange(10 ** rng.randint(1, 18)) for _ in range(4500)]
    yield "constants", [rng.choice((True, False, None)) for _ in range(10000)]


def containers(rng):
    yield "deep", nested(120)  # orjson writes 254 levels and no more
    yield "wide object", {word(rng, LATIN, 4, 20) + str(n): rng.randrange(10**6) for n in range(2500)}
    yield "repeated shape", [{"id": rng.randrange(10**9), "name": word(rng, LATIN, 5, 20),
                              "price": rng.randrange(10**5) / 100, "open": rng.random() < 0.5,
                              "place": {"x": rng.random(), "y": rng.random()}} for _ in range(500)]
    yield "unrepeated shapes", [{word(rng, LATIN, 3, 14): rng.randrange(1000)
                                 for _ in range(rng.randint(1, 9))} for _ in range(700)]
    yield "random keys", [{"%016x" % rng.getrandbits(64): rng.randrange(1000) for _ in range(6)} for _ in range(350)]
    keys = [word(rng, LATIN, 3, 14) for _ in range(40)]
    yield "keys in random order", [{key: rng.randrange(1000) for key in rng.sample(keys, rng.randint(3, 9))}
                                   for _ in range(600)]
    yield "small objects", [{"id": n, "ok": n % 3 == 0} for n in range(2500)]
    yield "small arrays", [[rng.randrange(100) for _ in range(rng.randint(0, 4))] for _ in range(5000)]
    yield "empty containers", [rng.choice(([], {})) for _ in range(12000)]


def documents(rng=None):
    """All of them, the same ones whenever it is called without a generator."""
    for kind in (containers, strings, numbers):
        yield from kind(rng or random.Random(f"adyton {kind.__name__}"))


def spelled_otherwise():
    """Documents that matter for how they are written: (name, text as bytes)."""
    import json

    rng = random.Random("adyton spelling")
    emoji = [word(rng, EMOJI, 5, 60) for _ in range(400)]
    yield "emoji as escapes", json.dumps(emoji).encode()
    yield "emoji only, as escapes", json.dumps([word(rng, EMOJI[:4], 1, 30) for _ in range(400)]).encode()
    yield "CJK as escapes", json.dumps([word(rng, CJK, 5, 60) for _ in range(300)]).encode()
    yield "Latin-1 as escapes", json.dumps([word(rng, "aeiouéèüöñ ß", 5, 60) for _ in range(700)]).encode()
    yield "mixed alphabets as escapes", json.dumps([word(rng, MIXED, 5, 60) for _ in range(500)]).encode()
    value = [{"id": n, "tags": ["x", "y"], "at": {"x": rng.random(), "y": n / 4}} for n in range(700)]
    yield "indented by 4", json.dumps(value, indent=4).encode()
    yield "indented by 2", json.dumps(value, indent=2).encode()
    yield "blank behind commas and colons", json.dumps(value).encode()


def tiny():
    """Small documents: (name, text as bytes)."""
    yield "{}", b"{}"
    yield "[]", b"[]"
    yield "[1,2,3]", b"[1,2,3]"
    yield "number", b"-12.5"
    yield "string", b'"a few words"'
    yield "float", b"0.8444218515250481"
    yield "one member", b'{"id":1}'
    yield "100-byte record", (b'{"id":48211,"name":"Amber Lantern","tags":["a","b"],"score":17.25,'
                              b'"open":true,"note":null,"n":-3}')
