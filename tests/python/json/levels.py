"""Documents and values at every length and offset where vector code may err: run by test_levels.py.

Prints everything that adyton.json makes of them, one line each, after holding it against what the
standard library makes of them.
"""

import json as standard
import random
import sys

from adyton import json as ours

SPECIAL = ['"', "\\", "/", "\n", "\x00", "\x1f", " ", "\x7f", "\x80", "é", "ÿ", "Ā", "€", "\ud800",
           "\udfff", "\uffff", "😀", "\U0010ffff"]
FILLERS = ["x", "é", "€", "😀"]


def strings():
    """Each character at each place in runs of each kind, around the sizes of vectors."""
    for filler in FILLERS:
        for length in [*range(0, 70), 95, 96, 97, 127, 128, 129, 255, 256, 257, 1000]:
            yield filler * length
    for special in SPECIAL:
        for at in range(0, 70):
            for filler in FILLERS[:1] if at % 3 else FILLERS:
                yield filler * at + special + filler * (66 - at)
    pick = random.Random(1)
    for _ in range(1500):
        yield "".join(pick.choice(SPECIAL + FILLERS * 6) for _ in range(pick.randrange(100)))


def values():
    pick = random.Random(2)

    def value(depth):
        kind = pick.randrange(9 if depth < 4 else 6)
        if kind == 0:
            return pick.choice([None, True, False, 0, -1, 2**63, -(2**63), 10**19, 1.5, -0.0, 1e22])
        if kind < 3:
            return pick.randrange(-(10 ** pick.randrange(1, 22)), 10 ** pick.randrange(1, 22))
        if kind == 3:
            return pick.random() * 10 ** pick.randrange(-12, 20)
        if kind < 6:
            return pick.choice(SPECIAL[:8] + FILLERS) * pick.randrange(40)
        if kind == 6:
            return [value(depth + 1) for _ in range(pick.randrange(9))]
        return {f"{pick.choice(['id', 'name', 'é', 'a long key ' * 5])}{pick.randrange(9)}":
                value(depth + 1) for _ in range(pick.randrange(9))}

    for _ in range(500):
        yield value(0)


def doubles():
    """Those that two decimals, or whose decimal two doubles, are equally near; and of like size."""
    pick = random.Random(4)
    for power in range(-95, 105):
        for _ in range(20):
            value = (2**52 + pick.randrange(2**52) >> pick.randrange(53) | 1) * 2.0**power
            yield from (value, -value)
    for digits in range(1, 18):
        for _ in range(100):
            yield round(pick.uniform(-1, 1) * 10 ** pick.randrange(1, 17), digits)


def outcome(function, *args, **options):
    try:
        result = function(*args, **options)
        return repr(result) if function.__name__ == "loads" else result
    except standard.JSONDecodeError as error:
        return "JSONDecodeError", str(error), error.pos
    except Exception as error:
        return type(error).__name__, str(error)


def both(name, *args, **options):
    got = outcome(getattr(ours, name), *args, **options)
    expected = outcome(getattr(standard, name), *args, **options)
    assert got == expected, (name, args, options, got, expected)
    print(ascii(got))


def write(value):
    both("dumps", value)
    both("dumps", value, ensure_ascii=False)
    both("dumps", value, indent=1, sort_keys=True)
    got = outcome(ours.dumpb, value)
    if not isinstance(got, tuple):
        text = standard.dumps(value, ensure_ascii=False, separators=(",", ":"))
        assert got == text.encode(), (value, got)
    print(ascii(got))


def read(text):
    both("loads", text)
    both("loads", text.encode("utf-8", "surrogatepass"))
    both("loads", text, strict=False)
    both("loads", text, object_pairs_hook=tuple, parse_float=str)


def main():
    sys.set_int_max_str_digits(1000)
    pick = random.Random(3)
    for string in strings():
        write([string])
        text = f'["{string}"]'
        read(text)
        read(standard.dumps(string)[:pick.randrange(3, 400)])
    numbers = list(doubles())
    for start in range(0, len(numbers), 50):
        write(numbers[start:start + 50])
        read(standard.dumps(numbers[start:start + 50]))
    for value in values():
        write(value)
        text = standard.dumps(value, ensure_ascii=pick.random() < 0.5,
                              indent=pick.choice([None, None, 1, 20, 70]))
        read(text)
        read(" " * pick.randrange(100) + text)
        for _ in range(4):
            at = pick.randrange(len(text) + 1)
            read(text[:at])
            read(text[:at] + pick.choice(SPECIAL + list("{}[]:,0-.eE")) + text[at + 1:])


if __name__ == "__main__":
    main()
