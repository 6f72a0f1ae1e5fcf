"""Adyton's low-level ciphers, key derivations and Fernet against cryptography's, both ways."""

import os

import pytest
from conftest import AdytonError
from cryptography import exceptions, fernet
from cryptography.hazmat.primitives import cmac, hashes, hmac
from cryptography.hazmat.primitives.ciphers import aead, algorithms
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.kdf.pbkdf2 import PBKDF2HMAC
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

TEXTS = [b"", b"text", bytes(range(256)) * 17]
DATA = [None, b"", b"data", b"\0" * 33]


@pytest.mark.parametrize("name, size", [("AESGCM", 16), ("AESGCM", 24), ("AESGCM", 32),
                                        ("ChaCha20Poly1305", 32)])
@pytest.mark.parametrize("nonce_size", [12, 8, 16])
def test_aead_ciphers_seal_alike_and_open_each_other(adyton, name, size, nonce_size):
    if name == "ChaCha20Poly1305" and nonce_size != 12:
        return  # there is one size
    key, nonce = os.urandom(size), os.urandom(nonce_size)
    theirs = getattr(aead, name)(key)
    for text in TEXTS:
        for data in DATA:
            values = {"name": name, "key": key, "nonce": nonce, "data": data}
            sealed = adyton("getattr(crypto, name)(key).encrypt(nonce, text, data)", text=text, **values)
            assert sealed == theirs.encrypt(nonce, text, data)
            assert theirs.decrypt(nonce, sealed, data) == text
            opener = "getattr(crypto, name)(key).decrypt(nonce, sealed, data)"
            assert adyton(opener, sealed=sealed, **values) == text
            changed = sealed[:-1] + bytes([sealed[-1] ^ 1])
            with pytest.raises(AdytonError, match="decryption failed"):
                adyton(opener, sealed=changed, **values)
            with pytest.raises(exceptions.InvalidTag):
                theirs.decrypt(nonce, changed, data)


@pytest.mark.parametrize("size", [32, 48, 64])
def test_aes_siv_seals_alike(adyton, size):
    key = os.urandom(size)
    theirs = aead.AESSIV(key)
    for text in TEXTS[1:]:
        for data in (None, [], [b"one"], [b"one", b"", b"three"]):
            values = {"key": key, "data": data}
            sealed = adyton("crypto.AESSIV(key).encrypt(text, data)", text=text, **values)
            assert sealed == theirs.encrypt(text, data)
            assert adyton("crypto.AESSIV(key).decrypt(sealed, data)", sealed=sealed, **values) == text


@pytest.mark.parametrize("name", ["sha256", "sha384", "sha512"])
def test_hkdf_derives_alike(adyton, name):
    algorithm = getattr(hashes, name.upper())()
    for salt in (b"", b"salt", b"s" * 200):
        for info in (b"", b"info"):
            for length in (1, 32, 255 * algorithm.digest_size):
                theirs = HKDF(algorithm, length, salt, info).derive(b"key material")
                assert theirs == adyton("crypto.hkdf(b'key material', length, salt=salt, info=info, hash=name)",
                                        length=length, salt=salt, info=info, name=name)


@pytest.mark.parametrize("name", ["sha256", "sha512"])
def test_pbkdf2_derives_alike(adyton, name):
    for length in (1, 32, 100):
        theirs = PBKDF2HMAC(getattr(hashes, name.upper())(), length, b"salt", 1000).derive(b"password")
        assert theirs == adyton("crypto.pbkdf2_hmac(name, b'password', b'salt', 1000, length)", name=name,
                                length=length)


@pytest.mark.parametrize("n, r, p", [(2, 1, 1), (1024, 8, 1), (16384, 8, 2)])
def test_scrypt_derives_alike_and_verifies_the_other_side(adyton, n, r, p):
    theirs = Scrypt(b"salt", 40, n, r, p).derive(b"password")
    values = {"n": n, "r": r, "p": p}
    assert theirs == adyton("crypto.scrypt(b'password', salt=b'salt', n=n, r=r, p=p, dklen=40)", **values)
    assert theirs == adyton("crypto.Scrypt(b'salt', 40, n, r, p).derive(b'password')", **values)
    assert adyton("done(crypto.Scrypt(b'salt', 40, n, r, p).verify(b'password', key))", key=theirs, **values)


