"""Sealed files: seal, unseal, open_sealed, create_sealed, and the keys for them."""

import copy
import gc
import inspect
import io
import os
import pickle
import random
import shutil
import stat
import subprocess
import threading

import pytest

from adyton import crypto

CHUNK = 65536
HEAD = b"age-encryption.org/v1\n"
ARMOR = b"-----BEGIN AGE ENCRYPTED FILE-----\n"


@pytest.fixture(scope="module")
def identity():
    return crypto.Identity.generate()


@pytest.fixture(scope="module")
def text():
    return random.Random(7).randbytes(5 * CHUNK + 321)


def test_keys_go_through_text_and_files(identity, tmp_path):
    text = identity.to_text()
    assert text.startswith("AGE-SECRET-KEY-1") and len(text) == 74
    assert crypto.Identity.parse(text).recipient == identity.recipient
    path = tmp_path / "key.txt"
    identity.save(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    (loaded,) = crypto.Identity.load(path)
    assert loaded.to_text() == text
    with pytest.raises(ValueError, match="exists; an identity is not overwritten"):
        identity.save(path)
    crypto.Identity.generate().save(path, overwrite=True)
    assert crypto.Identity.load(path)[0].recipient != identity.recipient
    path.chmod(0o644)
    with pytest.raises(ValueError, match="can be read by others; run: chmod 600"):
        crypto.Identity.load(path)


def test_recipients_are_values(identity, tmp_path):
    recipient = identity.recipient
    assert str(recipient).startswith("age1") and len(str(recipient)) == 62
    assert crypto.Recipient(str(recipient)) == recipient
    assert recipient != crypto.Identity.generate().recipient and recipient != str(recipient)
    assert len({recipient, crypto.Recipient(str(recipient))}) == 1
    assert repr(recipient) == f"<Recipient {recipient}>"
    assert pickle.loads(pickle.dumps(recipient)) == copy.copy(recipient) == recipient
    path = tmp_path / "team.txt"
    path.write_text(f"# the team\n\n{recipient}\n")
    assert crypto.Recipient.load(path) == [recipient]
    path.write_text(f"{recipient}\nage1nobody\n")
    with pytest.raises(ValueError, match=r"team.txt:2: \"age1nobody\" is no recipient"):
        crypto.Recipient.load(path)


def test_an_identity_gives_its_key_away_only_where_it_is_asked_for(identity):
    secret = identity.to_text()
    assert secret[20:] not in repr(identity) + str(identity)
    assert repr(identity) == f"<Identity of {identity.recipient}>"
    for attempt in (lambda: pickle.dumps(identity), lambda: copy.copy(identity),
                    lambda: copy.deepcopy(identity), crypto.Identity):
        with pytest.raises(TypeError):
            attempt()
    for wrong in (secret[:-1], secret.lower(), secret[:-1] + ("Q" if secret[-1] != "Q" else "P")):
        with pytest.raises(ValueError) as caught:
            crypto.Identity.parse(wrong)
        assert secret[20:40].lower() not in str(caught.value).lower()
    with pytest.raises(ValueError) as caught:
        crypto.Recipient(secret)
    assert secret[20:40] not in str(caught.value)


@pytest.mark.parametrize("armor", [False, True])
@pytest.mark.parametrize("size", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK, 40 * CHUNK + 5])
def test_what_is_sealed_is_unsealed(identity, size, armor):
    data = random.Random(size).randbytes(size)
    sealed = crypto.seal(data, identity.recipient, armor=armor)
    assert sealed.startswith(ARMOR if armor else HEAD)
    assert crypto.unseal(sealed, identity) == data
    assert crypto.unseal(memoryview(bytearray(sealed)), [identity]) == data
    assert crypto.seal(data, identity.recipient, armor=armor) != sealed


def test_each_of_several_recipients_unseals(identity):
    other, stranger = crypto.Identity.generate(), crypto.Identity.generate()
    sealed = crypto.seal(b"text", [identity.recipient, str(other.recipient)])
    assert crypto.unseal(sealed, [other]) == crypto.unseal(sealed, (stranger, identity)) == b"text"
    with pytest.raises(crypto.DecryptionError, match="^decryption failed$"):
        crypto.unseal(sealed, stranger)


def test_a_passphrase_unseals():
    sealed = crypto.seal(b"text", passphrase="correct horse", work_factor=8)
    assert b"-> scrypt" in sealed
    assert crypto.unseal(sealed, passphrase=b"correct horse") == b"text"
    with pytest.raises(crypto.DecryptionError, match="^decryption failed$"):
        crypto.unseal(sealed, passphrase="correct horse ")
    with pytest.raises(ValueError, match="work factor of 8, and no more than 7"):
        crypto.unseal(sealed, passphrase="correct horse", max_work_factor=7)
    with pytest.raises(ValueError, match="the passphrase is empty"):
        crypto.seal(b"text", passphrase="")


