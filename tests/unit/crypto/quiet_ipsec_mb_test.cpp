// What cmake/quiet_ipsec_mb.py does to the library.
#include <array>

#include <doctest/doctest.h>

#include "modules/crypto/ipsec_mb.h"
#include "modules/crypto/ipsec_mb_manager.h"

using namespace adyton;
using namespace adyton::crypto;

TEST_CASE("AES-GCM calls leave the library's last error alone, which all threads share") {
  const auto engines = ipsec_mb().engines();
  if (!engines.ok()) return;  // a CPU that the library has no code for
  const std::array<std::uint8_t, 32> key{1}, text{2};
  const std::array<std::uint8_t, 12> nonce{3};
  std::array<std::uint8_t, 48> sealed;
  std::array<std::uint8_t, 32> opened;
  for (const std::size_t key_size : {16, 24, 32}) {
    CAPTURE(key_size);
    const auto gcm = (*engines)->gcm();
    gcm->set_key(Bytes(key).first(key_size));
    IMB_AES256_GCM_PRE(&thread_manager(), nullptr, nullptr);
    REQUIRE(imb_get_errno(nullptr) == IMB_ERR_NULL_KEY);
    gcm->seal(nonce.data(), {}, text, sealed.data());
    CHECK(imb_get_errno(nullptr) == IMB_ERR_NULL_KEY);
    CHECK(gcm->open(nonce.data(), {}, sealed, opened.data()));
    CHECK(imb_get_errno(nullptr) == IMB_ERR_NULL_KEY);
    CHECK(opened == text);
  }
}
