#include "modules/crypto/provider.h"

#include <algorithm>
#include <array>
#include <cstdlib>

#include <doctest/doctest.h>

#include "modules/crypto/known_answers.h"

using namespace adyton;
using namespace adyton::crypto;

namespace {

using Made = Result<const Engines*>;

Made makes_cryptopp() {
  return &cryptopp_engines();
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

/// Crypto++'s engines with one of them broken.
class FaultyEngines : public Engines {
 public:
  std::unique_ptr<GcmEngine> gcm() const override { return cryptopp_engines().gcm(); }
  std::unique_ptr<AeadCipher> chacha20_poly1305(Bytes key) const override {
    return cryptopp_engines().chacha20_poly1305(key);
  }
  std::unique_ptr<DigestEngine> cmac(Bytes key) const override {
    return cryptopp_engines().cmac(key);
  }
  std::unique_ptr<CounterEngine> counter(Bytes key) const override {
    return cryptopp_engines().counter(key);
  }
  std::unique_ptr<BlockEngine> blocks(Bytes key) const override {
    return cryptopp_engines().blocks(key);
  }
  std::unique_ptr<DigestEngine> hash(Hash hash) const override {
    return cryptopp_engines().hash(hash);
  }
  std::unique_ptr<DigestEngine> hmac(Hash hash, Bytes key) const override {
    return cryptopp_engines().hmac(hash, key);
  }
};

template <Fault fault>
class FaultyGcmEngines final : public FaultyEngines {
  std::unique_ptr<GcmEngine> gcm() const override { return std::make_unique<FaultyGcm>(fault); }
};

template <Fault fault>
Made makes_faulty() {
  static const FaultyGcmEngines<fault> engines;
  return &engines;
}

/// Right for the first messages, wrong from the `wrong_from`th on: a lane of many may be broken
/// where one message alone comes out right.
class FaultyDigest final : public DigestEngine {
 public:
  FaultyDigest(std::unique_ptr<DigestEngine> engine, std::size_t wrong_from)
      : engine_(std::move(engine)), wrong_from_(wrong_from) {}
  void digest_many(Bytes head, std::span<const Tagging> messages) override {
    engine_->digest_many(head, messages);
    for (std::size_t i = wrong_from_; i < messages.size(); ++i) messages[i].out[3] ^= 0x10;
  }

 private:
  std::unique_ptr<DigestEngine> engine_;
  std::size_t wrong_from_;
};

template <std::size_t wrong_from>
class FaultyCmac final : public FaultyEngines {
  std::unique_ptr<DigestEngine> cmac(Bytes key) const override {
    return std::make_unique<FaultyDigest>(FaultyEngines::cmac(key), wrong_from);
  }
};
template <std::size_t wrong_from>
class FaultyHash final : public FaultyEngines {
  std::unique_ptr<DigestEngine> hash(Hash hash) const override {
    return std::make_unique<FaultyDigest>(FaultyEngines::hash(hash), wrong_from);
  }
};
template <std::size_t wrong_from>
class FaultyHmac final : public FaultyEngines {
  std::unique_ptr<DigestEngine> hmac(Hash hash, Bytes key) const override {
    return std::make_unique<FaultyDigest>(FaultyEngines::hmac(hash, key), wrong_from);
  }
};
// Keys swapped or cut are the faults of a mode that has no tag.
class FaultyCounter final : public FaultyEngines {
  std::unique_ptr<CounterEngine> counter(Bytes key) const override {
    return FaultyEngines::counter(key.first(16));
  }
};
class FaultyBlocks final : public FaultyEngines {
  std::unique_ptr<BlockEngine> blocks(Bytes key) const override {
    return FaultyEngines::blocks(key.first(16));
  }
};
class FaultyChaCha final : public FaultyEngines {
  std::unique_ptr<AeadCipher> chacha20_poly1305(Bytes key) const override {
    std::array<std::uint8_t, 32> other{};
    std::ranges::copy(key, other.begin());
    other[31] ^= 1;
    return FaultyEngines::chacha20_poly1305(other);
  }
};

template <class Faulty>
Made makes() {
  static const Faulty engines;
  return &engines;
}

}  // namespace

TEST_CASE("IPsec-MB of the version compiled against, giving the known answers, is used") {
  for (const char* wish : {"", "ipsec_mb", "something else"}) {
    const auto choice = choose_provider({"1.3.0", "1.3.0", makes_cryptopp}, wish);
    CHECK(choice.provider == Provider::ipsec_mb);
    CHECK(choice.text == "IPsec-MB 1.3.0 (AES-GCM, ChaCha20-Poly1305, AES-SIV, SHA-2, HMAC)");
  }
}

TEST_CASE("a library that is not built in is not used, whatever is asked for") {
  for (const char* wish : {"", "ipsec_mb", "cryptopp"}) {
    const auto choice = choose_provider({"", "", must_not_be_called}, wish);
    CHECK(choice.provider == Provider::cryptopp);
    CHECK(choice.text == "IPsec-MB not built in");
  }
}

TEST_CASE("Crypto++ is used where it is asked for") {
  const auto choice = choose_provider({"1.3.0", "1.3.0", must_not_be_called}, "cryptopp");
  CHECK(choice.provider == Provider::cryptopp);
  CHECK(choice.text == "IPsec-MB 1.3.0, not used: ADYTON_CRYPTO=cryptopp");
}

TEST_CASE("a library of another version than the one compiled against is not touched") {
  for (const char* loaded : {"1.2.0", "1.3.1", "1.4.0", "2.0.0"}) {
    for (const char* wish : {"", "ipsec_mb"}) {
      const auto choice = choose_provider({"1.3.0", loaded, must_not_be_called}, wish);
      CHECK(choice.provider == Provider::cryptopp);
      CHECK(choice.text ==
            cat("IPsec-MB ", loaded, ", not used: Adyton was compiled against 1.3.0"));
    }
  }
}

TEST_CASE("a library without code for the CPU is not used, and says why") {
  const auto choice = choose_provider({"1.3.0", "1.3.0", makes_nothing}, "");
  CHECK(choice.provider == Provider::cryptopp);
  CHECK(choice.text == "IPsec-MB 1.3.0, not used: no such CPU");
}

TEST_CASE("a library that fails the known-answer test is not used") {
  for (const auto make : {makes_faulty<Fault::wrong_tag>, makes_faulty<Fault::wrong_text>,
                          makes_faulty<Fault::accepts_all>, makes_faulty<Fault::keeps_plaintext>,
                          makes_faulty<Fault::ignores_new_key>}) {
    const auto choice = choose_provider({"1.3.0", "1.3.0", make}, "");
    CHECK(choice.provider == Provider::cryptopp);
    CHECK(choice.text == "IPsec-MB 1.3.0, not used: it fails the known-answer test of AES-GCM");
  }
  CHECK(choose_provider({"1.3.0", "1.3.0", makes_faulty<Fault::none>}, "").provider ==
        Provider::ipsec_mb);
}

TEST_CASE("one algorithm with a wrong answer, be it one lane of many, is enough not to use it") {
  const std::pair<Made (*)(), const char*> faulty[] = {{makes<FaultyChaCha>, "ChaCha20-Poly1305"},
                                                       {makes<FaultyCounter>, "AES-CTR"},
                                                       {makes<FaultyBlocks>, "AES"},
                                                       {makes<FaultyCmac<0>>, "AES-CMAC"},
                                                       {makes<FaultyCmac<36>>, "AES-CMAC"},
                                                       {makes<FaultyHash<0>>, "SHA-2"},
                                                       {makes<FaultyHash<36>>, "SHA-2"},
                                                       {makes<FaultyHmac<0>>, "HMAC"},
                                                       {makes<FaultyHmac<36>>, "HMAC"}};
  for (const auto& [make, algorithm] : faulty) {
    const auto choice = choose_provider({"1.3.0", "1.3.0", make}, "");
    CHECK(choice.provider == Provider::cryptopp);
    CHECK(choice.text ==
          cat("IPsec-MB 1.3.0, not used: it fails the known-answer test of ", algorithm));
    CHECK(choice.engines == &cryptopp_engines());
  }
}

TEST_CASE("Crypto++ gives the known answers") {
  CHECK(wrong_answer(cryptopp_engines()).empty());
}

TEST_CASE("this process uses IPsec-MB where it can, and Crypto++ where the environment says so") {
  const char* const wish = std::getenv("ADYTON_CRYPTO");
  const IpsecMb library = ipsec_mb();
  const bool refused = wish != nullptr && std::string_view(wish) == "cryptopp";
  const bool usable = !library.compiled_version.empty() &&
                      library.compiled_version == library.loaded_version && library.engines().ok();
  INFO(provider_choice().text);
  CHECK(provider_choice().provider ==
        (usable && !refused ? Provider::ipsec_mb : Provider::cryptopp));
  CHECK(provider_choice().engines == (provider_choice().provider == Provider::ipsec_mb
                                          ? *library.engines()
                                          : &cryptopp_engines()));
  CHECK(wrong_answer(engines()).empty());
}
