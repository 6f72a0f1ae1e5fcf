// JSONTestSuite against the scanner: what a job's records are held to.

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include <doctest/doctest.h>

#include "host/base/text.h"
#include "modules/json/scan.h"
#include "tests/unit/json/support.h"

using namespace adyton;

TEST_CASE("JSONTestSuite: every y_ is accepted and every n_ refused") {
  const std::filesystem::path folder =
      std::filesystem::path(ADYTON_TEST_DATA) / "JSONTestSuite/test_parsing";
  if (!std::filesystem::exists(folder)) {
    std::puts("SKIPPED: no JSONTestSuite (set ADYTON_TEST_DATA)");
    std::exit(77);
  }
  std::size_t accepted = 0;
  std::size_t refused = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    std::ifstream file(entry.path(), std::ios::binary);
    std::stringstream content;
    content << file.rdbuf();
    const std::string text = content.str();
    const std::string name = entry.path().filename().string();
    CAPTURE(name);
    const bool valid = is_utf8(text) && !validated(text);
    if (name.starts_with("y_")) {
      CHECK(valid);
      ++accepted;
    } else if (name.starts_with("n_")) {
      CHECK_FALSE(valid);
      ++refused;
    }
  }
  CHECK(accepted == 95);
  CHECK(refused == 188);
}
