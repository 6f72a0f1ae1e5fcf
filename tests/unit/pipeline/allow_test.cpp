#include "tests/unit/pipeline/key_bench.h"
#include "tests/unit/pipeline/toml_step.h"

using namespace adyton::pipeline;
using adyton::cat;
using test::run_toml;
using test::step_problems;
using List = std::vector<std::string>;

namespace {

test::StepResult allowed(std::string_view options, std::string_view lines) {
  return run_toml(cat("use = \"allow\"\n", options), lines);
}

/// A bench whose step encrypts all other fields.
test::KeyBench encrypting() {
  test::KeyBench bench(adyton::crypto::KeyType::x_aes_gcm);
  bench.options["other"] = std::string("encrypt");
  bench.options["if_encrypted"] = std::string("error");
  return bench;
}

}  // namespace

TEST_CASE("allow takes out what is not named, wherever it turns up") {
  CHECK(allowed("fields = ['/id', '/user/name']",
                R"({"new":{"secret":1},"id" : 7, "user":{"name":"Bo","mail":"b@x"},"x":[1]})")
            .text == R"({"id" : 7, "user":{"name":"Bo"}})");
  CHECK(allowed("fields = ['/l/*/a']", R"({"l":[{"a":1,"s":2},{"s":3},"s"],"l2":0})").text ==
        R"({"l":[{"a":1},{}]})");
  CHECK(allowed("fields = ['/user/name']", R"({"user":"secret"})").text == "{}");
  CHECK(allowed("fields = ['/a']", R"({"\u0061":1,"A":2,"a ":3})").text == R"({"\u0061":1})");
}

TEST_CASE("allow refuses a record that is no object, or repeats a key on the way to a field") {
  const auto result = allowed("fields = ['/u/a']",
                              "5\n[1]\n\"s\"\n\n{\"u\":{\"a\":1},\"u\":{\"s\":2}}\n"
                              "{\"u\":{\"a\":1,\"\\u0061\":2}}\n{\"s\":1,\"s\":2}\n");
  CHECK(result.text == "\n{}\n");
  CHECK(result.dead == List{"0 wrong type", "1 wrong type", "2 wrong type", "4 repeated key /u/a",
                            "5 repeated key /u/a"});
}

TEST_CASE(
    "allow makes a dead letter of a record with another field, and names it in the detail only") {
  const auto outcome =
      test::read_step_job("use = \"allow\"\nfields = [\"/a/*/b\"]\nother = \"dead_letter\"");
  REQUIRE(outcome.config);
  const std::map<std::string, adyton::crypto::Keyring, std::less<>> keyrings;
  auto step =
      allow_step.make(outcome.config->steps.front(), {*outcome.config, keyrings, nullptr}, 1);
  REQUIRE(step.ok());
  Batch batch = test::batch_of(
      "{ \"a\" : [ { \"b\" : 1 } ] }\n{\"a\":[{\"b\":1},{ \"x~/\\u0079\" :1}]}\n{\"*\":1}\n"
      "{\"a\":[],\"**\":1}\n");
  REQUIRE((*step)->run(batch).ok());
  CHECK(test::outgoing(batch) == "{ \"a\" : [ { \"b\" : 1 } ] }\n");
  REQUIRE(batch.dead.size() == 3);
  CHECK(batch.dead[0].kind == "not allowed");
  CHECK(batch.dead[0].field.empty());
  CHECK(batch.dead[0].detail == "/a/1/x~0~1y");
  CHECK(batch.dead[1].detail == "/~2");
  CHECK(batch.dead[2].detail == "/**");
}

TEST_CASE("what allow encrypts opens under the pointer of where it stands") {
  test::KeyBench bench = encrypting();
  const std::string line =
      "{ \"id\":7, \"mail\" : \"z@x\", \"u\":{\"name\":\"Zo\\u00eb\", \"age\": 41 }, "
      "\"l\":[1, {\"k\":[true]}], \"a/b\":null, \"*\":0 }\n";
  const std::string hidden = bench.run(allow_step, {"/id", "/u/name", "/l/1/x"}, line);
  CHECK(bench.dead.empty());
  CHECK(bench.values == 6);
  for (const char* secret : {"z@x", ": 41 ", "[true]", ":null"}) {
    CHECK(hidden.find(secret) == std::string::npos);
  }
  CHECK(hidden.starts_with("{ \"id\":7, \"mail\" : \"A"));
  CHECK(hidden.find("\"name\":\"Zo\\u00eb\", \"age\": \"A") != std::string::npos);
  bench.options["plaintext"] = std::string("json");
  CHECK(bench.run(decrypt_step, {"/mail", "/u/age", "/l/0", "/l/1/k", "/a~1b", "/~2"}, hidden) ==
        line);
  CHECK(bench.dead.empty());
}

TEST_CASE("allow encrypts no ciphertext again unless the record may go on with it") {
  test::KeyBench bench = encrypting();
  const std::string once = bench.run(allow_step, {"/id"}, "{\"id\":1,\"x\":{\"y\":2},\"z\":3}\n");
  CHECK(bench.run(allow_step, {"/id"}, once).empty());
  CHECK(bench.dead == List{"0 already encrypted "});
  bench.options["if_encrypted"] = std::string("skip");
  CHECK(bench.run(allow_step, {"/id"}, once) == once);
  CHECK(bench.values == 0);
}

TEST_CASE("allow encrypts nothing under a pointer that names two values") {
  test::KeyBench bench = encrypting();
  CHECK(bench.run(allow_step, {"/id"}, "{\"x\":1,\"id\":0,\"\\u0078\":2}\n{\"x\":1}\n")
            .starts_with("{\"x\":\"A"));
  CHECK(bench.dead == List{"0 repeated key "});
}

TEST_CASE("allow has a key where it encrypts, and only there") {
  CHECK(step_problems("use = \"allow\"\nfields = \"/a\"\nother = \"encrypt\"") ==
        List{"9: other = \"encrypt\" needs the option \"key\""});
  CHECK(step_problems("use = \"allow\"\nfields = \"/a\"\nkey = \"pii\"\nif_encrypted = \"skip\"") ==
        List{"7: key goes with other = \"encrypt\"",
             "16: if_encrypted goes with other = \"encrypt\""});
  CHECK(step_problems("use = \"allow\"\nfields = \"/a\"\nother = \"encrypt\"\nkey = \"pii\"")
            .empty());
  CHECK(step_problems("use = \"allow\"\nfields = \"/a\"\nother = \"dead-letter\"") ==
        List{"9: other is \"drop\", \"encrypt\" or \"dead_letter\", not \"dead-letter\""});
}
