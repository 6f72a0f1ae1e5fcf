"""What does not decrypt fails with one error, whatever the reason, and leaves no plaintext behind."""

import array
import base64
import os

import pytest

from adyton import crypto

TEXT = b"a plaintext to protect, of more than two whole blocks"
BOUND = b"data"
AEAD_TYPES = ["x-aes-gcm", "aes256-gcm", "aes128-gcm", "chacha20-poly1305", "xchacha20-poly1305"]
NONCES = {"AESGCM": (32, 12), "AESGCM odd": (16, 8), "XAESGCM": (32, 24), "ChaCha20Poly1305": (32, 12),
          "XChaCha20Poly1305": (32, 24)}


def raw(keyring):
    return crypto.Keyring.from_json(keyring.to_json().replace('"TINK"', '"RAW"'))


def primitive(kind):
    """(sealed, open(sealed, bound)): something of that kind, with a key of its own."""
    name, _, form = kind.partition(" ")
    if name in crypto.key_types:
        keyring = crypto.Keyring.generate(name)
        if form == "rotated":
            old = crypto.Aead(keyring)
            keyring.rotate("x-aes-gcm")
            return old.encrypt(TEXT, BOUND), crypto.Aead(keyring).decrypt
        keyring = raw(keyring) if form == "raw" else keyring
        if name == "aes256-siv":
            made = crypto.Daead(keyring)
            return made.encrypt_deterministically(TEXT, BOUND), made.decrypt_deterministically
        made = crypto.Aead(keyring)
        return made.encrypt(TEXT, BOUND), made.decrypt
    if name == "AESSIV":
        made = crypto.AESSIV(os.urandom(64))
        return made.encrypt(TEXT, [BOUND, b"more"]), lambda sealed, bound: made.decrypt(sealed, [bound, b"more"])
    if name == "envelope":
        made = crypto.KmsEnvelopeAead(crypto.Aead(crypto.Keyring.generate("aes256-gcm")))
        return made.encrypt(TEXT, BOUND), made.decrypt
    key_size, nonce_size = NONCES[kind]
    made, nonce = getattr(crypto, name)(os.urandom(key_size)), os.urandom(nonce_size)
    return (made.encrypt(nonce, TEXT, BOUND),
            lambda sealed, bound: made.decrypt(nonce, sealed, bound))


def without_data(made):
    sealed, decrypt = made
    return sealed, lambda sealed, bound: decrypt(sealed if bound == BOUND else sealed[:-1] + b"?")


def fernet(kind):
    keys = [crypto.Fernet(crypto.Fernet.generate_key()) for _ in range(3)]
    made = keys[0] if kind == "Fernet" else crypto.MultiFernet(keys)
    return without_data((keys[0].encrypt(TEXT), made.decrypt))


def age(kind):
    if kind == "age passphrase":
        sealed = crypto.seal(TEXT, passphrase="horse", work_factor=2)
        return without_data((sealed, lambda sealed: crypto.unseal(sealed, passphrase="horse")))
    identity = crypto.Identity.generate()
    sealed = crypto.seal(TEXT, identity.recipient)
    return without_data((sealed, lambda sealed: crypto.unseal(sealed, identity)))


KINDS = {kind: primitive for kind in [*AEAD_TYPES, "aes256-gcm raw", "x-aes-gcm raw", "aes256-gcm rotated",
                                      "aes256-siv", "aes256-siv raw", "AESSIV", "envelope", *NONCES]}
KINDS |= {"Fernet": fernet, "MultiFernet": fernet}


def error_of(call, *arguments):
    with pytest.raises(Exception) as raised:
        call(*arguments)
    error = raised.value
    return type(error), error.args, error.__cause__, error.__context__, getattr(error, "__notes__", None)


THE_ERROR = (crypto.DecryptionError, ("decryption failed",), None, None, None)


def changes(sealed):
    """What a sealed text is not: every bit of it changed, every end of it missing, something added."""
    for at in range(len(sealed)):
        for bit in (1, 0x80):
            yield sealed[:at] + bytes([sealed[at] ^ bit]) + sealed[at + 1:]
        yield sealed[:at]
    yield from (sealed + b"\0", sealed + sealed, bytes(len(sealed)), b"", b"\0", os.urandom(len(sealed)))


