"""numpy's arrays and scalars are written as lists and numbers."""

import json as standard
import math

import pytest

from adyton import json as ours
from natives import every_way, refused


@pytest.fixture(scope="module")
def np():
    return pytest.importorskip("numpy")


def test_numpy_arrays(np):
    for kind in "bhilqBHILQ":
        limits = np.iinfo(kind)
        numbers = np.array([limits.min, 0, limits.max], kind)
        every_way(numbers, standard.dumps(numbers.tolist(), separators=(",", ":")))
    every_way(np.array([True, False]), "[true,false]")
    every_way(np.array([0.1, 1e300, -0.0]), "[0.1,1e+300,-0.0]")
    every_way(np.array([0.1, 1e10, 1e-7], "f4"), "[0.1,10000000000.0,1e-07]")
    every_way(np.array([0.5, 65504, 0.1], "f2"), "[0.5,65504.0,0.099975586]")
    every_way(np.array([math.nan, math.inf, -math.inf], "f4"), "[NaN,Infinity,-Infinity]")
    every_way(np.array(5), "5")
    every_way(np.zeros((2, 0, 3)), "[[],[]]")
    every_way(np.ones((1, 1, 1, 2)), "[[[[1.0,1.0]]]]")
    every_way({"a": np.arange(3)}, '{"a":[0,1,2]}')
    with pytest.raises(ValueError, match="Out of range float"):
        ours.dumpb([np.array([1, math.nan], "f2")], allow_nan=False)


def test_numpy_arrays_however_they_lie(np):
    numbers = np.arange(24).reshape(2, 3, 4)
    for view in (numbers.T, numbers[::-1], numbers[:, ::2], numbers[..., 1], numbers.swapaxes(0, 1),
                 np.broadcast_to(np.int16(7), (2, 2)), np.asfortranarray(numbers),
                 numbers.astype("f4")[::2, ::-2]):
        for options in ({}, {"indent": 1}, {"indent": "", "separators": (";", "=")}):
            assert ours.dumps(view, **options) == standard.dumps(view.tolist(), **options)


def test_numpy_scalars(np):
    for value, expected in ((np.int8(-1), "-1"), (np.uint64(2**64 - 1), "18446744073709551615"),
                            (np.int64(-2**63), "-9223372036854775808"), (np.bool_(True), "true"),
                            (np.float16(0.1), "0.099975586"), (np.float32(0.1), "0.1"),
                            (np.float64(0.1), "0.1"), (np.intp(3), "3"), (np.str_("é"), '"é"'),
                            (np.float32(math.inf), "Infinity")):
        every_way(value, expected)
    for value in (np.float16(math.nan), np.float32(math.inf), np.float64(math.inf)):
        with pytest.raises(ValueError, match="Out of range float"):
            ours.dumpb([value], allow_nan=False)
    refused({np.int64(1): 1}, "keys must be str")


def test_what_numpy_has_beside_numbers_is_left_to_default(np):
    for value in (np.array([1], ">i4"), np.array([1], ">f8"), np.array(["text"]),
                  np.array([object()]), np.array([1j]), np.array(["2000-01-01"], "M8[D]"),
                  np.array([(1, 2.5)], "i4,f8"), np.array([1], np.longdouble)):
        refused(value, "ndarray is not JSON serializable: its elements are no numbers")
        assert ours.dumpb([value], default=lambda a: "by default") == b'["by default"]'
    for value in (np.datetime64("2000-01-01"), np.timedelta64(1), np.complex64(1),
                  np.longdouble(1), np.void(b"ab")):
        refused(value, f"{type(value).__name__} is not JSON serializable: default= may return its")
        assert ours.dumpb([value], default=lambda a: "by default") == b'["by default"]'
    masked = np.ma.array([1, 2], mask=[False, True])
    refused(masked, "MaskedArray is not JSON serializable: of arrays only numpy.ndarray")
    assert ours.dumpb([masked], default=lambda a: a.tolist()) == b"[[1,null]]"


def test_numpy_arrays_in_files(np, tmp_path):
    np.save(tmp_path / "numbers.npy", np.arange(5))
    every_way(np.load(tmp_path / "numbers.npy", mmap_mode="r"), "[0,1,2,3,4]")


def test_numpy_arrays_read_back(np):
    random = np.random.default_rng(20261120)
    for kind in ("?", "i1", "u2", "i4", "u8", "f2", "f4", "f8"):
        for shape in ((1000,), (10, 100), (2, 3, 4, 5), (129,), (1, 128, 1)):
            bits = random.integers(0, 256, (*shape, np.dtype(kind).itemsize), np.uint8)
            numbers = bits.view(kind)[..., 0] if kind != "?" else bits[..., 0] > 127
            if kind[0] == "f":
                numbers = np.where(np.isfinite(numbers), numbers, np.array(1, kind))
            back = np.array(standard.loads(ours.dumpb(numbers)), kind)
            assert back.tobytes() == numbers.tobytes()
            if kind == "f4":
                assert standard.loads(ours.dumpb(numbers.astype("f8"))) == numbers.tolist()
