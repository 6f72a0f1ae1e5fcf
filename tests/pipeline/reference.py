"""What docs/semantics.md says that steps do, done the plain way: parse a record, edit the tree, print it.

The tree keeps every character of the text, so that one which is not edited prints as it was read. When
members go, the comma before each goes with it and the white space between the two, or, if nothing is left
before it, what stands behind it up to the next member; a new member stands at the end of its object, before
the white space there.

A ciphertext is not known beforehand: it is printed as SEALED.
"""

import hashlib
import json
import re
from decimal import Decimal

ANY = object()  # the token * of a field
SEALED = "\0"
CIPHERTEXT = '"[A-Za-z0-9_-]{40,}"'
SPACE = re.compile("[ \t\r\n]*")
STRING = r'"(?:[^"\\\x00-\x1f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"'
SCALAR = re.compile(STRING + r"|-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?|true|false|null")
INTEGER = re.compile("-?[0-9]+")
LONE = re.compile("[\ud800-\udfff]")


class Dead(Exception):
    """The record is a dead letter, for one of some reasons."""

    def __init__(self, *reasons):
        super().__init__(*reasons)
        self.reasons = set(reasons)


class Dropped(Exception):
    """The record is taken out."""


class Unknown(Exception):
    """What happens depends on the bytes of a ciphertext."""


class Value:
    """A value: a scalar by its text, or a container by its members. A ciphertext knows what it was."""

    __slots__ = ("text", "brackets", "members", "empty", "sealed")

    def __init__(self, text="", brackets="", members=None, empty="", sealed=None):
        self.text = text
        self.brackets = brackets
        self.members = members
        self.empty = empty  # the white space in a container without members
        self.sealed = sealed

    def __str__(self):
        if self.members is None:
            return self.text
        inside = ",".join(map(str, self.members)) if self.members else self.empty
        return self.brackets[0] + inside + self.brackets[1]

    def plain(self):
        """As Python's json reads it, but an object as its pairs, and a number as its text."""
        if self.members is None:
            words = {"true": True, "false": False, "null": None, SEALED: SEALED}
            return characters(self) if self.text[0] == '"' else words.get(self.text, ("number", self.text))
        if self.brackets == "[]":
            return [member.value.plain() for member in self.members]
        return ("object", [(member.key, member.value.plain()) for member in self.members])


class Member:
    """A member of an object or, without a key, an element of an array."""

    __slots__ = ("lead", "key", "name", "colon", "value", "trail")

    def __init__(self, value, lead="", trail="", key=None, name="", colon=""):
        self.value = value
        self.lead = lead
        self.trail = trail
        self.key = key
        self.name = name  # the key as it is written
        self.colon = colon

    def __str__(self):
        return f"{self.lead}{self.name}{self.colon}{self.value}{self.trail}"


class Record:
    """A JSON text; ValueError if it is none."""

    def __init__(self, text):
        self.text = text
        self.at = 0
        self.lead = self._space()
        self.root = self._value()
        self.trail = self._space()
        if self.at < len(text):
            raise ValueError("something stands behind the value")

    def __str__(self):
        return f"{self.lead}{self.root}{self.trail}"

    def _space(self):
        begin = self.at
        self.at = SPACE.match(self.text, begin).end()
        return self.text[begin:self.at]

    def _scalar(self):
        match = SCALAR.match(self.text, self.at)
        if match is None:
            raise ValueError("expected a value")
        self.at = match.end()
        return match.group()

    def _take(self, character):
        taken = self.text.startswith(character, self.at)
        self.at += taken
        return taken

    def _value(self):
        for brackets in ("{}", "[]"):
            if self._take(brackets[0]):
                return self._container(brackets)
        return Value(self._scalar())

    def _container(self, brackets):
        lead = self._space()
        if self._take(brackets[1]):
            return Value(brackets=brackets, members=[], empty=lead)
        members = [self._member(lead, brackets)]
        while self._take(","):
            members.append(self._member(self._space(), brackets))
        if not self._take(brackets[1]):
            raise ValueError("expected a comma or the end of the container")
        return Value(brackets=brackets, members=members)

    def _member(self, lead, brackets):
        if brackets == "[]":
            return Member(self._value(), lead, self._space())
        name = self._scalar()
        before = self._space()
        if name[0] != '"' or not self._take(":"):
            raise ValueError("expected a key and a colon")
        colon = f"{before}:{self._space()}"
        return Member(self._value(), lead, self._space(), json.loads(name), name, colon)


def characters(value):
    return json.loads(value.text)


