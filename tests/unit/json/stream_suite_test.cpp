// JSONTestSuite against the stream: what `adyton json` is held to.

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include <doctest/doctest.h>

#include "tests/unit/json/stream_support.h"

using namespace adyton::json::test;

TEST_CASE("JSONTestSuite: every y_ is accepted and every n_ refused, whole and byte by byte") {
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
    const Passed whole = pass(check, text);
    CHECK(pass_bytes(check, text) == whole);
    CHECK(pass(writes(indented), text).fault == whole.fault);
    if (name.starts_with("y_")) {
      CHECK(whole.fault == "none");
      ++accepted;
    } else if (name.starts_with("n_")) {
      CHECK(whole.fault != "none");
      ++refused;
    }
  }
  CHECK(accepted == 95);
  CHECK(refused == 188);
}
