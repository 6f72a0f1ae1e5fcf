#include "tests/unit/pipeline/key_bench.h"

using namespace adyton;
using namespace adyton::pipeline;

namespace {

/// encrypt and decrypt with one keyring, and what they do to lines.
struct Bench : test::KeyBench {
  Bench() : KeyBench(crypto::KeyType::x_aes_gcm) {
    options["plaintext"] = std::string("json");
    options["if_encrypted"] = std::string("error");
  }
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

TEST_CASE("a value that is encrypted already kills the record, or stays as it is") {
  Bench bench;
  const std::string hidden = bench.run(encrypt_step, {"/a"}, "{\"a\":1,\"b\":2}\n");
  CHECK(bench.run(encrypt_step, {"/a"}, hidden) == "");
  CHECK(bench.dead == List{"0 already encrypted /a"});
  bench.options["if_encrypted"] = std::string("skip");
  const std::string both = bench.run(encrypt_step, {"/a", "/b"}, hidden);
  CHECK(bench.dead.empty());
  CHECK(bench.values == 1);
  CHECK(both.substr(0, hidden.find("\"b\"")) == hidden.substr(0, hidden.find("\"b\"")));
  CHECK(bench.run(encrypt_step, {"/a", "/b"}, both) == both);
  CHECK(bench.run(decrypt_step, {"/a", "/b"}, both) == "{\"a\":1,\"b\":2}\n");
}

TEST_CASE("only what has the form of the keyring's ciphertexts counts as encrypted") {
  Bench bench;
  bench.options["plaintext"] = std::string("text");
  const std::string hidden = bench.run(encrypt_step, {"/a"}, "{\"a\":\"\"}\n");
  const std::string text = hidden.substr(6, hidden.size() - 9);
  const auto encrypts = [&](const std::string& value) {
    bench.run(encrypt_step, {"/a"}, "{\"a\":\"" + value + "\"}\n");
    return bench.dead.empty();
  };
  CHECK_FALSE(encrypts(text));
  CHECK_FALSE(encrypts(text + "AAAA"));
  CHECK(encrypts(text.substr(1)));
  CHECK(encrypts(text.substr(0, 40)));
  CHECK(encrypts(text + "A"));
  CHECK(encrypts(text.substr(0, 20) + "." + text.substr(21)));
  // The prefix ends within the seventh digit, in its upper bits.
  constexpr std::string_view digits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  for (std::size_t i = 0; i < 7; ++i) {
    std::string changed = text;
    changed[i] = digits[digits.find(changed[i]) ^ 32];
    CHECK(encrypts(changed));
  }
  bench.rotate();
  CHECK_FALSE(encrypts(text));  // the old key is still one of the keyring's
  bench.replace_key(crypto::KeyType::x_aes_gcm);
  CHECK(encrypts(text));
}

TEST_CASE("pad hides how long a value is, and decrypt gives it back without the padding") {
  Bench bench;
  bench.options["pad"] = std::int64_t{16};
  const std::string lines =
      "{\"a\":1}\n{\"a\":\"12345678901234\"}\n{\"a\":\"123456789012345\"}\n{\"a\":[ 1 ]}\n";
  const std::string hidden = bench.run(encrypt_step, {"/a"}, lines);
  std::vector<std::size_t> lengths;
  for (std::size_t at = 0; at < hidden.size();) {
    const std::size_t end = hidden.find('\n', at);
    lengths.push_back(end - at);
    at = end + 1;
  }
  REQUIRE(lengths.size() == 4);
  CHECK(lengths[0] == lengths[1]);
  CHECK(lengths[0] == lengths[3]);
  CHECK(lengths[2] == lengths[0] + 21);  // 16 bytes more, in base64: 61 bytes are 82 characters
  CHECK(bench.run(decrypt_step, {"/a"}, hidden) == lines);
}

TEST_CASE("pad does not go with characters, and has a largest value") {
  StepConfig step;
  step.use = "encrypt";
  step.places["pad"] = {3, 7, 2};
  std::vector<Diagnostic> problems;
  const auto check = [&](std::int64_t pad, const char* plaintext) {
    problems.clear();
    step.options["pad"] = pad;
    step.options["plaintext"] = std::string(plaintext);
    encrypt_step.check(step, problems);
    return problems.size();
  };
  CHECK(check(0, "text") == 0);
  CHECK(check(1, "json") == 0);
  CHECK(check(4096, "json") == 0);
  CHECK(check(4097, "json") == 1);
  CHECK(problems[0].at.line == 3);
  CHECK(check(64, "text") == 1);
  CHECK(problems[0].message == "pad does not go with plaintext = \"text\"");
}

TEST_CASE("encrypt and decrypt refuse a keyring that is for something else, at its place") {
  for (const auto type : {crypto::KeyType::aes256_siv, crypto::KeyType::hmac_sha256}) {
    Bench bench;
    bench.replace_key(type);
    for (const StepSpec* spec : {&encrypt_step, &decrypt_step}) {
      const Error error = bench.error(*spec, {"/a"});
      CHECK(error.code == ErrorCode::config);
      CHECK(error.where == "job.toml:7:9");
      CHECK(error.message.find("adyton keys new FILE --type x-aes-gcm") != std::string::npos);
    }
  }
}
