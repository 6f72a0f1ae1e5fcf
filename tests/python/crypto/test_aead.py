"""adyton.crypto.Aead and Daead: Tink's wire form, refusals, batches, threads."""

import array
import os
import sys
import threading

import pytest

from adyton import crypto

RANDOMISED = ("x-aes-gcm", "aes256-gcm", "aes128-gcm", "chacha20-poly1305", "xchacha20-poly1305")
NONCE = {"x-aes-gcm": 24, "xchacha20-poly1305": 24}


@pytest.fixture(params=RANDOMISED)
def aead(request):
    return crypto.Aead(crypto.Keyring.generate(request.param))


@pytest.fixture
def daead():
    return crypto.Daead(crypto.Keyring.generate("aes256-siv"))


@pytest.mark.parametrize("name", RANDOMISED)
def test_the_wire_form_is_tinks(name):
    keyring = crypto.Keyring.generate(name)
    sealed = crypto.Aead(keyring).encrypt(b"text", b"data")
    assert sealed[:5] == b"\1" + keyring.primary_key_id.to_bytes(4, "big")
    assert len(sealed) == 5 + NONCE.get(name, 12) + 4 + 16


def test_what_is_encrypted_decrypts(aead):
    for size in (0, 1, 100, 40_000, 300_000):
        text = os.urandom(size)
        assert aead.decrypt(aead.encrypt(text, b"data"), b"data") == text
        assert aead.decrypt(aead.encrypt(text)) == text
        assert aead.decrypt(associated_data=None, ciphertext=aead.encrypt(plaintext=text)) == text


def test_equal_plaintexts_give_different_ciphertexts(aead):
    sealed = [aead.encrypt(b"equal") for _ in range(100)] + aead.encrypt_many([b"equal"] * 2000)
    assert len(set(sealed)) == len(sealed)


def test_every_change_is_refused_in_one_way(aead):
    sealed = aead.encrypt(b"text", b"data")
    wrong = [sealed[:i] for i in range(len(sealed))]
    wrong += [sealed[:i] + bytes([sealed[i] ^ 1]) + sealed[i + 1:] for i in range(len(sealed))]
    for changed in wrong:
        with pytest.raises(crypto.DecryptionError, match="^decryption failed$"):
            aead.decrypt(changed, b"data")
    with pytest.raises(crypto.DecryptionError, match="^decryption failed$"):
        aead.decrypt(sealed, b"date")


def test_the_error_is_a_value_error():
    assert issubclass(crypto.DecryptionError, ValueError)


def test_any_bytes_like_object_is_taken(aead):
    view = memoryview(b"..text..")[2:6]
    for text in (b"text", bytearray(b"text"), view, array.array("B", b"text")):
        assert aead.decrypt(bytearray(aead.encrypt(text, view)), bytearray(b"text")) == b"text"


def test_what_is_not_bytes_like_is_refused_with_the_way_out(aead):
    with pytest.raises(TypeError, match="plaintext must be bytes-like, not str; encode it first"):
        aead.encrypt("text")
    with pytest.raises(TypeError, match="associated_data must be bytes-like, not int"):
        aead.encrypt(b"text", 3)
    with pytest.raises(TypeError, match=r"plaintexts\[1\] must be bytes-like, not str"):
        aead.encrypt_many([b"a", "b"])
    with pytest.raises(TypeError, match="plaintexts must be a list"):
        aead.encrypt_many(3)
    with pytest.raises(BufferError):
        aead.encrypt(memoryview(b"abcdef")[::2])
    with pytest.raises(TypeError, match="takes a Keyring, not str"):
        crypto.Aead("keys.json")


@pytest.mark.parametrize("count", [0, 1, 10, 1000, 50_000])
def test_a_batch_is_its_messages_in_order(aead, count):
    texts = [b"%d" % i * (i % 7) for i in range(count)]
    sealed = aead.encrypt_many(texts, b"data")
    assert aead.decrypt_many(sealed, b"data") == texts
    assert [aead.decrypt(each, b"data") for each in sealed[:50]] == texts[:50]


def test_a_batch_takes_any_sequence_of_any_bytes_like(aead):
    texts = (b"a", bytearray(b"b"), memoryview(b"c"))
    assert aead.decrypt_many(aead.encrypt_many(texts)) == [b"a", b"b", b"c"]
    assert aead.decrypt_many(iter(aead.encrypt_many(iter(texts)))) == [b"a", b"b", b"c"]


def test_one_bad_message_fails_the_batch(aead):
    sealed = aead.encrypt_many([b"text"] * 2000)
    sealed[1234] = sealed[1234][:-1] + b"\0\0"
    with pytest.raises(crypto.DecryptionError, match=r"^decryption failed \(item 1234\)$"):
        aead.decrypt_many(sealed)


