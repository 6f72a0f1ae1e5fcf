#include "modules/json/specials.h"

#include <algorithm>
#include <memory>
#include <random>
#include <string>

#include <doctest/doctest.h>

#include "modules/json/scan.h"

using namespace adyton::json;
using namespace adyton::json::detail;

namespace {

bool is_special(char c) {
  return c == '"' || c == '\\' || static_cast<unsigned char>(c) < 0x20;
}

/// A text with its padding at the very end of its memory, full of what must not be found.
class Text {
 public:
  explicit Text(std::string_view text)
      : size_(text.size()),
        bytes_(std::make_unique_for_overwrite<char[]>(text.size() + scan_padding)) {
    text.copy(bytes_.get(), size_);
    std::fill_n(bytes_.get() + size_, scan_padding, '"');
  }
  const char* begin() const { return bytes_.get(); }
  const char* end() const { return bytes_.get() + size_; }

 private:
  std::size_t size_;
  std::unique_ptr<char[]> bytes_;
};

/// Asks for the next special byte again and again, `step(text, found)` saying from where; true if
/// each answer is the right one.
template <class Specials, class Step>
bool finds_all(const Text& text, Step&& step) {
  Specials specials(text.begin(), text.end());
  auto place = specials.place();
  for (const char* p = text.begin() + 1; p < text.end();) {
    const char* const expected = std::find_if(p, text.end(), is_special);
    const char* const found = specials.from(p, place);
    if (expected == text.end() ? found < text.end() : found != expected) return false;
    p = step(p, expected);
  }
  return true;
}

template <class Step>
void check_both(std::string_view bytes, Step&& step) {
  const Text text(bytes);
  CHECK(finds_all<NearbySpecials>(text, step));
  if (IndexedSpecials::usable(1 << 20)) CHECK(finds_all<IndexedSpecials>(text, step));
}

const auto go_on = [](const char*, const char* found) { return found + 1; };

}  // namespace

TEST_CASE("each quote, backslash and control character is found, and nothing else is") {
  std::string bytes = "x";
  for (int c = 0; c < 256; ++c) bytes += static_cast<char>(c);
  check_both(bytes, go_on);
}

TEST_CASE("special bytes are found wherever they lie, however many there are") {
  std::mt19937 random(1);
  for (const unsigned every : {1U, 2U, 5U, 40U, 700U, 9000U}) {
    for (const std::size_t size : {1U, 2U, 63U, 64U, 65U, 4095U, 4096U, 4097U, 4160U, 20000U}) {
      CAPTURE(every);
      CAPTURE(size);
      std::string bytes(size, 'a');
      for (char& c : bytes) {
        if (random() % every == 0) c = "\"\"\"\\\t"[random() % 5];
      }
      check_both(bytes, go_on);
      // As strings are read: from behind the opening quote to the closing one, then on to the next.
      check_both(bytes, [&](const char*, const char* found) { return found + 1 + random() % 3; });
      // As where there are no strings for a long time.
      check_both(bytes, [&](const char*, const char* found) { return found + random() % 9000; });
    }
  }
}

TEST_CASE("the place can be handed over between two questions") {
  if (!IndexedSpecials::usable(1 << 20)) return;
  std::string bytes;
  for (int i = 0; i < 3000; ++i) bytes += "\"abc\",";
  const Text text(bytes);
  IndexedSpecials specials(text.begin(), text.end());
  for (const char* p = text.begin(); p < text.end(); p += 6) {
    auto place = specials.place();
    REQUIRE(specials.from(p + 1, place) == p + 4);
    specials.set_place(place);
  }
}

TEST_CASE("a text too short to be worth an index has none") {
  CHECK_FALSE(IndexedSpecials::usable(50));
}
