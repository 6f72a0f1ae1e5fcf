"""What the tests share: Adyton in a process of its own, and Tink's keysets.

They run in the virtual environment that run.py makes; ADYTON names the program under test.
"""

import base64
import json
import os
import pathlib
import subprocess

import pytest
import tink
from tink import aead, daead, json_proto_keyset_format, mac, prf, secret_key_access, signature

HERE = pathlib.Path(__file__).resolve().parent
PROGRAM = os.environ["ADYTON"]

for module in (aead, daead, mac, prf, signature):
    module.register()


class AdytonError(Exception):
    """Adyton's answer is an error: the name of its class, and its message."""


class Adyton:
    """An adyton that evaluates expressions (adyton_side.py)."""

    def __init__(self):
        # Without a buffer Python loses the rest of a line that a pipe does not take at once.
        environment = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
        self.process = subprocess.Popen([PROGRAM, HERE / "adyton_side.py"], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True, env=environment)

    def __call__(self, expression, **values):
        request = json.dumps({"expression": expression, "values": values}, default=self.coded)
        self.process.stdin.write(request + "\n")
        self.process.stdin.flush()
        answer = json.loads(self.process.stdout.readline(), object_hook=self.decoded)
        if "error" in answer:
            raise AdytonError(answer["error"], answer["message"])
        return answer["result"]

    @staticmethod
    def coded(value):
        return {"bytes": base64.b64encode(value).decode()}

    @staticmethod
    def decoded(pairs):
        return base64.b64decode(pairs["bytes"]) if pairs.keys() == {"bytes"} else pairs

    def close(self):
        self.process.stdin.close()
        assert self.process.wait(60) == 0


@pytest.fixture(scope="session")
def adyton():
    """adyton(expression, **values): what Adyton makes of it; `crypto` is adyton.crypto there."""
    side = Adyton()
    yield side
    side.close()


@pytest.fixture
def run(tmp_path):
    """run(*arguments, code=0): runs adyton in tmp_path; its CompletedProcess."""

    def run_adyton(*arguments, code=0):
        done = subprocess.run([PROGRAM, *arguments], cwd=tmp_path, capture_output=True, text=True,
                              timeout=120)
        assert done.returncode == code, (arguments, done.returncode, done.stdout, done.stderr)
        return done

    return run_adyton


def handle_of(keyset):
    """Tink's handle of a keyset in JSON."""
    return json_proto_keyset_format.parse(keyset, secret_key_access.TOKEN)


def keyset_of(handle):
    """The keyset in JSON of Tink's handle."""
    return json_proto_keyset_format.serialize(handle, secret_key_access.TOKEN)


def new_keyset(template):
    """A new keyset of Tink's in JSON."""
    return keyset_of(tink.new_keyset_handle(template))


def raw(keyset):
    """The same keyset with output prefix type RAW."""
    return keyset.replace('"TINK"', '"RAW"')


def key_value(keyset):
    """The protobuf message of a keyset's only key."""
    (key,) = json.loads(keyset)["key"]
    return base64.b64decode(key["keyData"]["value"])
