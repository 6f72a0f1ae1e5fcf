"""resolve, apply_patch and merge_patch against RFC 6901, 6902 and 7396 written down in plain Python.

The input's bytes become a document, then pointers, the operations of a patch and a merge patch for
it. Neither argument may ever change.
"""

import copy

from adyton import json as ours

MOST = 600
KEYS = ("a", "b", "", "a/b", "m~n", "0", "1", "-", "01", "\u00e9", "~1", "key")
SCALARS = (None, True, False, 0, 1, 1.0, -2.5, "", "a", "\u00e9\U0001f600", 10**20, "/", 0.0)
NOTHING = object()


class Reader:
    """Makes what is needed of bytes, which are read again, and other, when they are used up."""

    def __init__(self, data):
        self.data = data
        self.at = 0
        self.values = 0

    def pick(self, choices):
        lap, at = divmod(self.at, len(self.data))
        self.at += 1
        return choices[(self.data[at] + 7 * lap) % len(choices)]

    def value(self, depth=0):
        self.values += 1
        many = depth > 4 or self.values % 64 > 40
        kind = 0 if many else self.pick(range(0 if depth else 3, 16))
        if kind < 3 or depth and kind > 12:
            return self.pick(SCALARS)
        if kind < 8:
            return {self.pick(KEYS): self.value(depth + 1) for _ in range(self.pick(range(7)))}
        return [self.value(depth + 1) for _ in range(self.pick(range(7)))]

    def pointer(self, document):
        """Mostly to something that is there, or might be."""
        pointer, value = "", document
        while True:
            step = self.pick(range(16))
            if step < 2:
                return pointer
            if step == 2:
                return pointer + self.pick(("/", "~", "/~", "/~2", "x", "/-", "/1e0", "/+1", "/\u0661",
                                            "/-1", "/00", "/99999999999999999999"))
            inside = isinstance(value, (dict, list)) and bool(value)
            if step > 5 and not inside:
                return pointer
            if step == 3 or not inside:
                return pointer + "/" + escaped(self.pick(KEYS))
            token = self.pick(list(value) if isinstance(value, dict) else range(len(value)))
            pointer += "/" + escaped(str(token))
            value = value[token]

    def operation(self, document):
        name = self.pick(("add", "remove", "replace", "move", "copy", "test", "test", "add"))
        operation = {"op": name, "path": self.pointer(document)}
        if name in ("move", "copy"):
            operation["from"] = self.pointer(document)
        elif name != "remove":
            operation["value"] = self.value(2)
        spoil = self.pick(range(40))
        if spoil == 39:
            del operation[self.pick(list(operation))]
        elif spoil == 38:
            operation[self.pick(list(operation))] = self.pick(SCALARS)
        elif spoil == 37:
            operation["more"] = "is passed over"
        elif spoil > 15 and name == "test":
            operation["value"] = resolve(document, operation["path"], None)
        return operation


def escaped(token):
    return token.replace("~", "~0").replace("/", "~1")


class Failure(Exception):
    pass


def tokens_of(pointer):
    if not isinstance(pointer, str):
        raise Failure
    if pointer == "":
        return []
    if pointer[0] != "/":
        raise Failure
    tokens = pointer[1:].split("/")
    for token in tokens:
        if "~" in token.replace("~0", "").replace("~1", ""):
            raise Failure
    return [token.replace("~1", "/").replace("~0", "~") for token in tokens]


def index_of(token, size):
    digits = "0123456789"
    if not token or any(c not in digits for c in token) or (token[0] == "0" and token != "0"):
        raise Failure
    if int(token) >= size:
        raise Failure
    return int(token)


def step(value, token):
    if isinstance(value, dict) and token in value:
        return value[token]
    if isinstance(value, list):
        return value[index_of(token, len(value))]
    raise Failure


def resolve(document, pointer, default=NOTHING):
    try:
        for token in tokens_of(pointer):
            document = step(document, token)
    except Failure:
        if default is NOTHING:
            raise
        return default
    return document


def equal(a, b):
    """As JSON compares: numbers by value, true is no number."""
    if isinstance(a, bool) or isinstance(b, bool) or type(a) in (dict, list, str, type(None)):
        if type(a) is not type(b):
            return False
    if isinstance(a, dict):
        return a.keys() == b.keys() and all(equal(a[key], b[key]) for key in a)
    if isinstance(a, list):
        return len(a) == len(b) and all(map(equal, a, b))
    return a == b


