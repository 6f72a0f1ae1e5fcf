"""Signer, Verifier, Prf and KmsEnvelopeAead: what they compute, and what they refuse."""

import json
import stat
import sys
import threading

import pytest

from adyton import crypto

SIGNATURE_TYPES = ("ed25519", "ecdsa-p256", "ecdsa-p256-ieee-p1363")
PRF_LENGTHS = {"hkdf-sha256": 8160, "hmac-sha256-prf": 32, "hmac-sha512-prf": 64, "aes-cmac-prf": 16}


@pytest.mark.parametrize("name", SIGNATURE_TYPES)
def test_a_signature_verifies_with_the_public_half(name):
    keyring = crypto.Keyring.generate(name)
    signer = crypto.Signer(keyring)
    signature = signer.sign(b"data")
    assert signer.primary_key_id == keyring.primary_key_id
    assert signature[:5] == b"\1" + keyring.primary_key_id.to_bytes(4, "big")
    assert signature == signer.sign(bytearray(b"data")), "no random number is drawn"
    public = crypto.Keyring.from_json(keyring.public().to_json())
    assert [key.part for key in keyring.keys + public.keys] == ["private", "public"]
    verifier = crypto.Verifier(public)
    assert verifier.verify(signature, b"data") is None
    assert verifier.verify(signature=signature, data=memoryview(b"data")) is None
    assert verifier.primary_key_id == keyring.primary_key_id
    for wrong, data in ((signature, b"datA"), (signature[:-1], b"data"), (b"", b"data"),
                        (signature[5:], b"data"), (signature + b"\0", b"data")):
        with pytest.raises(crypto.VerificationError) as raised:
            verifier.verify(wrong, data)
        assert str(raised.value) == "verification failed"


def test_public_keys_hold_no_secret_and_sign_nothing(tmp_path):
    keyring = crypto.Keyring.generate("ed25519")
    secret = json.loads(keyring.to_json())["key"][0]["keyData"]["value"]
    public = keyring.public()
    assert secret[:40] not in public.to_json()
    with pytest.raises(ValueError, match="is a public key, which verifies only"):
        crypto.Signer(public)
    with pytest.raises(ValueError, match="a keyring of public keys is not rotated"):
        public.rotate()
    with pytest.raises(ValueError, match="x-aes-gcm, which has no public half"):
        crypto.Keyring.generate().public()
    public.save(tmp_path / "public.json")
    (tmp_path / "public.json").chmod(0o644)
    assert crypto.Keyring.load(tmp_path / "public.json").keys == public.keys


def test_rotation_keeps_the_purpose():
    keyring = crypto.Keyring.generate("ed25519")
    old = crypto.Signer(keyring).sign(b"data")
    keyring.rotate()
    assert [key.type for key in keyring.keys] == ["ed25519", "ed25519"]
    keyring.rotate("ecdsa-p256")
    crypto.Verifier(keyring).verify(old, b"data")
    with pytest.raises(ValueError, match="x-aes-gcm is for another purpose"):
        keyring.rotate("x-aes-gcm")


@pytest.mark.parametrize("name", PRF_LENGTHS)
def test_a_prf_gives_as_many_bytes_as_its_type_has(name):
    keyring = crypto.Keyring.generate(name)
    first = keyring.primary_key_id
    prf = crypto.Prf(keyring)
    most = PRF_LENGTHS[name]
    whole = prf.compute_primary(b"data", most)
    assert len(whole) == most and whole.startswith(prf.compute_primary(b"data", 9))
    assert prf.compute_primary(data=b"datA", length=9) != whole[:9]
    assert prf.compute(first, b"data", most) == whole
    for wrong in (0, most + 1):
        with pytest.raises(ValueError, match=f"gives 1 to {most} bytes, not {wrong}"):
            prf.compute_primary(b"data", wrong)
    keyring.rotate()
    rotated = crypto.Prf(keyring)
    assert rotated.key_ids == (first, rotated.primary_key_id)
    assert rotated.compute(first, b"data", 9) == whole[:9] != rotated.compute_primary(b"data", 9)
    with pytest.raises(ValueError, match="no enabled key 0"):
        rotated.compute(0, b"data", 9)
    assert keyring.keys[0].output_prefix == "raw"


