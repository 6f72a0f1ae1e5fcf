"""Random JSON documents, as odd as JSON allows, and random jobs that have something to do in them."""

import itertools
import json

from reference import ANY, LONE, Record, Value, characters, is_string, overlap, pointer_of

KEYS = ["a", "b", "c", "l", "u", "id", "", "0", "1", "2", "01", "-", "x/y", "m~n", "*", "é", "😀", "a b",
        'q"', "s\\t", "n\nl", "A", "aa", "~1"]
ODD_KEYS = ["\ud800", "\udfff", "long " * 20]
CHARACTERS = list("abcxyz019 /~*-_'[]{},:") + ['"', "\\", "\n", "\t", "\x01", "\x7f", "é", "ß", "\u2028",
                                              "日", "\uffff", "😀", "\U0010ffff"]
NUMBERS = ["0", "-0", "1", "-1", "2", "10e-1", "1.0", "1.50", "-0.0", "0.1", "0.10", "1e21", "1E+2", "1e-7",
           "123456789012345678901234567890", "9007199254740993", "9007199254740992", "-9223372036854775808",
           "18446744073709551616", "1e400", "-1E400", "5e-324", "1e-400", "0.1000000000000000055511151231257827",
           "100000000000000000000", "3.141592653589793238462643", "0e99", "1" * 60, "0.000001", "123456.789e3"]
ESCAPES = {'"': '\\"', "\\": "\\\\", "/": "\\/", "\n": "\\n", "\t": "\\t"}
LAYOUTS = {  # what may stand between tokens
    "compact": [""],
    "spaced": ["", " "],
    "odd": ["", "", " ", "  ", "\t", "\r", " \t \r "],
    "pretty": ["", "\n", "\n  ", "\r\n\t", " "],
}
TEXTS = ["", "a", "b", "é", "open", "x" * 40, "4111111111111111", "2024-01-01", "ab😀c"]


class Documents:
    """Random documents; `lines`: without a newline between their tokens."""

    def __init__(self, rng, lines):
        self.rng = rng
        self.layouts = [name for name in LAYOUTS if not lines or name != "pretty"]

    def document(self):
        self.space = LAYOUTS[self.rng.choice(self.layouts)]
        self.spelling = self.rng.choice([0, 0, 0.05, 0.5])
        root = self.rng.random()
        text = self._object(0) if root < 0.92 else self._array(0) if root < 0.97 else self._scalar()
        return self._gap() + text + self._gap()

    def _gap(self):
        return self.space[0] if len(self.space) == 1 else self.rng.choice(self.space)

    def _value(self, depth):
        kind = self.rng.random()
        if depth < 4 and kind < 0.45:
            return self._object(depth) if kind < 0.25 else self._array(depth)
        return self._scalar()

    def _scalar(self):
        kind = self.rng.random()
        if kind < 0.4:
            return self._string()
        if kind < 0.8:
            return self.rng.choice(NUMBERS) if kind < 0.65 else str(self.rng.randrange(10))
        return self.rng.choice(["true", "false", "null", "null"])

    def _string(self):
        rng = self.rng
        if rng.random() < 0.4:
            return self._quoted(rng.choice(TEXTS))
        text = "".join(rng.choices(CHARACTERS, k=rng.randrange(12)))
        if rng.random() < 0.05:
            at = rng.randrange(len(text) + 1)
            text = text[:at] + rng.choice(["\ud83d", "\ude00", "\ud83d\ud83d"]) + text[at:]
        return self._quoted(text)

    def _quoted(self, text):
        """The string in one of its spellings."""
        out = []
        for character in text:
            if "\ud800" <= character <= "\udfff" or (self.spelling and self.rng.random() < self.spelling):
                out.append(self._escaped(character))
            elif character in ESCAPES and character != "/":
                out.append(ESCAPES[character])
            else:
                out.append(character if character >= " " else self._escaped(character))
        return '"' + "".join(out) + '"'

    def _escaped(self, character):
        if character in ESCAPES and self.rng.random() < 0.5:
            return ESCAPES[character]
        units = character.encode("utf-16-be", "surrogatepass").hex()
        if self.rng.random() < 0.5:
            units = units.upper()
        return "".join("\\u" + units[i:i + 4] for i in range(0, len(units), 4))

    def _object(self, depth):
        rng = self.rng
        keys = [rng.choice(ODD_KEYS if rng.random() < 0.02 else KEYS[:6] if rng.random() < 0.7 else KEYS)
                for _ in range(rng.randrange(1, 9) if depth == 0 else rng.randrange(5))]
        if rng.random() < 0.85:
            keys = list(dict.fromkeys(keys))
        return "{" + self._members([
            f"{self._quoted(key)}{self._gap()}:{self._gap()}{self._value(depth + 1)}" for key in keys]) + "}"

    def _array(self, depth):
        return "[" + self._members([self._value(depth + 1) for _ in range(self.rng.randrange(5))]) + "]"

    def _members(self, members):
        return ",".join(self._gap() + m + self._gap() for m in members) if members else self._gap()


