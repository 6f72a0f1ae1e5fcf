"""Long lists, whose first results are written while the last are still being made: what a failure leaves."""

import hashlib
import os
import pickle
import subprocess
import sys
import threading
import time

import pytest

from adyton import crypto

# A sanitizer's malloc would end the process where there is no memory.
LIKE_MALLOC = {"ASAN_OPTIONS": "detect_leaks=0:allocator_may_return_null=1:quarantine_size_mb=1"}

# Opens the file's ciphertexts, of which the last is too short to be one, and counts the plaintexts that
# are in its memory then. (Its own mark is one; a sanitizer's shadow is not looked at.)
REFUSED = """
import os, pickle
from adyton import crypto

aead = crypto.Aead(crypto.Keyring.load("key.json"))
with open("sealed", "rb") as file:
    sealed = pickle.load(file)
mark = bytes(range(100, 132))
assert aead.decrypt(sealed[0]).startswith(mark)
try:
    aead.decrypt_many(sealed)
except crypto.DecryptionError as error:
    print(error)
found = 0
with open("/proc/self/maps") as maps, open("/proc/self/mem", "rb", buffering=0) as memory:
    for line in maps.readlines():
        begin, end = (int(address, 16) for address in line.split()[0].split("-"))
        if " rw-p " in line and end - begin < 1 << 30:
            found += os.pread(memory.fileno(), end - begin, begin).count(mark)
print(found)
"""


def run(code, folder):
    return subprocess.run([sys.executable, "-c", code], cwd=folder, capture_output=True, text=True, timeout=120,
                          env=os.environ | LIKE_MALLOC)


def test_no_plaintext_is_left_where_a_late_item_is_refused(tmp_path):
    keyring = crypto.Keyring.generate("aes256-gcm")
    keyring.save(tmp_path / "key.json")
    mark = bytes(range(100, 132))
    sealed = crypto.Aead(keyring).encrypt_many([mark + b"%d" % i for i in range(40_000)]) + [b"short"]
    (tmp_path / "sealed").write_bytes(pickle.dumps(sealed))
    done = run(REFUSED, tmp_path)
    error, found = done.stdout.splitlines()
    assert error == "decryption failed (item 40000)"
    assert int(found) < 10, "plaintexts of a refused list are left"


# Fails for lack of memory at one result or another, and then does the same with memory.
OUT_OF_MEMORY = """
import hashlib, resource
from adyton import crypto

messages = [b"%d" % i for i in range(500_000)]
crypto.digest_many("sha512", messages[:20_000])  # the pool's threads
hard = resource.getrlimit(resource.RLIMIT_AS)[1]
pages = int(open("/proc/self/statm").read().split()[0])
for more in (2, 5, 9, 13, 17, 21):
    resource.setrlimit(resource.RLIMIT_AS, (pages * resource.getpagesize() + (more << 20), hard))
    try:
        crypto.digest_many("sha512", messages)
        print("made")
    except MemoryError:
        print("refused")
    resource.setrlimit(resource.RLIMIT_AS, (hard, hard))
assert crypto.digest_many("sha512", messages) == [hashlib.sha512(message).digest() for message in messages]
"""


def test_a_list_for_which_there_is_no_memory_is_refused_whole(tmp_path):
    done = run(OUT_OF_MEMORY, tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    # A sanitizer's malloc has addresses in reserve, which are not limited.
    if "asan" not in sys.executable:
        assert done.stdout.splitlines() == ["refused"] * 6


class Text(bytes):
    """Is no plain bytes object."""


def mixed(count):
    """Messages of every kind, kinds and lengths in turn."""
    kinds = (bytes, bytes, bytearray, memoryview, bytes, Text)
    return [kinds[i % len(kinds)](b"%d" % i * (i % 50)) for i in range(count)]


@pytest.mark.parametrize("count", [0, 1, 2, 500, 3000, 20_000])
def test_long_lists_of_any_kind_of_bytes_keep_their_order_and_their_counts(count):
    messages = mixed(count)
    counts = [sys.getrefcount(message) for message in messages]
    aead = crypto.Aead(crypto.Keyring.generate("aes256-gcm"))
    assert crypto.digest_many("sha256", messages) == [hashlib.sha256(message).digest() for message in messages]
    assert crypto.digest_many("sha256", tuple(messages)) == crypto.digest_many("sha256", iter(messages))
    sealed = aead.encrypt_many(messages, b"data")
    assert aead.decrypt_many(sealed, b"data") == [bytes(message) for message in messages]
    assert [sys.getrefcount(message) for message in messages] == counts
    for message in messages:
        if isinstance(message, bytearray):
            message.append(0)  # no longer pinned


@pytest.mark.parametrize("at", [0, 700, 9_999])
def test_an_item_of_the_wrong_type_is_named_wherever_it_stands(at):
    messages = mixed(10_000)
    messages[at] = "text"
    counts = [sys.getrefcount(message) for message in messages]
    with pytest.raises(TypeError, match=rf"messages\[{at}\] must be bytes-like, not str"):
        crypto.digest_many("sha256", messages)
    with pytest.raises(TypeError, match=rf"plaintexts\[{at}\] must be bytes-like, not str"):
        crypto.Aead(crypto.Keyring.generate("aes256-gcm")).encrypt_many(messages)
    assert [sys.getrefcount(message) for message in messages] == counts


def test_a_list_that_another_thread_changes_is_taken_as_it_is_or_refused():
    known = {hashlib.sha256(b"%064d" % i).digest() for i in range(5000)}
    messages = [b"%064d" % i for i in range(5000)]
    ended = False

    def change():
        while not ended:
            messages.clear()
            junk = [b"\xff" * (64 - i % 2) for i in range(5000)]  # where the messages were
            del junk
            messages.extend(b"%064d" % i for i in range(5000))

    thread = threading.Thread(target=change)
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    taken = refused = 0
    thread.start()
    end = time.monotonic() + 2
    try:
        while time.monotonic() < end:
            try:
                digests = crypto.digest_many("sha256", messages)
                assert known.issuperset(digests)
                taken += len(digests) > 0
            except RuntimeError as error:
                assert str(error) == "messages changed size during the call"
                refused += 1
    finally:
        ended = True
        sys.setswitchinterval(interval)
        thread.join()
    assert taken > 0 and refused > 0
