#include "modules/json/timestamp.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdlib>
#include <cstring>

namespace adyton::json {
namespace {

constexpr std::int64_t per_second = 1'000'000;
constexpr std::int64_t per_minute = 60 * per_second;
constexpr std::int64_t per_day = 24 * 60 * per_minute;

/// "00" to "99", one after the other.
constexpr auto pairs = [] {
  std::array<char, 200> text{};
  for (unsigned i = 0; i < 100; ++i) {
    text[2 * i] = static_cast<char>('0' + i / 10);
    text[2 * i + 1] = static_cast<char>('0' + i % 10);
  }
  return text;
}();

char* write_pair(int value, char* out) {
  std::memcpy(out, pairs.data() + 2 * value, 2);
  return out + 2;
}

char* write_offset(std::int64_t minutes, UtcForm form, char* out) {
  if (minutes == 0 && form == UtcForm::z) {
    *out++ = 'Z';
    return out;
  }
  *out++ = minutes < 0 ? '-' : '+';
  const auto size = static_cast<int>(std::abs(minutes));
  out = write_pair(size / 60, out);
  *out++ = ':';
  return write_pair(size % 60, out);
}

/// A date and a time as one number: microseconds since 1970-01-01.
std::int64_t count(const Date& date, const Clock& clock) {
  using namespace std::chrono;
  const sys_days day = year(date.year) / month(static_cast<unsigned>(date.month)) /
                       std::chrono::day(static_cast<unsigned>(date.day));
  const std::int64_t minutes = std::int64_t{clock.hour} * 60 + clock.minute;
  return day.time_since_epoch().count() * per_day + minutes * per_minute +
         clock.second * per_second + clock.microsecond;
}

Date date_of(std::chrono::sys_days day) {
  const std::chrono::year_month_day date(day);
  return {int(date.year()), static_cast<int>(unsigned(date.month())),
          static_cast<int>(unsigned(date.day()))};
}

Clock clock_of(std::int64_t microseconds) {
  const auto part = [microseconds](std::int64_t unit, std::int64_t size) {
    return static_cast<int>(microseconds / unit % size);
  };
  return {part(60 * per_minute, 24), part(per_minute, 60), part(per_second, 60),
          part(1, per_second)};
}

/// The whole minutes nearest to `offset`, and less than a day.
std::int64_t nearest_minutes(std::int64_t offset) {
  constexpr std::int64_t most = per_day / per_minute - 1;
  const std::int64_t half = offset < 0 ? -per_minute / 2 : per_minute / 2;
  return std::clamp((offset + half) / per_minute, -most, most);
}

char* write_moved(const Date& date, const Clock& clock, std::int64_t offset, const TimeForm& form,
                  char* out) {
  using std::chrono::days;
  using std::chrono::sys_days;
  constexpr Date first{1, 1, 1};
  constexpr Date last{9999, 12, 31};
  const std::int64_t instant = count(date, clock) - offset;
  std::int64_t minutes = nearest_minutes(offset);
  // At either end of the calendar the other neighbour keeps the year in four digits.
  if (instant + minutes * per_minute < count(first, {})) ++minutes;
  if (instant + minutes * per_minute >= count(last, {}) + per_day) --minutes;
  const std::int64_t local = instant + minutes * per_minute;
  std::int64_t day = local / per_day;
  if (local % per_day < 0) --day;
  const Date moved = date_of(sys_days(days(static_cast<int>(day))));
  out = write_local(moved, clock_of(local - day * per_day), form.microseconds, out);
  return write_offset(minutes, form.utc, out);
}

}  // namespace

char* write_date(const Date& date, char* out) {
  out = write_pair(date.year / 100, out);
  out = write_pair(date.year % 100, out);
  *out++ = '-';
  out = write_pair(date.month, out);
  *out++ = '-';
  return write_pair(date.day, out);
}

char* write_clock(const Clock& clock, Microseconds microseconds, char* out) {
  out = write_pair(clock.hour, out);
  *out++ = ':';
  out = write_pair(clock.minute, out);
  *out++ = ':';
  out = write_pair(clock.second, out);
  if (clock.microsecond == 0 || microseconds == Microseconds::omitted) return out;
  *out++ = '.';
  out = write_pair(clock.microsecond / 10'000, out);
  out = write_pair(clock.microsecond / 100 % 100, out);
  return write_pair(clock.microsecond % 100, out);
}

char* write_local(const Date& date, const Clock& clock, Microseconds microseconds, char* out) {
  out = write_date(date, out);
  *out++ = 'T';
  return write_clock(clock, microseconds, out);
}

char* write_timestamp(const Date& date, const Clock& clock, std::int64_t offset,
                      const TimeForm& form, char* out) {
  if (offset % per_minute != 0) return write_moved(date, clock, offset, form, out);
  out = write_local(date, clock, form.microseconds, out);
  return write_offset(offset / per_minute, form.utc, out);
}

}  // namespace adyton::json
