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
  for (const char* text : {"A", "AAAAA", "Zh", "Zm9", "Zg==", "Zg=", "Z g", "Zg\n", "Zm9v+", "Zm9v/", "=",
                           "Zm\xc3\xa9", "Zm9vZh"}) {
    CAPTURE(text);
    CHECK_FALSE(base64::decode(text, Alphabet::url));
  }
  for (const char* text : {"Zg", "Zg=", "Zh==", "Zm9=", "Zg===", "====", "Zm9v-A==", "Z===", "Zg==Zg=="}) {
    CAPTURE(text);
    CHECK_FALSE(base64::decode(text, Alphabet::standard));
  }
}
