"""Offsets that somebody else changes while a column is worked on: refused, or taken in one of their states.

They lie in memory that is shared with another process, which changes them all the time: no lock of the
interpreter keeps it from that. What is not safe crashes, so that each attempt has a process of its own.
"""

import subprocess
import sys

import pytest

# Calls over and over, while a child turns one offset after the other to and fro between its own value and another.
ATTEMPT = """
import mmap, os, signal, time

# The child has a core to itself, so that it changes offsets while they are looked at.
cores = sorted(os.sched_getaffinity(0))
os.sched_setaffinity(0, cores[:-1] or cores)
from adyton import crypto

count, width = {count}, {width}
memory = mmap.mmap(-1, (count + 1) * width)
offsets = memoryview(memory).cast("i" if width == 4 else "q")
for i in range(count + 1):
    offsets[i] = i
data = bytes(count)
out, out_offsets = bytearray(count * 45), bytearray((count + 1) * width)
aead = crypto.Aead(crypto.Keyring.generate("aes256-gcm"))
daead = crypto.Daead(crypto.Keyring.generate("aes256-siv"))
mac = crypto.Mac(crypto.Keyring.generate("hmac-sha256"))
parent = os.getpid()
child = os.fork()
if child == 0:
    os.sched_setaffinity(0, cores[-1:])
while child == 0:
    if os.getppid() != parent:
        os._exit(0)
    for at in {places}:
        other = {other}
        for _ in range(20_000):
            offsets[at] = other
            offsets[at] = at
taken = refused = 0
end = time.monotonic() + {seconds}
while time.monotonic() < end:
    try:
        {call}
        taken += 1
    except crypto.DecryptionError:
        taken += 1
    except ValueError as error:
        assert "which is not from" in str(error), error
        refused += 1
os.kill(child, signal.SIGKILL)
os.waitpid(child, 0)
print(taken, refused)
"""
CALLS = {
    "encrypt_column": "assert len(aead.encrypt_column(data, offsets)[1]) == count + 1",
    "encrypt_column_into": "assert aead.encrypt_column_into(data, offsets, out, out_offsets) == len(data) + 33 * count",
    "decrypt_column": "aead.decrypt_column(data, offsets)",
    "tokens": "assert len(daead.encrypt_column(data, offsets)[1]) == count + 1",
    "digest_column": "assert len(crypto.digest_column('sha256', data, offsets)) == 32 * count",
    "mac_column": "assert len(mac.mac_column(data, offsets)) == 37 * count",
}
MIDDLE = "[count // 2]"
# Parts of so many offsets are copied and checked side by side. Where the last of one part is seen in one state by
# that part and in the other by the next, either finds nothing wrong by itself.
PART = 16_384
ENDS_OF_PARTS = f"range({PART} - 1, count - {PART}, {PART})"


def attempt(call, places, other, width=4, count=20_000, seconds=1.5):
    code = ATTEMPT.format(call=call, places=places, other=other, width=width, count=count, seconds=seconds)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, (done.returncode, done.stderr)
    taken, refused = map(int, done.stdout.split())
    assert taken + refused > 3


@pytest.mark.parametrize("name", CALLS)
def test_an_offset_that_leaves_the_data_meanwhile_is_safe(name):
    attempt(CALLS[name], MIDDLE, "2**31 - 1")


@pytest.mark.parametrize("other, width", [("-2**31", 4), ("-2**63", 8), ("2**63 - 1", 8)])
def test_offsets_of_either_width_and_sign_are_safe(other, width):
    attempt(CALLS["digest_column"], MIDDLE, other, width)


@pytest.mark.parametrize("name", ["digest_column", "encrypt_column_into"])
def test_offsets_that_change_between_the_parts_of_their_check_are_safe(name):
    attempt(CALLS[name], ENDS_OF_PARTS, "at + 9000", width=8, count=8 * PART, seconds=3)
