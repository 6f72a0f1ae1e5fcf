#include "modules/json/uuid_text.h"

#include <array>
#include <string>

#include <doctest/doctest.h>

using namespace adyton::json;

namespace {

std::string text(const std::array<std::uint8_t, 16>& bytes) {
  char out[uuid_capacity];
  return {out, write_uuid(bytes, out)};
}

}  // namespace

TEST_CASE("a UUID has five groups of lower-case digits") {
  CHECK(text({0xF8, 0x1D, 0x4F, 0xAE, 0x7D, 0xEC, 0x11, 0xD0, 0xA7, 0x65, 0x00, 0xA0, 0xC9, 0x1E,
              0x6B, 0xF6}) == "f81d4fae-7dec-11d0-a765-00a0c91e6bf6");
  CHECK(text({}) == "00000000-0000-0000-0000-000000000000");
}