@pytest.mark.parametrize("call, error, message", [
    (lambda i: crypto.seal(b""), TypeError, "either recipients or passphrase= must be given"),
    (lambda i: crypto.seal(b"", i.recipient, passphrase="x"), TypeError, "either recipients or"),
    (lambda i: crypto.unseal(b""), TypeError, "either identities or passphrase="),
    (lambda i: crypto.seal("text", i.recipient), TypeError, "bytes-like"),
    (lambda i: crypto.seal(b"", []), ValueError, "there is no recipient"),
    (lambda i: crypto.seal(b"", [1]), TypeError, "a Recipient or a str, not int"),
    (lambda i: crypto.seal(b"", 1), TypeError, "Recipients or str"),
    (lambda i: crypto.seal(b"", i), TypeError, "Recipients or str"),
    (lambda i: crypto.unseal(b"", []), ValueError, "there is no identity"),
    (lambda i: crypto.unseal(b"", i.to_text()), TypeError, "an Identity, not str"),
    (lambda i: crypto.unseal(b"", i.recipient), TypeError, "identities must be Identities"),
    (lambda i: crypto.unseal(b"", i), ValueError, "is no age file"),
    (lambda i: crypto.unseal(HEAD, i), ValueError, "the age header is malformed: it is cut off"),
    (lambda i: crypto.seal(b"", passphrase="x", work_factor=0), ValueError, "at least 1"),
    (lambda i: crypto.seal(b"", passphrase="x", work_factor=31), ValueError, "work_factor"),
    (lambda i: crypto.open_sealed("/nonexistent", i), OSError, "cannot open /nonexistent"),
    (lambda i: crypto.open_sealed("/tmp", i), ValueError, "/tmp is no regular file"),
    (lambda i: crypto.create_sealed("/nonexistent/x", i.recipient), OSError, "/nonexistent/x"),
])
def test_wrong_calls_say_what_is_wrong(identity, call, error, message):
    with pytest.raises(error, match=message):
        call(identity)


def test_whatever_is_changed_is_refused_with_one_error(identity, text):
    sealed = crypto.seal(text, identity.recipient)
    start = sealed.index(b"\n", sealed.index(b"\n---") + 1) + 1
    changed = bytearray(sealed)
    broken = [sealed[:-1], sealed + b"x", sealed[:start], sealed[:start + 16 + 2 * (CHUNK + 16)],
              sealed + sealed]
    for at in (start, start + 16, start + 100, start + 16 + CHUNK, len(sealed) - 1):
        changed[at] ^= 1
        broken.append(bytes(changed))
        changed[at] ^= 1
    for attempt in broken:
        with pytest.raises(crypto.DecryptionError, match="^decryption failed$"):
            crypto.unseal(attempt, identity)


@pytest.fixture
def sealed_path(identity, text, tmp_path):
    path = tmp_path / "text.age"
    path.write_bytes(crypto.seal(text, identity.recipient))
    return path


def test_a_sealed_file_is_read_like_any_other(identity, text, sealed_path):
    with crypto.open_sealed(sealed_path, identity) as file:
        assert isinstance(file, io.BufferedReader) and isinstance(file.raw, io.RawIOBase)
        assert file.readable() and file.seekable() and not file.writable()
        assert file.read(10) == text[:10] and file.tell() == 10
        assert file.seek(-5, os.SEEK_END) == len(text) - 5
        assert file.read() == text[-5:] and file.read() == b""
        assert file.seek(3 * CHUNK - 2) == 3 * CHUNK - 2
        buffer = bytearray(4)
        assert file.readinto(buffer) == 4 and buffer == text[3 * CHUNK - 2:3 * CHUNK + 2]
        assert file.seek(len(text) + 100) and file.read(1) == b""
        file.seek(0)
        assert file.read() == text
        with pytest.raises((ValueError, OSError)):
            file.seek(-1)
        with pytest.raises(TypeError):
            pickle.dumps(file.raw)
    with pytest.raises(ValueError, match="closed file"):
        file.read()
    with pytest.raises(ValueError, match="closed file"):
        file.raw.readinto(bytearray(1))


def test_random_places_of_a_sealed_file(identity, text, sealed_path):
    places = random.Random(3)
    with crypto.open_sealed(os.fsencode(sealed_path), [identity]) as file:
        for _ in range(300):
            begin, size = places.randrange(len(text)), places.randrange(3 * CHUNK)
            file.seek(begin)
            assert file.read(size) == text[begin:begin + size]


def test_lines_of_a_sealed_text(identity, tmp_path):
    path = tmp_path / "lines.age"
    lines = [f"line {i} é\n" for i in range(20000)]
    with io.TextIOWrapper(crypto.create_sealed(path, identity.recipient), encoding="utf-8",
                          write_through=True) as file:
        file.writelines(lines)
    with io.TextIOWrapper(crypto.open_sealed(path, identity), encoding="utf-8") as file:
        assert list(file) == lines


