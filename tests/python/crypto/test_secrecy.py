"""A key is found in no core file, traceback, repr, pickle or warning of a process that uses it."""

import base64
import gc
import hashlib
import io
import os
import pickle
import resource
import signal
import subprocess
import sys
import traceback
import warnings

import canary
import pytest

from adyton import crypto

MARK = b"what is no secret is found: " + b"4711" * 8

# Loads every keyring of the folder, uses what it is for, and dies while it holds all of it.
USE = """
import os, pathlib
from adyton import crypto

mark = %r
held = []
for path in sorted(pathlib.Path(".").glob("*.json")):
    keyring = crypto.Keyring.load(path)
    name = path.stem
    if "siv" in name:
        user = crypto.Daead(keyring)
        token = user.encrypt_deterministically(b"text")
        assert user.decrypt_deterministically(token) == b"text"
    elif "prf" in name or "hkdf" in name:
        user = crypto.Prf(keyring)
        user.compute_primary(b"text", 16)
    elif "hmac" in name:
        user = crypto.Mac(keyring)
        codes = user.mac_many([b"text"] * 100)
        user.verify_mac(codes[0], b"text")
        user.verify_mac(user.compute_mac(b"long" * 9999), b"long" * 9999)
    else:
        user = crypto.Aead(keyring)
        sealed = user.encrypt_many([b"text"] * 100)
        assert user.decrypt_many(sealed) == [b"text"] * 100
        assert user.decrypt(user.encrypt(b"text")) == b"text"
        envelope = crypto.KmsEnvelopeAead(user)
        assert envelope.decrypt(envelope.encrypt(b"text")) == b"text"
        held.append(envelope)
    held += [keyring, user]

key = bytearray(44)
with open("fernet.key", "rb", buffering=0) as file:
    file.readinto(key)
user = crypto.Fernet(key)
key[:] = bytes(44)
assert user.decrypt(user.encrypt(b"text")) == b"text"
held.append(user)
print("ready", flush=True)
os.abort()
"""


def core_pattern():
    with open("/proc/sys/kernel/core_pattern") as file:
        return file.read().strip()


def dump_core(folder, code, **environment):
    """The core file that the code, run by adyton in the folder, leaves when it aborts."""
    if core_pattern() != "core":
        pytest.skip(f"cores go elsewhere: {core_pattern()}")

    def allow_core():
        resource.setrlimit(resource.RLIMIT_CORE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))

    # The address sanitizer would set the limit back.
    sanitizer = os.environ.get("ASAN_OPTIONS", "") + ":disable_coredump=0"
    try:
        done = subprocess.run([sys.executable, "-c", code], cwd=folder, preexec_fn=allow_core, capture_output=True,
                              timeout=120, env={**os.environ, "ASAN_OPTIONS": sanitizer, **environment})
    except subprocess.SubprocessError:
        pytest.skip("the limit on cores can't be raised")
    assert done.returncode == -signal.SIGABRT and done.stdout == b"ready\n", done
    (core,) = (path for path in folder.iterdir() if path.name.startswith("core"))
    with core.open("rb") as file:
        # Pages of nothing but zeros, most of them, are not worth the search.
        pages = [page for page in iter(lambda: file.read(4096), b"") if page.strip(b"\0")]
    core.unlink()
    return b"".join(pages)


@pytest.mark.parametrize("provider", ["cryptopp", ""])
def test_no_key_and_no_round_key_is_in_a_core_file(tmp_path, provider):
    for name in canary.KEYS:
        canary.write_keyset(name, tmp_path / f"{name}.json")
    (tmp_path / "fernet.key").write_bytes(base64.urlsafe_b64encode(canary.FERNET))
    environment = {"ADYTON_CRYPTO": provider} if provider else {}
    core = dump_core(tmp_path, USE % MARK, **environment)
    assert MARK in core, "the dump holds what it should not hide"
    secrets = {**canary.KEYS, "fernet, HMAC": canary.FERNET[:16], "fernet, AES": canary.FERNET[16:]}
    found = [f"{name}: {spelling!r}" for name, key in secrets.items()
             for spelling in canary.spellings(key) if spelling in core]
    assert not found
    aes = {name: secrets[name] for name in ("aes256-gcm", "aes128-gcm", "aes-cmac-prf", "x-aes-gcm", "fernet, AES")}
    siv = canary.KEYS["aes256-siv"]
    for name, key in {**aes, "SIV, CMAC": siv[:32], "SIV, counter": siv[32:]}.items():
        keys = canary.round_keys(key)
        assert not [n for n, key in enumerate(keys) if key in core or key[::-1] in core], name
    # It lies beside CMAC's subkeys, which can't be told from here.
    assert crypto.cmac(siv[:32], bytes(16)) not in core
    for name, key in secrets.items():
        if "hmac" in name.lower():
            for state in canary.hmac_states("sha512" if "512" in name else "sha256", key):
                # Vector code keeps the words of several messages' states side by side.
                assert [word for word in state if word not in core], name