def test_wrong_arguments_are_type_errors():
    signer = crypto.Signer(crypto.Keyring.generate("ed25519"))
    with pytest.raises(TypeError, match="data must be bytes-like, not str"):
        signer.sign("text")
    for make in (crypto.Signer, crypto.Verifier, crypto.Prf):
        with pytest.raises(TypeError, match=rf"{make.__name__}\(\) takes a Keyring, not int"):
            make(3)
        with pytest.raises(ValueError, match="a key for encryption, which"):
            make(crypto.Keyring.generate())
    with pytest.raises(TypeError, match="remote must be an Aead, or a command as a list of str"):
        crypto.KmsEnvelopeAead("kms")
    with pytest.raises(TypeError, match="remote must be"):
        crypto.KmsEnvelopeAead(crypto.Keyring.generate())
    with pytest.raises(TypeError, match="remote must be a str, not int"):
        crypto.KmsEnvelopeAead([3])
    with pytest.raises(ValueError, match="remote is empty"):
        crypto.KmsEnvelopeAead([])
    aead = crypto.Aead(crypto.Keyring.generate())
    with pytest.raises(ValueError, match="not aes256-siv"):
        crypto.KmsEnvelopeAead(aead, key_type="aes256-siv")
    with pytest.raises(ValueError, match="no key type"):
        crypto.KmsEnvelopeAead(aead, key_type="rot13")
    fake = type("adyton.crypto.Aead", (), {})()
    with pytest.raises(TypeError):
        crypto.KmsEnvelopeAead(fake)


