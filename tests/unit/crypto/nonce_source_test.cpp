#include "modules/crypto/nonce_source.h"

#include <memory>
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

TEST_CASE("the nonces of a source share their head and count on, however many are asked for") {
  for (const std::size_t nonce_size : {12, 20, 24}) {
    const std::size_t head = nonce_size - IvCounter::size;
    NonceSource source(nonce_size, 100);
    std::string last(as_text(source.next()));
    CHECK(last.size() == nonce_size);
    for (std::size_t i = 1; i < 200; ++i) {  // also past what was announced
      const std::string nonce(as_text(source.next()));
      CHECK(nonce.substr(0, head) == last.substr(0, head));
      CHECK(hex(nonce.substr(head)) == counted(last.substr(head)));
      last = nonce;
    }
  }
}

TEST_CASE("a source starts anywhere, in the full length of a nonce") {
  for (const std::size_t nonce_size : {12, 24}) {
    std::set<std::string> nonces;
    for (int i = 0; i < 1000; ++i)
      nonces.merge(draw(*std::make_unique<NonceSource>(nonce_size, 1), 1));
    CHECK(nonces.size() == 1000);
    for (std::size_t i = 0; i < nonce_size; ++i) {
      std::set<char> values;
      for (const std::string& nonce : nonces) values.insert(nonce[i]);
      CHECK(values.size() > 200);
    }
  }
}

TEST_CASE("two sources have no head and no nonce in common") {
  NonceSource first(24, 50);
  NonceSource second(24, 50);
  CHECK(as_text(first.next()).substr(0, 12) != as_text(second.next()).substr(0, 12));
  NonceSource third(12, 50);
  NonceSource fourth(12, 50);
  std::set<std::string> both = draw(third, 50);
  both.merge(draw(fourth, 50));
  CHECK(both.size() == 100);
}
