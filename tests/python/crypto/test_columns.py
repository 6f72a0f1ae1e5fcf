"""Columns in Arrow's layout and buffers of the caller's: Aead and Daead, digests and codes."""

import array
import hashlib
import mmap
import os

import pytest

from adyton import crypto

SIZES = [0, 1, 15, 16, 17, 31, 32, 33, 64, 100, 1000, 1023, 1024, 1025, 5000]
BOUND = b"bound"


def primitives():
    aead = crypto.Aead(crypto.Keyring.generate("x-aes-gcm"))
    daead = crypto.Daead(crypto.Keyring.generate("aes256-siv"))
    mixed = crypto.Keyring.generate("aes256-gcm")
    mixed.rotate("x-aes-gcm")
    return [(aead, aead.decrypt), (crypto.Aead(crypto.Keyring.generate("aes256-gcm")), None),
            (daead, daead.decrypt_deterministically), (crypto.Aead(mixed), None)]


@pytest.fixture(params=range(4), ids=["x-aes-gcm", "aes256-gcm", "aes256-siv", "two kinds"])
def primitive(request):
    made, decrypt = primitives()[request.param]
    return made, decrypt or made.decrypt


def column_of(values, code="i"):
    offsets = array.array(code, [0])
    for value in values:
        offsets.append(offsets[-1] + len(value))
    return b"".join(values), offsets


def values_of(data, offsets):
    return [bytes(data[offsets[i]:offsets[i + 1]]) for i in range(len(offsets) - 1)]


def some_values(count=3000):
    return [os.urandom(SIZES[i % len(SIZES)]) for i in range(count)]


@pytest.mark.parametrize("code", ["i", "q"])
def test_a_column_holds_what_the_values_one_by_one_give(primitive, code):
    made, decrypt = primitive
    values = some_values()
    data, offsets = column_of(values, code)
    sealed, sealed_offsets = made.encrypt_column(data, offsets, BOUND)
    assert type(sealed) is bytes and type(sealed_offsets) is memoryview
    assert (sealed_offsets.format, sealed_offsets[0], sealed_offsets[-1]) == (code, 0, len(sealed))
    assert [decrypt(value, BOUND) for value in values_of(sealed, sealed_offsets)] == values
    opened, opened_offsets = made.decrypt_column(sealed, sealed_offsets, BOUND)
    assert opened == data and list(opened_offsets) == list(offsets)
    assert made.decrypt_many(values_of(sealed, sealed_offsets), BOUND) == values


def test_values_of_all_kinds_of_keys_in_one_column():
    keyring = crypto.Keyring.generate("aes256-gcm")
    old = crypto.Aead(keyring)
    keyring.rotate("x-aes-gcm")
    aead = crypto.Aead(keyring)
    values = some_values(300)
    sealed = [(old if i % 3 else aead).encrypt(value, BOUND) for i, value in enumerate(values)]
    opened, offsets = aead.decrypt_column(*column_of(sealed), BOUND)
    assert values_of(opened, offsets) == values
    assert aead.decrypt_many(sealed, BOUND) == values
    out, out_offsets = bytearray(sum(map(len, sealed))), array.array("i", bytes(4 * 301))
    size = aead.decrypt_column_into(*column_of(sealed), out, out_offsets, BOUND)
    assert values_of(out[:size], out_offsets) == values


def test_a_slice_of_a_column_begins_where_its_first_offset_says(primitive):
    made, decrypt = primitive
    values = some_values(100)
    data, offsets = column_of(values)
    sealed, sealed_offsets = made.encrypt_column(data, memoryview(offsets)[40:61], BOUND)
    assert [decrypt(value, BOUND) for value in values_of(sealed, sealed_offsets)] == values[40:60]
    assert sealed_offsets[0] == 0