def test_many_threads_sign_and_verify_with_one_object():
    keyring = crypto.Keyring.generate("ecdsa-p256")
    signer, verifier = crypto.Signer(keyring), crypto.Verifier(keyring)
    wrong = []

    def work(number):
        for i in range(20):
            data = b"%d/%d" % (number, i)
            try:
                verifier.verify(signer.sign(data), data)
            except crypto.VerificationError:
                wrong.append(data)

    threads = [threading.Thread(target=work, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


@pytest.mark.parametrize("key_type", ["aes256-gcm", "aes128-gcm", "xchacha20-poly1305"])
def test_an_envelope_opens_with_its_remote_key_alone(key_type):
    remote = crypto.Aead(crypto.Keyring.generate())
    envelope = crypto.KmsEnvelopeAead(remote, key_type=key_type)
    sealed = envelope.encrypt(b"text", b"data")
    length = int.from_bytes(sealed[:4], "big")
    assert remote.decrypt(sealed[4:4 + length])[-8:] not in sealed[4 + length:]
    del remote
    assert envelope.decrypt(sealed, b"data") == b"text"
    other = crypto.KmsEnvelopeAead(crypto.Aead(crypto.Keyring.generate()), key_type=key_type)
    for opener, wrong in ((other, sealed), (envelope, sealed[:-1]), (envelope, b"\xff" * 40)):
        with pytest.raises(crypto.DecryptionError, match="^decryption failed$"):
            opener.decrypt(wrong, b"data")


@pytest.fixture
def kms(tmp_path):
    """A program that seals, badly: every byte exclusive-or 'x'."""
    program = tmp_path / "kms"
    program.write_text(f"#!{sys.executable}\nimport sys\n"
                       "assert sys.argv[-1] in ('encrypt', 'decrypt')\n"
                       "data = sys.stdin.buffer.read()\n"
                       "sys.stdout.buffer.write(bytes(b ^ 0x78 for b in data))\n")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    return [str(program), "--key", "pii"]


def test_an_envelope_by_a_command(kms):
    envelope = crypto.KmsEnvelopeAead(kms)
    assert envelope.decrypt(envelope.encrypt(b"text")) == b"text"
    with pytest.raises(OSError, match='cannot run "/nonexistent encrypt"'):
        crypto.KmsEnvelopeAead(["/nonexistent"]).encrypt(b"")
    with pytest.raises(OSError, match="failed with exit code 1"):
        crypto.KmsEnvelopeAead(["false"]).encrypt(b"canary-4711")


def test_a_keyring_is_saved_and_loaded_in_every_form(tmp_path, kms):
    keyring = crypto.Keyring.generate("ecdsa-p256")
    secret = json.loads(keyring.to_json())["key"][0]["keyData"]["value"]
    aead = crypto.Aead(crypto.Keyring.generate())
    for name, way in (("clear", {}), ("command", {"command": kms}), ("aead", {"aead": aead}),
                      ("passphrase", {"passphrase": "correct horse"})):
        path = tmp_path / name
        work = {"work_factor": 4} if "passphrase" in way else {}
        keyring.save(path, **way, **work)
        assert path.stat().st_mode & 0o777 == 0o600
        assert crypto.Keyring.load(path, **way).to_json() == keyring.to_json()
        if way:
            assert secret[:30] not in path.read_text()
            with pytest.raises(ValueError, match=f"{name}: is sealed"):
                crypto.Keyring.load(path)
    assert crypto.Keyring.load(tmp_path / "passphrase", passphrase=b"correct horse").keys
    with pytest.raises(crypto.DecryptionError, match="passphrase: decryption failed"):
        crypto.Keyring.load(tmp_path / "passphrase", passphrase="wrong donkey")
    with pytest.raises(crypto.DecryptionError, match="aead: decryption failed"):
        crypto.Keyring.load(tmp_path / "aead", aead=crypto.Aead(crypto.Keyring.generate()))


def test_a_keyring_is_sealed_to_age_recipients(tmp_path):
    # An identity and its recipient.
    identity = tmp_path / "me.txt"
    identity.write_text("# a comment\n"
                        "AGE-SECRET-KEY-1GFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPQ4EGAEX\n")
    identity.chmod(0o600)
    recipient = "age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73equnujwj"
    keyring = crypto.Keyring.generate()
    path = tmp_path / "keys.age"
    keyring.save(path, recipients=[recipient])
    assert path.read_text().startswith("-----BEGIN AGE ENCRYPTED FILE-----\n")
    (me,) = crypto.Identity.load(identity)
    assert crypto.Keyring.load(path, identities=me).to_json() == keyring.to_json()
    other = crypto.Identity.generate()
    assert crypto.Keyring.load(path, identities=[other, me]).keys == keyring.keys
    with pytest.raises(crypto.DecryptionError, match="keys.age: decryption failed"):
        crypto.Keyring.load(path, identities=other)
    keyring.save(path, recipients=(me.recipient, str(other.recipient)), overwrite=True)
    assert crypto.Keyring.load(path, identities=other).keys == keyring.keys
    with pytest.raises(ValueError):
        keyring.save(tmp_path / "none", recipients=["age1wrong"])
    # To nobody is no way to leave the keys in the clear.
    for nobody in ([], (), iter(())):
        with pytest.raises(ValueError, match="recipient"):
            keyring.save(tmp_path / "none", recipients=nobody)
    with pytest.raises(ValueError, match="there is no identity"):
        crypto.Keyring.load(path, identities=[])
    assert not (tmp_path / "none").exists()


def test_ways_to_seal_do_not_mix_and_wrong_types_show_no_secret(tmp_path):
    keyring = crypto.Keyring.generate()
    aead = crypto.Aead(keyring)
    for way in ({"passphrase": "canary-4711", "command": ["cat"]},
                {"passphrase": "canary-4711", "aead": aead},
                {"command": ["cat"], "aead": aead},
                {"passphrase": "canary-4711", "recipients": str(crypto.Identity.generate().recipient)}):
        with pytest.raises(ValueError, match="sealed in one way") as raised:
            keyring.save(tmp_path / "none", **way)
        assert "canary" not in str(raised.value)
    for way, message in (({"passphrase": 3}, "passphrase must be bytes-like, not int"),
                         ({"command": "cat"}, "command must be a list of str, not str"),
                         ({"recipients": 3}, "recipients must be Recipients or str"),
                         ({"recipients": [b"age1"]}, "a recipient is a Recipient or a str, not bytes"),
                         ({"passphrase": "x", "work_factor": "x"}, "work_factor"),
                         ({"aead": 3}, "aead must be an Aead, not int")):
        with pytest.raises(TypeError, match=message):
            keyring.save(tmp_path / "none", **way)
    with pytest.raises(ValueError, match="the passphrase is empty"):
        keyring.save(tmp_path / "none", passphrase="")
    with pytest.raises(TypeError, match="an identity is an Identity, not str"):
        crypto.Keyring.load(tmp_path / "none", identities="key.txt")
    with pytest.raises(ValueError, match="null"):
        keyring.save(tmp_path / "none", command=["a\0b"])
    assert not (tmp_path / "none").exists()