def test_a_batch_keeps_no_reference(aead):
    text = os.urandom(50)
    before = sys.getrefcount(text)
    for _ in range(3):
        aead.decrypt_many(aead.encrypt_many([text] * 3000, text), text)
    assert sys.getrefcount(text) == before


def test_a_batch_survives_its_list_being_emptied_meanwhile(aead):
    texts = [os.urandom(64) for _ in range(20_000)]
    copy = list(texts)
    thread = threading.Thread(target=texts.clear)
    thread.start()
    sealed = aead.encrypt_many(texts)
    thread.join()
    assert aead.decrypt_many(sealed) == copy[:len(sealed)]


def test_threads_share_one_aead(aead):
    wrong = []

    def work(number):
        for i in range(100):
            text = b"%d %d" % (number, i) * (1 + i * 50)
            if aead.decrypt(aead.encrypt(text)) != text:
                wrong.append(number)

    threads = [threading.Thread(target=work, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_a_forked_child_encrypts_with_other_nonces(aead):
    aead.encrypt_many([b"warm"] * 20_000)
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.write(writer, aead.encrypt(b"text") + aead.encrypt_many([b"text"] * 20_000)[0])
        finally:
            os._exit(0)
    mine = aead.encrypt(b"text")
    os.close(writer)
    theirs = os.read(reader, 1000)
    os.waitpid(child, 0)
    size = len(mine)
    assert len(theirs) == 2 * size
    nonces = {each[5:5 + 12] for each in (mine, theirs[:size], theirs[size:])}
    assert len(nonces) == 3
    assert aead.decrypt(theirs[size:]) == b"text"


def test_rotation():
    keyring = crypto.Keyring.generate("aes256-gcm")
    old = crypto.Aead(keyring)
    sealed = old.encrypt(b"old")
    new_id = keyring.rotate()
    new = crypto.Aead(keyring)
    assert (old.primary_key_id, new.primary_key_id) == (keyring.keys[0].id, new_id)
    assert new.decrypt(sealed) == b"old"
    with pytest.raises(crypto.DecryptionError):
        old.decrypt(new.encrypt(b"new"))
    keyring.disable(old.primary_key_id)
    with pytest.raises(crypto.DecryptionError):
        crypto.Aead(keyring).decrypt(sealed)
    assert new.decrypt(sealed) == b"old", "an Aead keeps the keys it was made with"


def test_the_wrong_kind_of_key_is_refused():
    with pytest.raises(ValueError, match="aes256-siv, a deterministic key.*use a Daead"):
        crypto.Aead(crypto.Keyring.generate("aes256-siv"))
    for name in ("hmac-sha256", "hmac-sha512"):
        with pytest.raises(ValueError, match=f"{name}, a key for authentication codes"):
            crypto.Aead(crypto.Keyring.generate(name))
        with pytest.raises(ValueError, match=f"{name}, a key for .*, which a Daead does not take"):
            crypto.Daead(crypto.Keyring.generate(name))
    with pytest.raises(ValueError, match="x-aes-gcm, a key for encryption.*use an Aead"):
        crypto.Daead(crypto.Keyring.generate())


def test_tokens_are_equal_for_equal_plaintexts(daead):
    token = daead.encrypt_deterministically(b"text", b"data")
    assert len(token) == 5 + 16 + 4
    assert daead.encrypt_many([b"text"] * 5000, b"data") == [token] * 5000
    assert token != daead.encrypt_deterministically(b"text", b"date")
    assert daead.decrypt_deterministically(token, b"data") == b"text"
    assert daead.decrypt_many([token, token], b"data") == [b"text"] * 2
    for i in range(len(token)):
        for changed in (token[:i], token[:i] + bytes([token[i] ^ 128]) + token[i + 1:]):
            with pytest.raises(crypto.DecryptionError, match="^decryption failed$"):
                daead.decrypt_deterministically(changed, b"data")


def test_a_pinned_key_gives_the_same_tokens_after_a_rotation():
    keyring = crypto.Keyring.generate("aes256-siv")
    first = keyring.primary_key_id
    token = crypto.Daead(keyring).encrypt_deterministically(b"x")
    keyring.rotate("aes256-siv")
    pinned = crypto.Daead(keyring, key_id=first)
    assert pinned.primary_key_id == first
    assert pinned.encrypt_deterministically(b"x") == token
    assert crypto.Daead(keyring).encrypt_deterministically(b"x") != token
    assert crypto.Daead(keyring).decrypt_deterministically(token) == b"x"
    with pytest.raises(ValueError, match="no enabled key 5"):
        crypto.Daead(keyring, key_id=5)
