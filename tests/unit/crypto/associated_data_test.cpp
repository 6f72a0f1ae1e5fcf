#include "modules/crypto/associated_data.h"

#include <doctest/doctest.h>

#include "tests/unit/crypto/hex.h"

using namespace adyton::crypto;
using test::hex;

// Frozen: a change here makes every value ever sealed unreadable.
TEST_CASE("the associated data of a field, version 1, byte for byte") {
  CHECK(hex(field_associated_data("customers", "/user/email", "42")) ==
        "616479746f6e2f6669656c642f31"
        "00000009"
        "637573746f6d657273"
        "0000000b"
        "2f757365722f656d61696c"
        "00000002"
        "3432");
  CHECK(hex(field_associated_data("customers", "/user/phones/*", "")) ==
        "616479746f6e2f6669656c642f31"
        "00000009"
        "637573746f6d657273"
        "0000000e"
        "2f757365722f70686f6e65732f2a"
        "00000000");
}

TEST_CASE("the associated data of a token, version 1, byte for byte") {
  CHECK(hex(token_associated_data("customers")) ==
        "616479746f6e2f746f6b656e2f31"
        "00000009"
        "637573746f6d657273");
}

TEST_CASE("the head of a keyed hash's message, version 1, byte for byte") {
  CHECK(hex(hash_message_head("customers")) ==
        "616479746f6e2f686173682f31"
        "00000009"
        "637573746f6d657273");
}

TEST_CASE("a length is four bytes, big endian") {
  const std::string text = token_associated_data(std::string(0x012345, 'x'));
  CHECK(hex(text.substr(14, 4)) == "00012345");
  CHECK(text.size() == 18 + 0x012345);
}

TEST_CASE("parts that join to the same text give different associated data") {
  CHECK(field_associated_data("ab", "c", "") != field_associated_data("a", "bc", ""));
  CHECK(field_associated_data("a", "b", "") != field_associated_data("a", "", "b"));
}
