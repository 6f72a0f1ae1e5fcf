"""Decimals are written with all of their digits."""

import decimal
import json as standard

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from adyton import json as ours
from natives import every_way

decimals = st.decimals(allow_nan=False, allow_infinity=False)


@given(decimals)
@example(decimal.Decimal("1E+400"))
@example(decimal.Decimal("-0"))
@example(decimal.Decimal("0E-20"))
@example(decimal.Decimal(10) ** 50 + decimal.Decimal("1e-50"))
def test_decimals_keep_their_digits(value):
    text = ours.dumps(value)
    assert decimal.Decimal(text).as_tuple() == value.as_tuple()
    assert standard.loads(text, parse_float=decimal.Decimal, parse_int=decimal.Decimal) == value


def test_decimals_that_are_no_numbers():
    for text, expected in (("NaN", "NaN"), ("-NaN", "NaN"), ("sNaN12", "NaN"), ("inf", "Infinity"),
                           ("-inf", "-Infinity")):
        value = decimal.Decimal(text)
        every_way(value, expected)
        with pytest.raises(ValueError, match="Out of range Decimal values are not JSON compliant"):
            ours.dumpb([value], allow_nan=False)
    every_way(decimal.Decimal("1.50"), "1.50", allow_nan=False)


def test_a_decimal_of_a_derived_type():
    class Money(decimal.Decimal):
        def __str__(self):
            return "1 €"

    every_way(Money("2.50"), "2.50")
