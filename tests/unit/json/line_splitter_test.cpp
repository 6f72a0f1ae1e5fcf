#include "modules/json/line_splitter.h"

#include <vector>

#include <doctest/doctest.h>

#include "host/base/text.h"

using adyton::cat;
using adyton::json::LineSplitter;

namespace {

/// Every line as "number@offset:text|", "!" behind one that is too long.
std::string lines(const std::vector<std::string_view>& pieces,
                  std::size_t longest = LineSplitter::no_limit) {
  LineSplitter splitter(longest);
  std::string all;
  LineSplitter::Line line;
  const auto put = [&] {
    all += cat(line.number, '@', line.offset, ':', line.text, line.too_long ? "!" : "", '|');
  };
  for (const std::string_view piece : pieces) {
    const std::vector<char> block(piece.begin(), piece.end());
    splitter.feed({block.data(), block.size()});
    while (splitter.next(line)) put();
  }
  if (splitter.finish(line)) put();
  return all;
}

void check_cuts(std::string_view text, std::size_t longest = LineSplitter::no_limit) {
  CAPTURE(text);
  const std::string whole = lines({text}, longest);
  for (std::size_t a = 0; a <= text.size(); ++a) {
    for (std::size_t b = a; b <= text.size(); ++b) {
      CHECK(lines({text.substr(0, a), text.substr(a, b - a), text.substr(b)}, longest) == whole);
    }
  }
}

}  // namespace

TEST_CASE("lines end with LF or CRLF, the last with the text") {
  CHECK(lines({"a\nbc\r\nd"}) == "1@0:a|2@2:bc|3@6:d|");
  CHECK(lines({"a\n"}) == "1@0:a|");
  CHECK(lines({""}) == "");
  CHECK(lines({"a\rb\n"}) == "1@0:a\rb|");
  CHECK(lines({"a\r"}) == "1@0:a|");
}

TEST_CASE("blank lines are counted and left out") {
  CHECK(lines({"\n \t\r\n\r\na\n\n  "}) == "4@7:a|");
}

TEST_CASE("a BOM is passed over at the very start only") {
  CHECK(lines({"\xef\xbb\xbf"
               "a\nb"}) == "1@3:a|2@5:b|");
  CHECK(lines({"\xef\xbb\xbf\na\n"}) == "2@4:a|");
  CHECK(lines({"a\n\xef\xbb\xbf"
               "b"}) ==
        "1@0:a|2@2:\xef\xbb\xbf"
        "b|");
}

TEST_CASE("a line over the limit is named, and of it only the beginning is kept") {
  CHECK(lines({"123\n1234\r\n12345\n1\n"}, 4) == "1@0:123|2@4:1234|3@10:12345!|4@16:1|");
  const std::string longer(1000, 'x');
  const std::string beginning(LineSplitter::excerpt, 'x');
  CHECK(lines({longer + "\n2"}, 999) == cat("1@0:", beginning, "!|2@1001:2|"));
  CHECK(lines({longer}, 1000) == cat("1@0:", longer, "|"));
}

TEST_CASE("lines do not depend on the cuts") {
  check_cuts("\xef\xbb\xbf{\"a\":1}\r\n\r\n \n[2]\n\n\xc3\xab\r");
  check_cuts(
      "\xef\xbb\xbf"
      "1234\r\n12345\r\n1234\n12345\n123456\n1",
      4);
  check_cuts("12345678901234567890\r\n1\n", 4);
}
