"""Hashes, MACs, key derivation, random bytes: against the standard library and published vectors."""

import hashlib
import hmac
import inspect
import os
import pickle

import pytest

from adyton import crypto

LENGTHS = (0, 1, 63, 64, 65, 127, 128, 129, 1000, 100_000)
WITH_HMAC = [name for name in crypto.algorithms_available if name != "blake2b"]


@pytest.mark.parametrize("name", crypto.algorithms_available)
def test_digests_are_the_standard_librarys(name):
    for length in LENGTHS:
        data = os.urandom(length)
        expected = hashlib.new(name, data)
        for made in (crypto.new(name, data), getattr(crypto, name)(data)):
            assert made.digest() == expected.digest()
            assert made.hexdigest() == expected.hexdigest()
            assert (made.name, made.digest_size, made.block_size) == (
                name, expected.digest_size, expected.block_size)


@pytest.mark.parametrize("name", crypto.algorithms_available)
def test_updates_and_copies(name):
    made, expected = crypto.new(name), hashlib.new(name)
    for part in (b"a", bytearray(b"b" * 200), memoryview(b"c" * 70_000), b""):
        made.update(part)
        expected.update(part)
        assert made.digest() == expected.digest()
    twin = made.copy()
    made.update(b"more")
    assert twin.digest() == expected.digest() != made.digest()
    assert repr(made) == f"<{name} Hash object>"


def test_blake2b_parameters():
    for size in (1, 20, 64):
        for key in (b"", b"k", bytes(64)):
            assert (crypto.blake2b(b"data", digest_size=size, key=key).digest()
                    == hashlib.blake2b(b"data", digest_size=size, key=key).digest())
    for wrong in ({"digest_size": 0}, {"digest_size": 65}, {"key": bytes(65)}):
        with pytest.raises(ValueError):
            crypto.blake2b(b"", **wrong)


def test_wrong_names_and_types():
    with pytest.raises(ValueError, match="no hash 'md5'; see adyton.crypto.algorithms_available"):
        crypto.new("md5")
    with pytest.raises(TypeError, match="encode it first"):
        crypto.sha256("text")
    with pytest.raises(TypeError):
        type(crypto.sha256())()


@pytest.mark.parametrize("name", WITH_HMAC)
def test_hmac_is_the_standard_librarys(name):
    for length in LENGTHS:
        key, data = os.urandom(length % 300), os.urandom(length)
        assert crypto.hmac_digest(key, data, name) == hmac.digest(key, data, name)