def is_string(value):
    return value.members is None and value.text[0] == '"'


def quoted(text):
    """A JSON string with no escapes but those that must be."""
    def escape(match):
        short = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}
        return short.get(match.group()) or f"\\u{ord(match.group()):04x}"
    return '"' + re.sub(r'["\\\x00-\x1f]', escape, text) + '"'


def written(value):
    """A value that the job writes, as JSON."""
    return Record(json.dumps(value, ensure_ascii=False, separators=(",", ":"))).root


def copied(value):
    members = None if value.members is None else [
        Member(copied(m.value), m.lead, m.trail, m.key, m.name, m.colon) for m in value.members]
    return Value(value.text, value.brackets, members, value.empty, value.sealed)


# --- fields --------------------------------------------------------------------------------------

def tokens_of(pointer):
    escapes = {"~0": "~", "~1": "/", "~2": "*"}
    return [ANY if token == "*" else re.sub("~[012]", lambda match: escapes[match.group()], token)
            for token in pointer.split("/")[1:]]


def pointer_of(tokens):
    special = {"~": "~0", "/": "~1"}
    return "".join("/" + ("*" if token is ANY else "~2" if token == "*" else
                          re.sub("[~/]", lambda match: special[match.group()], token))
                   for token in tokens)


def overlap(a, b):
    """Whether two fields, as tokens, may name one value, or one of them a part of the other's."""
    return all(x is ANY or y is ANY or x == y for x, y in zip(a, b))


def is_named(member, index, token):
    return token is ANY or token == (str(index) if member.key is None else member.key)


class Found:
    """Where fields are in a record: the members (with their containers), and where there is none."""

    def __init__(self, record, pointers):
        self.members = []   # (pointer, member, container)
        self.gaps = []      # (pointer, the value in which it is absent, the number of tokens before)
        self.repeated = False
        for pointer in pointers:
            self._walk(record.root, pointer, tokens_of(pointer), 0)

    def of(self, pointer):
        return [(member, container) for name, member, container in self.members if name == pointer]

    def _walk(self, value, pointer, tokens, depth):
        token = tokens[depth]
        if value.members is None:
            self.gaps.append((pointer, value, depth))
            return
        named = [m for i, m in enumerate(value.members) if is_named(m, i, token)]
        if value.brackets == "{}" and len({m.key for m in named}) < len(named):
            self.repeated = True
        if not named and token is not ANY:
            self.gaps.append((pointer, value, depth))
        for member in named:
            if depth + 1 == len(tokens):
                self.members.append((pointer, member, value))
            else:
                self._walk(member.value, pointer, tokens, depth + 1)

    def refuse_repeated(self):
        if self.repeated:
            raise Dead("repeated key")

    def refuse(self, missing):
        self.refuse_repeated()
        if self.gaps and missing == "error":
            raise Dead("missing field")


def take_out(container, gone):
    """Take the members for which gone(index, member) is true out of the container."""
    left = []
    lead = None  # of the first that went, while none before it is left
    for index, member in enumerate(container.members):
        if not gone(index, member):
            member.lead = member.lead if lead is None or left else lead
            left.append(member)
        elif left:
            left[-1].trail += member.trail
        elif lead is None:
            lead = member.lead
    if container.members and not left:
        container.empty = lead + container.members[-1].trail
    container.members = left


def add_member(container, tokens, value):
    """Add a member at the end of an object, and the objects that lead to it."""
    for token in reversed(tokens[1:]):
        value = Value(brackets="{}", members=[Member(value, key=token, name=quoted(token), colon=":")])
    member = Member(value, key=tokens[0], name=quoted(tokens[0]), colon=":")
    if container.members:
        member.trail, container.members[-1].trail = container.members[-1].trail, ""
    else:
        member.trail = container.empty
    container.members.append(member)


# --- steps ---------------------------------------------------------------------------------------

def drop(record, options):
    found = Found(record, options["fields"])
    if found.gaps and options.get("missing") == "error":
        raise Dead("missing field")
    going = {id(member) for _, member, _ in found.members}
    for container in {id(c): c for _, _, c in found.members}.values():
        take_out(container, lambda index, member: id(member) in going)


def keep_only(value, fields):
    """Take out what lies neither in nor on the way to a field. True if there was such."""
    going = set()
    below = False
    for index, member in enumerate(value.members):
        ends = [tokens[1:] for tokens in fields if is_named(member, index, tokens[0])]
        if [] in ends:
            continue
        if not ends or member.value.members is None:
            going.add(index)
        elif keep_only(member.value, ends):
            below = True
    take_out(value, lambda index, member: index in going)
    return below or bool(going)


