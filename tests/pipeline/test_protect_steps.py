"""The steps with keys, in whole jobs: rekey, tokenize, hash, and encrypt's if_encrypted and pad."""

import base64
import decimal
import hashlib
import hmac
import json
import math
import random
import struct

from conftest import dead_letters

from adyton import crypto

CANARY = "canary-4711"
HEAD = """
[job]
name = "test"
domain = "{domain}"
[source]
files = ["{source}"]
[sink]
files = "{sink}"
existing = "replace"
[dead_letter]
file = "dead.ndjson"
max_errors = "{errors}"
"""


def step(use, *fields, **options):
    """A step as TOML."""
    more = "".join(f"{name} = {json.dumps(value)}\n" for name, value in options.items())
    return f'[[step]]\nuse = "{use}"\nfields = {json.dumps(fields)}\n{more}'


def make_key(work, name, key_type):
    work.adyton("keys", "new", f"{name}.key", "--type", key_type)


def key_id(work, name):
    return crypto.Keyring.load(work / f"{name}.key").primary_key_id


def write_job(work, *steps, domain="test", source="in.ndjson", sink="out.ndjson", errors="100 %"):
    text = HEAD.format(domain=domain, source=source, sink=sink, errors=errors)
    for path in sorted(work.folder.glob("*.key")):
        text += f'[keyring.{path.stem}]\nfile = "{path.name}"\n'
    (work / "job.toml").write_text(text + "".join(steps))


