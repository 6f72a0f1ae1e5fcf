#include "modules/json/timestamp.h"

#include <string>

#include <doctest/doctest.h>

using namespace adyton::json;

namespace {

constexpr std::int64_t second = 1'000'000;
constexpr std::int64_t minute = 60 * second;

std::string text(const Date& date) {
  char out[date_capacity];
  return {out, write_date(date, out)};
}

std::string text(const Clock& clock, Microseconds microseconds = Microseconds::kept) {
  char out[clock_capacity];
  return {out, write_clock(clock, microseconds, out)};
}

std::string text(const Date& date, const Clock& clock, std::int64_t offset,
                 const TimeForm& form = {}) {
  char out[timestamp_capacity];
  return {out, write_timestamp(date, clock, offset, form, out)};
}

}  // namespace

TEST_CASE("every part of a date and a time has its width") {
  CHECK(text(Date{1, 2, 3}) == "0001-02-03");
  CHECK(text(Date{9999, 12, 31}) == "9999-12-31");
  CHECK(text(Clock{1, 2, 3, 0}) == "01:02:03");
  CHECK(text(Clock{23, 59, 59, 999'999}) == "23:59:59.999999");
  CHECK(text(Clock{0, 0, 0, 1}) == "00:00:00.000001");
  CHECK(text(Clock{0, 0, 0, 120'000}) == "00:00:00.120000");
}

TEST_CASE("microseconds may be left out") {
  CHECK(text(Clock{1, 2, 3, 4}, Microseconds::omitted) == "01:02:03");
  CHECK(text({2026, 1, 2}, {3, 4, 5, 6}, 0, {UtcForm::z, Microseconds::omitted}) ==
        "2026-01-02T03:04:05Z");
}

TEST_CASE("an offset of whole minutes is written as it is") {
  const Date date{2026, 11, 20};
  const Clock clock{18, 9, 12, 250};
  CHECK(text(date, clock, 0) == "2026-11-20T18:09:12.000250+00:00");
  CHECK(text(date, clock, -90 * minute) == "2026-11-20T18:09:12.000250-01:30");
  CHECK(text(date, clock, 1439 * minute) == "2026-11-20T18:09:12.000250+23:59");
  CHECK(text(date, clock, -1439 * minute) == "2026-11-20T18:09:12.000250-23:59");
}

TEST_CASE("Z stands for no offset only") {
  CHECK(text({2026, 1, 2}, {}, 0, {UtcForm::z}) == "2026-01-02T00:00:00Z");
  CHECK(text({2026, 1, 2}, {}, minute, {UtcForm::z}) == "2026-01-02T00:00:00+00:01");
}

TEST_CASE("an offset that is no whole minutes is rounded and the clock moved by as much") {
  // Amsterdam until 1937, twenty minutes less 28 seconds: the example of RFC 3339.
  CHECK(text({1937, 1, 1}, {12, 0, 0, 0}, 19 * minute + 32 * second) ==
        "1937-01-01T12:00:28+00:20");
  // Monrovia until 1972.
  CHECK(text({1960, 3, 1}, {0, 0, 10, 0}, -(44 * minute + 30 * second)) ==
        "1960-02-29T23:59:40-00:45");
  CHECK(text({2000, 12, 31}, {23, 59, 59, 999'999}, minute - 1) == "2001-01-01T00:00:00+00:01");
  CHECK(text({2000, 1, 1}, {0, 0, 0, 0}, 1) == "1999-12-31T23:59:59.999999+00:00");
  CHECK(text({2000, 1, 1}, {0, 0, 0, 0}, -1) == "2000-01-01T00:00:00.000001+00:00");
}

TEST_CASE("a moved clock does not leave the calendar") {
  CHECK(text({1, 1, 1}, {0, 0, 0, 0}, 10 * second) == "0001-01-01T00:00:50+00:01");
  CHECK(text({9999, 12, 31}, {23, 59, 59, 0}, 50 * second) == "9999-12-31T23:59:09+00:00");
}

TEST_CASE("a rounded offset that is less than a day stays one of four digits") {
  CHECK(text({2000, 1, 1}, {0, 0, 0, 0}, 1440 * minute - 1) == "1999-12-31T23:59:00.000001+23:59");
  CHECK(text({2000, 1, 1}, {0, 0, 0, 0}, 1 - 1440 * minute) == "2000-01-01T00:00:59.999999-23:59");
}
