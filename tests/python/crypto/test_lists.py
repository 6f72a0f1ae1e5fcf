"""Long lists, whose first results are written while the last are still being made: what a failure leaves."""

import os
import pickle
import subprocess
import sys

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
for more in (2, 5, 9, 13, 17, 21):
    pages = int(open("/proc/self/statm").read().split()[0])
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
    assert done.stdout.splitlines() == ["refused"] * 6