def test_a_changed_chunk_of_a_sealed_file_fails_only_where_it_is_read(identity, text, sealed_path):
    sealed = bytearray(sealed_path.read_bytes())
    sealed[-(CHUNK + 100)] ^= 1  # in the chunk before the last
    sealed_path.write_bytes(sealed)
    with crypto.open_sealed(sealed_path, identity) as file:
        assert file.read(CHUNK) == text[:CHUNK]
        file.seek(4 * CHUNK + 1)
        with pytest.raises(crypto.DecryptionError, match="decryption failed"):
            file.read(1)
        file.seek(-1, os.SEEK_END)
        assert file.read() == text[-1:]


@pytest.mark.parametrize("cut", [1, 16, CHUNK, CHUNK + 16, 321 + 16])
def test_a_sealed_file_that_was_cut_off_is_not_opened(identity, sealed_path, cut):
    sealed_path.write_bytes(sealed_path.read_bytes()[:-cut])
    with pytest.raises(crypto.DecryptionError, match="text.age: decryption failed"):
        crypto.open_sealed(sealed_path, identity)


def test_threads_may_read_one_file(identity, text, sealed_path):
    failures = []

    def read(file):
        for _ in range(20):
            data = file.read(CHUNK)
            if data and data not in text:
                failures.append(len(data))

    with crypto.open_sealed(sealed_path, identity) as file:
        threads = [threading.Thread(target=read, args=(file,)) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert failures == []


def test_a_forked_child_goes_on_reading(identity, text, tmp_path):
    path = tmp_path / "large.age"
    data = text * 40
    path.write_bytes(crypto.seal(data, identity.recipient))
    with crypto.open_sealed(path, identity) as file:
        assert file.read(CHUNK) == data[:CHUNK]
        child = os.fork()
        if child == 0:
            os._exit(0 if file.read() == data[CHUNK:] else 1)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def test_a_created_file_has_its_name_once_it_is_whole(identity, text, tmp_path):
    path = tmp_path / "out.age"
    with crypto.create_sealed(path, identity.recipient) as file:
        assert isinstance(file, io.RawIOBase) and file.writable() and not file.readable()
        assert file.write(text) == len(text)
        file.write(memoryview(b"end"))
        assert not path.exists()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert crypto.unseal(path.read_bytes(), identity) == text + b"end"
    assert os.listdir(tmp_path) == ["out.age"]
    with pytest.raises(ValueError, match="out.age exists; to replace it, say overwrite=True"):
        crypto.create_sealed(path, identity.recipient)
    with crypto.create_sealed(path, passphrase="x", work_factor=4, armor=True, overwrite=True) as file:
        file.write(b"other")
    assert crypto.unseal(path.read_bytes(), passphrase="x") == b"other"
    with pytest.raises(ValueError, match="closed file"):
        file.write(b"")


def test_a_block_that_fails_leaves_nothing(identity, tmp_path):
    with pytest.raises(KeyError):
        with crypto.create_sealed(tmp_path / "out.age", identity.recipient) as file:
            file.write(b"half")
            raise KeyError
    file = crypto.create_sealed(tmp_path / "out.age", identity.recipient)
    file.write(b"half")
    del file
    gc.collect()
    file = crypto.create_sealed(tmp_path / "out.age", identity.recipient)
    file.discard()
    assert file.closed
    assert os.listdir(tmp_path) == []


def test_armor_is_not_for_seeking(identity, tmp_path):
    path = tmp_path / "text.age"
    path.write_bytes(crypto.seal(b"text", identity.recipient, armor=True))
    with pytest.raises(ValueError, match="text.age: is in armor"):
        crypto.open_sealed(path, identity)


def test_functions_tell_what_they_take():
    for function in (crypto.seal, crypto.unseal, crypto.open_sealed, crypto.create_sealed):
        assert "passphrase" in inspect.signature(function).parameters
        assert "ValueError" in function.__doc__ or "https://c2sp.org/age" in function.__doc__


def test_the_age_program_opens_what_python_sealed_and_the_reverse(identity, text, tmp_path):
    if shutil.which("age") is None:
        pytest.skip("there is no age here: apt-get install age")
    identity.save(tmp_path / "key.txt")
    (tmp_path / "a.age").write_bytes(crypto.seal(text, identity.recipient))
    opened = subprocess.run(["age", "-d", "-i", tmp_path / "key.txt", tmp_path / "a.age"],
                            capture_output=True, check=True)
    assert opened.stdout == text
    sealed = subprocess.run(["age", "-r", str(identity.recipient)], input=text,
                            capture_output=True, check=True)
    assert crypto.unseal(sealed.stdout, identity) == text
