"""Fields that a job protected are opened by Tink, and those that Tink sealed by a job.

The associated data is built here as docs/formats.md says, from nothing of Adyton's.
"""

import base64
import json
import struct

import pytest
from conftest import handle_of, new_keyset, raw
from tink import aead, daead, mac

TEMPLATES = aead.aead_key_templates
RECORDS = [
    {"id": 42, "user": {"email": "zoe@example.com", "name": "Zoë"}, "phones": ["+1", "+2"], "note": None},
    {"id": "a/b", "user": {"email": "rıza@example.com", "name": "Rıza \"R\""}, "phones": [], "note": [1.50]},
]
JOB = """
[job]
name = "{name}"
domain = "customers"
[source]
files = ["{source}"]
[keyring.k]
file = "keys.json"
[[step]]
use = "{use}"
key = "k"
fields = {fields}
{options}
[sink]
files = "{sink}"
"""


def part(text):
    return struct.pack(">I", len(text.encode())) + text.encode()


def bound(field, record="", domain="customers"):
    """The associated data of a field, version 1."""
    return b"adyton/field/1" + part(domain) + part(field) + part(record)


def coded(sealed):
    return base64.urlsafe_b64encode(sealed).rstrip(b"=").decode()


def decoded(text):
    assert "=" not in text
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


@pytest.fixture
def work(tmp_path, run):
    """work(use, records, keyset, fields, **options): the records that the job makes of them."""

    def run_job(use, records, keyset, fields, **options):
        source, sink, keys = (tmp_path / name for name in (f"{use}-in", f"{use}-out", "keys.json"))
        text = "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records)
        source.write_text(text, encoding="utf-8")
        keys.touch(mode=0o600)
        keys.write_text(keyset)
        lines = "\n".join(f"{key} = {json.dumps(value)}" for key, value in options.items())
        (tmp_path / "job.toml").write_text(JOB.format(
            name=use, source=source.name, sink=sink.name, use=use, fields=json.dumps(fields), options=lines))
        run("run", "--quiet", "job.toml")
        return [json.loads(line) for line in sink.read_text(encoding="utf-8").splitlines()]

    return run_job


FIELDS = ["/user/email", "/phones/*", "/note"]


def keysets(adyton):
    for name in ("x-aes-gcm", "aes256-gcm", "aes128-gcm", "xchacha20-poly1305"):
        yield adyton("new_keyring(name).to_json()", name=name)
    yield raw(adyton("crypto.Keyring.generate().to_json()"))
    yield new_keyset(TEMPLATES.XAES_256_GCM_160_BIT_NONCE_NO_PREFIX)


@pytest.mark.parametrize("number", range(6))
def test_fields_of_a_job_are_opened_by_tink(adyton, work, number):
    keyset = list(keysets(adyton))[number]
    opener = handle_of(keyset).primitive(aead.Aead)
    sealed = work("encrypt", RECORDS, keyset, FIELDS)
    for before, after in zip(RECORDS, sealed, strict=True):
        open_field = lambda text, field: json.loads(opener.decrypt(decoded(text), bound(field)))
        assert open_field(after["user"]["email"], "/user/email") == before["user"]["email"]
        assert [open_field(text, "/phones/*") for text in after["phones"]] == before["phones"]
        assert open_field(after["note"], "/note") == before["note"]
        assert after["user"]["name"] == before["user"]["name"] and after["id"] == before["id"]


def test_fields_bound_to_their_record_and_as_text_are_opened_by_tink(adyton, work):
    keyset = adyton("new_keyring('x-aes-gcm').to_json()")
    opener = handle_of(keyset).primitive(aead.Aead)
    sealed = work("encrypt", RECORDS, keyset, ["/user/name"], record_id="/id", plaintext="text")
    for before, after, record in zip(RECORDS, sealed, ("42", "a/b"), strict=True):
        text = opener.decrypt(decoded(after["user"]["name"]), bound("/user/name", record))
        assert text.decode() == before["user"]["name"]


@pytest.mark.parametrize("number", range(6))
def test_fields_sealed_by_tink_are_decrypted_by_a_job(adyton, work, number):
    keyset = list(keysets(adyton))[number]
    sealer = handle_of(keyset).primitive(aead.Aead)

    def seal(value, field):
        return coded(sealer.encrypt(json.dumps(value, ensure_ascii=False).encode(), bound(field)))

    sealed = [{**record, "user": {**record["user"], "email": seal(record["user"]["email"], "/user/email")},
               "phones": [seal(phone, "/phones/*") for phone in record["phones"]],
               "note": seal(record["note"], "/note")} for record in RECORDS]
    assert work("decrypt", sealed, keyset, FIELDS) == RECORDS


def test_a_field_sealed_by_tink_for_one_record_is_decrypted_by_a_job(adyton, work):
    keyset = new_keyset(TEMPLATES.AES256_GCM)
    sealer = handle_of(keyset).primitive(aead.Aead)
    sealed = [{"id": 42, "name": coded(sealer.encrypt("Zoë".encode(), bound("/name", "42")))}]
    assert work("decrypt", sealed, keyset, ["/name"], record_id="/id", plaintext="text") == [
        {"id": 42, "name": "Zoë"}]


def test_fields_under_a_new_primary_key_are_opened_by_tink(adyton, work):
    old = adyton("crypto.Keyring.generate().to_json()")
    rotated = adyton("(lambda k: (k.rotate(), k.to_json()))(keyring(old))[1]", old=old)
    sealed = work("encrypt", RECORDS, old, "/note")
    again = work("rekey", sealed, rotated, "/note")
    opener = handle_of(rotated).primitive(aead.Aead)
    primary = json.loads(rotated)["primaryKeyId"]
    for before, after in zip(RECORDS, again, strict=True):
        text = decoded(after["note"])
        assert text[1:5] == primary.to_bytes(4, "big")
        assert json.loads(opener.decrypt(text, bound("/note"))) == before["note"]


def test_tokens_of_a_job_are_those_of_tink(adyton, work):
    keyset = new_keyset(daead.deterministic_aead_key_templates.AES256_SIV)
    theirs = handle_of(keyset).primitive(daead.DeterministicAead)
    made = work("tokenize", RECORDS, keyset, ["/id", "/user/name"])
    for before, after in zip(RECORDS, made, strict=True):
        for value, token in ((before["id"], after["id"]), (before["user"]["name"], after["user"]["name"])):
            text = str(value).encode()
            assert token == coded(theirs.encrypt_deterministically(text, b"adyton/token/1" + part("customers")))


@pytest.mark.parametrize("template", [mac.mac_key_templates.HMAC_SHA256_256BITTAG,
                                      mac.mac_key_templates.HMAC_SHA512_512BITTAG])
def test_hashes_of_a_job_are_verified_by_tink(adyton, work, template):
    keyset = new_keyset(template)
    verifier = handle_of(keyset).primitive(mac.Mac)
    made = work("hash", RECORDS, keyset, ["/user/email"])
    for before, after in zip(RECORDS, made, strict=True):
        message = b"adyton/hash/1" + part("customers") + before["user"]["email"].encode()
        verifier.verify_mac(bytes.fromhex(after["user"]["email"]), message)
