// Mutated documents, and documents cut at every length: the parser and the scanner take what
// Boost.JSON takes, and the parser tells what Boost.JSON tells. ADYTON_DOCUMENTS says how many
// mutations are made (50000).
#include "tests/unit/json/oracle.h"

#include <cstdlib>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>

using namespace adyton::json::test;

namespace {

const std::vector<std::string>& documents() {
  static const std::vector<std::string> all = {
      R"({"a": [1, -2.5e+10, true, false, null, "x\u00e9\ud83d\ude00\n"], "b": {"c": {}}, "": []})",
      R"([0, -0, 0.0, 1E5, 1e-7, 123456789012345678901234567890, 9223372036854775808, 0.1e1])",
      R"({"é": "ünïcödé", "€": "😀", "\"\\\/\b\f\n\r\t": "long string, longer than a vector is"})",
      "  [\t[\r\n[ ] , [ ]\n] , {\"a\" : { } } ]                                          ",
      R"([{"id": 1, "name": "a"}, {"id": 2, "name": "b"}, {"id": 3, "name": "c"}])",
      R"({"quite a long key that fills more than one block of sixty-four bytes, by far": -1.25})",
      "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]",
      "\"\\u0041\\u00e9\\u20ac\\uD83D\\uDE00\"",
      "true",
      "-12",
  };
  return all;
}

std::size_t how_many() {
  const char* const count = std::getenv("ADYTON_DOCUMENTS");
  return count == nullptr ? 50'000 : std::strtoull(count, nullptr, 10);
}

void mutate(std::string& text, std::mt19937_64& random) {
  static constexpr std::string_view telling =
      "\"\\{}[]:,0159-+.eEtfnu \n\r\t/\0\x01\x1f\x7f\x80\xbf\xc0\xc3\xe2\xed\xf0\xf4\xff";
  const std::size_t at = random() % (text.size() + 1);
  const auto any = [&] { return telling[random() % telling.size()]; };
  switch (random() % 6) {
    case 0:
      if (at < text.size()) text[at] = static_cast<char>(text[at] ^ (1 << (random() % 8)));
      break;
    case 1:
      if (at < text.size()) text[at] = any();
      break;
    case 2:
      text.insert(at, 1, any());
      break;
    case 3:
      text.erase(at, 1 + random() % 8);
      break;
    case 4:
      text.insert(at, text.substr(random() % (text.size() + 1), random() % 20));
      break;
    default: {
      const std::string& other = documents()[random() % documents().size()];
      text = text.substr(0, at) + other.substr(random() % other.size());
    }
  }
}

}  // namespace

TEST_CASE("a document cut at any length is what Boost.JSON says it is") {
  for (const std::string& document : documents()) {
    REQUIRE(BoostVerdict(document).accepted);
    for (std::size_t size = 0; size <= document.size(); ++size)
      check_against_boost(document.substr(0, size));
    for (std::size_t size = 0; size <= document.size(); ++size)
      check_against_boost(document.substr(size));
  }
}

TEST_CASE("a mutated document is what Boost.JSON says it is") {
  std::mt19937_64 random(how_many());
  for (std::size_t i = how_many(); i > 0; --i) {
    std::string text = documents()[random() % documents().size()];
    for (std::size_t changes = 1 + random() % 4; changes > 0; --changes) mutate(text, random);
    check_against_boost(text);
  }
}