# Is refused what it decrypts, one of many where there are many.
USE_REFUSED = """
import array, os, pathlib
from adyton import crypto

mark, case = %r, %r

def refused(call, *arguments):
    try:
        call(*arguments)
    except crypto.DecryptionError:
        return
    raise SystemExit("nothing was refused")

if case == "age":
    refused(crypto.unseal, pathlib.Path("sealed").read_bytes(), crypto.Identity.load("identity.txt"))
elif case == "AESGCM":
    refused(crypto.AESGCM(bytes(32)).decrypt, bytes(12), pathlib.Path("sealed").read_bytes(), None)
else:
    keyring = crypto.Keyring.load("keys.json")
    made = crypto.Daead(keyring) if "siv" in case else crypto.Aead(keyring)
    sealed = [bytes.fromhex(line) for line in pathlib.Path("sealed").read_text().splitlines()]
    offsets = array.array("i", [0])
    for each in sealed:
        offsets.append(offsets[-1] + len(each))
    refused(made.decrypt_many, sealed)
    refused(made.decrypt_column, b"".join(sealed), offsets)
print("ready", flush=True)
os.abort()
"""


@pytest.mark.parametrize("case", ["x-aes-gcm", "aes256-siv", "rotated", "age", "AESGCM"])
@pytest.mark.parametrize("provider", ["cryptopp", ""])
def test_no_plaintext_of_what_was_refused_is_left_in_a_core_file(tmp_path, provider, case):
    texts = [hashlib.shake_256(b"plaintext %d" % n).digest(size) for n in range(400) for size in (90, 5000)]

    def damaged(sealed):
        return sealed[:-1] + bytes([sealed[-1] ^ 1])

    if case == "age":
        identity = crypto.Identity.generate()
        identity.save(tmp_path / "identity.txt")
        # A chunk that opens and one that does not; more would lie in pages that go back to the system.
        sealed = damaged(crypto.seal(b"".join(texts)[:90_000], identity.recipient))
    elif case == "AESGCM":
        sealed = damaged(crypto.AESGCM(bytes(32)).encrypt(bytes(12), texts[1], None))
    else:
        keyring = crypto.Keyring.generate("aes256-gcm" if case == "rotated" else case)
        primitive = crypto.Daead(keyring) if "siv" in case else crypto.Aead(keyring)
        many = primitive.encrypt_many(texts)
        if case == "rotated":
            keyring.rotate("x-aes-gcm")
        (tmp_path / "keys.json").touch(mode=0o600)
        (tmp_path / "keys.json").write_text(keyring.to_json())
        sealed = "".join(each.hex() + "\n" for each in [*many[:-1], damaged(many[-1])]).encode()
    (tmp_path / "sealed").write_bytes(sealed)
    core = dump_core(tmp_path, USE_REFUSED % (MARK, case), **({"ADYTON_CRYPTO": provider} if provider else {}))
    assert MARK in core, "the dump holds what it should not hide"
    # On stacks, in what was freed, in the registers of every thread: they are in the file, too.
    words = {text[at:at + 8] for text in texts for at in range(len(text) - 7)}
    assert not [at for at in range(0, len(core) - 7, 8) if core[at:at + 8] in words]


def test_the_search_finds_a_key_that_is_kept_where_it_must_not_be(tmp_path):
    key = canary.KEYS["aes256-gcm"]
    leak = (f"import os\nkept = bytes.fromhex({key.hex()!r})[:]\nprint('ready', flush=True)\n"
            "os.abort()")
    core = dump_core(tmp_path, leak)
    assert any(spelling in core for spelling in canary.spellings(key))


def test_round_keys_are_those_of_fips_197():
    key = bytes.fromhex("2b7e151628aed2a6abf7158809cf4f3c")
    assert canary.round_keys(key)[-1].hex() == "d014f9a8c9ee2589e13f0cc8b6630ca6"
    long_key = bytes.fromhex("603deb1015ca71be2b73aef0857d7781"
                             "1f352c073b6108d72d9810a30914dff4")
    assert canary.round_keys(long_key)[-1].hex() == "fe4890d1e6188d0b046df344706c631e"


