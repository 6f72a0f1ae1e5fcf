"""adyton.crypto.Keyring: what goes in, what comes out, and what never does."""

import copy
import inspect
import json
import os
import pickle
import pydoc
import subprocess
import sys

import pytest

from adyton import crypto


def test_a_new_keyring_has_one_primary_of_the_default_type():
    keyring = crypto.Keyring.generate()
    (key,) = keyring.keys
    assert key == (keyring.primary_key_id, "x-aes-gcm", "enabled", "tink", True, "symmetric")
    assert key.type == "x-aes-gcm" and key.primary is True


@pytest.mark.parametrize("name", crypto.key_types)
def test_every_type_goes_through_json(name):
    keyring = crypto.Keyring.generate(name)
    text = keyring.to_json()
    assert crypto.Keyring.from_json(text).to_json() == text
    assert crypto.Keyring.from_json(text.encode()).keys == keyring.keys
    assert json.loads(text)["primaryKeyId"] == keyring.primary_key_id


def test_an_unknown_type_is_refused_with_the_known_ones():
    with pytest.raises(ValueError, match='no key type "rot13"; the types are x-aes-gcm, aes256-gcm'):
        crypto.Keyring.generate("rot13")


def test_states_of_a_key():
    keyring = crypto.Keyring.generate()
    first = keyring.primary_key_id
    second = keyring.rotate("aes256-gcm")
    assert keyring.primary_key_id == second != first
    keyring.disable(first)
    assert [key.status for key in keyring.keys] == ["disabled", "enabled"]
    with pytest.raises(ValueError, match=f"key {second} is the primary"):
        keyring.disable(second)
    keyring.enable(first)
    keyring.set_primary(first)
    keyring.destroy(second)
    assert keyring.keys[1].status == "destroyed"
    with pytest.raises(ValueError, match=f"key {second} is destroyed"):
        keyring.enable(second)
    with pytest.raises(ValueError, match="no key 0"):
        keyring.enable(0)
    with pytest.raises(ValueError, match="key_id must be from 0 to 4294967295"):
        keyring.enable(2**32)
    with pytest.raises(ValueError):
        keyring.enable(-1)
    with pytest.raises(TypeError):
        keyring.enable("1")


def test_repr_shows_ids_and_types_but_no_key():
    keyring = crypto.Keyring.generate()
    old = keyring.primary_key_id
    new = keyring.rotate("aes256-gcm")
    keyring.disable(old)
    assert repr(keyring) == f"<Keyring {old} x-aes-gcm disabled, {new} aes256-gcm primary>"
    for key in json.loads(keyring.to_json())["key"]:
        assert key["keyData"]["value"] not in repr(keyring) + repr(keyring.keys)


@pytest.mark.parametrize("make", [
    crypto.Keyring.generate,
    lambda: crypto.Aead(crypto.Keyring.generate()),
    lambda: crypto.Daead(crypto.Keyring.generate("aes256-siv")),
    lambda: crypto.AESGCM(bytes(32)),
    lambda: crypto.AESSIV(bytes(32)),
    lambda: crypto.Signer(crypto.Keyring.generate("ed25519")),
    lambda: crypto.Verifier(crypto.Keyring.generate("ecdsa-p256")),
    lambda: crypto.Prf(crypto.Keyring.generate("hkdf-sha256")),
    lambda: crypto.KmsEnvelopeAead(crypto.Aead(crypto.Keyring.generate())),
])
def test_what_holds_keys_is_neither_pickled_nor_copied(make):
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        with pytest.raises(TypeError, match="it holds keys"):
            pickle.dumps(make(), protocol)
    with pytest.raises(TypeError, match="it holds keys"):
        copy.copy(make())


def test_a_file_is_private_and_not_overwritten(tmp_path):
    path = tmp_path / "keys.json"
    keyring = crypto.Keyring.generate()
    keyring.save(path)
    assert path.stat().st_mode & 0o777 == 0o600
    assert crypto.Keyring.load(path).to_json() == keyring.to_json()
    assert crypto.Keyring.load(os.fsencode(path)).keys == keyring.keys
    with pytest.raises(ValueError, match="exists"):
        crypto.Keyring.generate().save(str(path))
    assert path.read_text() == keyring.to_json()
    keyring.rotate()
    keyring.save(path, overwrite=True)
    assert path.read_text() == keyring.to_json()


def test_a_file_that_others_can_read_is_refused(tmp_path):
    path = tmp_path / "keys.json"
    crypto.Keyring.generate().save(path)
    path.chmod(0o640)
    with pytest.raises(ValueError, match="chmod 600"):
        crypto.Keyring.load(path)


def test_a_missing_file_is_an_os_error(tmp_path):
    with pytest.raises(OSError, match="none.json"):
        crypto.Keyring.load(tmp_path / "none.json")


@pytest.mark.parametrize("text", ["", "{}", "[]", "null", "\0", '{"primaryKeyId": 1, "key": []}'])
def test_what_is_no_keyset_is_refused(text):
    with pytest.raises(ValueError, match="the keyset"):
        crypto.Keyring.from_json(text)


def test_wrong_types_are_type_errors():
    with pytest.raises(TypeError, match="text must be bytes-like, not int"):
        crypto.Keyring.from_json(3)
    with pytest.raises(TypeError, match="type must be a str, not int"):
        crypto.Keyring.generate(3)
    with pytest.raises(TypeError):
        crypto.Keyring.load(3)
    with pytest.raises(ValueError, match="null byte"):
        crypto.Keyring.load("keys\0.json")
    with pytest.raises(TypeError):
        type("Mine", (crypto.Keyring,), {})
    with pytest.raises(TypeError):
        crypto.Keyring.load = None


