"""Adyton's side of the tests: evaluates expressions that come as lines of JSON. Run by adyton.

A request is {"expression": text, "values": {name: value}}, an answer {"result": value} or
{"error": class, "message": text}. Bytes are {"bytes": base64}.
"""

import base64
import json
import sys

from adyton import crypto


def coded(value):
    if isinstance(value, (bytes, bytearray, memoryview)):
        return {"bytes": base64.b64encode(value).decode()}
    raise TypeError(f"{type(value)} is not passed on")


def decoded(pairs):
    return base64.b64decode(pairs["bytes"]) if pairs.keys() == {"bytes"} else pairs


def keyring(text):
    """The keyring of a keyset in JSON."""
    return crypto.Keyring.from_json(text)


def new_keyring(type_name):
    """A keyring with three keys: one that is enabled, the primary, one that is disabled."""
    made = crypto.Keyring.generate(type_name)
    last = made.rotate()
    made.set_primary(last)
    disabled = made.rotate()
    made.set_primary(last)
    made.disable(disabled)
    return made


def done(_):
    """For a call that has no result."""
    return True


def main():
    names = {"crypto": crypto, "keyring": keyring, "new_keyring": new_keyring, "done": done}
    for line in sys.stdin:
        request = json.loads(line, object_hook=decoded)
        try:
            answer = {"result": eval(request["expression"], {**names, **request["values"]})}
        except Exception as error:
            answer = {"error": type(error).__name__, "message": str(error)}
        print(json.dumps(answer, default=coded), flush=True)


if __name__ == "__main__":
    main()
