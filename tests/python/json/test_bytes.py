"""Bytes are written as base64 where an option says so."""

import base64
import json as standard

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adyton import json as ours
from natives import refused


def test_bytes_are_refused_unless_an_option_says_how():
    for value in (b"abc", bytearray(b"abc")):
        refused(value, r"is not JSON serializable: bytes_as='base64' or bytes_as='base64url'")
        refused(value, r"is not JSON serializable: bytes_as='base64'", ours.dumps)
    refused(memoryview(b"abc"), "memoryview is not JSON serializable: bytes_as=")
    refused(b"abc", "bytes is not JSON serializable$", natives=False)


@given(st.binary())
def test_bytes_as_base64(value):
    class Derived(bytes):
        pass

    for alphabet, encode in (("base64", base64.b64encode),
                             ("base64url", lambda b: base64.urlsafe_b64encode(b).rstrip(b"="))):
        expected = encode(value).decode()
        for given_as in (value, bytearray(value), memoryview(value), Derived(value)):
            assert ours.dumps([given_as], bytes_as=alphabet) == f'["{expected}"]'
            assert ours.dumpb({"k": given_as}, bytes_as=alphabet, natives=False) == \
                f'{{"k":"{expected}"}}'.encode()
    scattered = memoryview(value)[::-2]
    assert standard.loads(ours.dumpb(scattered, bytes_as="base64")) == \
        base64.b64encode(bytes(scattered)).decode()


def test_bytes_as_goes_before_default_and_not_for_keys():
    assert ours.dumps([b"a", {1}], bytes_as="base64", default=list) == '["YQ==", [1]]'
    with pytest.raises(TypeError, match="keys must be"):
        ours.dumpb({b"a": 1}, bytes_as="base64")
    for wrong in ("base32", 1, True, b"base64"):
        with pytest.raises(ValueError, match="bytes_as must be 'base64', 'base64url' or None"):
            ours.dumps([], bytes_as=wrong)
    assert ours.dumps([1], bytes_as=None) == "[1]"
