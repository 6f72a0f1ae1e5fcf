#include "modules/crypto/envelope.h"

#include <fstream>

#include <doctest/doctest.h>
#include <sys/stat.h>

#include "tests/unit/crypto/hex.h"
#include "tests/unit/temporary_folder.h"

using namespace adyton;
using namespace adyton::crypto;

namespace {

// Seals by an Aead, and counts.
class CountingWrapper final : public KeyWrapper {
 public:
  Result<std::string> wrap(Bytes key) const override {
    ++wrapped;
    last_key = std::string(as_text(key));
    return aead_.encrypt(key, {});
  }
  Result<Secret> unwrap(Bytes wrapped_key) const override {
    return AeadWrapper(aead_).unwrap(wrapped_key);
  }
  mutable int wrapped = 0;
  mutable std::string last_key = {};

 private:
  Aead aead_ = *Aead::create(Keyring::generate(KeyType::x_aes_gcm));
};

// What a wrapper gives back, whatever it is asked.
class FixedWrapper final : public KeyWrapper {
 public:
  explicit FixedWrapper(std::string answer) : answer_(std::move(answer)) {}
  Result<std::string> wrap(Bytes) const override { return answer_; }
  Result<Secret> unwrap(Bytes) const override { return Secret(as_bytes(answer_)); }

 private:
  std::string answer_;
};

std::string script(const TemporaryFolder& folder, std::string_view name, std::string_view text) {
  const std::string path = folder.file(std::string(name));
  std::ofstream(path) << "#!/bin/sh\n" << text << '\n';
  REQUIRE(::chmod(path.c_str(), 0700) == 0);
  return path;
}

}  // namespace

TEST_CASE("each message has a key of its own, in Tink's message, sealed by the wrapper") {
  const auto wrapper = std::make_shared<CountingWrapper>();
  const EnvelopeAead envelope = *EnvelopeAead::create(wrapper);
  const std::string sealed = *envelope.encrypt(as_bytes("text"), as_bytes("data"));
  const std::string first = wrapper->last_key;
  CHECK(test::hex(first).starts_with("1a20"));  // AesGcmKey: field 3, 32 bytes
  CHECK(first.size() == 34);
  // Tink's prefix, a 24-byte nonce, the key message, a tag.
  const std::size_t wrapped = 5 + 24 + 34 + 16;
  CHECK(test::hex(sealed.substr(0, 4)) == "0000004f");
  CHECK(sealed.size() == 4 + wrapped + 12 + 4 + 16);
  CHECK(*envelope.decrypt(as_bytes(sealed), as_bytes("data")) == "text");
  CHECK(*envelope.encrypt({}, {}) != *envelope.encrypt({}, {}));
  CHECK(wrapper->last_key != first);
  CHECK(wrapper->wrapped == 3);
}

TEST_CASE("an envelope that was changed, cut or opened elsewhere fails with the one error") {
  for (const KeyType type :
       {KeyType::aes256_gcm, KeyType::aes128_gcm, KeyType::xchacha20_poly1305}) {
    const EnvelopeAead envelope = *EnvelopeAead::create(std::make_shared<CountingWrapper>(), type);
    const std::string sealed = *envelope.encrypt(as_bytes("text"), as_bytes("data"));
    REQUIRE(envelope.decrypt(as_bytes(sealed), as_bytes("data")).ok());
    const auto fails = [&](std::string_view text, std::string_view data) {
      const auto opened = envelope.decrypt(as_bytes(text), as_bytes(data));
      REQUIRE_FALSE(opened.ok());
      CHECK(opened.error().code == ErrorCode::crypto);
      CHECK(opened.error().message == "decryption failed");
    };
    fails(sealed, "");
    fails(sealed + "x", "data");
    for (std::size_t size = 0; size < sealed.size(); ++size) fails(sealed.substr(0, size), "data");
    test::for_each_bit_flip(sealed, [&](const std::string& changed) { fails(changed, "data"); });
  }
}

TEST_CASE("a wrapper that gives no key, or too long a one, is no way in") {
  for (const std::string& answer :
       {std::string(), std::string("key"), test::unhex("1a10") + std::string(15, 'k')}) {
    const EnvelopeAead envelope = *EnvelopeAead::create(std::make_shared<FixedWrapper>(answer));
    const std::string sealed = *envelope.encrypt(as_bytes("text"), {});
    CHECK(envelope.decrypt(as_bytes(sealed), {}).error().code == ErrorCode::crypto);
  }
  const EnvelopeAead envelope =
      *EnvelopeAead::create(std::make_shared<FixedWrapper>(std::string(4097, 'k')));
  CHECK(envelope.encrypt({}, {}).error().code == ErrorCode::limit);
  const auto refused = EnvelopeAead::create(nullptr, KeyType::aes256_siv);
  REQUIRE_FALSE(refused.ok());
  CHECK(refused.error().message ==
        "an envelope's keys are aes256-gcm, aes128-gcm or xchacha20-poly1305, not aes256-siv");
}

TEST_CASE("a command seals keys: its last argument says which way, no shell reads the others") {
  const TemporaryFolder folder;
  const std::string program = script(folder, "wrap", "printf '%s' \"$1|$2|\"; tr 'a-z' 'b-za'");
  const CommandWrapper wrapper({{program, "$HOME; *"}});
  CHECK(*wrapper.wrap(as_bytes("abz")) == "$HOME; *|encrypt|bca");
  CHECK(as_text(wrapper.unwrap(as_bytes("abz"))->bytes()) == "$HOME; *|decrypt|bca");
}

TEST_CASE("a command that fails says how, and shows no byte of what it got or gave") {
  const TemporaryFolder folder;
  const auto error_of = [&](std::string_view text, int milliseconds = 10'000) {
    const CommandWrapper wrapper(
        {{script(folder, "kms", text)}, std::chrono::milliseconds(milliseconds)});
    const auto wrapped = wrapper.wrap(as_bytes("canary-4711"));
    REQUIRE_FALSE(wrapped.ok());
    CHECK(wrapped.error().message.find("canary") == std::string::npos);
    return wrapped.error().message;
  };
  const std::string name = cat("\"", folder.file("kms"), " encrypt\"");
  CHECK(error_of("cat; echo begin >&2; echo 'no such key' >&2; exit 3") ==
        cat(name, " failed with exit code 3: \"no such key\""));
  CHECK(error_of("cat; exit 1") == cat(name, " failed with exit code 1"));
  CHECK(error_of("kill -9 $$") == cat(name, " failed by signal 9"));
  CHECK(error_of("cat >/dev/null") == cat(name, " wrote nothing"));
  CHECK(error_of("exec sleep 20", 200) == cat(name, " did not end within 200 ms and was killed"));
  CHECK(error_of("head -c 1048577 /dev/zero") == cat(name, " wrote more than 1 MiB"));
  const CommandWrapper missing({{"/nonexistent/kms"}});
  CHECK(missing.wrap(as_bytes("x")).error().message ==
        "cannot run \"/nonexistent/kms encrypt\": No such file or directory");
  CHECK(CommandWrapper(Command{}).wrap(as_bytes("x")).error().message ==
        "the command is empty; its first word is a program");
}

TEST_CASE("a command that does not read its input, or much of it, ends well") {
  const TemporaryFolder folder;
  const std::string large(900'000, 'k');
  CHECK(*CommandWrapper({{script(folder, "deaf", "echo done")}}).wrap(as_bytes(large)) == "done\n");
  CHECK(*CommandWrapper({{script(folder, "cat", "cat")}}).wrap(as_bytes(large)) == large);
}
