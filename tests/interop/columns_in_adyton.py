"""Columns that lie in the memory of numpy and pyarrow. Run by adyton, with both packages (test_columns.py)."""

import hashlib

import numpy
import pyarrow
import pytest

from adyton import crypto

BOUND = b"customers/name"
VALUES = [b"Ada", b"", b"Barbara" * 200, bytes(range(256)), None, b"x", b"Grace"] * 500
PLAIN = [value or b"" for value in VALUES]
WIDTHS = [(numpy.int32, pyarrow.binary(), 4), (numpy.int64, pyarrow.large_binary(), 8)]


def primitives():
    aead = crypto.Aead(crypto.Keyring.generate())
    daead = crypto.Daead(crypto.Keyring.generate("aes256-siv"))
    return [(aead, aead.decrypt), (daead, daead.decrypt_deterministically)]


@pytest.fixture(params=range(2), ids=["Aead", "Daead"])
def primitive(request):
    return primitives()[request.param]


def in_numpy(dtype):
    """PLAIN as arrays of bytes and of offsets."""
    offsets = numpy.zeros(len(PLAIN) + 1, dtype)
    numpy.cumsum([len(value) for value in PLAIN], out=offsets[1:])
    return numpy.frombuffer(b"".join(PLAIN), numpy.uint8), offsets


def buffers_of(column, width):
    """Data and offsets of an Arrow column, of a slice's own place in it."""
    _, offsets, data = column.buffers()
    return data, memoryview(offsets)[width * column.offset:width * (column.offset + len(column) + 1)]


def column_of(kind, count, data, offsets, validity=None):
    return pyarrow.Array.from_buffers(kind, count, [validity, pyarrow.py_buffer(offsets), pyarrow.py_buffer(data)])


@pytest.mark.parametrize("dtype, kind, width", WIDTHS)
def test_a_column_of_numpy_goes_there_and_back(primitive, dtype, kind, width):
    made, decrypt = primitive
    data, offsets = in_numpy(dtype)
    sealed, sealed_offsets = made.encrypt_column(data, offsets, BOUND)
    places = numpy.asarray(sealed_offsets)
    assert places.dtype == dtype and places[0] == 0 and places[-1] == len(sealed)
    assert [decrypt(sealed[places[i]:places[i + 1]], BOUND) for i in range(len(PLAIN))] == PLAIN
    opened, opened_offsets = made.decrypt_column(numpy.frombuffer(sealed, numpy.uint8), places, BOUND)
    assert opened == data.tobytes() and numpy.array_equal(numpy.asarray(opened_offsets), offsets)
    part = made.encrypt_column(data, offsets[40:61], BOUND)
    assert made.decrypt_column(*part, BOUND)[0] == b"".join(PLAIN[40:60])


@pytest.mark.parametrize("dtype, kind, width", WIDTHS)
def test_arrays_of_numpy_are_written_into(primitive, dtype, kind, width):
    made, _ = primitive
    data, offsets = in_numpy(dtype)
    sealed, opened = numpy.zeros(len(data) + 100 * len(PLAIN), numpy.uint8), numpy.zeros(len(data), numpy.uint8)
    sealed_offsets, opened_offsets = numpy.zeros_like(offsets), numpy.zeros_like(offsets)
    size = made.encrypt_column_into(data, offsets, sealed, sealed_offsets, BOUND)
    assert size == sealed_offsets[-1] and not sealed[size:].any()
    assert made.decrypt_column_into(sealed[:size], sealed_offsets, opened, opened_offsets, BOUND) == len(data)
    assert numpy.array_equal(opened, data) and numpy.array_equal(opened_offsets, offsets)
    sealed[int(sealed_offsets[3]) - 1] ^= 1
    with pytest.raises(crypto.DecryptionError, match=r"\(item 2\)"):
        made.decrypt_column_into(sealed[:size], sealed_offsets, opened, opened_offsets, BOUND)
    assert not opened.any()
    opened.flags.writeable = False
    with pytest.raises(TypeError, match="out must be a contiguous buffer that can be written to"):
        made.decrypt_column_into(sealed[:size], sealed_offsets, opened, opened_offsets, BOUND)


def test_arrays_of_other_numbers_or_with_gaps_are_refused(primitive):
    made, _ = primitive
    data, offsets = in_numpy(numpy.int64)
    for dtype in (numpy.uint32, numpy.uint64, numpy.int16, numpy.float64, ">i4", ">i8", bool):
        with pytest.raises(TypeError, match="offsets must be a buffer of int32 or int64"):
            made.encrypt_column(data, offsets.astype(dtype), BOUND)
    with pytest.raises((TypeError, ValueError, BufferError)):
        made.encrypt_column(data, offsets[::2], BOUND)
    with pytest.raises((TypeError, ValueError, BufferError)):
        made.encrypt_column(data[::2], offsets, BOUND)
    with pytest.raises(ValueError, match=r"offsets\[1\] is 0, which is not from 3"):
        made.encrypt_column(data, numpy.array([3, 0]), BOUND)


