"""Fernet, MultiFernet, and key derivation in cryptography's classes."""

import base64
import hashlib
import os
import time

import pytest

from adyton import crypto

# github.com/fernet/spec, generate.json and verify.json: the same key, time and text.
KEY = "cw_0x689RpI-jtRR7oE8h_eQsKImvJapLeSbXpwF4e4="
TOKEN = ("gAAAAAAdwJ6wAAECAwQFBgcICQoLDA0ODy021cpGVWKZ_eEwCGM4BLLF_5CV9dOPmrhuVUPgJobwOz7JcbmrR64jVmpU4IwqDA==")
MADE = 499162800  # 1985-10-26T01:20:00-07:00


def test_the_specifications_token_opens():
    fernet = crypto.Fernet(KEY)
    assert fernet.decrypt(TOKEN) == b"hello"
    assert fernet.decrypt(TOKEN.encode()) == b"hello"
    assert fernet.extract_timestamp(TOKEN) == MADE
    assert fernet.decrypt_at_time(TOKEN, 60, MADE + 1) == b"hello"


def test_what_is_encrypted_decrypts_and_differs_every_time():
    fernet = crypto.Fernet(crypto.Fernet.generate_key())
    for size in (0, 1, 15, 16, 17, 1000, 100_000):
        data = os.urandom(size)
        token = fernet.encrypt(data)
        raw = base64.urlsafe_b64decode(token)
        assert raw[0] == 0x80 and len(raw) == 57 + (size // 16 + 1) * 16
        assert abs(int.from_bytes(raw[1:9], "big") - time.time()) < 60
        assert fernet.decrypt(token) == data
        assert fernet.decrypt(token, ttl=1000) == data
        assert fernet.encrypt(data) != token


def test_tokens_expire_and_the_future_is_refused():
    fernet = crypto.Fernet(KEY)
    token = fernet.encrypt_at_time(b"text", 1000)
    assert fernet.decrypt_at_time(token, ttl=10, current_time=1010) == b"text"
    assert fernet.decrypt_at_time(token, ttl=10, current_time=940) == b"text"
    for now in (1011, 939, 0, 2**40):
        with pytest.raises(crypto.DecryptionError, match="^decryption failed$"):
            fernet.decrypt_at_time(token, ttl=10, current_time=now)
    with pytest.raises(crypto.DecryptionError):
        fernet.decrypt(token, ttl=10)
    assert fernet.decrypt(token) == b"text"


def test_every_change_is_refused_in_one_way():
    fernet = crypto.Fernet(KEY)
    raw = base64.urlsafe_b64decode(TOKEN)
    wrong = [base64.urlsafe_b64encode(raw[:i]) for i in range(len(raw))]
    wrong += [base64.urlsafe_b64encode(raw[:i] + bytes([raw[i] ^ 1]) + raw[i + 1:]) for i in range(len(raw))]
    wrong += [TOKEN[:-1], TOKEN + "=", TOKEN + "\n", "", "=", "====", "é", crypto.Fernet(crypto.Fernet.generate_key()).encrypt(b"")]
    for token in wrong:
        with pytest.raises(crypto.DecryptionError, match="^decryption failed$"):
            fernet.decrypt(token)
        with pytest.raises(crypto.DecryptionError, match="^decryption failed$"):
            fernet.extract_timestamp(token)


@pytest.mark.parametrize("key", ["", "AAAA", KEY[:-1] + "A", "?" * 44, base64.urlsafe_b64encode(bytes(33))])
def test_a_key_that_is_none_is_refused_and_not_shown(key):
    with pytest.raises(ValueError, match=r"a Fernet key is 32 bytes in base64url.*generate_key") as caught:
        crypto.Fernet(key)
    assert not key or str(key) not in str(caught.value)


def test_several_keys_and_rotation():
    old, new = (crypto.Fernet(crypto.Fernet.generate_key()) for _ in range(2))
    both = crypto.MultiFernet([new, old])
    token = old.encrypt_at_time(b"text", 1000)
    assert both.decrypt(token) == b"text"
    rotated = both.rotate(token)
    assert new.decrypt(rotated) == b"text" and new.extract_timestamp(rotated) == 1000
    assert new.decrypt(both.encrypt(b"x")) == b"x"
    assert both.decrypt_at_time(token, 5, 1003) == b"text"
    with pytest.raises(crypto.DecryptionError):
        both.rotate(crypto.Fernet(KEY).encrypt(b"text"))
    with pytest.raises(ValueError, match="at least one Fernet"):
        crypto.MultiFernet([])
    with pytest.raises(TypeError, match=r"fernets\[1\] must be a Fernet, not int"):
        crypto.MultiFernet([old, 3])


class Named:
    """As cryptography's hashes are."""

    def __init__(self, name):
        self.name = name


def test_kdf_classes_give_what_the_functions_give():
    for algorithm, name in (("sha256", "sha256"), (Named("sha512"), "sha512"), (Named("sha3-256"), "sha3_256")):
        assert crypto.HKDF(algorithm, 42, b"salt", b"info").derive(b"key") == crypto.hkdf(
            b"key", 42, salt=b"salt", info=b"info", hash=name)
        assert crypto.PBKDF2HMAC(algorithm=algorithm, length=20, salt=b"salt", iterations=3).derive(
            b"password") == hashlib.pbkdf2_hmac(name, b"password", b"salt", 3, 20)
    assert crypto.HKDF("sha256", 10, None, None).derive(b"key") == crypto.hkdf(b"key", 10)
    assert crypto.Scrypt(b"salt", 32, n=2**4, r=8, p=1).derive(b"password") == hashlib.scrypt(
        b"password", salt=b"salt", n=2**4, r=8, p=1, dklen=32)


def test_kdf_objects_verify_and_are_used_once():
    def make():
        return [crypto.HKDF("sha256", 32, b"", b""), crypto.PBKDF2HMAC("sha256", 32, b"", 2),
                crypto.Scrypt(b"", 32, 2, 1, 1)]

    for first, second, third in zip(make(), make(), make()):
        key = first.derive(b"material")
        assert second.verify(b"material", key) is None
        with pytest.raises(crypto.VerificationError):
            third.verify(b"material", key[:-1] + bytes([key[-1] ^ 1]))
        for used in (first, second, third):
            with pytest.raises(ValueError, match="derives or verifies once"):
                used.derive(b"material")


def test_kdf_parameters_outside_the_limits_are_refused():
    with pytest.raises(ValueError, match="HKDF with sha256 gives 1 to 8160 bytes, not 8161"):
        crypto.HKDF("sha256", 8161, b"", b"").derive(b"key")
    with pytest.raises(ValueError, match="at least 1 iteration"):
        crypto.PBKDF2HMAC("sha256", 32, b"", 0).derive(b"key")
    with pytest.raises(ValueError, match="power of 2"):
        crypto.Scrypt(b"", 32, 3, 1, 1).derive(b"key")
    with pytest.raises(TypeError, match="algorithm must be a hash's name, not int"):
        crypto.HKDF(3, 32, b"", b"")
    with pytest.raises(ValueError, match="there is no hash 'md5'"):
        crypto.HKDF("md5", 32, b"", b"")
