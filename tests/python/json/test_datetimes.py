"""Dates, times and datetimes are written in ISO 8601."""

import datetime
import json as standard
import zoneinfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from adyton import json as ours
from natives import UTC, every_way, refused


def test_dates_and_times():
    every_way(datetime.date(1, 2, 3), '"0001-02-03"')
    every_way(datetime.time(1, 2, 3), '"01:02:03"')
    every_way(datetime.time(1, 2, 3, 45), '"01:02:03.000045"')
    every_way(datetime.datetime(2026, 11, 20, 18, 9, 12), '"2026-11-20T18:09:12"')
    every_way(datetime.datetime(2026, 11, 20, 18, 9, 12, 250, UTC),
              '"2026-11-20T18:09:12.000250+00:00"')
    paris = zoneinfo.ZoneInfo("Europe/Paris")
    every_way(datetime.datetime(2026, 7, 1, 12, tzinfo=paris), '"2026-07-01T12:00:00+02:00"')
    every_way(datetime.datetime(2026, 1, 1, 12, tzinfo=paris), '"2026-01-01T12:00:00+01:00"')
    fold = datetime.datetime(2026, 10, 25, 2, 30, tzinfo=paris)
    every_way(fold, '"2026-10-25T02:30:00+02:00"')
    every_way(fold.replace(fold=1), '"2026-10-25T02:30:00+01:00"')


def test_options_of_times():
    naive = datetime.datetime(2000, 1, 2, 3, 4, 5, 6)
    every_way(naive, '"2000-01-02T03:04:05.000006+00:00"', naive_utc=True)
    every_way(naive, '"2000-01-02T03:04:05.000006Z"', naive_utc=True, utc_z=True)
    every_way(naive, '"2000-01-02T03:04:05.000006"', utc_z=True)
    every_way(naive, '"2000-01-02T03:04:05"', omit_microseconds=True)
    every_way(naive.time(), '"03:04:05"', omit_microseconds=True)
    every_way(naive.replace(tzinfo=UTC), '"2000-01-02T03:04:05Z"', omit_microseconds=True,
              utc_z=True, naive_utc=False)
    london = zoneinfo.ZoneInfo("Europe/London")
    every_way(naive.replace(tzinfo=london), '"2000-01-02T03:04:05.000006Z"', utc_z=True)
    every_way(naive.replace(tzinfo=london, month=7), '"2000-07-02T03:04:05.000006+01:00"',
              utc_z=True)
    every_way({naive: naive}, '{"2000-01-02T03:04:05Z":"2000-01-02T03:04:05Z"}', utc_z=True,
              naive_utc=True, omit_microseconds=True)


def test_an_offset_of_seconds_keeps_the_instant():
    odd = datetime.timezone(datetime.timedelta(minutes=19, seconds=32))
    value = datetime.datetime(1937, 1, 1, 12, 0, 0, tzinfo=odd)
    every_way(value, '"1937-01-01T12:00:28+00:20"')
    assert datetime.datetime.fromisoformat(standard.loads(ours.dumpb(value))) == value


class Zone(datetime.tzinfo):
    def __init__(self, offset):
        self.offset = offset

    def utcoffset(self, value):
        if isinstance(self.offset, Exception):
            raise self.offset
        return self.offset


def test_any_tzinfo():
    def at(offset):
        return datetime.datetime(2000, 1, 2, tzinfo=Zone(offset))

    hour = datetime.timedelta(hours=1)
    every_way(at(hour), '"2000-01-02T00:00:00+01:00"')
    every_way(at(-hour), '"2000-01-02T00:00:00-01:00"')
    every_way(at(None), '"2000-01-02T00:00:00"')
    every_way(at(None), '"2000-01-02T00:00:00Z"', naive_utc=True, utc_z=True)
    with pytest.raises(KeyError):
        ours.dumpb([at(KeyError("from utcoffset"))])
    for bad in (24 * hour, -24 * hour, 1, "+01:00"):
        with pytest.raises((ValueError, TypeError)) as caught:
            ours.dumpb([at(bad)])
        with pytest.raises(type(caught.value)) as expected:
            at(bad).isoformat()
        assert str(caught.value) == str(expected.value)

    class Derived(datetime.timedelta):
        pass

    every_way(at(Derived(hours=2)), '"2000-01-02T00:00:00+02:00"')


def test_two_zones_in_turn_are_not_mixed_up():
    zones = [datetime.timezone(datetime.timedelta(hours=h)) for h in range(-12, 13)]
    values = [datetime.datetime(2000, 1, 1, tzinfo=zone) for zone in zones * 3]
    assert standard.loads(ours.dumpb(values)) == [value.isoformat() for value in values]


def test_types_derived_from_dates_and_times():
    class Date(datetime.date):
        pass

    class Time(datetime.time):
        pass

    class DateTime(datetime.datetime):
        pass

    every_way(Date(2000, 1, 2), '"2000-01-02"')
    every_way(Time(3, 4), '"03:04:00"')
    every_way(DateTime(2000, 1, 2, tzinfo=UTC), '"2000-01-02T00:00:00+00:00"')


def test_a_type_that_makes_its_own_text_is_left_to_default():
    class Precise(datetime.datetime):
        def isoformat(self):
            return "with nanoseconds"

    value = Precise(2000, 1, 2)
    refused(value, "Precise is not JSON serializable: it has an isoformat")
    assert ours.dumpb([value], default=lambda o: o.isoformat()) == b'["with nanoseconds"]'


def test_a_time_with_a_tzinfo_is_refused():
    value = datetime.time(1, 2, tzinfo=UTC)
    refused(value, "time is not JSON serializable: a time with a tzinfo has no offset")
    refused({value: 1}, "keys must be")
    assert ours.dumpb([value], default=str) == b'["01:02:00+00:00"]'
    refused(datetime.timedelta(1), "timedelta is not JSON serializable$")


offsets = st.timedeltas(datetime.timedelta(hours=-23, minutes=-59),
                        datetime.timedelta(hours=23, minutes=59))
zones = st.none() | st.just(UTC) | st.timezones() | st.builds(datetime.timezone, offsets) | \
    st.builds(Zone, offsets)


@given(st.datetimes(timezones=zones), st.booleans())
@example(datetime.datetime(1, 1, 1, tzinfo=datetime.timezone(datetime.timedelta(seconds=10))), True)
@example(datetime.datetime.max.replace(tzinfo=datetime.timezone(datetime.timedelta(seconds=50))),
         True)
def test_datetimes_read_back_as_the_same_instant(value, utc_z):
    text = standard.loads(ours.dumpb(value, utc_z=utc_z))
    offset = value.utcoffset()
    if offset is None or offset.seconds % 60 == 0 and offset.microseconds == 0:
        iso = value.isoformat()
        if utc_z and offset == datetime.timedelta(0):
            iso = iso.removesuffix("+00:00") + "Z"
        assert text == iso
    elif datetime.datetime.min.replace(tzinfo=UTC) + 2 * offset.resolution < value:
        back = datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))
        assert back - value == datetime.timedelta(0)
        assert back.utcoffset().seconds % 60 == 0


@given(st.dates(), st.times())
def test_dates_and_times_are_written_as_isoformat(date, time):
    assert standard.loads(ours.dumpb([date, time])) == [date.isoformat(), time.isoformat()]
