// JSONTestSuite against Boost.JSON, whole and cut at every length.
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include <doctest/doctest.h>

#include "tests/unit/json/oracle.h"

using adyton::json::test::check_against_boost;

TEST_CASE("JSONTestSuite, whole and cut, is what Boost.JSON says it is") {
  const std::filesystem::path folder =
      std::filesystem::path(ADYTON_TEST_DATA) / "JSONTestSuite/test_parsing";
  if (!std::filesystem::exists(folder)) {
    std::puts("SKIPPED: no JSONTestSuite (set ADYTON_TEST_DATA)");
    std::exit(77);
  }
  std::size_t files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    std::ifstream file(entry.path(), std::ios::binary);
    std::stringstream content;
    content << file.rdbuf();
    const std::string text = content.str();
    ++files;
    check_against_boost(text);
    if (text.size() > 3000) continue;
    for (std::size_t size = 0; size < text.size(); ++size) {
      check_against_boost(std::string_view(text).substr(0, size));
    }
  }
  CHECK(files == 318);
}
