#include "modules/crypto/xaes_gcm.h"

#include <cryptopp/shake.h>
#include <doctest/doctest.h>

#include "tests/unit/crypto/hex.h"

using namespace adyton;
using namespace adyton::crypto;
using test::hex;
using test::unhex;

// The vectors of c2sp.org/XAES-256-GCM.
TEST_CASE("XAES-256-GCM gives the ciphertexts of its specification") {
  const std::string_view nonce = "ABCDEFGHIJKLMNOPQRSTUVWX";
  XAesGcm first(as_bytes(std::string(32, '\x01')));
  CHECK(hex(test::seal(first, nonce, "", "XAES-256-GCM")) ==
        "ce546ef63c9cc60765923609b33a9a1974e96e52daf2fcf7075e2271");
  XAesGcm second(as_bytes(std::string(32, '\x03')));
  const std::string sealed = test::seal(second, nonce, "c2sp.org/XAES-256-GCM", "XAES-256-GCM");
  CHECK(hex(sealed) == "986ec1832593df5443a179437fd083bf3fdb41abd740a21f71eb769d");
  CHECK(test::open(second, nonce, "c2sp.org/XAES-256-GCM", sealed).out == "XAES-256-GCM");
}

namespace {

/// The SHAKE128 stream of the empty string, cut as the specification's accumulated test cuts it.
class ShakeStream {
 public:
  ShakeStream() : stream_(12 << 20, '\0') {
    CryptoPP::SHAKE128 shake(static_cast<unsigned>(stream_.size()));
    shake.TruncatedFinal(test::data_of(stream_), stream_.size());
  }
  std::string take(std::size_t size) {
    position_ += size;
    REQUIRE(position_ <= stream_.size());
    return stream_.substr(position_ - size, size);
  }
  std::string take_vector() { return take(static_cast<std::uint8_t>(take(1)[0])); }

 private:
  std::string stream_;
  std::size_t position_ = 0;
};

}  // namespace

TEST_CASE("XAES-256-GCM gives the specification's accumulated hash of 10,000 random messages") {
  ShakeStream stream;
  CryptoPP::SHAKE128 sum(32);
  for (int i = 0; i < 10000; ++i) {
    const std::string key = stream.take(32);
    const std::string nonce = stream.take(24);
    const std::string plaintext = stream.take_vector();
    const std::string data = stream.take_vector();
    XAesGcm cipher(as_bytes(key));
    const std::string sealed = test::seal(cipher, nonce, data, plaintext);
    REQUIRE(test::open(cipher, nonce, data, sealed).out == plaintext);
    sum.Update(as_bytes(sealed).data(), sealed.size());
  }
  std::string hash(32, '\0');
  sum.Final(test::data_of(hash));
  CHECK(hex(hash) == "e6b9edf2df6cec60c8cbd864e2211b597fb69a529160cd040d56c0c210081939");
}

TEST_CASE("the kept key of one salt is not used for another") {
  XAesGcm kept(as_bytes(std::string(32, 'k')));
  const std::string a =
      "saltsaltsalt"
      "000000000001";
  const std::string b =
      "saltsaltsalu"
      "000000000001";
  for (const std::string& nonce : {a, b, b, a, a}) {
    XAesGcm fresh(as_bytes(std::string(32, 'k')));
    const std::string sealed = test::seal(kept, nonce, "", "text");
    CHECK(sealed == test::seal(fresh, nonce, "", "text"));
    CHECK(test::open(fresh, nonce, "", sealed).ok);
    CHECK(test::open(kept, nonce, "", sealed).ok);
  }
  CHECK_FALSE(test::open(kept, b, "", test::seal(kept, a, "", "text")).ok);
}

TEST_CASE("a shorter salt is padded with zeros to C2SP's 12 bytes") {
  XAesGcm shorter(as_bytes(std::string(32, 'k')), 8);
  XAesGcm full(as_bytes(std::string(32, 'k')));
  const std::string salt = "saltsalt";
  const std::string iv = "000000000001";
  CHECK(test::seal(shorter, salt + iv, "", "text") ==
        test::seal(full, salt + std::string(4, '\0') + iv, "", "text"));
}

TEST_CASE("XAES-256-GCM refuses every bit flip of nonce and ciphertext, and wipes") {
  XAesGcm cipher(as_bytes(std::string(32, 'k')));
  const std::string nonce(24, 'n');
  const std::string sealed = test::seal(cipher, nonce, "data", "text");
  test::for_each_bit_flip(nonce + sealed, [&](const std::string& changed) {
    const auto opened = test::open(cipher, changed.substr(0, 24), "data", changed.substr(24));
    CHECK_FALSE(opened.ok);
    CHECK(opened.out == std::string(4, '\0'));
  });
}
