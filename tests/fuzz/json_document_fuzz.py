"""Document, a lazy view, against loads, which makes everything: each path walked gives equal values.

The input's first byte says in what form the text comes, the second where the walk goes; the rest is
the text.
"""

import itertools
import json as standard

from adyton import json as ours

MOST = 2048
LOADS = {"allow_nan": False}


def source_of(data, kind):
    if kind == 0:
        return data
    if kind == 1:
        return bytearray(data)
    if kind == 2:
        return memoryview(data)
    text = data.decode("utf-8", "surrogateescape")
    if kind == 3:
        return text
    return text.encode(("utf-16", "utf-16-be", "utf-32-le", "utf-8-sig")[kind - 4], "surrogatepass")


def like_bytes(source):
    return bytes(source) if isinstance(source, memoryview) else source


def has_surrogates(source):
    """What loads takes and UTF-8 has no place for. `source` is one that loads reads."""
    if not isinstance(source, str):
        source = bytes(source)
        source = source.decode(standard.detect_encoding(source), "surrogatepass")
    return any("\ud800" <= c <= "\udfff" for c in source)


def outcome(function, *args, **options):
    try:
        return function(*args, **options), None
    except ours.JSONDecodeError as error:
        return None, (type(error), error.msg, error.doc, error.pos)
    except Exception as error:
        return None, (type(error), str(error))


def demand(holds, *facts):
    if not holds:
        raise AssertionError(facts)


def same(got, value):
    """The same, a Document standing for its dict or list."""
    if isinstance(got, ours.Document):
        got = got.to_python()
    return type(got) is type(value) and repr(got) == repr(value)


def check_object(doc, members):
    demand(doc.type == "object" and len(doc) == len(members), doc.raw)
    keys = list(members)
    demand(list(doc) == keys and list(doc.keys()) == keys, keys)
    demand(list(reversed(doc)) == keys[::-1], keys)
    demand(all(map(same, doc.values(), members.values())), doc.raw)
    for (key, got), (name, value) in zip(doc.items(), members.items(), strict=True):
        demand(key == name and same(got, value), key)
    for key, value in itertools.islice(members.items(), 40):
        demand(key in doc and same(doc[key], value) and same(doc.get(key), value), key)
    for key in ("missing", "", 0, None):
        demand((key in doc) == (key in members), key)
        demand(same(doc.get(key, "none"), members.get(key, "none")), key)


def check_array(doc, elements, choice):
    demand(doc.type == "array" and len(doc) == len(elements), doc.raw)
    demand(all(map(same, doc, elements)) and all(map(same, reversed(doc), elements[::-1])), doc.raw)
    for index in itertools.islice(range(-len(elements), len(elements)), 40):
        demand(same(doc[index], elements[index]), index)
    part = slice(choice % 7 - 3, choice % 11 - 4, (1, 2, -1, None)[choice % 4])
    demand(len(doc[part]) == len(elements[part]), part)
    demand(all(map(same, doc[part], elements[part])), part)
    for index in (len(elements), -len(elements) - 1):
        demand(outcome(doc.__getitem__, index)[1][0] is IndexError, index)


def check_view(doc, value, choice):
    """One object or array: everything that can be asked of it."""
    text = doc.raw
    demand(text[:1] + text[-1:] in (b"{}", b"[]"), text)
    demand(same(ours.loads(text), value) and same(doc, value), text)
    demand(doc == value and not doc != value, text)
    if isinstance(value, dict):
        check_object(doc, value)
    else:
        check_array(doc, value, choice)


def escaped(token):
    return str(token).replace("~", "~0").replace("/", "~1")


def walk(root, value, choice):
    """Through every object and array, each reached by a pointer too."""
    waiting = [("", root, value)]
    for _ in range(60):
        if not waiting:
            return
        pointer, doc, value = waiting.pop(choice % len(waiting))
        check_view(doc, value, choice)
        demand(same(root.at(pointer), value) and same(ours.resolve(root, pointer), value), pointer)
        demand(root.at(f"{pointer}/~1nowhere", "none") == "none" or "/nowhere" in value, pointer)
        for token in itertools.islice(value, 30) if type(value) is dict else range(len(value))[:30]:
            at = f"{pointer}/{escaped(token)}"
            demand(same(root.at(at), value[token]), at)
            if isinstance(value[token], (dict, list)):
                waiting.append((at, doc[token], value[token]))


def check(data):
    if not 2 <= len(data) <= MOST:
        return
    source = source_of(data[2:], data[0] & 7)
    expected, error = outcome(ours.loads, like_bytes(source), **LOADS)
    doc, got = outcome(ours.Document, source)
    if error is None and got is not None:
        demand(has_surrogates(source) and issubclass(got[0], ValueError), source, got)
        return
    if RecursionError in (got and got[0], error and error[0]):
        return
    demand(got == error, source, got, error)
    if error is not None:
        return
    demand(same(doc, expected), source)
    demand(same(ours.loads(doc.raw), expected), source)
    if isinstance(expected, (dict, list)):
        walk(doc, expected, data[1])
    else:
        demand(same(doc.at(""), expected) or same(doc.at("").to_python(), expected), source)
