"""The Python loop that people write today: orjson, cryptography, base64.

protect_loop.py encrypt|decrypt [--processes N] INPUT OUTPUT DOMAIN KEY_HEX FIELD…

Encrypts the fields (JSON Pointers without wildcards) of every line: AES-256-GCM under a fresh nonce,
bound to domain and field, as base64url text. Kept as lean as such a loop can be: one parsed record
at a time, bound names looked up once, lines written as they come.
"""

import argparse
import base64
import functools
import multiprocessing
import os

import orjson
from cryptography.hazmat.primitives.ciphers.aead import AESGCM


def transform(line, direction, aead, fields):
    """The line with its fields encrypted or decrypted."""
    record = orjson.loads(line)
    for path, last, associated in fields:
        parent = record
        for key in path:
            parent = parent[key]
        if direction == "encrypt":
            nonce = os.urandom(12)
            sealed = nonce + aead.encrypt(nonce, orjson.dumps(parent[last]), associated)
            parent[last] = base64.urlsafe_b64encode(sealed).decode()
        else:
            sealed = base64.urlsafe_b64decode(parent[last])
            parent[last] = orjson.loads(aead.decrypt(sealed[:12], sealed[12:], associated))
    return orjson.dumps(record) + b"\n"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("direction", choices=["encrypt", "decrypt"])
    parser.add_argument("input")
    parser.add_argument("output")
    parser.add_argument("domain")
    parser.add_argument("key", type=bytes.fromhex)
    parser.add_argument("fields", nargs="+")
    parser.add_argument("--processes", type=int, default=1)
    arguments = parser.parse_args()

    fields = []
    for field in arguments.fields:
        *path, last = field.split("/")[1:]
        fields.append((path, last, f"{arguments.domain} {field}".encode()))
    work = functools.partial(
        transform, direction=arguments.direction, aead=AESGCM(arguments.key), fields=fields
    )
    with open(arguments.input, "rb") as source, open(arguments.output, "wb") as sink:
        if arguments.processes == 1:
            for line in source:
                sink.write(work(line))
        else:
            start = functools.partial(_start, arguments.direction, arguments.key, fields)
            with multiprocessing.Pool(arguments.processes, start) as pool:
                for line in pool.imap(_work, source, chunksize=256):
                    sink.write(line)


def _start(direction, key, fields):
    global _worker
    _worker = functools.partial(transform, direction=direction, aead=AESGCM(key), fields=fields)


def _work(line):
    return _worker(line)


if __name__ == "__main__":
    main()
