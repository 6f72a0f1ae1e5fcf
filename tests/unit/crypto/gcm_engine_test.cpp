// Both providers of AES-GCM against each other: the same bytes, and the same refusals.
#include "modules/crypto/gcm_engine.h"

#include <algorithm>
#include <cstdio>
#include <random>
#include <vector>

#include <doctest/doctest.h>

#include "modules/crypto/ipsec_mb.h"
#include "tests/unit/crypto/hex.h"

using namespace adyton;
using namespace adyton::crypto;

namespace {

constexpr std::size_t tag_size = GcmEngine::tag_size;

struct Gcms {
  std::unique_ptr<GcmEngine> cryptopp = make_cryptopp_gcm();
  std::unique_ptr<GcmEngine> ipsec_mb;  // none where there is nothing to compare with
};

// Only a build without the library and a CPU it has no code for are reasons to leave it out.
Gcms make_gcms() {
  Gcms engines;
  const IpsecMb library = ipsec_mb();
  if (library.compiled_version.empty()) {
    std::printf("SKIPPED, Crypto++ alone is tested: IPsec-MB is not built in\n");
    return engines;
  }
  REQUIRE(library.loaded_version == library.compiled_version);
  const auto made = library.engines();
  if (!made.ok() && made.error().message == "this CPU has no AES instructions") {
    std::printf("SKIPPED, Crypto++ alone is tested: %s\n", made.error().message.c_str());
    return engines;
  }
  REQUIRE(made.ok());
  engines.ipsec_mb = (*made)->gcm();
  return engines;
}

std::vector<std::uint8_t> random_bytes(std::size_t size, std::uint32_t seed) {
  std::mt19937 random(seed);
  std::vector<std::uint8_t> bytes(size);
  std::ranges::generate(bytes, [&] { return static_cast<std::uint8_t>(random()); });
  return bytes;
}

/// One message through both engines; false where they differ, or one does not open it again.
class Comparison {
 public:
  Comparison(GcmEngine& first, GcmEngine& second) : engines_{&first, &second} {}

  void set_key(Bytes key) {
    for (GcmEngine* engine : engines_) engine->set_key(key);
  }

  bool agrees(const std::uint8_t* nonce, Bytes data, Bytes plaintext) {
    for (std::size_t i = 0; i < engines_.size(); ++i) {
      // A byte more than asked for, to see that nothing is written there.
      sealed_[i].assign(plaintext.size() + tag_size + 1, 0xaa);
      engines_[i]->seal(nonce, data, plaintext, sealed_[i].data());
    }
    if (sealed_[0] != sealed_[1] || sealed_[0].back() != 0xaa) return false;
    for (GcmEngine* engine : engines_) {
      opened_.assign(plaintext.size() + 1, 0xaa);
      const Bytes sealed = Bytes(sealed_[0]).first(plaintext.size() + tag_size);
      if (!engine->open(nonce, data, sealed, opened_.data())) return false;
      if (opened_.back() != 0xaa) return false;
      if (!std::equal(plaintext.begin(), plaintext.end(), opened_.begin())) return false;
    }
    return true;
  }

 private:
  std::array<GcmEngine*, 2> engines_;
  std::array<std::vector<std::uint8_t>, 2> sealed_;
  std::vector<std::uint8_t> opened_;
};

}  // namespace

TEST_CASE("both providers give the same bytes for every length of text and data") {
  const Gcms engines = make_gcms();
  if (!engines.ipsec_mb) return;
  Comparison compare(*engines.cryptopp, *engines.ipsec_mb);
  const auto text = random_bytes(2000, 1);
  const auto data = random_bytes(200, 2);
  const auto nonces = random_bytes(4000, 3);
  for (const std::size_t key_size : {16, 24, 32}) {
    const auto key = random_bytes(key_size, static_cast<std::uint32_t>(key_size));
    compare.set_key(key);
    for (std::size_t size = 0; size <= 1100; ++size) {
      for (std::size_t data_size = size % 5; data_size <= 80; data_size += 5) {
        const bool same =
            compare.agrees(nonces.data() + size, Bytes(data).subspan(size % 16, data_size),
                           Bytes(text).subspan(data_size, size));
        if (!same) FAIL_CHECK("key ", key_size, ", text ", size, ", data ", data_size);
      }
    }
  }
}