def test_columns_without_values(primitive):
    made, _ = primitive
    for offsets in (array.array("i"), array.array("i", [0]), array.array("q", [3])):
        data, made_offsets = made.encrypt_column(b"abc", offsets)
        assert data == b"" and list(made_offsets) == [0]


def test_offsets_of_bytes_are_of_32_bits_unless_said_otherwise(primitive):
    made, _ = primitive
    values = some_values(50)
    for code, width in (("i", None), ("i", 4), ("q", 8)):
        data, offsets = column_of(values, code)
        raw = memoryview(offsets).cast("B")
        sealed, sealed_offsets = made.encrypt_column(data, raw, BOUND, offset_width=width)
        assert sealed_offsets.format == code
        assert made.decrypt_column(sealed, sealed_offsets, BOUND)[0] == data


@pytest.mark.parametrize("offsets, message", [
    ([0, 3, 2], r"offsets\[2\] is 2, which is not from 3"),
    ([-1, 3], r"offsets\[0\] is -1"),
    ([0, 7], r"offsets\[1\] is 7, which is not from 0, the one before it, to 6, the length of data"),
])
def test_offsets_that_fall_or_leave_the_data_are_refused(primitive, offsets, message):
    made, _ = primitive
    for code in "iq":
        for method in (made.encrypt_column, made.decrypt_column):
            with pytest.raises(ValueError, match=message):
                method(b"abcdef", array.array(code, offsets))


def test_what_is_no_buffer_of_offsets_is_refused(primitive):
    made, _ = primitive
    with pytest.raises(TypeError, match="offsets must be a buffer of int32 or int64, not list"):
        made.encrypt_column(b"abc", [0, 3])
    for code in "HIQd":
        with pytest.raises(TypeError, match="not of format"):
            made.encrypt_column(b"abc", array.array(code, [0, 3]))
    with pytest.raises(TypeError, match="not of format"):
        made.encrypt_column(b"abc", array.array("i", [0, 3]), offset_width=8)
    with pytest.raises(ValueError, match="5 bytes, which are no whole number of 4"):
        made.encrypt_column(b"abc", b"12345")
    with pytest.raises(ValueError, match="offset_width is 4 or 8"):
        made.encrypt_column(b"abc", b"", offset_width=5)
    with pytest.raises(TypeError, match="data must be bytes-like, not str"):
        made.encrypt_column("abc", array.array("i", [0, 3]))


def test_a_result_that_32_bits_do_not_reach_is_refused_before_it_is_made(primitive):
    made, _ = primitive
    data = mmap.mmap(-1, 2**31 - 1)  # nobody touches it, so it takes no memory
    offsets = array.array("i", [0, 2**31 - 1])
    with pytest.raises(OverflowError, match="more than offsets of 32 bits reach: give offsets of 64 bits"):
        made.encrypt_column(data, offsets)
    with pytest.raises(OverflowError):
        made.encrypt_column_into(data, offsets, bytearray(8), bytearray(8))


def test_one_changed_value_refuses_the_column_and_tells_which(primitive):
    made, _ = primitive
    values = some_values(1000)
    sealed, offsets = made.encrypt_column(*column_of(values), BOUND)
    changed = bytearray(sealed)
    changed[offsets[701] - 1] ^= 1
    with pytest.raises(crypto.DecryptionError, match=r"^decryption failed \(item 700\)$"):
        made.decrypt_column(changed, offsets, BOUND)
    with pytest.raises(crypto.DecryptionError):
        made.decrypt_column(sealed, offsets, b"other")
    with pytest.raises(crypto.DecryptionError, match=r"\(item 1\)"):
        made.decrypt_column(sealed[:offsets[1]] + b"short", array.array("i", [0, offsets[1], offsets[1] + 5]), BOUND)
    out, out_offsets = bytearray(b"?" * len(sealed)), array.array("i", bytes(4 * 1001))
    with pytest.raises(crypto.DecryptionError):
        made.decrypt_column_into(changed, offsets, out, out_offsets, BOUND)
    plain = len(b"".join(values))
    assert set(out[:plain]) == {0}, "plaintexts of a refused column are left"