@pytest.mark.parametrize("call", [
    lambda: crypto.Keyring.generate(kind="x-aes-gcm"),
    lambda: crypto.Keyring.generate("x-aes-gcm", type="x-aes-gcm"),
    lambda: crypto.Keyring.generate("x-aes-gcm", 2),
])
def test_a_call_that_does_not_fit_shows_the_signature(call):
    with pytest.raises(TypeError) as raised:
        call()
    assert str(raised.value) == "the arguments do not fit generate(type='x-aes-gcm')"


def test_a_call_that_does_not_fit_shows_no_argument():
    secret = crypto.Keyring.generate().to_json()
    for arguments, names in (((), {}), ((secret, secret), {}), ((), {"txet": secret}),
                             ((secret,), {"text": secret})):
        with pytest.raises(TypeError) as raised:
            crypto.Keyring.from_json(*arguments, **names)
        assert str(raised.value) == "the arguments do not fit from_json(text)"


def test_a_keyring_is_made_by_its_factories_alone():
    for make in (crypto.Keyring, lambda: crypto.Keyring.__new__(crypto.Keyring),
                 lambda: object.__new__(crypto.Keyring)):
        with pytest.raises(TypeError):
            make()


def test_methods_have_the_signatures_of_their_documentation():
    keyring = crypto.Keyring.generate()
    for name, unbound, bound in (
            ("generate", "(type='x-aes-gcm')", "(type='x-aes-gcm')"),
            ("from_json", "(text)", "(text)"),
            ("load", "(path, *, identities=None, passphrase=None, command=None, aead=None)",
             "(path, *, identities=None, passphrase=None, command=None, aead=None)"),
            ("save", "(self, path, *, overwrite=False, recipients=None, passphrase=None, "
             "work_factor=18, command=None, aead=None)",
             "(path, *, overwrite=False, recipients=None, passphrase=None, work_factor=18, "
             "command=None, aead=None)"),
            ("public", "(self)", "()"),
            ("to_json", "(self)", "()"),
            ("rotate", "(self, type=None)", "(type=None)"),
            ("set_primary", "(self, key_id)", "(key_id)"),
            ("enable", "(self, key_id)", "(key_id)"),
            ("disable", "(self, key_id)", "(key_id)"),
            ("destroy", "(self, key_id)", "(key_id)")):
        assert str(inspect.signature(getattr(crypto.Keyring, name))) == unbound
        assert str(inspect.signature(getattr(keyring, name))) == bound
    assert keyring.enable(key_id=keyring.primary_key_id) is None
    text = pydoc.plain(pydoc.render_doc(crypto.Keyring))
    # From 3.13 on pydoc breaks long signatures into lines.
    unbroken = "".join(text.replace("|", "").split())
    assert "save(self,path,*,overwrite=False,recipients=None," in unbroken and " --\n" not in text


def test_what_is_told_of_a_key_is_a_tuple_with_names():
    (key,) = crypto.Keyring.generate().keys
    assert isinstance(key, crypto.KeyInfo)
    assert repr(key) == (f"KeyInfo(id={key.id}, type='x-aes-gcm', status='enabled', "
                         "output_prefix='tink', primary=True, part='symmetric')")
    number, *others = key
    assert (number, others) == (key.id, ["x-aes-gcm", "enabled", "tink", True, "symmetric"])
    assert pickle.loads(pickle.dumps(key)) == key
    assert (key.__class__.__module__, key.__class__.__qualname__) == ("adyton.crypto", "KeyInfo")


def run(code):
    """What the code prints, in an interpreter of its own that warnings end."""
    done = subprocess.run([sys.executable, "-W", "error", "-c", code], capture_output=True,
                          text=True, timeout=60)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def test_a_second_import_has_the_same_classes():
    assert run("""
import importlib, sys, adyton.crypto as first
del sys.modules["adyton.crypto"]
second = importlib.import_module("adyton.crypto")
keyring = first.Keyring.generate()
print(second is first, second.Keyring is first.Keyring, second.KeyInfo is first.KeyInfo)
print(second.Aead(keyring).primary_key_id == keyring.keys[0].id)
""") == "False True True\nTrue\n"


@pytest.mark.parametrize("before", ["", "import adyton.crypto"])
def test_sub_interpreters_have_keyrings_and_their_errors(before):
    inner = """
import adyton.crypto as crypto
keyring = crypto.Keyring.generate()
try:
    crypto.Keyring.load("none.json")
except OSError:
    print(crypto.Aead(keyring).primary_key_id == keyring.keys[0].id, flush=True)
"""
    module, kind = "_xxsubinterpreters", ""
    if sys.version_info >= (3, 13):
        module, kind = "_interpreters", "'legacy'"
    assert run(f"""
import {module} as interpreters
{before}
for _ in range(3):
    number = interpreters.create({kind})
    interpreters.run_string(number, {inner!r})
    interpreters.destroy(number)
exec({inner!r})
""") == "True\n" * 4


def test_keys_that_live_to_the_end_do_not_disturb_the_exit(tmp_path):
    path = tmp_path / "test_failing.py"
    path.write_text("""
from adyton import crypto
def test():
    (key,) = crypto.Keyring.generate().keys
    assert key == 3
""")
    done = subprocess.run([sys.executable, "-m", "pytest", "-q", "--tb=no", "-p", "no:cacheprovider",
                           path], cwd=tmp_path, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stderr) == (1, "")
