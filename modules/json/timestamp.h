#pragma once

#include <cstddef>
#include <cstdint>

namespace adyton::json {

/// A day of the proleptic Gregorian calendar, years 1 to 9999.
struct Date {
  int year;
  int month;
  int day;
};

struct Clock {
  int hour;
  int minute;
  int second;
  int microsecond;
};

/// How dates and times are written where RFC 3339 leaves a choice.
enum class UtcForm : std::uint8_t { offset, z };  // "+00:00" or "Z"
enum class Microseconds : std::uint8_t { kept, omitted };

struct TimeForm {
  UtcForm utc = UtcForm::offset;
  Microseconds microseconds = Microseconds::kept;
};

/// The most characters the functions below make, quotes excluded.
inline constexpr std::size_t date_capacity = 10;
inline constexpr std::size_t clock_capacity = 15;
inline constexpr std::size_t timestamp_capacity = 32;

/// Each writes at `out` and returns the end: "2026-11-20", "18:09:12.000250" (without a fraction if
/// there are no microseconds), and the two with a "T" between them.
char* write_date(const Date& date, char* out);
char* write_clock(const Clock& clock, Microseconds microseconds, char* out);
char* write_local(const Date& date, const Clock& clock, Microseconds microseconds, char* out);

/// The same with the offset from UTC (microseconds, less than a day either way). RFC 3339 has whole
/// minutes there; an offset that is none, as local mean times were, is written as the nearest one
/// that is, and the clock is moved by as much: the text names the same instant.
char* write_timestamp(const Date& date, const Clock& clock, std::int64_t offset,
                      const TimeForm& form, char* out);

}  // namespace adyton::json
