"""adyton.crypto.Mac: Tink's shape and wire form, refusals, batches."""

import array
import base64
import copy
import hmac
import json
import os
import pickle

import pytest

from adyton import crypto

TAG = {"hmac-sha256": 32, "hmac-sha512": 64}


@pytest.fixture(params=TAG)
def keyring(request):
    return crypto.Keyring.generate(request.param)


def test_the_wire_form_is_tinks(keyring):
    mac = crypto.Mac(keyring)
    code = mac.compute_mac(b"data")
    assert code[:5] == b"\1" + keyring.primary_key_id.to_bytes(4, "big")
    assert len(code) == mac.size == 5 + TAG[keyring.keys[0].type]
    assert mac.primary_key_id == keyring.primary_key_id


def test_a_code_verifies_and_nothing_else_does(keyring):
    mac = crypto.Mac(keyring)
    code = mac.compute_mac(b"data")
    assert mac.verify_mac(code, b"data") is None
    wrong = [(code, b"date"), (code, b""), (b"", b"data"), (code + b"\0", b"data")]
    wrong += [(code[:i], b"data") for i in range(len(code))]
    wrong += [(code[:i] + bytes([code[i] ^ 1]) + code[i + 1:], b"data") for i in range(len(code))]
    for changed, data in wrong:
        with pytest.raises(crypto.VerificationError, match="^verification failed$"):
            mac.verify_mac(changed, data)
    assert issubclass(crypto.VerificationError, ValueError)


def test_many_codes_are_the_codes_one_by_one(keyring):
    mac = crypto.Mac(keyring)
    values = [os.urandom(i % 300) for i in range(2000)] + [os.urandom(9000), b""]
    expected = [mac.compute_mac(value) for value in values]
    assert mac.mac_many(values) == expected
    offsets, at = [0], 0
    for value in values:
        at += len(value)
        offsets.append(at)
    assert mac.mac_column(b"".join(values), array.array("q", offsets)) == b"".join(expected)
    assert mac.mac_many([]) == []


def test_a_pinned_key_computes_and_older_codes_verify(keyring):
    old = keyring.primary_key_id
    before = crypto.Mac(keyring).compute_mac(b"data")
    keyring.rotate(keyring.keys[0].type)
    assert crypto.Mac(keyring, key_id=old).compute_mac(b"data") == before
    assert crypto.Mac(keyring).compute_mac(b"data") != before
    crypto.Mac(keyring).verify_mac(before, b"data")
    keyring.disable(old)
    with pytest.raises(crypto.VerificationError):
        crypto.Mac(keyring).verify_mac(before, b"data")


def test_other_keys_and_other_things_are_refused(keyring):
    with pytest.raises(ValueError, match="a deterministic key, which a Mac does not take; use a Daead"):
        crypto.Mac(crypto.Keyring.generate("aes256-siv"))
    with pytest.raises(TypeError, match="takes a Keyring, not str"):
        crypto.Mac("keys.json")
    with pytest.raises(ValueError, match="has no enabled key 0"):
        crypto.Mac(keyring, key_id=0)
    mac = crypto.Mac(keyring)
    for refuse in (pickle.dumps, copy.copy):
        with pytest.raises(TypeError, match="cannot copy or pickle"):
            refuse(mac)


def test_the_tag_is_the_standard_librarys():
    key = os.urandom(32)
    value = base64.b64encode(b"\x12\x04\x08\x03\x10\x20\x1a\x20" + key).decode()
    keyset = {"primaryKeyId": 7, "key": [{
        "keyData": {"typeUrl": "type.googleapis.com/google.crypto.tink.HmacKey", "value": value,
                    "keyMaterialType": "SYMMETRIC"},
        "status": "ENABLED", "keyId": 7, "outputPrefixType": "RAW"}]}
    mac = crypto.Mac(crypto.Keyring.from_json(json.dumps(keyset)))
    for size in (0, 1, 55, 56, 64, 1000):
        data = os.urandom(size)
        assert mac.compute_mac(data) == hmac.digest(key, data, "sha256")
        assert mac.mac_many([data] * 40) == [hmac.digest(key, data, "sha256")] * 40