def keep(record, options):
    if record.root.members is None:
        raise Dead("wrong type")
    keep_only(record.root, [tokens_of(pointer) for pointer in options["fields"]])


def allow(record, options):
    if record.root.brackets != "{}":
        raise Dead("wrong type")
    Found(record, options["fields"]).refuse_repeated()
    others = keep_only(record.root, [tokens_of(pointer) for pointer in options["fields"]])
    if others and options.get("other") == "dead_letter":
        raise Dead("not allowed")


def set_value(record, options):
    if "where" in options and not holds(record, options["where"]):
        return
    found = Found(record, [options["field"]])
    if any(value.brackets != "{}" for _, value, _ in found.gaps):
        raise Dead("wrong type")
    for _, member, _ in found.members:
        member.value = written(options["value"])
    for pointer, container, depth in found.gaps:
        add_member(container, tokens_of(pointer)[depth:], written(options["value"]))


def rename(record, options):
    pointer = options["field"]
    sibling = pointer_of(tokens_of(pointer)[:-1] + [options["to"]])
    found = Found(record, [pointer, sibling])
    found.refuse_repeated()
    if options.get("missing", "error") == "error" and any(name == pointer for name, *_ in found.gaps):
        raise Dead("missing field")
    for member, container in found.of(pointer):
        if container.brackets != "{}":
            raise Dead("wrong type")
        if any(other.key == options["to"] for other in container.members):
            if options.get("existing", "error") == "error":
                raise Dead("existing field")
            take_out(container, lambda _, other: other.key == options["to"])
        member.key, member.name = options["to"], quoted(options["to"])


def copy(record, options):
    found = Found(record, [options["from"], options["to"]])
    found.refuse_repeated()
    if not found.of(options["from"]):
        if options.get("missing", "error") == "error":
            raise Dead("missing field")
        return
    value = copied(found.of(options["from"])[0][0].value)
    for member, _ in found.of(options["to"]):
        if options.get("existing", "error") == "error":
            raise Dead("existing field")
        member.value = value
        return
    container, depth = next((gap[1], gap[2]) for gap in found.gaps if gap[0] == options["to"])
    tokens = tokens_of(options["to"])[depth:]
    if container.brackets != "{}":
        raise Dead("wrong type")
    if len(tokens) > 1 and not options.get("parents"):
        raise Dead("missing field")
    add_member(container, tokens, value)


def redact(record, options):
    found = Found(record, options["fields"])
    found.refuse(options.get("missing", "error"))
    for _, member, _ in found.members:
        member.value = written(options.get("with", "[redacted]"))


def mask(record, options):
    found = Found(record, options["fields"])
    found.refuse(options.get("missing", "error"))
    first, last = options.get("first", 0), options.get("last", 4)
    masked = []
    for _, member, _ in found.members:
        if member.value.sealed:
            raise Unknown
        if not is_string(member.value) or LONE.search(characters(member.value)):
            raise Dead("wrong type")
        text = characters(member.value)
        shown = range(first), range(len(text) - last, len(text))
        whole = len(text) <= first + last
        masked.append("".join(c if not whole and (i in shown[0] or i in shown[1])
                              else options.get("with", "*") for i, c in enumerate(text)))
    for (_, member, _), text in zip(found.members, masked):
        member.value = Value(quoted(text))


def hash_values(record, options):
    found = Found(record, options["fields"])
    found.refuse(options.get("missing", "error"))
    function = getattr(hashlib, options.get("algorithm", "sha256").replace("-", "_"))
    hashes = [function(form(member.value)).hexdigest() for _, member, _ in found.members]
    for (_, member, _), text in zip(found.members, hashes):
        member.value = Value(f'"{text}"')


def encrypt(record, options):
    found = Found(record, options["fields"])
    found.refuse(options.get("missing", "error"))
    mode = options.get("plaintext", "json")
    sealed = [member for _, member, _ in found.members if member.value.sealed]
    if sealed and options.get("if_encrypted", "error") == "error":
        raise Dead("already encrypted")
    for pointer, member, _ in found.members:
        value = member.value
        if value.sealed:
            continue
        if mode == "text" and (not is_string(value) or LONE.search(characters(value))):
            raise Dead("wrong type")
        member.value = Value(SEALED, sealed=(pointer, mode, value))


