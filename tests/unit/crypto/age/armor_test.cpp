#include "modules/crypto/age/armor.h"

#include <doctest/doctest.h>

#include "tests/unit/crypto/age/support.h"

using namespace adyton;
using namespace adyton::crypto;
using namespace adyton::crypto::age;

namespace {

std::string armored(std::string_view bytes, std::size_t piece = 1000) {
  std::string out;
  ArmorWriter writer(test::into(out));
  for (; !bytes.empty(); bytes.remove_prefix(std::min(piece, bytes.size()))) {
    REQUIRE(writer.write(bytes.substr(0, piece)).ok());
  }
  REQUIRE(writer.finish().ok());
  return out;
}

Result<std::string> read(std::string_view text, std::size_t most = 1 << 20) {
  ADYTON_TRY(const Source source, without_armor(test::in_pieces(text, most)));
  std::string out(text.size() + 1, '\0');
  ADYTON_TRY(const std::size_t n, read_full(source, out));
  out.resize(n);
  return out;
}

std::string replaced(std::string text, std::string_view what, std::string_view with) {
  text.replace(text.find(what), what.size(), with);
  return text;
}

}  // namespace

TEST_CASE("every length comes back, written and read in any pieces") {
  for (std::size_t size = 0; size < 300; ++size) {
    const std::string bytes = test::text_of(size);
    const std::string text = armored(bytes);
    CHECK(*read(text) == bytes);
    for (const std::size_t piece : {1UL, 5UL, 47UL, 48UL, 49UL}) {
      CHECK(armored(bytes, piece) == text);
      CHECK(*read(text, piece) == bytes);
    }
  }
  const std::string large = test::text_of(1000000);
  CHECK(*read(armored(large, 33333), 4444) == large);
}

TEST_CASE("CR LF, white space around and a missing last newline are taken") {
  const std::string bytes = test::text_of(100);
  std::string text = armored(bytes);
  CHECK(*read(" \n\t\r\n" + text + "\n \r\n\n") == bytes);
  CHECK(*read(std::string_view(text).substr(0, text.size() - 1)) == bytes);
  for (std::size_t at = 0; (at = text.find('\n', at)) != std::string::npos; at += 2) {
    text.insert(at, "\r");
  }
  CHECK(*read(text) == bytes);
}

TEST_CASE("armor that is not strict is refused") {
  const std::string text = armored(test::text_of(100));  // lines of 48, 48 and 4 bytes
  const std::string body = text.substr(armor_begin.size() + 1);
  const std::string first = body.substr(0, 64);
  const std::string last = body.substr(130, 8);
  REQUIRE(last.ends_with("="));
  for (const std::string& wrong : {
           text + "x",                                      // something behind
           text + text,                                     //
           replaced(text, first, first + "\n"),             // an empty line
           replaced(text, first, " " + first.substr(1)),    // a blank
           replaced(text, first, first.substr(0, 60)),      // a short line within
           replaced(text, first + "\n", first),             // a long line
           replaced(text, last, last.substr(0, 6)),         // no padding
           replaced(text, last, last + "="),                //
           replaced(text, armor_end, "-----END AGE-----"),  //
           replaced(text, armor_end, ""),                   //
           replaced(text, armor_begin, std::string(armor_begin) + " "),
           replaced(text, armor_begin, std::string(armor_begin) + "\nA: b\n"),
           replaced(text, last + "\n", last),
           replaced(text, first, first + "\r"),
       }) {
    CAPTURE(wrong);
    const auto result = read(wrong);
    // A CR before the LF is an end of line; everything else is not.
    if (wrong.find(first + "\r") != std::string::npos) continue;
    REQUIRE_FALSE(result.ok());
    CHECK(result.error().code == ErrorCode::invalid);
    CHECK(result.error().message.starts_with("the armor is malformed: "));
  }
  for (std::size_t size = armor_begin.size(); size < text.size() - 1; ++size) {
    CHECK_FALSE(read(std::string_view(text).substr(0, size)).ok());
  }
}

TEST_CASE("bytes that are not in armor pass as they are") {
  for (const std::size_t size : {0UL, 1UL, 1057UL, 1058UL, 1059UL, 100000UL}) {
    CHECK(*read(test::text_of(size)) == test::text_of(size));
  }
}
