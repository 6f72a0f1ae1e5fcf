"""Keys of ciphers, identities, signatures and sealed keyrings are found in no core file, repr or pickle."""

import base64
import copy
import json
import pickle
import re

import canary
import pytest
from test_secrecy import MARK, dump_core, everything_told_of, report_of

from adyton import crypto

# Reads each key into a buffer that it wipes, uses it, and dies while it holds all objects.
USE = """
import os, pathlib
from adyton import crypto

mark = %r

def read(name):
    path = pathlib.Path(name)
    buffer = bytearray(path.stat().st_size)
    with open(path, "rb", buffering=0) as file:
        file.readinto(buffer)
    return buffer

held = []
for cipher in (crypto.AESGCM, crypto.XAESGCM, crypto.ChaCha20Poly1305, crypto.XChaCha20Poly1305):
    key = read(cipher.__name__)
    user = cipher(key)
    key[:] = bytes(len(key))
    nonce = bytes(24 if cipher.__name__.startswith("X") else 12)
    assert user.decrypt(nonce, user.encrypt(nonce, b"text")) == b"text"
    held.append(user)
assert held[0].decrypt(bytes(8), held[0].encrypt(bytes(8), b"text")) == b"text"
key = read("AESSIV")
held.append(crypto.AESSIV(key))
key[:] = bytes(len(key))
assert held[-1].decrypt(held[-1].encrypt(b"text")) == b"text"
key = read("hmac")
crypto.hmac_digest(key, b"text" * 100, "sha256")
held += [crypto.hmac_new(key, b"text", name) for name in ("sha256", "sha512", "sha3_256")]
held.append(held[-3].copy())
key[:] = bytes(len(key))
for code in held[-4:]:
    code.update(b"more")
    code.hexdigest()
key = read("blake2b")
held.append(crypto.blake2b(key=key))
held.append(crypto.blake2b(b"text" * 100, key=key))
key[:] = bytes(len(key))
held[-1].update(b"more")
held[-1].hexdigest()
key = read("cmac")
crypto.cmac(key, b"text" * 100)
key[:] = bytes(len(key))
(identity,) = crypto.Identity.load("identity.txt")
for name in ("ed25519", "ecdsa-p256", "ecdsa-p256-ieee-p1363"):
    keyring = crypto.Keyring.load(name + ".json")
    signer = crypto.Signer(keyring)
    crypto.Verifier(keyring).verify(signer.sign(b"text"), b"text")
    held += [keyring, signer]
remote = crypto.Aead(crypto.Keyring.load("remote.json"))
held.append(crypto.Keyring.load("aged.json", identities=identity))
held.append(crypto.Keyring.load("wrapped.json", aead=remote))
held += [crypto.Aead(keyring) for keyring in held[-2:]]
for user in held[-2:]:
    assert user.decrypt(user.encrypt(b"text")) == b"text"
file = crypto.open_sealed("text.age", identity)
assert file.read(100) == b"t" * 100
held += [identity, file, remote]
print("ready", flush=True)
os.abort()
"""
CIPHERS = {"AESGCM": 32, "XAESGCM": 32, "ChaCha20Poly1305": 32, "XChaCha20Poly1305": 32, "AESSIV": 64,
           "hmac": 40, "cmac": 32, "blake2b": 64}
BECH32 = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"


def write_private(path, content):
    path.touch(mode=0o600)
    path.write_bytes(content)


def bytes_of_identity(text):
    """The key of "AGE-SECRET-KEY-1…" (BIP 173)."""
    digits = [BECH32.index(c) for c in text.lower().rpartition("1")[2][:-6]]
    number = 0
    for digit in digits:
        number = number << 5 | digit
    return (number >> (len(digits) * 5 - 256)).to_bytes(32, "big")


def private_bytes(keyring):
    """The seed or scalar of a keyring with one key that signs: field 2 of Ed25519PrivateKey, the last
    field of EcdsaPrivateKey."""
    (key,) = json.loads(keyring.to_json())["key"]
    message = base64.b64decode(key["keyData"]["value"])
    return message[2:34] if "Ed25519" in key["keyData"]["typeUrl"] else message[-32:]


@pytest.fixture
def folder(tmp_path):
    """Everything that USE reads; and {name: key} of what must not be found."""
    keys = {name: canary._secret(f"low level {name}", size) for name, size in CIPHERS.items()}
    for name, key in keys.items():
        write_private(tmp_path / name, key)
    identity = crypto.Identity.generate()
    identity.save(tmp_path / "identity.txt")
    keys["identity"] = bytes_of_identity(identity.to_text())
    for name in ("ed25519", "ecdsa-p256", "ecdsa-p256-ieee-p1363"):
        keyring = crypto.Keyring.generate(name)
        write_private(tmp_path / f"{name}.json", keyring.to_json().encode())
        keys[name] = private_bytes(keyring)
    remote = crypto.Keyring.generate()
    write_private(tmp_path / "remote.json", remote.to_json().encode())
    for name, how in (("aged", {"recipients": [str(identity.recipient)]}), ("wrapped", {"aead": crypto.Aead(remote)})):
        text = canary.keyset("x-aes-gcm")
        crypto.Keyring.from_json(text).save(tmp_path / f"{name}.json", **how)
    keys["sealed keyrings"] = canary.KEYS["x-aes-gcm"]
    with crypto.create_sealed(tmp_path / "text.age", identity.recipient) as file:
        file.write(b"t" * 200_000)
    return tmp_path, keys, identity.to_text()