def test_a_refused_list_tells_which_and_other_threads_see_nothing(primitive):
    made, _ = primitive
    sealed = made.encrypt_many(some_values(1000), BOUND)
    sealed[700] = sealed[700][:-1] + bytes([sealed[700][-1] ^ 1])
    with pytest.raises(crypto.DecryptionError, match=r"^decryption failed \(item 700\)$"):
        made.decrypt_many(sealed, BOUND)


def test_into_buffers_of_the_callers(primitive):
    made, decrypt = primitive
    for size in SIZES:
        text = os.urandom(size)
        out = bytearray(size + 60)
        length = made.encrypt_into(text, out, BOUND)
        assert decrypt(out[:length], BOUND) == text and set(out[length:]) <= {0}
        room = bytearray(length)
        assert made.decrypt_into(out[:length], room, BOUND) == size
        assert room[:size] == text
    values = some_values(500)
    data, offsets = column_of(values)
    out, out_offsets = bytearray(len(data) + 500 * 60), array.array("i", bytes(4 * 501))
    size = made.encrypt_column_into(data, offsets, out, out_offsets, BOUND)
    assert [decrypt(value, BOUND) for value in values_of(out[:size], out_offsets)] == values


def test_buffers_too_small_or_overlapping_or_read_only_are_refused(primitive):
    made, _ = primitive
    sealed, offsets = made.encrypt_column(b"abcdef", array.array("i", [0, 6]))
    need = len(sealed)
    with pytest.raises(ValueError, match=f"out has {need - 1} bytes; {need} are needed"):
        made.encrypt_into(b"abcdef", bytearray(need - 1))
    with pytest.raises(ValueError, match=f"out has {need - 1} bytes; {need} are needed"):
        made.encrypt_column_into(b"abcdef", array.array("i", [0, 6]), bytearray(need - 1), bytearray(8))
    with pytest.raises(ValueError, match="out_offsets has 7 bytes; 8 are needed"):
        made.encrypt_column_into(b"abcdef", array.array("i", [0, 6]), bytearray(need), bytearray(7))
    memory = bytearray(200)
    view = memoryview(memory)
    with pytest.raises(ValueError, match="must not overlap"):
        made.encrypt_into(view[:10], view[9:])
    with pytest.raises(ValueError, match="must not overlap"):
        made.encrypt_column_into(view[:6], array.array("i", [0, 6]), view[5:150], bytearray(8))
    with pytest.raises(ValueError, match="must not overlap"):
        made.encrypt_column_into(b"abcdef", array.array("i", [0, 6]), view, view[:8])
    made.encrypt_into(view[:10], view[10:])
    with pytest.raises(TypeError, match="out must be a contiguous buffer that can be written to"):
        made.encrypt_into(b"abc", b"x" * 100)
    with pytest.raises(crypto.DecryptionError):
        made.decrypt_into(b"", bytearray(100))


@pytest.mark.parametrize("name", crypto.algorithms_available)
def test_many_digests_are_those_of_the_standard_library(name):
    values = some_values()
    expected = [hashlib.new(name, value).digest() for value in values]
    assert crypto.digest_many(name, values) == expected
    assert crypto.digest_many(name, list(map(bytearray, values[:50]))) == expected[:50]
    assert crypto.digest_column(name, *column_of(values)) == b"".join(expected)
    assert crypto.digest_many(name, []) == [] and crypto.digest_column(name, b"", b"") == b""


def test_digests_refuse_what_they_do_not_know():
    with pytest.raises(ValueError, match="there is no hash 'md6'"):
        crypto.digest_many("md6", [])
    with pytest.raises(TypeError, match=r"messages\[1\] must be bytes-like, not int"):
        crypto.digest_many("sha256", [b"", 3])