TEST_CASE("both providers give the same bytes for large texts") {
  const Gcms engines = make_gcms();
  if (!engines.ipsec_mb) return;
  Comparison compare(*engines.cryptopp, *engines.ipsec_mb);
  const auto text = random_bytes((1 << 20) + 4096, 4);
  const auto nonce = random_bytes(12, 5);
  for (const std::size_t key_size : {16, 24, 32}) {
    const auto key = random_bytes(key_size, 6);
    compare.set_key(key);
    for (const std::size_t size : {4095, 4096, 65537, (1 << 20) - 1, 1 << 20, (1 << 20) + 777}) {
      CAPTURE(size);
      CHECK(compare.agrees(nonce.data(), Bytes(text).first(size), Bytes(text).first(size)));
    }
  }
}

TEST_CASE("both providers carry the block counter in 32 bits only, past its lowest byte") {
  const Gcms engines = make_gcms();
  if (!engines.ipsec_mb) return;
  Comparison compare(*engines.cryptopp, *engines.ipsec_mb);
  // A nonce of ones shows a carry that leaves the counter; 256 blocks make its lowest byte wrap.
  const std::vector<std::uint8_t> nonce(12, 0xff);
  const auto text = random_bytes(300 * 16, 7);
  const auto key = random_bytes(32, 8);
  compare.set_key(key);
  for (std::size_t blocks = 240; blocks <= 300; ++blocks) {
    CHECK(compare.agrees(nonce.data(), {}, Bytes(text).first(blocks * 16)));
  }
}

TEST_CASE("each provider refuses every bit flip, other data and another nonce, and wipes") {
  const Gcms engines = make_gcms();
  const auto key = random_bytes(32, 9);
  const std::string nonce(12, 'n');
  const std::string plaintext = "a plaintext to protect, of more than two whole blocks";
  for (GcmEngine* engine : {engines.cryptopp.get(), engines.ipsec_mb.get()}) {
    if (engine == nullptr) continue;
    engine->set_key(key);
    std::string sealed(plaintext.size() + tag_size, '\0');
    engine->seal(as_bytes(nonce).data(), as_bytes("data"), as_bytes(plaintext),
                 test::data_of(sealed));
    const auto refuses = [&](const std::string& with, const std::string& data,
                             const std::string& ciphertext) {
      std::string opened(plaintext.size(), '?');
      return !engine->open(as_bytes(with).data(), as_bytes(data), as_bytes(ciphertext),
                           test::data_of(opened)) &&
             opened == std::string(plaintext.size(), '\0');
    };
    test::for_each_bit_flip(
        sealed, [&](const std::string& changed) { CHECK(refuses(nonce, "data", changed)); });
    CHECK(refuses(nonce, "date", sealed));
    CHECK(refuses(nonce, "", sealed));
    CHECK(refuses(std::string(12, 'm'), "data", sealed));
    CHECK_FALSE(refuses(nonce, "data", sealed));
  }
}

TEST_CASE("an engine goes from key to key of every size and back") {
  const Gcms engines = make_gcms();
  if (!engines.ipsec_mb) return;
  Comparison compare(*engines.cryptopp, *engines.ipsec_mb);
  const auto keys = random_bytes(64, 10);
  const auto text = random_bytes(100, 11);
  for (std::size_t i = 0; i < 30; ++i) {
    compare.set_key(Bytes(keys).subspan(i, 16 + 8 * (i % 3)));
    CHECK(compare.agrees(keys.data(), Bytes(text).first(i), text));
  }
}
