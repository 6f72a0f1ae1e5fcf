"""CPython's own SHA-2, which hashlib falls back on and random seeds with (_sha2; before 3.12 two modules).

Against OpenSSL's, through hashlib: on Debian 13 part of _sha2 is Adyton's (missing_sha2.cpp).
"""

import hashlib
import random

import pytest

try:
    import _sha2 as sha256_family
    import _sha2 as sha512_family
except ImportError:
    import _sha256 as sha256_family
    import _sha512 as sha512_family

NAMES = ["sha224", "sha256", "sha384", "sha512"]


def new(name, data):
    """A hash object of CPython's own."""
    family = sha256_family if name in ("sha224", "sha256") else sha512_family
    return getattr(family, name)(data)


@pytest.mark.parametrize("name", NAMES)
def test_digests_are_openssls_at_every_length_around_the_blocks(name):
    data = random.Random(name).randbytes(300)
    for size in range(len(data) + 1):
        expected = hashlib.new(name, data[:size])
        ours = new(name, data[:size])
        assert ours.digest() == expected.digest()
        assert ours.hexdigest() == expected.hexdigest()


@pytest.mark.parametrize("name", NAMES)
def test_a_digest_leaves_the_state_as_it_was(name):
    ours = new(name, b"one")
    assert ours.digest() == ours.digest() == hashlib.new(name, b"one").digest()
    ours.update(b"two")
    assert ours.digest() == hashlib.new(name, b"onetwo").digest()


@pytest.mark.parametrize("name", NAMES)
def test_a_copy_goes_its_own_way(name):
    first = new(name, b"common")
    second = first.copy()
    first.update(b"1")
    second.update(b"2")
    assert first.digest() == hashlib.new(name, b"common1").digest()
    assert second.digest() == hashlib.new(name, b"common2").digest()
