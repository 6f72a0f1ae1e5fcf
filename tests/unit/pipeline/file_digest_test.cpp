#include "host/pipeline/file_digest.h"

#include <string>

#include <doctest/doctest.h>

#include "host/base/text.h"

using namespace adyton;
using namespace adyton::pipeline;

TEST_CASE("the digest is XXH3-128 of all bytes, however they are cut") {
  struct Case {
    std::size_t size;
    const char* digest;  // as xxhsum -H128 has it
  };
  for (const Case& c :
       {Case{0, "99aa06d3014798d86001c324468d497f"}, Case{1, "a6cd5e9392000f6ac44bdff4074eecdb"},
        Case{240, "aaccf00e50cb50cf5a87483dc28e0358"},
        Case{241, "8f7b3b6898244931fa3e3f950b821a67"},
        Case{1000, "3ab7ff4f164647186cefd16c7917b48d"},
        Case{100000, "eff2ce11120848664cbc1becad16bfbc"}}) {
    std::string bytes;
    for (std::size_t i = 0; i < c.size; ++i) bytes += static_cast<char>(i * i % 251);
    for (const std::size_t step : {1U, 63U, 64U, 999U, 65536U}) {
      CAPTURE(c.size);
      CAPTURE(step);
      FileDigest digest(DigestKind::xxh3_128);
      for (std::size_t i = 0; i < bytes.size(); i += step) {
        digest.add(std::string_view(bytes).substr(i, step));
      }
      CHECK(digest.text() == cat("xxh3-128:", c.digest));
    }
  }
}