def test_the_search_finds_the_state_of_a_hash_wherever_its_words_are(tmp_path):
    inner, outer = canary.hmac_states("sha256", canary.KEYS["hmac-sha256"])
    leak = (f"import os\nkept = [bytes(reversed(word)) for word in {[w[::-1] for w in inner]!r}]\n"
            "print('ready', flush=True)\nos.abort()")
    core = dump_core(tmp_path, leak)
    assert all(word in core for word in inner)
    assert not all(word in core for word in outer)


@pytest.mark.parametrize("name", canary.SHA2)
def test_states_are_those_of_sha_2(name):
    size = canary.SHA2[name][0] // 8
    block = b"abc\x80".ljust(16 * size - 1, b"\0") + b"\x18"
    state = canary.compressed(name, block)
    assert b"".join(word.to_bytes(size, "big") for word in state) == hashlib.new(name, b"abc").digest()


def everything_told_of(thing):
    """What Python's own means of looking at an object tell."""
    yield repr(thing)
    yield str(thing)
    yield format(thing)
    yield repr([thing, {"it": thing}])
    yield repr(dir(thing)) + repr(getattr(thing, "__dict__", ""))
    yield repr(gc.get_referents(thing))
    for name in dir(thing):
        if not callable(getattr(thing, name)):
            yield repr(getattr(thing, name))


def report_of(call, thing):
    """The traceback of a call that fails, with the values of the variables; "" if it does not."""
    try:
        call(thing)
    except Exception as error:
        return "".join(traceback.TracebackException.from_exception(error, capture_locals=True)
                       .format())
    return ""


CALLS = (pickle.dumps, lambda thing: thing.no_such_attribute, lambda thing: thing.rotate("rot13"),
         lambda thing: thing.disable(7), crypto.Keyring.from_json, crypto.AESGCM,
         lambda thing: thing.encrypt(thing), lambda thing: crypto.Keyring.load(thing))


@pytest.mark.parametrize("name", canary.KEYS)
def test_no_key_is_told_by_repr_pickle_or_traceback(tmp_path, name):
    keyring = crypto.Keyring.load(canary.write_keyset(name, tmp_path / "keys.json"))
    things = [keyring]
    for make in (crypto.Aead, crypto.Daead, crypto.Prf, crypto.Mac):
        try:
            things.append(make(keyring))
        except ValueError as error:
            things.append(error)
    texts = [text for thing in things for text in everything_told_of(thing)]
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        for thing in things:
            texts += [report_of(call, thing) for call in CALLS]
        pickled = io.BytesIO()
        pickle.dump(keyring.keys, pickled)
    texts += [str(each.message) for each in warned] + [pickled.getvalue().decode("latin-1")]
    for text in texts:
        told = text.encode("latin-1", "replace")
        assert not [s for s in canary.spellings(canary.KEYS[name]) if s in told], text


@pytest.mark.parametrize("name", canary.KEYS)
def test_a_damaged_keyset_is_refused_in_words_without_its_key(name):
    text = canary.keyset(name)
    damages = (text[:-1], text[:-20], text.replace("SYMMETRIC", "REMOTE"), text.replace("TINK", "X"),
               text.replace("RAW", "X"), text.replace('"value": "', '"value": "AA'),
               text.replace("ENABLED", "on"), text.replace('"keyId"', '"id"'), text + text,
               text.replace("google.crypto", "google"), text.replace(": 7", ": 8", 1))
    refused = 0
    for damaged in damages:
        if damaged == text:
            continue
        with pytest.raises(ValueError) as raised:
            crypto.Keyring.from_json(damaged)
        told = str(raised.value).encode()
        assert not [s for s in canary.spellings(canary.KEYS[name]) if s in told]
        refused += 1
    assert refused >= 9


def test_a_failed_decryption_has_one_message():
    keyring = crypto.Keyring.generate()
    aead = crypto.Aead(keyring)
    sealed = aead.encrypt(b"text", b"data")
    other = crypto.Aead(crypto.Keyring.generate())
    messages = set()
    for opener, text, data in ((aead, sealed, b"datA"), (aead, sealed[:-1], b"data"),
                               (aead, sealed + b"\0", b"data"), (aead, b"", b"data"),
                               (aead, b"\1" + sealed[1:5], b"data"), (aead, b"\0" * 60, b"data"),
                               (aead, sealed[:5] + b"\0" * 60, b"data"), (other, sealed, b"data")):
        with pytest.raises(crypto.DecryptionError) as raised:
            opener.decrypt(text, data)
        messages.add((type(raised.value), str(raised.value), raised.value.__cause__,
                      raised.value.__context__))
    assert messages == {(crypto.DecryptionError, "decryption failed", None, None)}
