#include <doctest/doctest.h>

#include "host/pipeline/steps/specs.h"
#include "tests/unit/pipeline/support.h"

using namespace adyton;
using namespace adyton::pipeline;

namespace {

/// encrypt and decrypt with one keyring, and what they do to lines.
class Bench {
 public:
  Bench() {
    job_.domain = "test";
    keyrings_.emplace("pii", crypto::Keyring::generate(crypto::KeyType::x_aes_gcm));
    job_.keyrings["pii"].file = "pii.json";
    options["key"] = std::string("pii");
    options["missing"] = std::string("error");
    options["plaintext"] = std::string("json");
  }

  void domain(std::string name) { job_.domain = std::move(name); }

  std::string run(const StepSpec& spec, std::initializer_list<const char*> fields,
                  std::string_view lines) {
    StepConfig step;
    step.use = spec.name;
    step.options = options;
    std::vector<json::Pointer> pointers;
    for (const char* field : fields) pointers.push_back(*json::Pointer::parse(field));
    step.options["fields"] = pointers;
    auto made = spec.make(step, {job_, keyrings_, nullptr}, 1);
    REQUIRE(made.ok());
    Batch batch = test::batch_of(lines);
    REQUIRE((*made)->run(batch).ok());
    dead.clear();
    for (const DeadRecord& why : batch.dead)
      dead.push_back(cat(why.origin, " ", why.kind, " ", why.field));
    values = batch.values;
    return test::outgoing(batch);
  }

  std::map<std::string, OptionValue, std::less<>> options;
  std::vector<std::string> dead;
  std::uint64_t values = 0;

 private:
  JobConfig job_;
  std::map<std::string, crypto::Keyring, std::less<>> keyrings_;
};

using List = std::vector<std::string>;

}  // namespace

TEST_CASE("encrypted values decrypt to the bytes they were, and nothing else changes") {
  Bench bench;
  const std::string lines =
      "\xef\xbb\xbf{ \"a\" : 1.50e0 ,\"b\":{\"c\":\"x\\u0041y\"}, \"p\":[null,{\"q\":[ ]},\"\"] "
      "}\r\n"
      "\n{\"a\":\"é\",\"b\":{\"c\":true},\"p\":[]}";
  const std::string hidden = bench.run(encrypt_step, {"/a", "/b/c", "/p/*"}, lines);
  CHECK(bench.values == 7);
  CHECK(hidden.find("1.50e0") == std::string::npos);
  CHECK(hidden.find("u0041") == std::string::npos);
  CHECK(hidden.starts_with("\xef\xbb\xbf{ \"a\" : \""));
  CHECK(bench.run(decrypt_step, {"/a", "/b/c", "/p/*"}, hidden) == lines);
  CHECK(bench.dead.empty());
}

TEST_CASE("a field that is missing is a dead letter, or left alone where the job says so") {
  Bench bench;
  bench.run(encrypt_step, {"/a", "/b/c"}, "{\"a\":1,\"b\":{}}\n[]\n5\n{\"a\":1,\"b\":{\"c\":2}}\n");
  CHECK(bench.dead == List{"0 missing field /b/c", "1 missing field /a", "2 missing field /a"});
  bench.options["missing"] = std::string("skip");
  const std::string out = bench.run(encrypt_step, {"/a"}, "{\"b\":1}\n[]\n{\"a\":1}\n");
  CHECK(out.starts_with("{\"b\":1}\n[]\n{\"a\":\""));
  CHECK(bench.dead.empty());
}

TEST_CASE("a key written with escapes is protected, a repeated one kills the record") {
  Bench bench;
  const std::string out = bench.run(encrypt_step, {"/name"}, "{\"n\\u0061me\":\"canary\"}\n");
  CHECK(out.starts_with("{\"n\\u0061me\":\""));
  CHECK(out.find("canary") == std::string::npos);
  CHECK(bench.run(encrypt_step, {"/name"}, "{\"name\":1,\"n\\u0061me\":\"canary\"}\n") == "");
  CHECK(bench.dead == List{"0 repeated key /name"});
}