def decrypt(record, options):
    found = Found(record, options["fields"])
    found.refuse(options.get("missing", "error"))
    mode = options.get("plaintext", "json")
    reasons = set()
    for pointer, member, _ in found.members:
        bound = member.value.sealed
        if bound is None:
            reasons |= {"not encrypted"} | ({"decryption failed"} if is_string(member.value) else set())
        elif bound[0] != pointer:
            reasons.add("decryption failed")
        elif bound[1] != mode:
            raise Unknown
        else:
            member.value = Value(quoted(characters(bound[2]))) if mode == "text" else copied(bound[2])
    if reasons:
        raise Dead(*reasons)


def choose(record, options):
    verdict = judge(record, options["where"])
    if verdict is None:
        missing = options.get("missing", "drop")
        if missing == "error":
            raise Dead("missing field")
        verdict = missing == "keep"
    if not verdict:
        raise Dropped


# --- conditions ----------------------------------------------------------------------------------

def holds(record, where):
    return judge(record, where) is True


def judge(record, where):
    """Whether the record fulfils the condition; None where the field is missing."""
    found = Found(record, [where["field"]])
    found.refuse_repeated()
    negated = where.get("not", False)
    if where["op"] == "exists":
        return bool(found.members) != negated
    if not found.members:
        return None
    value = found.members[0][1].value
    if value.sealed:
        raise Unknown
    return compare(value, where["op"], where["value"]) != negated


def comparable(value):
    """The type of a value and what it is compared by; None for what is equal to nothing."""
    if value.members is not None or value.text == "null":
        return None
    if value.text in ("true", "false"):
        return bool, value.text == "true"
    return (str, characters(value)) if is_string(value) else (Decimal, Decimal(value.text))


def compare(value, op, operand):
    ours = comparable(value)
    if op == "in":
        return any(ours == comparable(written(one)) for one in operand)
    if op == "matches":
        text = ours[1] if ours and ours[0] is str else None
        return text is not None and not LONE.search(text) and bool(re.search(operand, text))
    theirs = comparable(written(operand))
    if op in ("==", "!="):
        return (ours == theirs) == (op == "==")
    if ours is None or ours[0] is not theirs[0]:
        return False
    a, b = ours[1], theirs[1]
    return {"<": a < b, "<=": a <= b, ">": a > b, ">=": a >= b}[op]


# --- canonical text ------------------------------------------------------------------------------

def form(value):
    """What is hashed: a string's characters, another value's canonical text."""
    if value.sealed:
        raise Unknown
    return canonical_characters(characters(value)) if is_string(value) else canonical(value).encode()


def canonical_characters(text):
    if LONE.search(text):
        raise Dead("no canonical form")
    return text.encode()


def canonical(value):
    if value.sealed:
        raise Unknown
    if value.brackets == "[]":
        return "[" + ",".join(canonical(member.value) for member in value.members) + "]"
    if value.brackets == "{}":
        members = {member.key: member.value for member in value.members}
        if len(members) < len(value.members) or any(LONE.search(key) for key in members):
            raise Dead("no canonical form")
        return "{" + ",".join(json.dumps(key, ensure_ascii=False) + ":" + canonical(members[key])
                              for key in sorted(members, key=lambda key: key.encode("utf-16-be"))) + "}"
    if is_string(value):
        return json.dumps(canonical_characters(characters(value)).decode(), ensure_ascii=False)
    return value.text if value.text in ("true", "false", "null") else canonical_number(value.text)


def canonical_number(text):
    """As ECMAScript writes the double; an integer that would have other digits then keeps its own."""
    number = float(text)
    if number in (float("inf"), float("-inf")):
        raise Dead("no canonical form")
    written_so = ecmascript(number)
    return text if INTEGER.fullmatch(text) and Decimal(written_so) != Decimal(text) else written_so


def ecmascript(number):
    if number == 0:
        return "0"
    sign, digits, exponent = Decimal(repr(number)).normalize().as_tuple()
    digits = "".join(map(str, digits))
    point = len(digits) + exponent  # where it stands in the digits
    if 0 < point <= 21:
        body = digits.ljust(point, "0")[:point] + ("." + digits[point:] if len(digits) > point else "")
    elif -6 < point <= 0:
        body = "0." + "0" * -point + digits
    else:
        body = digits[0] + ("." + digits[1:] if len(digits) > 1 else "") + f"e{point - 1:+d}"
    return ("-" if sign else "") + body


STEPS = {"drop": drop, "keep": keep, "allow": allow, "set": set_value, "rename": rename, "copy": copy,
         "redact": redact, "mask": mask, "hash": hash_values, "encrypt": encrypt, "decrypt": decrypt,
         "filter": choose}
