#include "modules/crypto/digest.h"
#include "modules/crypto/mac.h"
#include "tests/unit/pipeline/key_bench.h"

using namespace adyton;
using namespace adyton::pipeline;
using List = std::vector<std::string>;

namespace {

struct Bench : test::KeyBench {
  Bench() : KeyBench(crypto::KeyType::hmac_sha256) {}

  /// The hash of a value, without quotes.
  std::string hash(const std::string& value) {
    const std::string out = run(hash_step, {"/a"}, "{\"a\":" + value + "}");
    return out.size() < 9 ? out : out.substr(6, out.size() - 8);
  }
};

std::string hex(std::string_view bytes) {
  std::string out;
  for (const char c : bytes) {
    constexpr char digits[] = "0123456789abcdef";
    out += digits[static_cast<unsigned char>(c) >> 4];
    out += digits[static_cast<unsigned char>(c) & 15];
  }
  return out;
}

}  // namespace

TEST_CASE("a hash without a key is the digest of a string's characters, or of canonical text") {
  Bench bench;
  bench.options.erase("key");
  CHECK(bench.hash("\"a\\u0062c\"") ==
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK(bench.hash("{ \"b\":1e0, \"a\":null }") ==
        hex(crypto::digest(crypto::Hash::sha256, as_bytes("{\"a\":null,\"b\":1}"))));
  const std::vector<std::pair<std::string, crypto::Hash>> algorithms = {
      {"sha256", crypto::Hash::sha256},
      {"sha512", crypto::Hash::sha512},
      {"sha3-256", crypto::Hash::sha3_256},
      {"blake2b", crypto::Hash::blake2b}};
  for (const auto& [name, function] : algorithms) {
    bench.options["algorithm"] = name;
    CHECK(bench.hash("\"x\"") == hex(crypto::digest(function, as_bytes("x"))));
  }
}

TEST_CASE("a hash with a key is the HMAC of domain and characters in Tink's wire form") {
  for (const auto type : {crypto::KeyType::hmac_sha256, crypto::KeyType::hmac_sha512}) {
    Bench bench;
    bench.replace_key(type);
    const crypto::Mac mac = *crypto::Mac::create(bench.keyring());
    using namespace std::string_literals;
    const std::string head = "adyton/hash/1\0\0\0\4test"s;
    CHECK(bench.hash("\"zo\\u00eb\"") == hex(mac.compute(as_bytes(head + "zo\xc3\xab"))));
    CHECK(bench.hash("4.20") == hex(mac.compute(as_bytes(head + "4.2"))));
    bench.domain("other");
    CHECK(bench.hash("4.20") != hex(mac.compute(as_bytes(head + "4.2"))));
  }
}

TEST_CASE("every value of a batch gets its own hash, and the rest stays as it was") {
  Bench bench;
  bench.options.erase("key");
  const std::string x = hex(crypto::digest(crypto::Hash::sha256, as_bytes("x")));
  const std::string one = hex(crypto::digest(crypto::Hash::sha256, as_bytes("1")));
  CHECK(bench.run(hash_step, {"/p/*", "/a"},
                  "{ \"p\" : [\"x\", 1.0],\"a\":\"x\" }\r\n\n{\"a\":1,\"p\":{}}") ==
        cat("{ \"p\" : [\"", x, "\", \"", one, "\"],\"a\":\"", x, "\" }\r\n\n{\"a\":\"", one,
            "\",\"p\":{}}"));
  CHECK(bench.values == 4);
}

TEST_CASE("a pinned key gives the same hashes after a rotation") {
  Bench bench;
  const std::string before = bench.hash("1");
  const std::uint32_t first = bench.keyring().primary_key_id();
  bench.rotate();
  CHECK(bench.hash("1") != before);
  bench.options["key_id"] = std::int64_t{first};
  CHECK(bench.hash("1") == before);
}

TEST_CASE("what has no canonical form, is missing or repeated kills the record") {
  Bench bench;
  bench.run(hash_step, {"/a"}, "{\"a\":\"\\udc00\"}\n{}\n{\"a\":1,\"\\u0061\":1}\n{\"a\":1}\n");
  CHECK(bench.dead == List{"1 missing field /a", "2 repeated key /a", "0 no canonical form /a"});
}

TEST_CASE("the algorithm that is written has to be that of the key") {
  Bench bench;
  bench.options["algorithm"] = std::string("sha512");
  const Error error = bench.error(hash_step, {"/a"});
  CHECK(error.where == "job.toml:10:9");
  CHECK(error.message == cat("key ", bench.keyring().primary_key_id(),
                             " is hmac-sha256, not for sha512; leave algorithm out, or write "
                             "algorithm = \"sha256\""));
  bench.options["algorithm"] = std::string("sha256");
  CHECK(bench.hash("1").size() == 74);
  bench.replace_key(crypto::KeyType::aes256_siv);
  CHECK(bench.error(hash_step, {"/a"}).message.find("adyton keys new FILE --type hmac-sha256") !=
        std::string::npos);
}

TEST_CASE("options of hash that contradict each other are problems at their place") {
  StepConfig step;
  step.use = "hash";
  step.options["algorithm"] = std::string("blake2b");
  step.places["algorithm"] = {2, 3, 4};
  step.places["key_id"] = {4, 5, 6};
  std::vector<Diagnostic> problems;
  hash_step.check(step, problems);
  CHECK(problems.empty());
  step.options["key_id"] = std::int64_t{7};
  hash_step.check(step, problems);
  REQUIRE(problems.size() == 1);
  CHECK(problems[0].message == "key_id does not go without key");
  step.options["key"] = std::string("pii");
  step.options["key_id"] = std::int64_t{1} << 32;
  problems.clear();
  hash_step.check(step, problems);
  REQUIRE(problems.size() == 2);
  CHECK(problems[0].at.line == 4);
  CHECK(problems[1].message == "there is no hash with a key by blake2b");
  CHECK(problems[1].at.line == 2);
}
