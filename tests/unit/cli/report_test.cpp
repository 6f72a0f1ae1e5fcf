// What commands print for people and for other programs: differences, JUnit XML, text of records.

#include <random>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "host/cli/junit.h"
#include "host/cli/terminal_text.h"
#include "host/cli/unified_diff.h"

using namespace adyton::cli;

namespace {

using Lines = std::vector<std::string>;

/// The difference put onto the old lines, hunk by hunk; what stands in it must be there.
Lines patched(const Lines& before, const std::string& difference) {
  Lines after;
  std::size_t at = 0;
  for (std::size_t begin = 0; begin < difference.size();) {
    const std::size_t end = difference.find('\n', begin);
    const std::string line = difference.substr(begin, end - begin);
    begin = end + 1;
    if (line.starts_with("@@ -")) {
      std::size_t digits = 0;
      std::size_t first = std::stoul(line.substr(4), &digits);
      const bool none = line.substr(4 + digits, 3) == ",0 ";
      if (!none) --first;
      for (; at < first; ++at) after.push_back(before[at]);
    } else if (line[0] == '+') {
      after.push_back(line.substr(1));
    } else {
      REQUIRE(before[at] == line.substr(1));
      if (line[0] == ' ') after.push_back(before[at]);
      ++at;
    }
  }
  for (; at < before.size(); ++at) after.push_back(before[at]);
  return after;
}

}  // namespace

TEST_CASE("a difference is written as diff -u writes it") {
  const Lines before = {"1", "2", "3", "4", "5", "6", "7", "8", "9"};
  Lines after = before;
  after[4] = "five";
  CHECK(unified_diff(before, after) == "@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-5\n+five\n 6\n 7\n 8\n");
  CHECK(unified_diff(before, before).empty());
  CHECK(unified_diff({}, {"a"}) == "@@ -0,0 +1 @@\n+a\n");
  CHECK(unified_diff({"a"}, {}) == "@@ -1 +0,0 @@\n-a\n");
}

TEST_CASE("a difference put onto the old lines gives the new ones") {
  std::mt19937 random(11);
  for (int i = 0; i < 3000; ++i) {
    Lines before(random() % 40);
    for (std::string& line : before) line = std::string(1, static_cast<char>('a' + random() % 6));
    Lines after;
    for (const std::string& line : before) {
      if (random() % 8 != 0) after.push_back(line);
      if (random() % 8 == 0) after.push_back("new");
    }
    CHECK(patched(before, unified_diff(before, after)) == after);
  }
}

TEST_CASE("the difference of very many lines is right, if not the shortest") {
  Lines before;
  Lines after;
  for (int i = 0; i < 6000; ++i) {
    before.push_back(std::to_string(i));
    after.push_back(std::to_string(i * 7 % 6000));
  }
  CHECK(patched(before, unified_diff(before, after)) == after);
}

TEST_CASE("a report holds what XML may not as text") {
  const std::string xml =
      junit_xml("a&b.toml", {{"<\"\x1b\xff\xef\xbf\xbf\n>", "p:1", "]]>\r", 0.5}});
  CHECK(xml.find("name=\"&lt;&quot;\\x1b\\xff\\xef\\xbf\\xbf&#10;&gt;\"") != std::string::npos);
  CHECK(xml.find("]]&gt;\\x0d</failure>") != std::string::npos);
  CHECK(xml.find("tests=\"1\" failures=\"1\"") != std::string::npos);
}

TEST_CASE("what a terminal would obey is shown escaped") {
  CHECK(shown("z\xc3\xa4") == "z\xc3\xa4");
  CHECK(shown("a\x1b[2J") == "\"a\\x1b[2J\"");
  CHECK(shown("a\xc2\x9b").find('\xc2') == std::string::npos);
  CHECK(shown_record(" {\"a\":\n1}\n") == "{\"a\": 1}");
  CHECK(shown_record(" \n").empty());
}
