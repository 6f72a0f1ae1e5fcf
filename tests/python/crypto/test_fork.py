"""No nonce is ever given twice, in whatever child of whatever process."""

import multiprocessing
import os
import threading

import pytest

from adyton import crypto

KEY_TYPES = ["aes256-gcm", "x-aes-gcm", "xchacha20-poly1305", "chacha20-poly1305"]
NONCE = {"aes256-gcm": 12, "x-aes-gcm": 24, "xchacha20-poly1305": 24, "chacha20-poly1305": 12}
ONE_BY_ONE = 300
MANY = 2000


def nonces_of(sealed, size):
    return [value[5:5 + size] for value in sealed]


def draw(aead, size):
    """Nonces of single calls and of a batch, as bytes."""
    sealed = [aead.encrypt(b"text") for _ in range(ONE_BY_ONE)] + aead.encrypt_many([b"text"] * MANY)
    return nonces_of(sealed, size)


def in_child(write):
    """Forks; in the child, writes what write() returns to a pipe. Returns the pipe's end to read."""
    read_end, write_end = os.pipe()
    if os.fork() == 0:
        status = 1
        try:
            os.close(read_end)
            with os.fdopen(write_end, "wb") as pipe:
                pipe.write(b"".join(write()))
            status = 0
        finally:
            os._exit(status)
    os.close(write_end)
    return read_end


def nonces_from(read_end, size):
    with os.fdopen(read_end, "rb") as pipe:
        data = pipe.read()
    assert os.wait()[1] == 0
    return [data[i:i + size] for i in range(0, len(data), size)]


@pytest.mark.parametrize("key_type", KEY_TYPES)
def test_children_of_fork_and_their_parent_repeat_no_nonce(key_type):
    size = NONCE[key_type]
    aead = crypto.Aead(crypto.Keyring.generate(key_type))
    seen = draw(aead, size)  # the parent has something drawn ahead
    for _ in range(4):
        child = in_child(lambda: draw(aead, size))
        seen += draw(aead, size)
        seen += nonces_from(child, size)
    assert len(seen) == 9 * (ONE_BY_ONE + MANY)
    assert len(set(seen)) == len(seen)


def test_a_child_forked_in_the_middle_of_a_batch_repeats_no_nonce():
    aead = crypto.Aead(crypto.Keyring.generate("aes256-gcm"))
    values = [b"text"] * 200_000
    seen, stop = [], threading.Event()

    def seal():
        while not stop.is_set():
            seen.extend(nonces_of(aead.encrypt_many(values), 12))

    thread = threading.Thread(target=seal)
    thread.start()
    children = [in_child(lambda: draw(aead, 12)) for _ in range(10)]
    theirs = [nonce for child in children for nonce in nonces_from(child, 12)]
    stop.set()
    thread.join()
    assert len(theirs) == 10 * (ONE_BY_ONE + MANY)
    together = seen + theirs
    assert len(set(together)) == len(together)


def child_of_multiprocessing(aead_json, queue):
    queue.put(draw(crypto.Aead(crypto.Keyring.from_json(aead_json)), 12))


def test_children_of_multiprocessing_repeat_no_nonce():
    keyring = crypto.Keyring.generate("aes256-gcm")
    context = multiprocessing.get_context("fork")
    queue = context.SimpleQueue()
    seen = draw(crypto.Aead(keyring), 12)
    children = [context.Process(target=child_of_multiprocessing, args=(keyring.to_json(), queue)) for _ in range(3)]
    for child in children:
        child.start()
    for _ in children:
        seen += queue.get()
    for child in children:
        child.join()
    seen += draw(crypto.Aead(keyring), 12)
    assert len(set(seen)) == len(seen) == 5 * (ONE_BY_ONE + MANY)


def test_threads_repeat_no_nonce():
    aead = crypto.Aead(crypto.Keyring.generate("aes256-gcm"))
    drawn = [None] * 6

    def run(i):
        drawn[i] = draw(aead, 12)

    threads = [threading.Thread(target=run, args=(i,)) for i in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seen = [nonce for part in drawn for nonce in part]
    assert len(set(seen)) == len(seen) == 6 * (ONE_BY_ONE + MANY)
