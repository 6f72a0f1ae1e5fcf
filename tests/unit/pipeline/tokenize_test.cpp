#include "host/base/base64.h"
#include "modules/crypto/associated_data.h"
#include "modules/crypto/daead.h"
#include "tests/unit/pipeline/key_bench.h"

using namespace adyton;
using namespace adyton::pipeline;
using List = std::vector<std::string>;

namespace {

struct Bench : test::KeyBench {
  Bench() : KeyBench(crypto::KeyType::aes256_siv) {
    options["if_encrypted"] = std::string("error");
  }

  /// The token of a value, without quotes.
  std::string token(const std::string& value) {
    const std::string out = run(tokenize_step, {"/a"}, "{\"a\":" + value + "}");
    return out.size() < 9 ? out : out.substr(6, out.size() - 8);
  }

  /// What a token was made of.
  std::string opened(const std::string& text, std::string_view domain = "test") {
    const auto bytes = base64::decode(text, base64::Alphabet::url);
    REQUIRE(bytes);
    const auto daead = crypto::Daead::create(keyring());
    const std::string bound = crypto::token_associated_data(domain);
    const auto plaintext = daead->decrypt_deterministically(as_bytes(*bytes), as_bytes(bound));
    return plaintext ? *plaintext : "(does not open)";
  }
};

}  // namespace

TEST_CASE("a token is made of a string's characters, or of a value's canonical text") {
  Bench bench;
  CHECK(bench.opened(bench.token("\"zo\\u00eb\\n\"")) == "zo\xc3\xab\n");
  CHECK(bench.opened(bench.token("1.50e1")) == "15");
  CHECK(bench.opened(bench.token("null")) == "null");
  CHECK(bench.opened(bench.token("true")) == "true");
  CHECK(bench.opened(bench.token("{ \"b\": [1.0, \"\\u0041\"], \"a\": {} }")) ==
        "{\"a\":{},\"b\":[1,\"A\"]}");
  CHECK(bench.opened(bench.token("1234567890123456789")) == "1234567890123456789");
  CHECK(bench.opened(bench.token("\"\"")) == "");
}

TEST_CASE("equal values have equal tokens in every field and record, others other ones") {
  Bench bench;
  const std::string out =
      bench.run(tokenize_step, {"/a", "/b/*"},
                "{\"a\":\"x\",\"b\":[\"\\u0078\",\"y\"]}\r\n\n{\"b\":{\"q\":\"x\"},\"a\":42}\n"
                "{\"a\":\"42\",\"b\":[]}\n{\"a\":9007199254740993,\"b\":[9007199254740992]}\n");
  CHECK(bench.dead.empty());
  CHECK(bench.values == 8);
  const std::string x = bench.token("\"x\"");
  const std::string y = bench.token("\"y\"");
  const std::string n = bench.token("42");
  const std::string big = bench.token("9007199254740993");
  const std::string even = bench.token("9007199254740992");
  CHECK(big != even);
  CHECK(out == cat("{\"a\":\"", x, "\",\"b\":[\"", x, "\",\"", y, "\"]}\r\n\n{\"b\":{\"q\":\"", x,
                   "\"},\"a\":\"", n, "\"}\n{\"a\":\"", n, "\",\"b\":[]}\n{\"a\":\"", big,
                   "\",\"b\":[\"", even, "\"]}\n"));
}

TEST_CASE("tokens of two domains do not join") {
  Bench bench;
  const std::string here = bench.token("\"x\"");
  bench.domain("other");
  CHECK(bench.token("\"x\"") != here);
  CHECK(bench.opened(here, "other") == "(does not open)");
}

TEST_CASE("a pinned key gives the same tokens after a rotation") {
  Bench bench;
  const std::string before = bench.token("\"x\"");
  const std::uint32_t first = bench.keyring().primary_key_id();
  bench.rotate();
  CHECK(bench.token("\"x\"") != before);
  bench.options["key_id"] = std::int64_t{first};
  CHECK(bench.token("\"x\"") == before);
  REQUIRE(bench.keyring().disable(first).ok());
  const Error disabled = bench.error(tokenize_step, {"/a"});
  CHECK(disabled.where == "job.toml:8:9");
  CHECK(disabled.message.starts_with(cat("pii.json has no enabled key ", first)));
  bench.options["key_id"] = std::int64_t{1};
  CHECK(bench.error(tokenize_step, {"/a"}).message.starts_with("pii.json has no key 1;"));
}

TEST_CASE("a token is not made a token again, unless what is one may stay") {
  Bench bench;
  const std::string token = bench.token("\"\"");
  CHECK(bench.token(cat('"', token, '"')).empty());
  CHECK(bench.dead == List{"0 already encrypted /a"});
  bench.options["if_encrypted"] = std::string("skip");
  CHECK(bench.token(cat('"', token, '"')) == token);
  CHECK(bench.values == 0);
}

TEST_CASE("what has no canonical form, is missing or repeated kills the record") {
  Bench bench;
  bench.run(tokenize_step, {"/a"},
            "{\"a\":\"\\ud800\"}\n{\"a\":1e999}\n{\"a\":{\"k\":1,\"k\":1}}\n{}\n{\"a\":1,\"a\":1}\n"
            "{\"a\":1}\n");
  CHECK(bench.dead == List{"3 missing field /a", "4 repeated key /a", "0 no canonical form /a",
                           "1 no canonical form /a", "2 no canonical form /a"});
  bench.options["missing"] = std::string("skip");
  CHECK(bench.run(tokenize_step, {"/a"}, "{\"b\":1}\n[]\n") == "{\"b\":1}\n[]\n");
}

TEST_CASE("tokens need a keyring of their own") {
  for (const auto type : {crypto::KeyType::x_aes_gcm, crypto::KeyType::hmac_sha512}) {
    Bench bench;
    bench.replace_key(type);
    const Error error = bench.error(tokenize_step, {"/a"});
    CHECK(error.where == "job.toml:7:9");
    CHECK(error.message ==
          cat("key ", bench.keyring().primary_key_id(), " in pii.json is ",
              crypto::key_type_name(type),
              ", and tokenize needs aes256-siv; make a keyring for it: adyton keys new FILE "
              "--type aes256-siv"));
  }
}