@pytest.mark.parametrize("dtype, kind, width", WIDTHS)
def test_a_column_of_pyarrow_goes_there_and_back_with_its_nulls(primitive, dtype, kind, width):
    made, decrypt = primitive
    column = pyarrow.array(VALUES, kind)
    data, offsets = buffers_of(column, width)
    sealed, sealed_offsets = made.encrypt_column(data, offsets, BOUND, offset_width=width)
    hidden = column_of(kind, len(column), sealed, sealed_offsets, column.buffers()[0])
    hidden.validate(full=True)
    assert hidden.null_count == column.null_count == VALUES.count(None)
    for value, plain in zip(hidden.to_pylist(), VALUES):
        assert plain is value is None or decrypt(value, BOUND) == plain
    data, offsets = buffers_of(hidden, width)
    opened = made.decrypt_column(data, offsets, BOUND, offset_width=width)
    assert column_of(kind, len(column), *opened, column.buffers()[0]).equals(column)


@pytest.mark.parametrize("dtype, kind, width", WIDTHS)
def test_a_slice_of_a_column_of_pyarrow(primitive, dtype, kind, width):
    made, _ = primitive
    column = pyarrow.array(PLAIN, kind).slice(123, 456)
    sealed, sealed_offsets = made.encrypt_column(*buffers_of(column, width), BOUND, offset_width=width)
    opened = made.decrypt_column(sealed, sealed_offsets, BOUND)
    assert column_of(kind, len(column), *opened).equals(column)


def test_strings_of_pyarrow_are_taken_by_their_bytes(primitive):
    made, _ = primitive
    column = pyarrow.array(["Zoë", "", "Rıza"] * 100)
    opened = made.decrypt_column(*made.encrypt_column(*buffers_of(column, 4), BOUND), BOUND)
    assert column_of(pyarrow.string(), len(column), *opened).equals(column)


@pytest.mark.parametrize("dtype, kind, width", WIDTHS)
def test_buffers_of_pyarrow_are_written_into(primitive, dtype, kind, width):
    made, _ = primitive
    column = pyarrow.array(PLAIN, kind)
    data, offsets = buffers_of(column, width)
    out, out_offsets = pyarrow.allocate_buffer(len(data) + 100 * len(PLAIN)), pyarrow.allocate_buffer(len(offsets))
    size = made.encrypt_column_into(data, offsets, out, out_offsets, BOUND, offset_width=width)
    hidden = pyarrow.Array.from_buffers(kind, len(column), [None, out_offsets, out.slice(0, size)])
    opened = made.decrypt_column(*buffers_of(hidden, width), BOUND, offset_width=width)
    assert column_of(kind, len(column), *opened).equals(column)
    with pytest.raises(TypeError, match="out must be a contiguous buffer that can be written to"):
        made.encrypt_column_into(data, offsets, pyarrow.py_buffer(b"?" * out.size), out_offsets, BOUND,
                                 offset_width=width)


def test_the_offsets_of_a_large_column_need_their_width_said(primitive):
    made, _ = primitive
    column = pyarrow.array([b"one", b"two"], pyarrow.large_binary())
    data, offsets = buffers_of(column, 8)
    with pytest.raises(ValueError, match="which is not from"):
        made.encrypt_column(data, offsets, BOUND)  # read as int32: 0, 0, 3, 0, 6, 0


def test_tokens_of_equal_values_are_equal_in_arrow_too():
    tokens = crypto.Daead(crypto.Keyring.generate("aes256-siv"))
    column = pyarrow.array(PLAIN)
    hidden = column_of(pyarrow.binary(), len(column), *tokens.encrypt_column(*buffers_of(column, 4), BOUND))
    assert len(hidden.unique()) == len(column.unique()) == len(set(PLAIN))


@pytest.mark.parametrize("dtype, kind, width", WIDTHS)
def test_digests_and_codes_are_columns_of_fixed_size(dtype, kind, width):
    mac = crypto.Mac(crypto.Keyring.generate("hmac-sha256"))
    column = pyarrow.array(PLAIN, kind)
    data, offsets = buffers_of(column, width)
    digests = crypto.digest_column("sha256", data, offsets, offset_width=width)
    codes = mac.mac_column(data, offsets, offset_width=width)
    for size, found, expected in ((32, digests, [hashlib.sha256(value).digest() for value in PLAIN]),
                                  (mac.size, codes, [mac.compute_mac(value) for value in PLAIN])):
        fixed = pyarrow.Array.from_buffers(pyarrow.binary(size), len(column), [None, pyarrow.py_buffer(found)])
        assert fixed.to_pylist() == expected
        rows = numpy.frombuffer(found, numpy.uint8).reshape(-1, size)
        assert [row.tobytes() for row in rows] == expected
    data, offsets = in_numpy(dtype)
    assert crypto.digest_column("sha256", data, offsets) == digests and mac.mac_column(data, offsets) == codes