@pytest.mark.parametrize("provider", ["cryptopp", ""])
def test_no_cipher_identity_signing_key_or_sealed_keyring_is_in_a_core_file(folder, provider):
    path, keys, identity = folder
    core = dump_core(path, USE % MARK, **({"ADYTON_CRYPTO": provider} if provider else {}))
    assert MARK in core, "the dump holds what it should not hide"
    found = [f"{name}: {spelling!r}" for name, key in keys.items()
             for spelling in canary.spellings(key) if spelling in core]
    assert not found
    letters = identity.encode().partition(b"KEY-1")[2]
    assert letters[:20] not in core and letters[-20:] not in core
    siv = keys["AESSIV"]
    for name, key in {"GCM": keys["AESGCM"], "CMAC": keys["cmac"], "SIV's": siv[:32], "SIV": siv[32:]}.items():
        assert not [n for n, round_key in enumerate(canary.round_keys(key)) if round_key in core], name
    assert crypto.cmac(siv[:32], bytes(16)) not in core  # beside CMAC's subkeys
    # The block that is added to a tag under the nonce of zeros, which odd nonces are worked out with.
    assert crypto.AESGCM(keys["AESGCM"]).encrypt(bytes(12), b"") not in core
    for name in ("sha256", "sha512"):
        for state in canary.hmac_states(name, keys["hmac"]):
            assert [word for word in state if word not in core], name


def test_the_keys_that_are_looked_for_are_those_that_are_used(folder):
    _, keys, identity = folder
    assert re.fullmatch(r"AGE-SECRET-KEY-1[A-Z0-9]+", identity)
    assert all(len(key) >= 32 for key in keys.values()) and len(set(keys.values())) == len(keys)


KEY = canary._secret("objects", 32)
OBJECTS = {
    "AESGCM": lambda: crypto.AESGCM(KEY),
    "XAESGCM": lambda: crypto.XAESGCM(KEY),
    "ChaCha20Poly1305": lambda: crypto.ChaCha20Poly1305(KEY),
    "XChaCha20Poly1305": lambda: crypto.XChaCha20Poly1305(KEY),
    "AESSIV": lambda: crypto.AESSIV(KEY),
    "Fernet": lambda: crypto.Fernet(base64.urlsafe_b64encode(KEY)),
    "MultiFernet": lambda: crypto.MultiFernet([OBJECTS["Fernet"]()]),
    "blake2b": lambda: crypto.blake2b(b"text", key=KEY),
    "hmac_new": lambda: crypto.hmac_new(KEY, b"text", "sha256"),
    "Mac": lambda: crypto.Mac(crypto.Keyring.from_json(canary.keyset("hmac-sha256"))),
    "Prf": lambda: crypto.Prf(crypto.Keyring.from_json(canary.keyset("hkdf-sha256"))),
    "Daead": lambda: crypto.Daead(crypto.Keyring.from_json(canary.keyset("aes256-siv"))),
    "KmsEnvelopeAead": lambda: crypto.KmsEnvelopeAead(
        crypto.Aead(crypto.Keyring.from_json(canary.keyset("aes256-gcm")))),
    "Signer": lambda: crypto.Signer(crypto.Keyring.generate("ed25519")),
    "Identity": crypto.Identity.generate,
}
CALLS = (pickle.dumps, lambda thing: thing.no_such_attribute, lambda thing: thing.encrypt(thing, thing, thing),
         lambda thing: thing.decrypt(b"x" * 12, b"y" * 40), lambda thing: thing.sign(thing))


@pytest.mark.parametrize("name", OBJECTS)
def test_objects_that_hold_keys_tell_none_and_are_neither_pickled_nor_copied(name):
    thing = OBJECTS[name]()
    texts = list(everything_told_of(thing)) + [report_of(call, thing) for call in CALLS]
    keys = [KEY, *canary.KEYS.values()]
    if name == "Identity":
        keys.append(bytes_of_identity(thing.to_text()))
        assert not [text for text in texts if thing.to_text()[20:40] in text]
    for text in texts:
        told = text.encode("latin-1", "replace")
        assert not [s for key in keys for s in canary.spellings(key) if s in told], text
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        with pytest.raises(TypeError):
            pickle.dumps(thing, protocol)
    for copying in (copy.copy, copy.deepcopy):
        with pytest.raises(TypeError):
            copying(thing)


@pytest.mark.parametrize("call", [
    lambda key: crypto.AESGCM(key + b"x"), lambda key: crypto.AESSIV(key[:-1]), lambda key: crypto.Fernet(key),
    lambda key: crypto.Fernet(key.hex()), lambda key: crypto.blake2b(key=key * 3), lambda key: crypto.cmac(key[1:], b""),
    lambda key: crypto.Identity.parse(key.hex()), lambda key: crypto.Keyring.from_json(key.hex()),
    lambda key: crypto.hkdf(key, 10**6),
    lambda key: crypto.unseal(crypto.seal(b"", passphrase="other", work_factor=2), passphrase=key.hex())])
def test_a_key_in_the_wrong_place_is_refused_in_words_without_it(call):
    with pytest.raises((ValueError, TypeError)) as raised:
        call(KEY)
    told = str(raised.value).encode("latin-1", "replace")
    assert not [s for s in canary.spellings(KEY) if s in told], raised.value