@pytest.mark.parametrize("kind", KINDS)
def test_every_failed_decryption_is_one_error(kind):
    sealed, decrypt = KINDS[kind](kind)
    other, _ = KINDS[kind](kind)
    assert decrypt(sealed, BOUND) == TEXT
    assert {error_of(decrypt, changed, BOUND) for changed in changes(sealed)} == {THE_ERROR}
    assert error_of(decrypt, other, BOUND) == error_of(decrypt, sealed, b"datA") == THE_ERROR


@pytest.mark.parametrize("kind", ["age", "age passphrase"])
def test_every_payload_and_key_that_is_wrong_is_one_error_in_age(kind):
    sealed, decrypt = age(kind)
    other, _ = age(kind)
    assert decrypt(sealed, BOUND) == TEXT
    if kind == "age":
        assert error_of(decrypt, other, BOUND) == THE_ERROR
    else:
        assert error_of(crypto.unseal, sealed) != THE_ERROR
        with pytest.raises(crypto.DecryptionError, match="^decryption failed$"):
            crypto.unseal(sealed, passphrase="donkey")
    payload = sealed.index(b"\n", sealed.index(b"\n--- ") + 1) + 1
    assert {error_of(decrypt, sealed[:payload] + changed, BOUND) for changed in changes(sealed[payload:])
            } == {THE_ERROR}
    mac = payload - 20
    swapped = sealed[:mac] + (b"B" if sealed[mac:mac + 1] == b"A" else b"A") + sealed[mac + 1:]
    assert error_of(decrypt, swapped, BOUND) == THE_ERROR


PRIMITIVES = [*AEAD_TYPES, "aes256-gcm raw", "aes256-siv"]


def made_of(kind):
    name, _, form = kind.partition(" ")
    keyring = crypto.Keyring.generate(name)
    keyring = raw(keyring) if form == "raw" else keyring
    return crypto.Daead(keyring) if name == "aes256-siv" else crypto.Aead(keyring)


def column_of(values):
    offsets = array.array("i", [0])
    for value in values:
        offsets.append(offsets[-1] + len(value))
    return b"".join(values), offsets


@pytest.mark.parametrize("size", [1, 15, 16, 100, 1024, 5000, 100_000])
@pytest.mark.parametrize("kind", PRIMITIVES)
def test_a_refused_message_leaves_nothing_in_the_callers_buffer(kind, size):
    made, text = made_of(kind), b"p" * size
    out = bytearray(b"?" * (size + 100))
    length = made.encrypt_into(text, out, BOUND)
    sealed = bytearray(out[:length])
    for at, bound in ((length - 1, BOUND), (length - size // 2 - 1, BOUND), (0, b"datA")):
        changed = bytearray(sealed)
        changed[at] ^= 1 if bound == BOUND else 0
        room = bytearray(b"?" * (size + 10))
        assert error_of(made.decrypt_into, changed, room, bound) == THE_ERROR
        assert room == bytes(size) + b"?" * 10
    room = bytearray(size)
    assert made.decrypt_into(sealed, room, BOUND) == size and room == text


@pytest.mark.parametrize("sizes", [[20] * 300, [1100] * 70, [0, 1, 16, 17, 1024, 1025, 9000] * 20],
                         ids=["short", "long", "mixed"])
@pytest.mark.parametrize("kind", PRIMITIVES)
def test_a_refused_column_leaves_nothing_in_the_callers_buffer(kind, sizes):
    made, values = made_of(kind), [b"p" * size for size in sizes]
    data, offsets = column_of(values)
    sealed, sealed_offsets = made.encrypt_column(data, offsets, BOUND)
    for item in (0, len(values) // 2, len(values) - 1):
        changed = bytearray(sealed)
        changed[sealed_offsets[item + 1] - 1] ^= 1
        room, room_offsets = bytearray(b"?" * (len(data) + 10)), bytearray(b"?" * (len(offsets) * 4))
        error = error_of(made.decrypt_column_into, changed, sealed_offsets, room, room_offsets, BOUND)
        assert error == (crypto.DecryptionError, (f"decryption failed (item {item})",), None, None, None)
        assert room == bytes(len(data)) + b"?" * 10
        lists = [bytes(changed[sealed_offsets[i]:sealed_offsets[i + 1]]) for i in range(len(values))]
        assert error_of(made.decrypt_many, lists, BOUND) == error


def test_tokens_of_fernet_in_no_base64_are_the_same_error():
    key = crypto.Fernet(crypto.Fernet.generate_key())
    for token in ("", "?", "é", b"\xff", base64.b64encode(bytes(100))):
        assert error_of(key.decrypt, token) == error_of(key.extract_timestamp, token) == THE_ERROR
