"""Objects of every kind, with any options, as adyton.json and the standard library write them.

The input's first three bytes choose options, the rest is read as an object graph. Texts must be
equal, errors alike in class and message; dumpb must be dumps without the ASCII, encoded.
"""

import enum
import json as standard
import struct
import sys

from adyton import json as ours

sys.set_int_max_str_digits(640)
sys.setrecursionlimit(120)  # what goes in circles ends soon
MOST = 1024


class Text(str):
    pass


class Whole(int):
    __str__ = __repr__ = lambda self: "not the digits"


class Real(float):
    __str__ = __repr__ = lambda self: "not the digits"


class Row(list):
    pass


class Pair(tuple):
    pass


class Table(dict):
    pass


class Backwards(list):
    def __iter__(self):
        return iter(self[::-1])


class Level(enum.IntEnum):
    LOW = 1
    HIGH = 2**70


class Flavour(str, enum.Enum):
    SOUR = "s\u00e4uerlich"


class Unknown:
    pass


class Maker:
    """Reads an object graph from bytes; what is missing at their end is zero."""

    def __init__(self, data):
        self.data = data
        self.at = 0
        self.made = []  # containers, to come again: shared or within themselves
        self.agains = 6  # each may double the document

    def byte(self):
        self.at += 1
        return self.data[self.at - 1] if self.at <= len(self.data) else 0

    def take(self, size):
        taken = self.data[self.at:self.at + size]
        self.at += size
        return taken + bytes(size - len(taken))

    def text(self):
        kind = self.byte()
        data = self.take(kind >> 2)
        if kind & 3 == 0:
            return data.translate(ASCII).decode()
        if kind & 3 == 1:
            return data.decode("latin-1")
        if kind & 3 == 2:
            return data[:len(data) & ~1].decode("utf-16-le", "surrogatepass")
        points = [int.from_bytes(data[i:i + 3], "little") for i in range(0, len(data), 3)]
        return "".join(chr(point % 0x110000) for point in points)

    def number(self):
        return int.from_bytes(self.take(self.byte() % 40), "little", signed=True)

    def real(self):
        if self.byte() & 1:
            return struct.unpack("<d", self.take(8))[0]
        digits = int.from_bytes(self.take(1 + self.byte() % 7), "little", signed=True)
        return float(f"{digits}e{self.byte() % 50 - 25}")

    def key(self):
        kind = self.byte() % 16
        if kind < 9:
            return self.text()
        return (self.number, self.real, lambda: None, lambda: True, lambda: Text(self.text()),
                lambda: (self.number(),), lambda: Level.LOW)[kind - 9]()

    def list_of(self, type_, depth):
        items = type_()
        self.made.append(items)
        for _ in range(self.byte() % 12):
            items.append(self.value(depth))
        return items

    def dict_of(self, type_, depth):
        members = type_()
        self.made.append(members)
        for _ in range(self.byte() % 12):
            members[self.key()] = self.value(depth)
        return members

    def again(self):
        self.agains -= 1
        if not self.made or self.agains < 0:
            return None
        return self.made[self.byte() % len(self.made)]

    def value(self, depth=0):
        depth += 1
        if self.at >= len(self.data) or depth > 20:
            return 7
        kind = self.byte() % 32
        if kind < 8:
            return self.text() if kind < 4 else self.number() if kind < 6 else self.real()
        if kind < 16:
            return (self.list_of(list, depth) if kind < 12 else self.dict_of(dict, depth))
        return (
            lambda: None, lambda: True, lambda: False,
            lambda: tuple(self.list_of(list, depth)), lambda: (),
            lambda: self.list_of(Row, depth), lambda: Pair(self.list_of(list, depth)),
            lambda: self.dict_of(Table, depth), lambda: self.list_of(Backwards, depth),
            lambda: Text(self.text()), lambda: Whole(self.number()), lambda: Real(self.real()),
            lambda: (Level.LOW, Level.HIGH)[self.byte() & 1], lambda: Flavour.SOUR,
            self.again, lambda: (Unknown(), b"bytes", 1j, {1})[self.byte() & 3],
        )[kind - 16]()


ASCII = bytes(range(128)) * 2


def options_of(first, second, third):
    options = {}
    for bit, name in enumerate(("sort_keys", "skipkeys")):
        if first & 1 << bit:
            options[name] = True
    for bit, name in enumerate(("ensure_ascii", "allow_nan", "check_circular"), 2):
        if first & 1 << bit:
            options[name] = False
    indent = (None, 0, 1, 2, 4, 7, "\t", "", "é", "\u20ac", "\U0001f600-", " " * 40, 3, -1, True,
              "\ud800")[second & 15]
    if second & 64:
        options["indent"] = indent
    separators = (None, (",", ":"), (", ", ": "), [";", "="], ("é", "€"), ("", ""),
                  (",\n", " : "), (", " * 20, ":" * 40))[third & 7]
    if third & 8:
        options["separators"] = separators
    if third & 16:
        options["default"] = (str, repr, lambda o: [1, {"a": "é"}], lambda o: o,
                              lambda o: {"type": type(o).__name__, "of": b""},
                              lambda o: 1 / 0, lambda o: 2.5, None)[third >> 5]
    return options


def outcome(function, value, options):
    """Text, or error: its class and words."""
    try:
        return function(value, **options)
    except RecursionError:
        return RecursionError
    except Exception as error:
        return type(error), str(error)


def alike(got, expected):
    """Nesting is counted in another way, and a refusal may go on to name a way out."""
    if type(got) is tuple and type(expected) is tuple and expected[0] is TypeError:
        return got[0] is TypeError and got[1].startswith(expected[1])
    return got == expected or RecursionError in (got, expected)


def demand_equal(got, expected, value, options):
    if not alike(got, expected):
        raise AssertionError(f"{value!r} with {options}:\n  got      {got!a}\n  expected {expected!a}")


def check_bytes(value, options):
    if options.get("separators") is None and options.get("indent") is None:
        options = {**options, "separators": (",", ":")}
    expected = outcome(standard.dumps, value, {"ensure_ascii": False, **options})
    got = outcome(ours.dumpb, value, options)
    if type(got) is tuple and got[0] is UnicodeEncodeError:
        # The first surrogate ends it, whatever error may come later.
        if type(expected) is str and not any("\ud800" <= c <= "\udfff" for c in expected):
            raise AssertionError(f"{value!r}: {got}")
        return
    if type(expected) is str:
        expected = expected.encode()
    demand_equal(got, expected, value, options)


def check_text(value, options):
    got = outcome(ours.dumps, value, options)
    demand_equal(got, outcome(standard.dumps, value, options), value, options)
    if type(got) is str and len(got) < 100_000 and "separators" not in options:
        back, same = outcome(ours.loads, got, {}), outcome(standard.loads, got, {})
        demand_equal(repr(back), repr(same), got, {})


def check(data):
    if not 4 <= len(data) <= MOST:
        return
    options = options_of(*data[:3])
    maker = Maker(data[3:])
    value = maker.value()
    check_text(value, options)
    check_bytes(value, options)
    for container in maker.made:  # no garbage is left to the collector
        container.clear()
