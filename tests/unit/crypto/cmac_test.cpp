#include "modules/crypto/cmac.h"

#include <doctest/doctest.h>

#include "tests/unit/crypto/hex.h"

using namespace adyton;
using namespace adyton::crypto;
using test::hex;
using test::unhex;

namespace {

std::string cmac_of(AesCmac& mac, std::string_view data) {
  std::array<std::uint8_t, 16> tag;
  mac.update(as_bytes(data));
  mac.finish(tag);
  return hex(tag);
}

}  // namespace

// RFC 4493, section 4.
TEST_CASE("AES-CMAC gives the RFC's tags, one after the other under one key") {
  const std::string message = unhex(
      "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51"
      "30c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17ad2b417be66c3710");
  AesCmac mac(as_bytes(unhex("2b7e151628aed2a6abf7158809cf4f3c")));
  CHECK(cmac_of(mac, message.substr(0, 0)) == "bb1d6929e95937287fa37d129b756746");
  CHECK(cmac_of(mac, message.substr(0, 16)) == "070a16b46b4d4144f79bdd9dd04a287c");
  CHECK(cmac_of(mac, message.substr(0, 40)) == "dfa66747de9ae63030ca32611497c827");
  CHECK(cmac_of(mac, message) == "51f0bebf7e3b9d92fc49741779363cfe");
  for (std::size_t split = 0; split <= message.size(); ++split) {
    mac.update(as_bytes(message).first(split));
    CHECK(cmac_of(mac, message.substr(split)) == "51f0bebf7e3b9d92fc49741779363cfe");
  }
}