def place_of(document, pointer):
    *way, last = tokens_of(pointer)
    for token in way:
        document = step(document, token)
    return document, last


def add(document, pointer, value):
    if not tokens_of(pointer):
        return value
    parent, token = place_of(document, pointer)
    if isinstance(parent, dict):
        parent[token] = value
    elif isinstance(parent, list):
        parent.insert(len(parent) if token == "-" else index_of(token, len(parent) + 1), value)
    else:
        raise Failure
    return document


def remove(document, pointer):
    parent, token = place_of(document, pointer)
    step(parent, token)
    del parent[index_of(token, len(parent)) if isinstance(parent, list) else token]
    return document


def change(document, operation):
    """One operation on a document that may be changed."""
    if not isinstance(operation.get("path"), str) or not isinstance(operation.get("op"), str):
        raise Failure
    name, path = operation["op"], operation["path"]
    if name in ("add", "replace", "test"):
        if "value" not in operation:
            raise Failure
        value = copy.deepcopy(operation["value"])
    elif name in ("move", "copy"):
        if not isinstance(operation.get("from"), str):
            raise Failure
        tokens, into = tokens_of(operation["from"]), tokens_of(path)
        value = copy.deepcopy(resolve(document, operation["from"]))
        if name == "move" and into[:len(tokens)] == tokens and len(into) > len(tokens):
            raise Failure
    elif name != "remove":
        raise Failure
    if name == "test":
        if not equal(resolve(document, path), value):
            raise Failure
        return document
    if name in ("replace", "remove"):
        resolve(document, path)
        if path == "":
            return value if name == "replace" else NOTHING
        if name == "remove":
            return remove(document, path)
        parent, token = place_of(document, path)
        parent[index_of(token, len(parent)) if isinstance(parent, list) else token] = value
        return document
    if name == "move":
        if operation["from"] == path:
            return document
        document = remove(document, operation["from"])
    return add(document, path, value)


def merged(target, patch):
    if not isinstance(patch, dict):
        return patch
    result = dict(target) if isinstance(target, dict) else {}
    for key, value in patch.items():
        if value is None:
            result.pop(key, None)
        else:
            result[key] = merged(result.get(key), value)
    return result


def demand(holds, *facts):
    if not holds:
        raise AssertionError(facts)


def check_resolve(document, lazy, pointer):
    try:
        expected = resolve(document, pointer)
    except Failure:
        for place in (document, lazy):
            demand(ours.resolve(place, pointer, NOTHING) is NOTHING if is_pointer(pointer) else True,
                   document, pointer)
            try:
                found = ours.resolve(place, pointer)
            except (ours.PointerError if is_pointer(pointer) else ValueError):
                continue
            raise AssertionError((document, pointer, found))
    else:
        demand(ours.resolve(document, pointer) is expected, document, pointer)
        found = ours.resolve(lazy, pointer)
        found = found.to_python() if isinstance(found, ours.Document) else found
        demand(repr(found) == repr(expected), document, pointer)


def is_pointer(text):
    try:
        tokens_of(text)
    except Failure:
        return False
    return True


def check_patch(document, operations):
    before = repr(document), repr(operations)
    expected, failed = copy.deepcopy(document), None
    for index, operation in enumerate(operations):
        try:
            expected = change(expected, operation)
        except Failure:
            failed = index
            break
        if expected is NOTHING:
            return  # nothing is left: RFC 6902 says not what that is
    for given in (operations, ours.dumps(operations)):
        try:
            got = ours.apply_patch(document, given)
        except ours.PatchError as error:
            demand(error.index == failed, document, operations, failed, error)
        else:
            demand(failed is None and repr(got) == repr(expected), document, operations, got, expected)
        demand((repr(document), repr(operations)) == before, document, before)


def check_merge(target, patch):
    before = repr(target), repr(patch)
    got = ours.merge_patch(target, patch)
    demand(repr(got) == repr(merged(target, patch)), target, patch, got)
    demand((repr(target), repr(patch)) == before, target, patch)


def check(data):
    if not 0 < len(data) <= MOST:
        return
    reader = Reader(data)
    document = reader.value()
    lazy = ours.Document(ours.dumpb(document))
    for _ in range(4):
        check_resolve(document, lazy, reader.pointer(document))
    check_patch(document, [reader.operation(document) for _ in range(reader.pick(range(6)))])
    check_merge(document, reader.value())
