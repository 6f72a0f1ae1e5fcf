#include "modules/crypto/age/header.h"

#include <doctest/doctest.h>

#include "tests/unit/crypto/age/support.h"

using namespace adyton;
using namespace adyton::crypto;
using namespace adyton::crypto::age;

namespace {

const std::string mac(32, 'm');

std::string header_of(const std::vector<Stanza>& stanzas) {
  return unauthenticated_header(stanzas) + header_end(as_bytes(mac));
}

}  // namespace

TEST_CASE("stanzas with bodies of every length come back") {
  for (std::size_t size = 0; size < 200; ++size) {
    const std::string text = header_of({{{"type", "a", "!~"}, test::text_of(size)}, {{"x"}, ""}});
    const auto header = parse_header(text);
    REQUIRE(header.ok());
    REQUIRE(header->stanzas.size() == 2);
    CHECK(header->stanzas[0].arguments == std::vector<std::string>{"type", "a", "!~"});
    CHECK(header->stanzas[0].body == test::text_of(size));
    CHECK(header->mac == mac);
    CHECK(text.starts_with(header->authenticated));
    CHECK(header->authenticated.ends_with("\n---"));
  }
}

TEST_CASE("a header that is cut off anywhere is refused") {
  const std::string text = header_of({{{"type"}, test::text_of(100)}});
  for (std::size_t size = 0; size < text.size(); ++size) {
    CHECK_FALSE(parse_header(text.substr(0, size)).ok());
    const auto read = read_header(source_of(std::string_view(text).substr(0, size)));
    REQUIRE_FALSE(read.ok());
    CHECK(read.error().code == ErrorCode::invalid);
  }
}

TEST_CASE("a header with something behind it is none") {
  const std::string text = header_of({{{"type"}, "body"}});
  CHECK(parse_header(text).ok());
  for (const char* const more : {"x", "\n", "-> X\n\n"}) {
    CHECK_FALSE(parse_header(text + more).ok());
  }
}

TEST_CASE("a header is found in whatever pieces it comes, with what follows it") {
  const std::string text = header_of({{{"type"}, test::text_of(9000)}, {{"other"}, "body"}});
  const std::string file = text + "\n---\npayload" + test::text_of(20000);
  for (const std::size_t most : {1UL, 7UL, 4096UL, 100000UL}) {
    const Source source = test::in_pieces(file, most);
    auto read = read_header(source);
    REQUIRE(read.ok());
    CHECK(read->size == text.size());
    std::string rest(file.size(), '\0');
    rest.resize(*read_full(source, rest));
    CHECK(read->rest + rest == file.substr(text.size()));
  }
}

TEST_CASE("what is no age file is said to be none, an overlong header to be too long") {
  const auto error = [](std::string_view text) { return read_header(source_of(text)).error(); };
  CHECK(error("").message == "is no age file");
  CHECK(error(std::string(100000, '\0')).message == "is no age file");
  CHECK(error("age-encryption.org/v2\n-> X\n\n--- \n").message ==
        "is of another version of the age format than v1");
  CHECK(error("age-encryption.org/v1\r\n--- \n").message ==
        "is of another version of the age format than v1");
  CHECK(error(header_of({})).message == "the age header is malformed: it has no recipient");
  const std::string endless = header_of({{{"type"}, std::string(longest_header, 'x')}});
  CHECK(error(endless).code == ErrorCode::limit);
}
