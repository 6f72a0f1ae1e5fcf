#include "modules/crypto/provider.h"

#include <algorithm>
#include <cstdlib>

#include <doctest/doctest.h>

#include "modules/crypto/gcm_known_answers.h"

using namespace adyton;
using namespace adyton::crypto;

namespace {

using Made = Result<std::unique_ptr<GcmEngine>>;

Made makes_cryptopp() {
  return make_cryptopp_gcm();
}
Made makes_nothing() {
  return Error{ErrorCode::config, "no such CPU"};
}
Made must_not_be_called() {
  FAIL("a library of another version was used");
  return makes_nothing();
}

enum class Fault { none, wrong_tag, wrong_text, accepts_all, keeps_plaintext, ignores_new_key };

// Crypto++'s engine with one thing broken.
class FaultyGcm final : public GcmEngine {
 public:
  explicit FaultyGcm(Fault fault) : fault_(fault) {}

  void set_key(Bytes key) override {
    if (fault_ == Fault::ignores_new_key && keyed_) return;
    engine_->set_key(key);
    keyed_ = true;
  }
  void seal(const std::uint8_t* nonce, Bytes associated_data, Bytes plaintext,
            std::uint8_t* out) override {
    engine_->seal(nonce, associated_data, plaintext, out);
    if (fault_ == Fault::wrong_tag) out[plaintext.size() + tag_size - 1] ^= 0x80;
    if (fault_ == Fault::wrong_text) out[plaintext.size() / 2] ^= 1;
  }
  bool open(const std::uint8_t* nonce, Bytes associated_data, Bytes ciphertext,
            std::uint8_t* out) override {
    const bool ok = engine_->open(nonce, associated_data, ciphertext, out);
    if (!ok && fault_ == Fault::keeps_plaintext) *out = 1;
    return ok || fault_ == Fault::accepts_all;
  }

 private:
  Fault fault_;
  bool keyed_ = false;
  std::unique_ptr<GcmEngine> engine_ = make_cryptopp_gcm();
};

template <Fault fault>
Made makes_faulty() {
  return std::unique_ptr<GcmEngine>(std::make_unique<FaultyGcm>(fault));
}

}  // namespace

TEST_CASE("IPsec-MB of the version compiled against, giving the known answers, is used") {
  for (const char* wish : {"", "ipsec_mb", "something else"}) {
    const auto choice = choose_provider({"1.3.0", "1.3.0", makes_cryptopp}, wish);
    CHECK(choice.gcm == Provider::ipsec_mb);
    CHECK(choice.text == "IPsec-MB 1.3.0 (AES-GCM)");
  }
}

TEST_CASE("a library that is not built in is not used, whatever is asked for") {
  for (const char* wish : {"", "ipsec_mb", "cryptopp"}) {
    const auto choice = choose_provider({"", "", must_not_be_called}, wish);
    CHECK(choice.gcm == Provider::cryptopp);
    CHECK(choice.text == "IPsec-MB not built in");
  }
}

TEST_CASE("Crypto++ is used where it is asked for") {
  const auto choice = choose_provider({"1.3.0", "1.3.0", must_not_be_called}, "cryptopp");
  CHECK(choice.gcm == Provider::cryptopp);
  CHECK(choice.text == "IPsec-MB 1.3.0, not used: ADYTON_CRYPTO=cryptopp");
}

TEST_CASE("a library of another version than the one compiled against is not touched") {
  for (const char* loaded : {"1.2.0", "1.3.1", "1.4.0", "2.0.0"}) {
    for (const char* wish : {"", "ipsec_mb"}) {
      const auto choice = choose_provider({"1.3.0", loaded, must_not_be_called}, wish);
      CHECK(choice.gcm == Provider::cryptopp);
      CHECK(choice.text ==
            cat("IPsec-MB ", loaded, ", not used: Adyton was compiled against 1.3.0"));
    }
  }
}

TEST_CASE("a library without code for the CPU is not used, and says why") {
  const auto choice = choose_provider({"1.3.0", "1.3.0", makes_nothing}, "");
  CHECK(choice.gcm == Provider::cryptopp);
  CHECK(choice.text == "IPsec-MB 1.3.0, not used: no such CPU");
}

TEST_CASE("a library that fails the known-answer test is not used") {
  for (const auto make : {makes_faulty<Fault::wrong_tag>, makes_faulty<Fault::wrong_text>,
                          makes_faulty<Fault::accepts_all>, makes_faulty<Fault::keeps_plaintext>,
                          makes_faulty<Fault::ignores_new_key>}) {
    const auto choice = choose_provider({"1.3.0", "1.3.0", make}, "");
    CHECK(choice.gcm == Provider::cryptopp);
    CHECK(choice.text == "IPsec-MB 1.3.0, not used: it fails the known-answer test");
  }
  CHECK(choose_provider({"1.3.0", "1.3.0", makes_faulty<Fault::none>}, "").gcm ==
        Provider::ipsec_mb);
}

TEST_CASE("Crypto++ gives the known answers") {
  CHECK(gives_known_answers(*make_cryptopp_gcm()));
}

TEST_CASE("this process uses IPsec-MB where it can, and Crypto++ where the environment says so") {
  const char* const wish = std::getenv("ADYTON_CRYPTO");
  const IpsecMb library = ipsec_mb();
  const bool refused = wish != nullptr && std::string_view(wish) == "cryptopp";
  const bool usable = !library.compiled_version.empty() &&
                      library.compiled_version == library.loaded_version && library.make_gcm().ok();
  INFO(provider_choice().text);
  CHECK(provider_choice().gcm == (usable && !refused ? Provider::ipsec_mb : Provider::cryptopp));
  CHECK(gives_known_answers(*make_gcm_engine()));
}
