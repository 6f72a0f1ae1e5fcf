#include "host/base/base64.h"

#include <doctest/doctest.h>

using namespace adyton;
using base64::Alphabet;

namespace {
std::string encoded(std::string_view text, Alphabet alphabet) {
  return base64::encode(as_bytes(text), alphabet);
}
}  // namespace

TEST_CASE("base64 has the values of RFC 4648, section 10") {
  CHECK(encoded("", Alphabet::standard) == "");
  CHECK(encoded("f", Alphabet::standard) == "Zg==");
  CHECK(encoded("fo", Alphabet::standard) == "Zm8=");
  CHECK(encoded("foo", Alphabet::standard) == "Zm9v");
  CHECK(encoded("foob", Alphabet::standard) == "Zm9vYg==");
  CHECK(encoded("foobar", Alphabet::standard) == "Zm9vYmFy");
  CHECK(encoded("f", Alphabet::url) == "Zg");
  CHECK(encoded("\xfb\xff", Alphabet::url) == "-_8");
  CHECK(encoded("\xfb\xff", Alphabet::standard) == "+/8=");
}

TEST_CASE("every length comes back as it went in, in both alphabets") {
  std::string bytes;
  for (unsigned i = 0; i < 300; ++i) {
    for (const Alphabet alphabet : {Alphabet::standard, Alphabet::url}) {
      const std::string text = encoded(bytes, alphabet);
      CHECK(text.size() == base64::encoded_size(bytes.size(), alphabet));
      CHECK(base64::decode(text, alphabet) == bytes);
    }
    bytes += static_cast<char>(i * 37);
  }
}

TEST_CASE("only canonical text is decoded") {
  for (const char* text : {"A", "AAAAA", "Zh", "Zm9", "Zg==", "Zg=", "Z g", "Zg\n", "Zm9v+",
                           "Zm9v/", "=", "Zm\xc3\xa9", "Zm9vZh"}) {
    CAPTURE(text);
    CHECK_FALSE(base64::decode(text, Alphabet::url));
  }
  for (const char* text :
       {"Zg", "Zg=", "Zh==", "Zm9=", "Zg===", "====", "Zm9v-A==", "Z===", "Zg==Zg=="}) {
    CAPTURE(text);
    CHECK_FALSE(base64::decode(text, Alphabet::standard));
  }
}

TEST_CASE("every byte value at every place of a long text has the character of its alphabet") {
  constexpr std::string_view standard =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string bytes;
  for (unsigned i = 0; i < 64 * 64 * 3; ++i) bytes += static_cast<char>((i * 2654435761U) >> 13);
  std::string expected;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(bytes[i + at]); };
    const unsigned word = static_cast<unsigned>(byte(0) << 16 | byte(1) << 8 | byte(2));
    for (int shift = 18; shift >= 0; shift -= 6) expected += standard[word >> shift & 63];
  }
  CHECK(encoded(bytes, Alphabet::standard) == expected);
  for (char& c : expected) c = c == '+' ? '-' : c == '/' ? '_' : c;
  CHECK(encoded(bytes, Alphabet::url) == expected);
}
