#include "modules/crypto/protobuf.h"

#include <doctest/doctest.h>

#include "tests/unit/crypto/hex.h"

using namespace adyton::crypto;
using test::unhex;

TEST_CASE("what is written is read back") {
  for (const std::uint64_t value : {1ULL, 127ULL, 128ULL, 300ULL, ~0ULL}) {
    std::string message;
    append_varint_field(message, 1, value);
    append_bytes_field(message, 16, "bytes");
    ProtoReader reader(message);
    auto field = reader.next();
    REQUIRE(field);
    CHECK(field->number == 1);
    CHECK(std::get<std::uint64_t>(field->value) == value);
    field = reader.next();
    REQUIRE(field);
    CHECK(field->number == 16);
    CHECK(std::get<std::string_view>(field->value) == "bytes");
    CHECK_FALSE(reader.next());
    CHECK_FALSE(reader.failed());
  }
}

TEST_CASE("the bytes are protobuf's") {
  std::string message;
  append_varint_field(message, 1, 0);
  append_varint_field(message, 1, 150);
  append_bytes_field(message, 2, "testing");
  CHECK(test::hex(message) == "089601120774657374696e67");
}

TEST_CASE("malformed messages are refused") {
  for (const std::string_view bad :
       {"08", "0880", "1205", "120561", "0000", "0900", "0d00000000", "0b", "0c",
        "08ffffffffffffffffff02", "08ffffffffffffffffffff01", "12ffffffffffffffffff01",
        "8080808080808080808001"}) {
    CAPTURE(bad);
    const std::string message = unhex(bad);
    ProtoReader reader(message);
    while (reader.next()) {
    }
    CHECK(reader.failed());
    CHECK_FALSE(reader.next());
  }
}
