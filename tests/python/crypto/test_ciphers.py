"""The low-level ciphers of adyton.crypto: published vectors, sizes, refusals."""

import os
import threading

import pytest

from adyton import crypto

CIPHERS = {
    crypto.AESGCM: ((16, 24, 32), 12),
    crypto.XAESGCM: ((32,), 24),
    crypto.ChaCha20Poly1305: ((32,), 12),
    crypto.XChaCha20Poly1305: ((32,), 24),
}
SUNSCREEN = (b"Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the "
             b"future, sunscreen would be it.")


@pytest.mark.parametrize("cipher", CIPHERS)
def test_key_sizes(cipher):
    sizes, nonce = CIPHERS[cipher]
    for size in range(70):
        if size in sizes:
            cipher(bytes(size)).encrypt(bytes(nonce), b"", None)
        else:
            with pytest.raises(ValueError, match=rf"has .*{sizes[-1]} bytes, not {size};.*generate"):
                cipher(bytes(size))


@pytest.mark.parametrize("cipher", CIPHERS)
def test_nonce_sizes(cipher):
    made = cipher(bytes(32))
    for size in range(40):
        nonce = bytes(size)
        if size == CIPHERS[cipher][1] or (cipher is crypto.AESGCM and size > 0):
            assert made.decrypt(nonce, made.encrypt(nonce, b"text")) == b"text"
        else:
            with pytest.raises(ValueError, match="a nonce of"):
                made.encrypt(nonce, b"text")
            with pytest.raises(ValueError, match="a nonce of"):
                made.decrypt(nonce, bytes(20))


@pytest.mark.parametrize("cipher", CIPHERS)
def test_every_change_is_refused(cipher):
    made = cipher(bytes(32))
    nonce = os.urandom(CIPHERS[cipher][1])
    sealed = made.encrypt(nonce, b"text", b"data")
    assert made.decrypt(nonce, sealed, b"data") == b"text"
    for i in range(len(sealed)):
        for changed in (sealed[:i], sealed[:i] + bytes([sealed[i] ^ 4]) + sealed[i + 1:]):
            with pytest.raises(crypto.DecryptionError, match="^decryption failed$"):
                made.decrypt(nonce, changed, b"data")
    with pytest.raises(crypto.DecryptionError):
        made.decrypt(nonce, sealed)


@pytest.mark.parametrize("cipher", CIPHERS)
def test_long_messages_from_several_threads(cipher):
    made = cipher(bytes(32))
    nonce = bytes(CIPHERS[cipher][1])
    results = [None] * 4

    def work(i):
        text = bytes([i]) * 500_000
        results[i] = made.decrypt(nonce, made.encrypt(nonce, text, b"d"), b"d") == text

    threads = [threading.Thread(target=work, args=(i,)) for i in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [True] * 4


def test_xaes_256_gcm_gives_the_ciphertexts_of_its_specification():
    nonce = b"ABCDEFGHIJKLMNOPQRSTUVWX"
    assert crypto.XAESGCM(b"\1" * 32).encrypt(nonce, b"XAES-256-GCM").hex() == (
        "ce546ef63c9cc60765923609b33a9a1974e96e52daf2fcf7075e2271")
    assert crypto.XAESGCM(b"\3" * 32).encrypt(
        nonce, b"XAES-256-GCM", b"c2sp.org/XAES-256-GCM").hex() == (
        "986ec1832593df5443a179437fd083bf3fdb41abd740a21f71eb769d")


def test_chacha20_poly1305_gives_the_ciphertext_of_rfc_8439():
    cipher = crypto.ChaCha20Poly1305(bytes(range(0x80, 0xa0)))
    sealed = cipher.encrypt(bytes.fromhex("070000004041424344454647"), SUNSCREEN,
                            bytes.fromhex("50515253c0c1c2c3c4c5c6c7"))
    assert sealed[-16:].hex() == "1ae10b594f09e26a7e902ecbd0600691"


def test_aes_siv_gives_the_ciphertext_of_rfc_5297():
    siv = crypto.AESSIV(bytes.fromhex(
        "7f7e7d7c7b7a79787776757473727170404142434445464748494a4b4c4d4e4f"))
    data = [bytes.fromhex("00112233445566778899aabbccddeeffdeaddadadeaddadaffeeddccbbaa9988"
                          "7766554433221100"),
            bytes.fromhex("102030405060708090a0"),
            bytes.fromhex("09f911029d74e35bd84156c5635688c0")]
    sealed = siv.encrypt(b"this is some plaintext to encrypt using SIV-AES", data)
    assert sealed.hex() == (
        "7bdb6e3b432667eb06f4d14bff2fbd0fcb900f2fddbe404326601965c889bf17"
        "dba77ceb094fa663b7a3f748ba8af829ea64ad544a272e9c485b62a3fd5c0d")
    assert siv.decrypt(sealed, data).startswith(b"this is some plaintext")
    for wrong in (None, [], data[:2], data[::-1]):
        with pytest.raises(crypto.DecryptionError):
            siv.decrypt(sealed, wrong)


def test_aes_siv_sizes():
    for size in range(70):
        if size in (32, 48, 64):
            siv = crypto.AESSIV(bytes(size))
            assert siv.decrypt(siv.encrypt(b"")) == b""
        else:
            with pytest.raises(ValueError, match="32, 48 or 64 bytes"):
                crypto.AESSIV(bytes(size))
    siv = crypto.AESSIV(bytes(32))
    siv.encrypt(b"text", [b""] * 126)
    with pytest.raises(ValueError, match="at most 126 items, not 127"):
        siv.encrypt(b"text", [b""] * 127)
    with pytest.raises(TypeError, match="put it in brackets"):
        siv.encrypt(b"text", b"data")
    with pytest.raises(crypto.DecryptionError):
        siv.decrypt(b"short")


def test_generated_keys_fit_and_differ():
    for bits in (128, 192, 256):
        assert len(crypto.AESGCM.generate_key(bits)) * 8 == bits
        assert len(crypto.AESSIV.generate_key(bit_length=2 * bits)) == bits // 4
    for cipher in (crypto.XAESGCM, crypto.ChaCha20Poly1305, crypto.XChaCha20Poly1305):
        keys = {cipher.generate_key() for _ in range(10)}
        assert len(keys) == 10 and {len(key) for key in keys} == {32}
    with pytest.raises(ValueError, match="16, 24 or 32 bytes, not 64 bits"):
        crypto.AESGCM.generate_key(64)
    with pytest.raises(ValueError):
        crypto.AESGCM.generate_key(129)
