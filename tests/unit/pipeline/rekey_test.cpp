#include "tests/unit/pipeline/key_bench.h"

using namespace adyton;
using namespace adyton::pipeline;
using List = std::vector<std::string>;

namespace {

struct Bench : test::KeyBench {
  Bench() : KeyBench(crypto::KeyType::x_aes_gcm) {
    options["plaintext"] = std::string("json");
    options["if_encrypted"] = std::string("error");
  }
};

const std::string lines = "{ \"a\" : 1.50 ,\"b\":\"x\\u0041\"}\r\n{\"a\":[ null ],\"b\":\"\"}\n";

}  // namespace

TEST_CASE("rekeyed values open under the new key alone, and are what they were") {
  Bench bench;
  const std::string hidden = bench.run(encrypt_step, {"/a", "/b"}, lines);
  const std::uint32_t old_key = bench.keyring().primary_key_id();
  bench.rotate();
  const std::string rekeyed = bench.run(rekey_step, {"/a", "/b"}, hidden);
  CHECK(bench.dead.empty());
  CHECK(bench.values == 4);
  CHECK(rekeyed != hidden);
  CHECK(rekeyed.size() == hidden.size());
  REQUIRE(bench.keyring().disable(old_key).ok());
  CHECK(bench.run(decrypt_step, {"/a", "/b"}, rekeyed) == lines);
  bench.run(decrypt_step, {"/a", "/b"}, hidden);
  CHECK(bench.dead.size() == 2);
}

TEST_CASE("rekey goes from one keyring to another, and lets no other in") {
  Bench bench;
  bench.add_keyring("new", crypto::KeyType::aes256_gcm);
  const std::string hidden = bench.run(encrypt_step, {"/a"}, "{\"a\":\"x\"}\n");
  bench.options["key"] = std::string("new");
  bench.options["from"] = std::string("pii");
  const std::string rekeyed = bench.run(rekey_step, {"/a"}, hidden);
  CHECK(bench.dead.empty());
  bench.run(rekey_step, {"/a"}, rekeyed);
  CHECK(bench.dead == List{"0 decryption failed /a"});
  bench.options.erase("from");
  CHECK(bench.run(decrypt_step, {"/a"}, rekeyed) == "{\"a\":\"x\"}\n");
}

TEST_CASE("rekey keeps domain, pointer, record id and padding") {
  Bench bench;
  bench.options["record_id"] = std::vector{*json::Pointer::parse("/id")};
  bench.options["as"] = std::string("/old");
  bench.options["pad"] = std::int64_t{64};
  const std::string line = "{\"id\":7,\"a\":\"x\"}\n";
  const std::string hidden = bench.run(encrypt_step, {"/a"}, line);
  bench.rotate();
  const std::string rekeyed = bench.run(rekey_step, {"/a"}, hidden);
  CHECK(rekeyed.size() == hidden.size());
  CHECK(bench.run(decrypt_step, {"/a"}, rekeyed) == line);
  bench.options.erase("as");
  bench.run(rekey_step, {"/a"}, hidden);
  CHECK(bench.dead == List{"0 decryption failed /a"});
}

TEST_CASE("what is no ciphertext, missing or repeated kills the record, the others go on") {
  Bench bench;
  const std::string hidden = bench.run(encrypt_step, {"/a"}, "{\"a\":1}\n");
  const std::string out = bench.run(
      rekey_step, {"/a"},
      "{\"a\":5}\n{\"a\":null}\n{\"b\":1}\n{\"a\":\"AAAA\"}\n{\"a\":1,\"a\":2}\n" + hidden);
  CHECK(bench.dead == List{"2 missing field /a", "4 repeated key /a", "0 not encrypted /a",
                           "1 not encrypted /a", "3 decryption failed /a"});
  CHECK(bench.run(decrypt_step, {"/a"}, out) == "{\"a\":1}\n");
}

TEST_CASE("rekey refuses keyrings of other kinds, at the place of each") {
  Bench bench;
  bench.add_keyring("siv", crypto::KeyType::aes256_siv);
  bench.options["from"] = std::string("siv");
  CHECK(bench.error(rekey_step, {"/a"}).where == "job.toml:9:9");
  bench.options["from"] = std::string("pii");
  bench.options["key"] = std::string("siv");
  const Error error = bench.error(rekey_step, {"/a"});
  CHECK(error.where == "job.toml:7:9");
  CHECK(error.message.find("is aes256-siv, and rekey needs x-aes-gcm") != std::string::npos);
}
