#include "host/base/line_ends.h"

#include <memory>
#include <random>
#include <string>
#include <vector>

#include <doctest/doctest.h>

using adyton::LineEnds;

namespace {

/// As LineEnds has it, one search after the other.
std::vector<std::size_t> expected_ends(std::string_view text) {
  std::vector<std::size_t> ends;
  for (std::size_t at = text.find('\n'); at != std::string_view::npos;
       at = text.find('\n', at + 1)) {
    ends.push_back(at);
  }
  ends.push_back(text.size());
  return ends;
}

/// Behind the text there is no byte that may be read.
std::vector<std::size_t> ends_of(std::string_view text) {
  const auto alone = std::make_unique_for_overwrite<char[]>(text.size());
  text.copy(alone.get(), text.size());
  LineEnds ends({alone.get(), text.size()});
  std::vector<std::size_t> out;
  do out.push_back(ends.next());
  while (out.back() < text.size());
  CHECK(ends.next() == text.size());
  return out;
}

}  // namespace

TEST_CASE("every newline is found, whatever the length of the lines and of the text") {
  std::mt19937 random(1);
  for (std::size_t size = 0; size < 400; ++size) {
    for (const unsigned one_in : {1, 2, 10, 64, 300}) {
      std::string text(size, 'x');
      for (char& c : text) {
        if (random() % one_in == 0) c = '\n';
      }
      REQUIRE(ends_of(text) == expected_ends(text));
    }
  }
}

TEST_CASE("long texts, and lines longer than what is looked through at once") {
  std::mt19937 random(2);
  for (const std::size_t size : {4095, 4096, 4097, 8192, 20000, 70000}) {
    for (const unsigned one_in : {1, 3, 257, 5000, 100000}) {
      std::string text(size, '\t');
      for (char& c : text) {
        if (random() % one_in == 0) c = '\n';
      }
      REQUIRE(ends_of(text) == expected_ends(text));
    }
  }
  CHECK(ends_of("") == std::vector<std::size_t>{0});
}