TEST_CASE("a ciphertext opens only in its field and its domain") {
  Bench bench;
  const std::string hidden = bench.run(encrypt_step, {"/a"}, "{\"a\":1}\n");
  std::string moved = hidden;
  moved[2] = 'b';
  CHECK(bench.run(decrypt_step, {"/b"}, moved) == "");
  CHECK(bench.dead == List{"0 decryption failed /b"});
  bench.domain("other");
  CHECK(bench.run(decrypt_step, {"/a"}, hidden) == "");
  bench.domain("test");
  CHECK(bench.run(decrypt_step, {"/a"}, hidden) == "{\"a\":1}\n");
  bench.options["as"] = std::string("/a");
  CHECK(bench.run(decrypt_step, {"/b"}, moved) == "{\"b\":1}\n");
}

TEST_CASE("a record id binds a ciphertext to its record") {
  Bench bench;
  bench.options["record_id"] = std::vector{*json::Pointer::parse("/id")};
  const std::string lines = "{\"id\":1,\"a\":\"x\"}\n{\"id\":\"\\u0032\",\"a\":\"y\"}\n";
  const std::string hidden = bench.run(encrypt_step, {"/a"}, lines);
  CHECK(bench.run(decrypt_step, {"/a"}, hidden) == lines);
  std::string swapped = hidden;
  swapped[6] = '7';
  bench.run(decrypt_step, {"/a"}, swapped);
  CHECK(bench.dead == List{"0 decryption failed /a"});
  bench.run(encrypt_step, {"/a"}, "{\"a\":1}\n{\"id\":null,\"a\":1}\n{\"id\":{},\"a\":1}\n");
  CHECK(bench.dead == List{"0 missing field /id", "1 wrong type /id", "2 wrong type /id"});
}

TEST_CASE("a changed character, and a value that never was a ciphertext, are dead letters") {
  Bench bench;
  const std::string hidden = bench.run(encrypt_step, {"/a"}, "{\"a\":\"secret\"}\n");
  for (std::size_t i = 6; i < hidden.size() - 3; ++i) {
    std::string changed = hidden;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    CHECK(bench.run(decrypt_step, {"/a"}, changed) == "");
  }
  bench.run(decrypt_step, {"/a"}, "{\"a\":1}\n{\"a\":\"x y\"}\n{\"a\":\"\"}\n{\"a\":\"AAAA\"}\n");
  CHECK(bench.dead == List{"0 not encrypted /a", "1 not encrypted /a", "2 decryption failed /a",
                           "3 decryption failed /a"});
}

TEST_CASE("with plaintext = text a string's characters are protected, and only strings") {
  Bench bench;
  bench.options["plaintext"] = std::string("text");
  const std::string hidden = bench.run(
      encrypt_step, {"/a"}, "{\"a\":\"x\\u0041\\n\\\"\"}\n{\"a\":5}\n{\"a\":\"\\ud800\"}\n");
  CHECK(bench.dead == List{"1 wrong type /a", "2 wrong type /a"});
  CHECK(bench.run(decrypt_step, {"/a"}, hidden) == "{\"a\":\"xA\\n\\\"\"}\n");
  bench.options["plaintext"] = std::string("json");
  bench.run(decrypt_step, {"/a"}, hidden);
  CHECK(bench.dead == List{"0 not JSON /a"});
}

TEST_CASE("a record that dies at one field takes its others with it, and its neighbours live") {
  Bench bench;
  const std::string hidden = bench.run(encrypt_step, {"/a", "/b"},
                                       "{\"a\":1,\"b\":2}\n{\"a\":3,\"b\":4}\n{\"a\":5,\"b\":6}\n");
  std::string broken = hidden;
  const std::size_t second = broken.find('\n') + 1;
  const std::size_t b = broken.find("\"b\":\"", second) + 5;
  broken[b + 10] = broken[b + 10] == 'A' ? 'B' : 'A';
  CHECK(bench.run(decrypt_step, {"/a", "/b"}, broken) == "{\"a\":1,\"b\":2}\n{\"a\":5,\"b\":6}\n");
  CHECK(bench.dead == List{"1 decryption failed /b"});
  CHECK(bench.values == 4);
}
