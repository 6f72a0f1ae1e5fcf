#include "host/observe/units.h"

#include <array>
#include <charconv>
#include <cmath>

#include "host/base/text.h"

namespace adyton::observe {

std::string fixed(double number, int digits) {
  std::array<char, 400> text;
  const auto end = std::to_chars(text.data(), text.data() + text.size(), number,
                                 std::chars_format::fixed, digits)
                       .ptr;
  return {text.data(), end};
}

std::string human_time(double seconds) {
  if (!(seconds > 0)) seconds = 0;
  if (seconds < 9.95) return cat(fixed(seconds, 1), " s");
  // A year is the end of what is worth telling.
  const auto whole = static_cast<std::uint64_t>(std::llround(std::fmin(seconds, 3.2e7)));
  if (whole < 60) return cat(whole, " s");
  if (whole < 3600) return cat(whole / 60, " min ", whole % 60, " s");
  return cat(whole / 3600, " h ", whole % 3600 / 60, " min");
}

std::string human_rate(std::uint64_t bytes, double seconds) {
  if (!(seconds > 0)) return "0 B/s";
  double rate = static_cast<double>(bytes) / seconds;
  std::size_t unit = 0;
  constexpr std::array units = {"B/s", "kB/s", "MB/s", "GB/s", "TB/s"};
  while (rate >= 999.5 && unit + 1 < units.size()) {
    rate /= 1000;
    ++unit;
  }
  return cat(fixed(rate, unit > 0 && rate < 9.95 ? 1 : 0), ' ', units[unit]);
}

}  // namespace adyton::observe