def run(work, records, *steps, **options):
    """Run the steps over the records; what came out."""
    text = records if isinstance(records, str) else "".join(json.dumps(r) + "\n" for r in records)
    (work / options.get("source", "in.ndjson")).write_text(text, encoding="utf-8")
    write_job(work, *steps, **options)
    done = work.adyton("run", "--quiet", "job.toml")
    assert CANARY.encode() not in done.stdout + done.stderr
    with open(work / options.get("sink", "out.ndjson"), encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def unbase64(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def framed(*parts):
    return b"".join(len(part).to_bytes(4, "big") + part for part in parts)


def token_plaintexts(work, name, tokens, domain=b"test"):
    daead = crypto.Daead(crypto.Keyring.load(work / f"{name}.key"))
    bound = b"adyton/token/1" + framed(domain)
    return [text.decode() for text in daead.decrypt_many([unbase64(t) for t in tokens], bound)]


def ecmascript(value):
    """A float as ECMAScript writes it, from the digits of Python's repr."""
    if value == 0:
        return "0"
    sign, digits, exponent = decimal.Decimal(repr(value)).as_tuple()
    text = "".join(map(str, digits)).lstrip("0")
    stripped = text.rstrip("0")
    exponent += len(text) - len(stripped)
    point = len(stripped) + exponent
    if 0 < point <= 21:
        whole = stripped[:point].ljust(point, "0")
        form = whole + ("." + stripped[point:] if stripped[point:] else "")
    elif -6 < point <= 0:
        form = "0." + "0" * -point + stripped
    else:
        fraction = "." + stripped[1:] if stripped[1:] else ""
        form = f"{stripped[0]}{fraction}e{point - 1:+d}"
    return "-" * sign + form


def canonical(value):
    """RFC 8785 in Python."""
    if isinstance(value, float):
        return ecmascript(value)
    if isinstance(value, dict):
        members = sorted(value.items(), key=lambda item: item[0].encode("utf-16-be"))
        return "{" + ",".join(f"{canonical(k)}:{canonical(v)}" for k, v in members) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(canonical, value)) + "]"
    return json.dumps(value, ensure_ascii=False)


def random_doubles(count, seed):
    rng = random.Random(seed)
    while count > 0:
        kind = rng.randrange(4)
        if kind == 0:
            value = struct.unpack("<d", rng.randbytes(8))[0]
        elif kind == 1:
            value = rng.uniform(-1, 1) * 10 ** rng.randint(-12, 25)
        elif kind == 2:
            value = round(rng.uniform(-1000, 1000), rng.randint(0, 6))
        else:
            value = math.ldexp(rng.randint(1, 2**53), rng.randint(-60, 20))
        if math.isfinite(value):
            count -= 1
            yield value


def random_document(rng, depth=0):
    kind = rng.randrange(7 if depth < 4 else 5)
    if kind == 0:
        return rng.choice([None, True, False])
    if kind == 1:
        return rng.randint(-(2**53), 2**53)
    if kind == 2:
        return next(random_doubles(1, rng.random()))
    if kind in (3, 4):
        return random_string(rng)
    if kind == 5:
        return [random_document(rng, depth + 1) for _ in range(rng.randrange(4))]
    return {random_string(rng): random_document(rng, depth + 1) for _ in range(rng.randrange(6))}


def random_string(rng):
    alphabet = 'aZ0"\\/\b\f\n\r\t\x00\x1f\x7f\x80é€\ud7ff\ue000\ufb33\uffff\U00010000😀\U0010ffff'
    return "".join(rng.choice(alphabet) for _ in range(rng.randrange(5)))


def shuffled(value, rng):
    """The same value with its members in another order."""
    if isinstance(value, dict):
        items = [(key, shuffled(item, rng)) for key, item in value.items()]
        rng.shuffle(items)
        return dict(items)
    return [shuffled(item, rng) for item in value] if isinstance(value, list) else value


def test_tokens_of_100_000_doubles_are_made_of_what_ecmascript_writes(work):
    make_key(work, "siv", "aes256-siv")
    values = list(random_doubles(100_000, seed=8785))
    records = "".join(f'{{"v":{value!r}}}\n' for value in values)
    out = run(work, records, step("tokenize", "/v", key="siv"))
    assert token_plaintexts(work, "siv", [r["v"] for r in out]) == [ecmascript(v) for v in values]


def test_tokens_of_random_documents_are_made_of_their_canonical_form(work):
    make_key(work, "siv", "aes256-siv")
    rng = random.Random(3)
    documents = [random_document(rng) for _ in range(5_000)]
    documents = [d for d in documents if not isinstance(d, str)]
    lines = "".join(json.dumps({"a": d, "b": shuffled(d, rng)}, ensure_ascii=rng.random() < 0.5,
                               separators=rng.choice([(",", ":"), (" , ", " : ")])) + "\n"
                    for d in documents)
    out = run(work, lines, step("tokenize", "/a", "/b", key="siv"))
    assert all(record["a"] == record["b"] for record in out)
    expected = [canonical(d) for d in documents]
    assert token_plaintexts(work, "siv", [record["a"] for record in out]) == expected


def test_tokens_join_across_jobs_fields_and_types_and_outlast_a_rotation(work):
    make_key(work, "siv", "AES256_SIV")
    first = key_id(work, "siv")
    customers = run(work, [{"id": 7, "mail": "zoë@example.com"}, {"id": 18446744073709551615}],
                    step("tokenize", "/id", "/mail", key="siv", missing="skip"))
    work.adyton("keys", "rotate", "siv.key")
    assert key_id(work, "siv") != first
    orders = '{"customer": {"id": 7.0}, "to": ["zo\\u00eb@example.com"]}\n{"customer": {"id": "7"}}\n'
    pinned = run(work, orders + '{"customer": {"id": 18446744073709551615}}\n',
                 step("tokenize", "/customer/id", "/to/*", key="siv", key_id=first, missing="skip"))
    assert [order["customer"]["id"] for order in pinned] == [
        customers[0]["id"], customers[0]["id"], customers[1]["id"]]
    assert pinned[0]["to"] == [customers[0]["mail"]]
    by_the_new_key = run(work, [{"id": 7}], step("tokenize", "/id", key="siv"))
    assert by_the_new_key[0]["id"] != customers[0]["id"]
    other_domain = run(work, [{"id": 7}], step("tokenize", "/id", key="siv", key_id=first),
                       domain="other")
    assert other_domain[0]["id"] != customers[0]["id"]


def test_rekeyed_values_open_with_the_new_keyring_alone(work):
    make_key(work, "old", "x-aes-gcm")
    make_key(work, "new", "aes256-gcm")
    records = [{"id": n, "name": f"{CANARY} {n}", "tags": [n, None]} for n in range(3_000)]
    hidden = run(work, records, step("encrypt", "/name", "/tags/*", key="old", record_id="/id"),
                 sink="hidden.ndjson")
    hidden.append({"id": 3000, "name": CANARY, "tags": []})
    rekeyed = run(work, hidden, step("rekey", "/name", "/tags/*", key="new", **{"from": "old"},
                                     record_id="/id"))
    for name in sorted(work.names() - {"in.ndjson"}):
        assert CANARY.encode() not in (work / name).read_bytes(), name
    assert [entry["reason"] for entry in dead_letters(work / "dead.ndjson")] == ["not encrypted"]
    (work / "old.key").unlink()
    assert run(work, rekeyed, step("decrypt", "/name", "/tags/*", key="new",
                                   record_id="/id")) == records
    aead = crypto.Aead(crypto.Keyring.load(work / "new.key"))
    bound = b"adyton/field/1" + framed(b"test", b"/name", b"12")
    assert json.loads(aead.decrypt(unbase64(rekeyed[12]["name"]), bound)) == f"{CANARY} 12"


def test_hashes_without_a_key_are_those_of_hashlib(work):
    values = ["zoë@example.com", "", "a\n\"b", 4.20, -0.0, True, None, [1.0, {"b": 1, "a": "é"}]]
    texts = [v if isinstance(v, str) else canonical(v) for v in values]
    for algorithm, function in (("sha256", hashlib.sha256), ("sha512", hashlib.sha512),
                                ("sha3-256", hashlib.sha3_256), ("blake2b", hashlib.blake2b)):
        out = run(work, [{"v": v} for v in values], step("hash", "/v", algorithm=algorithm))
        assert [record["v"] for record in out] == [function(t.encode()).hexdigest() for t in texts]


def test_hashes_with_a_key_are_tinks_hmacs_of_domain_and_value(work):
    make_key(work, "mac", "HMAC_SHA256")
    text = (work / "mac.key").read_text()
    key = base64.b64decode(json.loads(text)["key"][0]["keyData"]["value"])[-32:]
    first = key_id(work, "mac")
    values = ["zoë", 1e21, {"b": None, "a": [1.50]}]
    texts = ["zoë", "1e+21", '{"a":[1.5],"b":null}']

    def expected(text):
        message = b"adyton/hash/1" + framed(b"test") + text.encode()
        return "01" + first.to_bytes(4, "big").hex() + hmac.digest(key, message, "sha256").hex()

    work.adyton("keys", "rotate", "mac.key", "--type", "hmac-sha512")
    records = [{"v": v} for v in values]
    out = run(work, records, step("hash", "/v", key="mac", key_id=first))
    assert [record["v"] for record in out] == [expected(text) for text in texts]
    by_the_new_key = run(work, records, step("hash", "/v", key="mac", algorithm="sha512"))
    assert all(len(record["v"]) == 10 + 128 for record in by_the_new_key)


def test_encrypting_twice_is_a_dead_letter_or_changes_nothing(work):
    make_key(work, "pii", "x-aes-gcm")
    once = run(work, [{"a": CANARY, "b": 1}], step("encrypt", "/a", key="pii"), sink="once.ndjson")
    assert run(work, once, step("encrypt", "/a", "/b", key="pii")) == []
    entry, = dead_letters(work / "dead.ndjson")
    assert (entry["reason"], entry["field"]) == ("already encrypted", "/a")
    both = run(work, once, step("encrypt", "/a", "/b", key="pii", if_encrypted="skip"))
    assert both[0]["a"] == once[0]["a"]
    assert run(work, both, step("decrypt", "/a", "/b", key="pii")) == [{"a": CANARY, "b": 1}]


def test_padded_ciphertexts_tell_no_length_and_decrypt_exactly(work):
    make_key(work, "pii", "x-aes-gcm")
    lines = "".join(f'{{"a":"{"x" * n}","b":[ {n} ]}}\n' for n in range(200))
    padded = run(work, lines, step("encrypt", "/a", "/b", key="pii", pad=256))
    assert len({len(record["a"]) for record in padded}) == 1
    assert len({len(record["b"]) for record in padded}) == 1
    aead = crypto.Aead(crypto.Keyring.load(work / "pii.key"))
    bound = b"adyton/field/1" + framed(b"test", b"/a", b"")
    assert len(aead.decrypt(unbase64(padded[3]["a"]), bound)) == 256
    run(work, (work / "out.ndjson").read_text(), step("decrypt", "/a", "/b", key="pii"))
    assert (work / "out.ndjson").read_text() == lines


def refused(work, *steps):
    """The job is refused by check and by run alike, and nothing is written; what check said."""
    (work / "in.ndjson").write_text('{"a":1}\n')
    write_job(work, *steps)
    before = work.names()
    checked = work.adyton("check", "job.toml", code=78).stderr.decode()
    work.adyton("run", "--quiet", "job.toml", code=78)
    assert work.names() == before
    lines = (work / "job.toml").read_text().splitlines()
    _, line, column, _ = checked.split(":", 3)
    return checked, lines[int(line) - 1], int(column)


def test_a_key_for_something_else_is_an_error_at_its_place(work):
    make_key(work, "pii", "x-aes-gcm")
    make_key(work, "siv", "aes256-siv")
    make_key(work, "mac", "hmac-sha256")
    for use, key, needed in (("encrypt", "siv", "x-aes-gcm"), ("decrypt", "mac", "x-aes-gcm"),
                             ("rekey", "siv", "x-aes-gcm"), ("tokenize", "pii", "aes256-siv"),
                             ("tokenize", "mac", "aes256-siv"), ("hash", "pii", "hmac-sha256")):
        checked, line, column = refused(work, step(use, "/a", key=key))
        assert f"adyton keys new FILE --type {needed}" in checked
        assert line[column - 1:] == f'"{key}"'


def test_a_hash_without_a_key_of_a_protected_field_is_an_error_at_its_place(work):
    make_key(work, "pii", "x-aes-gcm")
    checked, line, _ = refused(work, step("encrypt", "/user/*", key="pii"),
                               step("hash", "/user/mail", missing="skip"))
    assert line == 'fields = ["/user/mail"]'
    assert "this hash has no key" in checked
    assert "--type hmac-sha256" in checked


def test_options_that_do_not_go_together_are_errors_at_their_place(work):
    make_key(work, "pii", "x-aes-gcm")
    make_key(work, "mac", "hmac-sha256")
    for options, at in ((step("encrypt", "/a", key="pii", pad=4097), "pad = 4097"),
                        (step("encrypt", "/a", key="pii", pad=64, plaintext="text"), "pad = 64"),
                        (step("hash", "/a", key="mac", algorithm="blake2b"), "algorithm"),
                        (step("hash", "/a", key_id=5), "key_id = 5")):
        _, line, _ = refused(work, options)
        assert line.startswith(at)


def test_what_cannot_be_tokenized_leaves_no_trace(work):
    make_key(work, "siv", "aes256-siv")
    make_key(work, "mac", "hmac-sha256")
    for use, key in (("tokenize", "siv"), ("hash", "mac")):
        out = run(work, f'{{"a":"{CANARY}\\ud800"}}\n{{"a":{{"k":"{CANARY}","k":1}}}}\n{{"b":1}}\n'
                  f'{{"a":"{CANARY}"}}\n', step(use, "/a", key=key))
        assert len(out) == 1
        assert [entry["reason"] for entry in dead_letters(work / "dead.ndjson")] == [
            "no canonical form", "no canonical form", "missing field"]
        for name in sorted(work.names() - {"in.ndjson"}):
            assert CANARY.encode() not in (work / name).read_bytes(), name
