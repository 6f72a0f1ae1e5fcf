"""Keysets that are sealed by a key, and envelopes, go from Adyton to Tink and back."""

import json
import sys

import pytest
import tink
from conftest import HERE, AdytonError, handle_of, keyset_of
from tink import aead, json_proto_keyset_format

TEMPLATES = aead.aead_key_templates
ENVELOPES = {
    "aes256-gcm": TEMPLATES.AES256_GCM,
    "aes128-gcm": TEMPLATES.AES128_GCM,
    "xchacha20-poly1305": TEMPLATES.XCHACHA20_POLY1305,
}
SEALED_TYPES = ["x-aes-gcm", "aes256-siv", "hmac-sha512", "hkdf-sha256", "ed25519", "ecdsa-p256"]
MANY_TEXTS = [b"", b"text", bytes(100_000)]


@pytest.fixture
def remote(adyton, tmp_path):
    """The keyset of a remote key, in a file; and Tink's Aead of it."""
    keyset = adyton("crypto.Keyring.generate('aes256-gcm').to_json()")
    path = tmp_path / "remote.json"
    path.touch(mode=0o600)
    path.write_text(keyset)
    return path, handle_of(keyset).primitive(aead.Aead)


def kms(path):
    """The command of a KMS that is made of Tink."""
    return [sys.executable, str(HERE / "kms.py"), str(path)]


@pytest.mark.parametrize("name", SEALED_TYPES)
def test_a_keyset_sealed_by_adyton_is_opened_by_tink_and_back(adyton, remote, tmp_path, name):
    path, key = remote
    keyset = adyton("new_keyring(name).to_json()", name=name)
    ours, theirs = tmp_path / "ours.json", tmp_path / "theirs.json"
    adyton("keyring(keyset).save(path, aead=crypto.Aead(crypto.Keyring.load(remote)))", keyset=keyset,
           path=str(ours), remote=str(path))
    opened = json_proto_keyset_format.parse_encrypted(ours.read_text(), key, b"")
    assert json.loads(keyset_of(opened)) == json.loads(keyset)
    theirs.touch(mode=0o600)
    theirs.write_text(json_proto_keyset_format.serialize_encrypted(opened, key, b""))
    load = "crypto.Keyring.load(path, aead=crypto.Aead(crypto.Keyring.load(remote))).to_json()"
    assert adyton(load, path=str(theirs), remote=str(path)) == keyset
    infos = [json.loads(file.read_text())["keysetInfo"] for file in (ours, theirs)]
    assert infos[0] == infos[1]


def test_a_keyset_sealed_by_a_command_of_tink(adyton, remote, tmp_path, run):
    path, key = remote
    keyset = adyton("new_keyring('x-aes-gcm').to_json()")
    sealed = tmp_path / "sealed.json"
    adyton("keyring(keyset).save(path, command=kms)", keyset=keyset, path=str(sealed), kms=kms(path))
    assert json.loads(keyset_of(json_proto_keyset_format.parse_encrypted(sealed.read_text(), key, b""))) \
        == json.loads(keyset)
    assert adyton("crypto.Keyring.load(path, command=kms).to_json()", path=str(sealed), kms=kms(path)) == keyset
    run("keys", "rotate", "sealed.json", "--command", " ".join(kms(path)))
    rotated = json_proto_keyset_format.parse_encrypted(sealed.read_text(), key, b"")
    assert len(rotated.keyset_info().key_info) == 4


def test_a_keyset_sealed_by_another_key_is_refused(adyton, remote, tmp_path):
    _, key = remote
    other = tink.new_keyset_handle(TEMPLATES.AES256_GCM)
    sealed = tmp_path / "sealed.json"
    sealed.touch(mode=0o600)
    sealed.write_text(json_proto_keyset_format.serialize_encrypted(other, key, b""))
    with pytest.raises(AdytonError, match="decryption failed"):
        adyton("crypto.Keyring.load(path, aead=crypto.Aead(keyring(other)))", path=str(sealed),
               other=keyset_of(other))


@pytest.mark.parametrize("by", ["an Aead", "a command"])
@pytest.mark.parametrize("name", ENVELOPES)
def test_envelopes_open_on_the_other_side(adyton, remote, name, by):
    path, key = remote
    theirs = aead.KmsEnvelopeAead(ENVELOPES[name], key)
    ours = "crypto.KmsEnvelopeAead(" + ("kms" if by == "a command" else "crypto.Aead(crypto.Keyring.load(path))")
    values = {"kms": kms(path), "path": str(path), "name": name}
    for text in MANY_TEXTS[:1 if by == "a command" else None]:
        sealed = adyton(ours + ", key_type=name).encrypt(text, b'data')", text=text, **values)
        assert theirs.decrypt(sealed, b"data") == text
        sealed = theirs.encrypt(text, b"data")
        opener = ours + ", key_type=name).decrypt(sealed, data)"
        assert adyton(opener, sealed=sealed, data=b"data", **values) == text
        with pytest.raises(AdytonError, match="decryption failed"):
            adyton(opener, sealed=sealed, data=b"datA", **values)
