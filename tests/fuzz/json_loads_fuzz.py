"""Any document, with any options, as adyton.json.loads and the standard library's loads read it.

The input's first two bytes choose options and hooks, the rest is the document. Values must be alike
in type and to the last bit, errors in class, message and place.
"""

import decimal
import inspect
import json as standard
import sys

from adyton import json as ours

sys.set_int_max_str_digits(640)  # the lowest there is: small inputs reach it
MOST = 4096
POLICIES = (["last", "first", "error"]
            if "duplicate_keys" in inspect.signature(ours.loads).parameters else ["last"])


class Refused(Exception):
    """What the hooks here raise."""


def text_of(data):
    try:
        return data.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        return data.decode("utf-8", "surrogateescape")


def source_of(data, kind):
    if kind < 3:
        return (text_of, bytes, bytearray)[kind](data)
    encoding = ("utf-16", "utf-16-le", "utf-32", "utf-32-be", "utf-8-sig")[kind - 3]
    return text_of(data).encode(encoding, "surrogatepass")


def refuse(argument):
    raise Refused(repr(argument))


def hooks_of(choice):
    hooks = {}
    if choice & 1:
        hooks["parse_float"] = (decimal.Decimal, str, float, refuse)[choice >> 6]
    if choice & 2:
        hooks["parse_int"] = (str, float, int, refuse)[choice >> 6]
    if choice & 4:
        hooks["parse_constant"] = (str, len, None, refuse)[choice >> 6]
    if choice & 8:
        hooks["object_hook"] = (lambda found: list(found.items()), len, str, refuse)[choice >> 6]
    if choice & 16:
        hooks["object_pairs_hook"] = (tuple, dict, len, refuse)[choice >> 6]
    return hooks


def outcome(function, source, options):
    """Value, or error: in a form that is equal only for what nobody can tell apart."""
    try:
        return repr(function(source, **options))
    except standard.JSONDecodeError as error:
        return type(error), error.msg, error.doc, error.pos, error.lineno, error.colno
    except RecursionError:
        return RecursionError
    except Exception as error:
        return type(error), str(error)


def either_is_right(got, expected):
    """Of two errors: nesting is counted in another way."""
    return RecursionError in (got, expected)


def demand_equal(got, expected, source, options):
    if got != expected and not either_is_right(got, expected):
        raise AssertionError(f"{source!r} with {options}:\n  got      {got}\n  expected {expected}")


def check_kinds(source, options):
    """A str in a wider form than it needs looks alike, but is not equal."""
    got = ours.loads(source, **options)
    expected = standard.loads(source, **options)
    if got != expected and "nan" not in repr(got):
        raise AssertionError(f"{source!r} with {options}: {got!r} is not equal to its like")


def check_without_nan(source, options):
    """No constant is read; the first is an error with its place, and what comes before it comes."""
    got = outcome(ours.loads, source, {**options, "allow_nan": False})
    expected = outcome(standard.loads, source, {**options, "parse_constant": refuse})
    if type(expected) is tuple and expected[0] is Refused:
        text = got[2][got[3]:] if type(got) is tuple and len(got) == 6 else ""
        if not text.startswith(("NaN", "Infinity", "-Infinity")):
            raise AssertionError(f"{source!r} without NaN: {got}")
    else:
        demand_equal(got, expected, source, options)


def first_wins(pairs):
    found = {}
    for key, value in pairs:
        found.setdefault(key, value)
    return found


def none_twice(pairs):
    if len(dict(pairs)) < len(pairs):
        raise Refused
    return dict(pairs)


def check_duplicates(source, options, policy):
    hook = first_wins if policy == "first" else none_twice
    got = outcome(ours.loads, source, {**options, "duplicate_keys": policy})
    expected = outcome(standard.loads, source, {**options, "object_pairs_hook": hook})
    if type(expected) is tuple and expected[0] is Refused:
        if type(got) is not tuple or got[0] is not standard.JSONDecodeError:
            raise AssertionError(f"{source!r} with a key twice: {got}")
    elif policy == "first" or type(expected) is not tuple:
        demand_equal(got, expected, source, options)
    elif type(got) is not tuple:  # an error behind a key that comes twice: either is told
        raise AssertionError(f"{source!r}: {got} in place of {expected}")


def check(data):
    if not 2 <= len(data) <= MOST:
        return
    options = {"strict": False} if data[0] & 1 else {}
    source = source_of(data[2:], data[0] >> 1 & 7)
    policy = POLICIES[(data[0] >> 5) % len(POLICIES)]
    hooks = hooks_of(data[1])
    if policy != "last":
        check_duplicates(source, options, policy)
    if data[0] & 16:
        check_without_nan(source, options)
    options |= hooks
    expected = outcome(standard.loads, source, options)
    demand_equal(outcome(ours.loads, source, options), expected, source, options)
    if type(expected) is str:
        check_kinds(source, options)
