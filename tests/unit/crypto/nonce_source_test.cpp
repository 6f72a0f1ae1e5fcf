#include "modules/crypto/nonce_source.h"

#include <set>
#include <string>

#include <doctest/doctest.h>

#include "tests/unit/crypto/hex.h"

using namespace adyton;
using namespace adyton::crypto;
using test::hex;
using test::unhex;

namespace {

std::string counted(const std::string& from) {
  std::string out(IvCounter::size, '?');
  IvCounter counter(as_bytes(from).data());
  counter.next(test::data_of(out));
  return hex(out);
}

std::set<std::string> draw(NonceSource& source, std::size_t count) {
  std::set<std::string> nonces;
  for (std::size_t i = 0; i < count; ++i) nonces.insert(std::string(as_text(source.next())));
  return nonces;
}

}  // namespace

TEST_CASE("an IV counts as one big-endian number and starts over after its last") {
  CHECK(counted(unhex("000000000000000000000000")) == "000000000000000000000001");
  CHECK(counted(unhex("0102030405060708090a0bff")) == "0102030405060708090a0c00");
  CHECK(counted(unhex("01020304ffffffffffffffff")) == "010203050000000000000000");
  CHECK(counted(unhex("00ffffffffffffffffffffff")) == "010000000000000000000000");
  CHECK(counted(unhex("ffffffffffffffffffffffff")) == "000000000000000000000000");
}

TEST_CASE("nonces with a salt share it and count on, however many are asked for") {
  for (const std::size_t salt_size : {8, 12}) {
    NonceSource source(salt_size + IvCounter::size, salt_size, 100);
    std::string last(as_text(source.next()));
    CHECK(last.size() == salt_size + IvCounter::size);
    for (std::size_t i = 1; i < 200; ++i) {  // also past what was announced
      const std::string nonce(as_text(source.next()));
      CHECK(nonce.substr(0, salt_size) == last.substr(0, salt_size));
      CHECK(hex(nonce.substr(salt_size)) == counted(last.substr(salt_size)));
      last = nonce;
    }
  }
}

TEST_CASE("nonces without a salt are drawn, each another, in its full length") {
  for (const std::size_t nonce_size : {12, 24}) {
    NonceSource source(nonce_size, 0, 1000);
    const std::set<std::string> nonces = draw(source, 1000);
    CHECK(nonces.size() == 1000);
    for (std::size_t i = 0; i < nonce_size; ++i) {
      std::set<char> values;
      for (const std::string& nonce : nonces) values.insert(nonce[i]);
      CHECK(values.size() > 200);
    }
  }
}

TEST_CASE("two sources have no salt and no nonce in common") {
  NonceSource first(24, 12, 50);
  NonceSource second(24, 12, 50);
  CHECK(as_text(first.next()).substr(0, 12) != as_text(second.next()).substr(0, 12));
  NonceSource third(12, 0, 50);
  NonceSource fourth(12, 0, 50);
  std::set<std::string> both = draw(third, 50);
  both.merge(draw(fourth, 50));
  CHECK(both.size() == 100);
}