@pytest.mark.parametrize("name", WITH_HMAC)
def test_running_hmacs_are_the_standard_librarys(name):
    for length in LENGTHS:
        key, data = os.urandom(length % 300), os.urandom(length)
        expected = hmac.new(key, data, name)
        fed = crypto.hmac_new(key, digestmod=name)
        for at in range(0, length, length // 3 + 1):
            fed.update(data[at:at + length // 3 + 1])
        for made in (crypto.hmac_new(key, data, name), crypto.hmac_new(key, msg=data, digestmod=name), fed):
            assert made.digest() == expected.digest()
            assert made.hexdigest() == expected.hexdigest()
            assert (made.name, made.digest_size, made.block_size) == (
                expected.name, expected.digest_size, expected.block_size)


@pytest.mark.parametrize("name", WITH_HMAC)
def test_updates_and_copies_of_an_hmac(name):
    made, expected = crypto.hmac_new(b"key", None, name), hmac.new(b"key", None, name)
    for part in (b"a", bytearray(b"b" * 200), memoryview(b"c" * 70_000), b""):
        made.update(part)
        expected.update(part)
        assert made.digest() == expected.digest() == made.digest()
    twin = made.copy()
    made.update(b"more")
    assert twin.digest() == expected.digest() != made.digest()
    assert repr(made) == f"<hmac-{name} Hash object>"
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        with pytest.raises(TypeError):
            pickle.dumps(made, protocol)


def test_what_makes_hash_objects_names_the_hash_of_an_hmac():
    expected = hmac.digest(b"key", b"text", "sha384")
    for digestmod in (hashlib.sha384, crypto.sha384, lambda: hashlib.new("sha384")):
        assert crypto.hmac_new(b"key", b"text", digestmod).digest() == expected
        assert crypto.hmac_digest(b"key", b"text", digestmod) == expected


def test_an_hmac_without_a_hash_or_a_key_says_what_is_missing():
    with pytest.raises(TypeError, match="missing the argument 'digestmod'"):
        crypto.hmac_new(b"key", b"text")
    with pytest.raises(ValueError, match="no hash ''; see"):
        crypto.hmac_new(b"key", b"text", "")
    with pytest.raises(TypeError, match="digestmod must be a str, not int"):
        crypto.hmac_new(b"key", b"text", 256)
    with pytest.raises(AttributeError):
        crypto.hmac_new(b"key", b"text", dict)
    with pytest.raises(ZeroDivisionError):
        crypto.hmac_new(b"key", b"text", lambda: 1 // 0)
    with pytest.raises(TypeError, match="key must be bytes-like, not str"):
        crypto.hmac_new("key", b"text", "sha256")
    with pytest.raises(TypeError, match="msg must be bytes-like, not str"):
        crypto.hmac_new(b"key", "text", "sha256")


def test_hmac_with_blake2b_names_the_way_out():
    for call in (crypto.hmac_digest, crypto.hmac_new):
        for digest in ("blake2b", hashlib.blake2b):
            with pytest.raises(ValueError, match="use blake2b"):
                call(b"k", b"m", digest)


def test_cmac_gives_the_tags_of_rfc_4493():
    key = bytes.fromhex("2b7e151628aed2a6abf7158809cf4f3c")
    assert crypto.cmac(key, b"").hex() == "bb1d6929e95937287fa37d129b756746"
    assert crypto.cmac(key, bytes.fromhex("6bc1bee22e409f96e93d7e117393172a")).hex() == (
        "070a16b46b4d4144f79bdd9dd04a287c")
    with pytest.raises(ValueError, match="16, 24 or 32 bytes, not 8"):
        crypto.cmac(bytes(8), b"")


def test_hkdf_gives_the_keys_of_rfc_5869():
    key = crypto.hkdf(b"\x0b" * 22, 42, salt=bytes(range(13)), info=bytes(range(0xf0, 0xfa)))
    assert key.hex() == ("3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf"
                         "34007208d5b887185865")
    assert crypto.hkdf(b"k", 64, hash="sha512") != crypto.hkdf(b"k", 64, hash="sha3_512")
    with pytest.raises(ValueError, match="1 to 8160 bytes, not 8161"):
        crypto.hkdf(b"k", 255 * 32 + 1)


@pytest.mark.parametrize("name", WITH_HMAC)
def test_pbkdf2_is_the_standard_librarys(name):
    assert (crypto.pbkdf2_hmac(name, b"password", b"salt", 10)
            == hashlib.pbkdf2_hmac(name, b"password", b"salt", 10))
    assert (crypto.pbkdf2_hmac(name, b"", b"", 1, dklen=100)
            == hashlib.pbkdf2_hmac(name, b"", b"", 1, 100))
    with pytest.raises(ValueError, match="at least 1 iteration"):
        crypto.pbkdf2_hmac(name, b"password", b"salt", 0)


def test_scrypt_is_the_standard_librarys():
    for n, r, p in ((2, 1, 1), (16, 8, 3), (1024, 8, 1)):
        assert (crypto.scrypt(b"password", salt=b"salt", n=n, r=r, p=p)
                == hashlib.scrypt(b"password", salt=b"salt", n=n, r=r, p=p))
    with pytest.raises(ValueError, match="power of 2"):
        crypto.scrypt(b"", salt=b"", n=15, r=1, p=1)
    with pytest.raises(ValueError, match="more than 32 MiB; raise maxmem"):
        crypto.scrypt(b"", salt=b"", n=2**15, r=8, p=1)
    assert len(crypto.scrypt(b"", salt=b"", n=2**15, r=8, p=1, maxmem=2**26, dklen=10)) == 10


def test_random_bytes():
    assert [len(crypto.random_bytes(n)) for n in (0, 1, 257, 10_000)] == [0, 1, 257, 10_000]
    assert len({crypto.random_bytes(16) for _ in range(1000)}) == 1000
    with pytest.raises(ValueError):
        crypto.random_bytes(-1)


def test_compare_digest():
    assert crypto.compare_digest(b"equal", bytearray(b"equal")) is True
    assert crypto.compare_digest(b"equal", b"equam") is False
    assert crypto.compare_digest(b"equal", b"equa") is False
    assert crypto.compare_digest(b"", b"") is True
    code = hmac.new(b"key", b"text", "sha256").hexdigest()
    assert crypto.compare_digest(crypto.hmac_new(b"key", b"text", "sha256").hexdigest(), code) is True
    assert crypto.compare_digest(code, code[:-1] + "x") is False
    assert crypto.compare_digest("", "") is True
    for wrong in (("equal", b"equal"), (b"equal", "equal"), ("é", "é"), ("e", "é"), ("\ud800", "e")):
        with pytest.raises(TypeError):
            crypto.compare_digest(*wrong)


def test_functions_can_be_sent_to_another_process_by_name():
    functions = [value for value in vars(crypto).values() if inspect.isbuiltin(value)]
    assert crypto.scrypt in functions and crypto.sha256 in functions
    for function in functions:
        assert pickle.loads(pickle.dumps(function)) is function


@pytest.mark.parametrize("call", [
    lambda secret: crypto.hkdf(secret),
    lambda secret: crypto.hkdf(secret, "32"),
    lambda secret: crypto.pbkdf2_hmac("sha256", secret, secret, secret),
    lambda secret: crypto.scrypt(secret, secret),
    lambda secret: crypto.scrypt(pasword=secret),
    lambda secret: crypto.hmac_digest(secret, secret),
    lambda secret: crypto.hmac_new(secret, secret),
    lambda secret: crypto.hmac_new(secret, secret.decode(), "sha256"),
    lambda secret: crypto.cmac(secret, secret),
    lambda secret: crypto.compare_digest(secret),
    lambda secret: crypto.blake2b(secret, key=secret.decode()),
    lambda secret: crypto.sha256().update(secret, secret),
])
def test_a_wrong_call_shows_no_argument(call):
    with pytest.raises((TypeError, ValueError)) as raised:
        call(b"the secret")
    assert "the secret" not in str(raised.value)


def test_everything_public_has_a_docstring_and_a_signature():
    for name, value in vars(crypto).items():
        if name.startswith("_") or isinstance(value, tuple):
            continue
        assert value.__doc__, name
        if inspect.isbuiltin(value):
            inspect.signature(value)
        if inspect.isclass(value) and value.__module__ == "adyton.crypto":
            for member, function in vars(value).items():
                if not member.startswith("_"):
                    assert function.__doc__, f"{name}.{member}"