def fields_in(value, path=()):
    """The fields of a tree of the reference, as tokens, and their values."""
    for index, member in enumerate(value.members or ()):
        here = (*path, str(index) if member.key is None else member.key)
        yield here, member.value
        yield from fields_in(member.value, here)


def is_text(text):
    return not LONE.search(text)


def operand_like(value):
    """What a job may compare the value with so that they are equal, or None."""
    if value.members is not None or value.text == "null":
        return None
    if is_string(value):
        return characters(value) if is_text(characters(value)) and "\x7f" not in characters(value) else None
    if value.text in ("true", "false"):
        return value.text == "true"
    number = float(value.text)
    if abs(number) < 2**53 and number == int(number):
        return int(number)
    return number if abs(number) < 1e300 else None


class Jobs:
    """Random jobs, each a list of (step, options), that `adyton check` finds in order."""

    def __init__(self, rng, texts):
        self.rng = rng
        self.fields = []
        for text in texts[:40]:
            try:
                self.fields += fields_in(Record(text).root)
            except ValueError:
                pass
        self.fields = [(path, value) for path, value in self.fields if all(map(is_text, path))]
        self.fields = self.fields or [(("a",), Value("1"))]
        self.strings = [field for field in self.fields if is_string(field[1])] or self.fields

    def job(self):
        kinds = ["drop", "keep", "allow", "set", "rename", "copy", "filter", "filter", "sample"]
        # A hash without a key of what the job protects is a mistake.
        kinds += ["hash"] * 3 if self.rng.random() < 0.35 else ["redact", "mask", "mask", "round trip"]
        job = []
        for kind in self.rng.choices(kinds, k=self.rng.randrange(1, 5)):
            if kind == "round trip":
                begin, end = self._round_trip()
                at = self.rng.randrange(len(job) + 1)
                job[at:] = [begin, *job[at:], end]
            else:
                job.append((kind, getattr(self, "_" + kind)()))
        return job

    def _tokens(self, wild=0.2, fields=None):
        rng = self.rng
        path = rng.choice(fields or self.fields)[0]
        if rng.random() < 0.4:
            path = path[:1]
        if rng.random() < 0.1:
            path = (*path[:-1], rng.choice(KEYS))
        return [ANY if rng.random() < wild else token for token in path]

    def _field(self):
        return pointer_of(self._tokens(wild=0))

    def _fields(self, least=1, of=None):
        fields = []
        for _ in range(self.rng.randrange(least, 5)):
            tokens = self._tokens(fields=of)
            if not any(overlap(tokens, other) for other in fields):
                fields.append(tokens)
        return [pointer_of(tokens) for tokens in fields]

    def _some(self, **choices):
        """Options that may be left out, half of the time."""
        return {name.rstrip("_"): self.rng.choice(values) for name, values in choices.items()
                if self.rng.random() < 0.5}

    def _constant(self):
        return self.rng.choice([0, -7, 1.5, 2.0, True, "", "é\"\n", "x", [], [1, ["a"]], {}, {"a": {"b": 1}}])

    def _drop(self):
        return {"fields": self._fields(), **self._some(missing=["skip", "error"])}

    def _keep(self):
        return {"fields": self._fields(least=2)}

    def _allow(self):
        return {"fields": self._fields(least=2), **self._some(other=["drop", "dead_letter"])}

    def _set(self):
        return {"field": self._field(), "value": self._constant(), **self._some(where=[self._where()])}

    def _rename(self):
        tokens = self._tokens()
        if tokens[-1] is ANY:
            tokens[-1] = self.rng.choice(KEYS)
        to = self.rng.choice([key for key in KEYS if key and key != tokens[-1]])
        return {"field": pointer_of(tokens), "to": to, **self._missing(),
                **self._some(existing=["error", "replace"])}

    def _copy(self):
        a, b = next((a, b) for a, b in iter(lambda: (self._tokens(0), self._tokens(0)), None)
                    if not overlap(a, b))
        if self.rng.random() < 0.3:
            b = b[:-1] + [self.rng.choice(KEYS), "new"]
            if overlap(a, b):
                return self._copy()
        return {"from": pointer_of(a), "to": pointer_of(b), **self._missing(),
                **self._some(existing=["error", "replace", "replace"], parents=[True])}

    def _filter(self):
        where = self._where()
        choices = {} if where["op"] == "exists" else {"missing": ["drop", "keep", "keep", "error"]}
        return {"where": where, **self._some(**choices)}

    def _where(self):
        rng = self.rng
        path, value = rng.choice(self.fields)
        op = rng.choice(["==", "!=", "<", "<=", ">", ">=", "in", "matches", "exists"])
        where = {"field": pointer_of(path), "op": op, **self._some(not_=[True, False])}
        like = operand_like(value)
        number = rng.choice([0, 1, -1, 2, 0.1, 1.5, 1e21, 9007199254740993, 1e-7])
        text = rng.choice(["", "a", "b", "é", "open", "😀", "\uffff"])
        operands = [number, text] if like is None or rng.random() < 0.3 else [like]
        if op in ("<", "<=", ">", ">="):
            where["value"] = rng.choice([number, text] if isinstance(like, bool) else operands)
        elif op in ("==", "!="):
            where["value"] = rng.choice([*operands, *operands, True, False])
        elif op == "in":
            where["value"] = rng.sample([*operands, True, 5, "x" * 40], rng.randrange(1, 4))
        elif op == "matches":
            where["value"] = rng.choice(["^a", "[0-9]", "é", "^$", "[^a]", "a.*b", "(?i)OPEN", "\\\\", "."])
        return where

    def _sample(self):
        return {"rate": self.rng.choice([0.25, 0.5, 0.9, 1]), **self._some(seed=[1, 2])}

    def _redact(self):
        return {"fields": self._fields(), **self._some(with_=[self._constant()]), **self._missing()}

    def _mask(self):
        return {"fields": self._fields(of=self.strings), **self._missing(),
                **self._some(first=[0, 1, 3], last=[0, 1, 2], with_=["*", "", "é\"", "XX"])}

    def _hash(self):
        return {"fields": self._fields(), **self._missing(),
                **self._some(algorithm=["sha256", "sha512", "sha3-256", "blake2b"])}

    def _missing(self):
        # Most often: else few records come through.
        return {"missing": "skip"} if self.rng.random() < 0.8 else {}

    def _round_trip(self):
        options = {"fields": self._fields(), "key": "pii", **self._missing(), **self._some(plaintext=["json"])}
        if self.rng.random() < 0.15:
            options["plaintext"] = "text"
        more = {} if options.get("plaintext") == "text" else self._some(pad=[1, 16, 100])
        return ("encrypt", {**options, **more, **self._some(if_encrypted=["skip", "error"])}), ("decrypt", options)


def toml(value):
    """A value as TOML."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(key)} = {toml(one)}" for key, one in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(toml, value)) + "]"
    return json.dumps(value, ensure_ascii=False)


def steps_toml(job):
    lines = itertools.chain.from_iterable(
        ["[[step]]", f'use = "{use}"', *(f"{name} = {toml(value)}" for name, value in options.items())]
        for use, options in job)
    return "\n".join(lines) + "\n"
