#include "host/base/text.h"

#include <algorithm>
#include <array>
#include <utility>

namespace adyton {
namespace {

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

/// Insertions, deletions, replacements and swaps of neighbours that make `b` of `a`, case aside.
std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before(b.size() + 1);
  std::vector<std::size_t> last(b.size() + 1);
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    before = std::exchange(last, row);
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const bool same = lower(a[i - 1]) == lower(b[j - 1]);
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + (same ? 0 : 1)});
      const bool swapped = i > 1 && j > 1 && lower(a[i - 1]) == lower(b[j - 2]) &&
                           lower(a[i - 2]) == lower(b[j - 1]);
      if (swapped) row[j] = std::min(row[j], before[j - 2] + 1);
    }
  }
  return row[b.size()];
}

}  // namespace

std::string with_commas(std::uint64_t number) {
  std::string digits = cat(number);
  for (std::size_t i = digits.size(); i > 3;) digits.insert(i -= 3, 1, ',');
  return digits;
}

std::string human_size(std::uint64_t bytes) {
  static constexpr std::array units = {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
  std::size_t unit = 0;
  std::uint64_t tenths = bytes;
  if (bytes >= 1024) {
    std::uint64_t scale = 1;
    while (bytes / scale >= 1024) {
      scale *= 1024;
      ++unit;
    }
    tenths = bytes / scale * 10 + bytes % scale * 10 / scale;
    if (tenths < 100 && tenths % 10 != 0) {
      return cat(tenths / 10, '.', tenths % 10, ' ', units[unit]);
    }
    tenths /= 10;
  }
  return cat(tenths, ' ', units[unit]);
}

std::optional<std::uint64_t> parse_size(std::string_view text) {
  struct Unit {
    std::string_view name;
    std::uint64_t bytes;
  };
  static constexpr std::array<Unit, 10> units = {{{"", 1},
                                                  {"b", 1},
                                                  {"kb", 1000},
                                                  {"mb", 1000ULL * 1000},
                                                  {"gb", 1000ULL * 1000 * 1000},
                                                  {"tb", 1000ULL * 1000 * 1000 * 1000},
                                                  {"kib", 1ULL << 10},
                                                  {"mib", 1ULL << 20},
                                                  {"gib", 1ULL << 30},
                                                  {"tib", 1ULL << 40}}};
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{}) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  while (text.starts_with(' ')) text.remove_prefix(1);
  std::string name(text);
  std::transform(name.begin(), name.end(), name.begin(), lower);
  for (const Unit& unit : units) {
    if (unit.name != name) continue;
    if (number > (1ULL << 63) / unit.bytes) return std::nullopt;
    return number * unit.bytes;
  }
  return std::nullopt;
}

std::optional<std::string_view> did_you_mean(std::string_view word,
                                             std::span<const std::string_view> candidates) {
  std::optional<std::string_view> best;
  std::size_t best_distance = std::max<std::size_t>(1, word.size() / 3) + 1;
  for (const std::string_view candidate : candidates) {
    const std::size_t distance = edit_distance(word, candidate);
    if (distance < best_distance && distance < candidate.size()) {
      best = candidate;
      best_distance = distance;
    }
  }
  return best;
}

std::string in_quotes(std::string_view text, std::size_t limit) {
  static constexpr char hex[] = "0123456789abcdef";
  std::string out = "\"";
  for (std::size_t i = 0; i < text.size();) {
    if (out.size() > limit) {
      out += "…";
      break;
    }
    const auto byte = static_cast<unsigned char>(text[i]);
    const std::size_t length = utf8_sequence(text.substr(i));
    // C1 controls (U+0080 to U+009F) steer some terminals as the C0 ones do.
    const bool control =
        byte < 0x20 || byte == 0x7f ||
        (byte == 0xc2 && length == 2 && static_cast<unsigned char>(text[i + 1]) < 0xa0);
    if (byte == '"' || byte == '\\') {
      out += '\\';
      out += text[i++];
    } else if (length == 0 || control) {
      out += cat("\\x", hex[byte >> 4], hex[byte & 15]);
      ++i;
    } else {
      out += text.substr(i, length);
      i += length;
    }
  }
  out += '"';
  return out;
}

}  // namespace adyton