@pytest.mark.parametrize("name", ["sha256", "sha384", "sha512", "sha3_256", "blake2b"])
def test_hashes_and_their_hmac_are_alike(adyton, name):
    algorithm = hashes.BLAKE2b(64) if name == "blake2b" else getattr(hashes, name.upper())()
    for text in TEXTS:
        digest = hashes.Hash(algorithm)
        digest.update(text)
        assert digest.finalize() == adyton("getattr(crypto, name)(text).digest()", name=name, text=text)
        if name in ("sha256", "sha384", "sha512"):
            code = hmac.HMAC(b"key", algorithm)
            code.update(text)
            assert code.finalize() == adyton("crypto.hmac_digest(b'key', text, name)", name=name, text=text)


def test_cmac_is_alike(adyton):
    for size in (16, 24, 32):
        key = os.urandom(size)
        for text in TEXTS:
            code = cmac.CMAC(algorithms.AES(key))
            code.update(text)
            assert code.finalize() == adyton("crypto.cmac(key, text)", key=key, text=text)


def test_fernet_tokens_open_on_the_other_side(adyton):
    key = adyton("crypto.Fernet.generate_key()")
    theirs = fernet.Fernet(key)
    for text in TEXTS:
        token = adyton("crypto.Fernet(key).encrypt(text)", key=key, text=text)
        assert theirs.decrypt(token) == text
        assert adyton("crypto.Fernet(key).decrypt(token)", key=key, token=theirs.encrypt(text)) == text
    token = theirs.encrypt_at_time(b"text", 1000)
    assert adyton("crypto.Fernet(key).extract_timestamp(token)", key=key, token=token) == 1000
    assert adyton("crypto.Fernet(key).decrypt_at_time(token, 60, 1060)", key=key, token=token) == b"text"
    with pytest.raises(AdytonError, match="DecryptionError"):
        adyton("crypto.Fernet(key).decrypt_at_time(token, 60, 1061)", key=key, token=token)
    ours = adyton("crypto.Fernet(key).encrypt_at_time(b'text', 1000)", key=key)
    assert theirs.decrypt_at_time(ours, 60, 1060) == b"text"
    with pytest.raises(fernet.InvalidToken):
        theirs.decrypt_at_time(ours, 60, 1061)


def test_a_changed_fernet_token_opens_on_no_side(adyton):
    key = fernet.Fernet.generate_key()
    token = fernet.Fernet(key).encrypt(b"text")
    for at in range(0, len(token) - 2, 7):
        changed = token[:at] + (b"B" if token[at:at + 1] == b"A" else b"A") + token[at + 1:]
        with pytest.raises(fernet.InvalidToken):
            fernet.Fernet(key).decrypt(changed)
        with pytest.raises(AdytonError, match="DecryptionError.*decryption failed"):
            adyton("crypto.Fernet(key).decrypt(token)", key=key, token=changed)


def test_several_fernet_keys_are_one_ring(adyton):
    keys = [fernet.Fernet.generate_key() for _ in range(3)]
    theirs = fernet.MultiFernet([fernet.Fernet(key) for key in keys])
    ours = "crypto.MultiFernet([crypto.Fernet(key) for key in keys])"
    for key in keys:
        token = fernet.Fernet(key).encrypt(b"text")
        opener = "(lambda crypto, keys, token: " + ours + ".decrypt(token))(crypto, keys, token)"
        assert adyton(opener, keys=keys, token=token) == b"text"
    sealed = adyton("(lambda crypto, keys: " + ours + ".encrypt(b'text'))(crypto, keys)", keys=keys)
    assert fernet.Fernet(keys[0]).decrypt(sealed) == b"text"
    assert theirs.decrypt(sealed) == b"text"
