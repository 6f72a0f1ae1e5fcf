#include "modules/json/skeleton.h"

#include <memory>
#include <random>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "modules/json/scan.h"
#include "tests/unit/json/support.h"

using adyton::json::detail::Skeleton;

namespace {

/// A skeleton as text: "{" for {@12, 's' for a string and 'l' for another scalar.
struct Part {
  char kind;
  std::size_t offset;
  bool operator==(const Part&) const = default;
};
using Parts = std::vector<Part>;

std::ostream& operator<<(std::ostream& out, const Parts& parts) {
  for (const Part& part : parts) out << part.kind << part.offset << ' ';
  return out;
}

enum class Expected { parts, none, anything };

/// As Skeleton::read() has it, byte by byte. A backslash outside strings, which no number or
/// constant has, may be taken for anything.
Expected expected_parts(std::string_view text, Parts& out) {
  bool in_scalar = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (static_cast<unsigned char>(c) < ' ') return Expected::none;
    const bool structural = std::string_view("{}[],:").find(c) != std::string_view::npos;
    const bool begins = !in_scalar && !structural && c != ' ' && c != '"';
    in_scalar = !structural && c != ' ' && c != '"';
    if (structural) out.push_back({c, i});
    if (begins) out.push_back({'l', i});
    if (c == '\\') return Expected::anything;
    if (c != '"') continue;
    out.push_back({'s', i});
    for (++i;; ++i) {
      if (i >= text.size() || static_cast<unsigned char>(text[i]) < ' ') return Expected::none;
      if (text[i] == '"') break;
      if (text[i] != '\\') continue;
      ++i;
      const char code = i < text.size() ? text[i] : '\0';
      if (code == '\0' || std::string_view("\"\\/bfnrtu").find(code) == std::string_view::npos) {
        return Expected::none;
      }
      if (code != 'u') continue;
      for (std::size_t digit = 1; digit <= 4; ++digit) {
        if (i + digit >= text.size() ||
            std::isxdigit(static_cast<unsigned char>(text[i + digit])) == 0) {
          return Expected::none;
        }
      }
    }
  }
  return Expected::parts;
}

Parts parts_of(const Skeleton& skeleton) {
  static constexpr std::string_view kinds = "l{}[],:";
  Parts out;
  for (std::size_t i = 0; i < skeleton.size(); ++i) {
    const std::uint8_t part = skeleton.parts()[i];
    const bool is_string = (part & Skeleton::kind) == 0 && (part & Skeleton::quoted) != 0;
    out.push_back({is_string ? 's' : kinds[(part & Skeleton::kind) >> 4],
                   static_cast<std::size_t>(skeleton.offsets()[i])});
  }
  return out;
}

void check(std::string_view text) {
  if (!Skeleton::available()) return;
  static const auto skeleton = std::make_unique<Skeleton>();
  Parts expected;
  const Expected what = expected_parts(text, expected);
  if (what == Expected::anything) return;
  const Padded padded(text);
  CAPTURE(text);
  REQUIRE(skeleton->read(padded.view()) == (what == Expected::parts));
  if (what == Expected::none) return;
  REQUIRE(parts_of(*skeleton) == expected);
  REQUIRE(static_cast<std::size_t>(skeleton->offsets()[skeleton->size()]) == text.size());
  REQUIRE(skeleton->offsets()[Skeleton::nowhere] == -1);
  for (std::size_t i = 0; i < 32; ++i) {
    REQUIRE((skeleton->parts()[skeleton->size() + i] & Skeleton::kind) == Skeleton::end);
  }
}

using Random = std::mt19937;

std::string some_string(Random& random) {
  std::string text = "\"";
  for (auto left = random() % (random() % 8 == 0 ? 150 : 20); left > 0; --left) {
    switch (random() % 12) {
      case 0:
        text += std::string("\\") + "\"\\/bfnrt"[random() % 8];
        break;
      case 1:
        text += "\\u00eF";
        break;
      case 2:
        text += "{}[],: "[random() % 7];
        break;
      case 3:
        text += "\xc3\xa9\x7f";
        break;
      default:
        text += static_cast<char>('a' + random() % 26);
    }
  }
  return text + '"';
}

std::string some_text(Random& random) {
  std::string text;
  for (auto left = random() % 40; left > 0; --left) {
    switch (random() % 8) {
      case 0:
      case 1:
        text += some_string(random);
        break;
      case 2:
        text += std::to_string(static_cast<int>(random()));
        break;
      case 3:
        text += std::string(random() % 3 == 0 ? random() % 70 : 1, ' ');
        break;
      default:
        text += "{}[],:"[random() % 6];
    }
  }
  return text;
}

}  // namespace

TEST_CASE("brackets, commas, colons and the beginnings of scalars are found") {
  Random random(1);
  for (int i = 0; i < 30000; ++i) check(some_text(random));
  check("");
  check(std::string(Skeleton::most, '['));
  check("\"" + std::string(Skeleton::most - 2, 'x') + "\"");
}

TEST_CASE("wherever a block of bytes ends, strings, escapes and scalars go on behind it") {
  for (std::size_t before = 0; before < 140; ++before) {
    for (const char* text : {R"("\"",1)", R"("\\","\\\"")", R"("\u00e9")", R"(12345)", R"("",null)",
                             R"("\\\\\\\\\\",{})", "\"\xe2\x82\xac\""}) {
      check(std::string(before, ' ') + text);
      check('"' + std::string(before, '\\') + std::string(before % 2, '"') + '"' + text);
    }
  }
}

TEST_CASE("what is no string of JSON has no skeleton") {
  for (std::size_t before = 0; before < 140; ++before) {
    for (const char* text : {"\"", "\"\\\"", "\"\\x\"", "\"\\u12g4\"", "\"\\u123\"", "\"\\u\"",
                             "\"a\tb\"", "[\t1]", "\"\x01\"", "[1]\n", "\"\\"}) {
      check(std::string(before, ' ') + text);
    }
  }
}

TEST_CASE("damaged texts have the skeleton they have byte by byte, or none") {
  Random random(2);
  for (int i = 0; i < 30000; ++i) {
    std::string text = some_text(random);
    if (text.empty()) continue;
    text[random() % text.size()] = "\"{}[],: 0\x1f\xff"[random() % 11];
    check(text);
  }
}
