#include "modules/crypto/age/file_key.h"

#include <doctest/doctest.h>

#include "tests/unit/crypto/age/support.h"

using namespace adyton;
using namespace adyton::crypto;
using namespace adyton::crypto::age;

namespace {

const std::string file_key = "0123456789abcdef";

Result<std::string> opened(const std::string& header, const Identities& identities) {
  ADYTON_TRY(const Header parsed, parse_header(header));
  ADYTON_TRY(const Secret key, open_header(parsed, identities));
  return std::string(as_text(key.bytes()));
}

std::string with_stanzas(const std::vector<Stanza>& stanzas) {
  return unauthenticated_header(stanzas) + header_end(as_bytes(std::string(32, 'm')));
}

}  // namespace

TEST_CASE("each of several recipients unwraps the file key, another identity does not") {
  const Identity a = Identity::generate();
  const Identity b = Identity::generate();
  const auto recipients = Recipients::of({a.recipient(), b.recipient()});
  const std::string header = *make_header(*recipients, as_bytes(file_key));
  CHECK(*opened(header, Identities(a.clone())) == file_key);
  CHECK(*opened(header, Identities(b.clone())) == file_key);
  const auto refused = opened(header, Identities(Identity::generate()));
  CHECK(refused.error().code == ErrorCode::crypto);
  CHECK(refused.error().message == "decryption failed");
  CHECK(opened(header, *Identities::passphrase("x")).error().message == "decryption failed");
  CHECK(Recipients::of({}).error().message == "there is no recipient");
}

TEST_CASE("a passphrase unwraps the file key, another does not") {
  const auto recipients = Recipients::passphrase("open sesame", 10);
  const std::string header = *make_header(*recipients, as_bytes(file_key));
  CHECK(*opened(header, *Identities::passphrase("open sesame")) == file_key);
  CHECK(opened(header, *Identities::passphrase("open sesame ")).error().message ==
        "decryption failed");
  CHECK(opened(header, Identities(Identity::generate())).error().message == "decryption failed");
  CHECK(Recipients::passphrase("").error().code == ErrorCode::config);
  CHECK(Identities::passphrase("").error().code == ErrorCode::config);
}

TEST_CASE("a work factor over the limit is refused before it costs anything") {
  const std::string header = *make_header(*Recipients::passphrase("x", 11), as_bytes(file_key));
  CHECK(opened(header, *Identities::passphrase("x", 10)).error().code == ErrorCode::limit);
  const std::string salt(22, 'A');
  for (const char* const factor : {"21", "63", "64", "4294967296", "99999999999999999999"}) {
    const std::string file = with_stanzas({{{"scrypt", salt, factor}, std::string(32, 'b')}});
    CHECK(opened(file, *Identities::passphrase("x")).error().code == ErrorCode::limit);
  }
}

TEST_CASE("a malformed scrypt stanza, or one that is not alone, is refused") {
  const std::string salt(22, 'A');
  const std::string body(32, 'b');
  const auto code = [](std::vector<Stanza> stanzas) {
    return opened(with_stanzas(stanzas), *Identities::passphrase("x")).error().code;
  };
  const Stanza good{{"scrypt", salt, "1"}, body};
  CHECK(code({good}) == ErrorCode::crypto);
  CHECK(code({good, good}) == ErrorCode::invalid);
  CHECK(code({good, {{"other"}, ""}}) == ErrorCode::invalid);
  CHECK(code({{{"other"}, ""}, good}) == ErrorCode::invalid);
  CHECK(code({{{"scrypt", salt}, body}}) == ErrorCode::invalid);
  CHECK(code({{{"scrypt", salt, "1", "1"}, body}}) == ErrorCode::invalid);
  CHECK(code({{{"scrypt", salt, "1"}, body + "b"}}) == ErrorCode::invalid);
  for (const char* const factor : {"0", "01", "+1", "-1", "1 ", "1x", "x", "0x1"}) {
    if (std::string_view(factor).ends_with(' ')) continue;
    CHECK(code({{{"scrypt", salt, factor}, body}}) == ErrorCode::invalid);
  }
  for (const char* const wrong : {"AAAA", "AAAAAAAAAAAAAAAAAAAAAB", "AAAAAAAAAAAAAAAAAAAAAA=="}) {
    CHECK(code({{{"scrypt", wrong, "1"}, body}}) == ErrorCode::invalid);
  }
}

TEST_CASE("every changed bit of a header is noticed") {
  test::Pair pair;
  const std::string header = *make_header(pair.recipients, as_bytes(file_key));
  for (std::size_t i = 0; i < header.size() * 8; ++i) {
    std::string changed = header;
    changed[i / 8] = static_cast<char>(changed[i / 8] ^ 1 << i % 8);
    CHECK_FALSE(opened(changed, pair.identities).ok());
  }
}

TEST_CASE("a recipient of low order is refused by name") {
  const Recipient zero{Point{}};
  const auto header = make_header(*Recipients::of({zero}), as_bytes(file_key));
  REQUIRE_FALSE(header.ok());
  CHECK(header.error().message.starts_with(zero.text()));
}
