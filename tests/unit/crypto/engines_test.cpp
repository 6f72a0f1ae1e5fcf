// Both providers against each other, algorithm by algorithm: the same bytes for every length, for
// one message and for many side by side. (AES-GCM: gcm_engine_test.cpp.)
#include "modules/crypto/engines.h"

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <functional>
#include <random>
#include <vector>

#include <doctest/doctest.h>

#include "modules/crypto/ipsec_mb.h"
#include "tests/unit/crypto/hex.h"

using namespace adyton;
using namespace adyton::crypto;

namespace {

constexpr std::size_t longest = 1100;
constexpr std::size_t large[] = {4095, 4096, 4097, 65536, (1 << 20) + 777};

// Only a build without the library and a CPU it has no code for are reasons to leave it out.
const Engines* other_engines() {
  const IpsecMb library = ipsec_mb();
  if (library.compiled_version.empty()) {
    std::printf("SKIPPED, Crypto++ alone is tested: IPsec-MB is not built in\n");
    return nullptr;
  }
  REQUIRE(library.loaded_version == library.compiled_version);
  const auto engines = library.engines();
  if (!engines.ok() && engines.error().message == "this CPU has no AES instructions") {
    std::printf("SKIPPED, Crypto++ alone is tested: %s\n", engines.error().message.c_str());
    return nullptr;
  }
  REQUIRE(engines.ok());
  return *engines;
}

std::vector<std::uint8_t> random_bytes(std::size_t size, std::uint32_t seed) {
  std::mt19937 random(seed);
  std::vector<std::uint8_t> bytes(size);
  std::ranges::generate(bytes, [&] { return static_cast<std::uint8_t>(random()); });
  return bytes;
}

/// The texts of a test: every length up to `longest`, in an order that mixes short and long.
std::vector<Bytes> texts_of(const std::vector<std::uint8_t>& bytes) {
  std::vector<Bytes> texts;
  for (std::size_t i = 0; i <= longest; ++i) {
    const std::size_t size = i * 7 % (longest + 1);  // 1101 and 7 have no factor in common
    texts.push_back(Bytes(bytes).subspan(i, size));
  }
  return texts;
}

std::vector<std::string> digests(DigestEngine& engine, Bytes head, std::span<const Bytes> texts,
                                 std::size_t size) {
  // A byte more than asked for, to see that nothing is written there.
  std::vector<std::string> outs(texts.size(), std::string(size + 1, '?'));
  std::vector<Tagging> messages;
  for (std::size_t i = 0; i < texts.size(); ++i) {
    messages.push_back({texts[i], test::data_of(outs[i])});
  }
  engine.digest_many(head, messages);
  return outs;
}

void compare_digests(DigestEngine& first, DigestEngine& second, std::size_t size) {
  const auto bytes = random_bytes(3000, 1);
  const auto texts = texts_of(bytes);
  for (const std::size_t head_size : {0, 1, 40, 130}) {
    CAPTURE(head_size);
    const Bytes head = Bytes(bytes).last(head_size);
    const auto expected = digests(first, head, texts, size);
    CHECK(std::ranges::all_of(expected, [](const std::string& out) { return out.back() == '?'; }));
    CHECK(digests(second, head, texts, size) == expected);
    for (const std::size_t count : {1, 2, 3, 4, 5, 15, 16, 17, 127, 128, 129}) {
      CAPTURE(count);
      std::vector<std::string> in_parts;
      for (std::size_t at = 0; at < texts.size(); at += count) {
        const auto part = std::span(texts).subspan(at, std::min(count, texts.size() - at));
        std::ranges::copy(digests(second, head, part, size), std::back_inserter(in_parts));
      }
      CHECK(in_parts == expected);
    }
  }
  const auto many = random_bytes(large[4], 2);
  std::vector<Bytes> large_texts;
  for (const std::size_t length : large) large_texts.push_back(Bytes(many).first(length));
  CHECK(digests(first, {}, large_texts, size) == digests(second, {}, large_texts, size));
}

std::vector<std::vector<std::uint8_t>> counted(CounterEngine& engine,
                                               const std::array<std::uint8_t, 16>& start,
                                               std::span<const Bytes> texts) {
  std::vector<std::vector<std::uint8_t>> outs;
  std::vector<Counting> countings;
  outs.reserve(texts.size());
  for (const Bytes text : texts) {
    outs.emplace_back(text.size() + 1, std::uint8_t{0xaa});
    countings.push_back({start, text, outs.back().data()});
  }
  engine.apply_many(countings);
  return outs;
}

}  // namespace

TEST_CASE("both providers give the same hash of every length") {
  const Engines* const other = other_engines();
  if (other == nullptr) return;
  for (const std::string_view name : hash_names()) {
    CAPTURE(name);
    const Hash hash = *parse_hash(name);
    compare_digests(*cryptopp_engines().hash(hash), *other->hash(hash), digest_size(hash));
  }
}

TEST_CASE("both providers give the same HMAC for every length of text and key") {
  const Engines* const other = other_engines();
  if (other == nullptr) return;
  const auto key = random_bytes(300, 3);
  for (const Hash hash : {Hash::sha256, Hash::sha512, Hash::sha384}) {
    CAPTURE(hash_name(hash));
    for (const std::size_t size : {16, 32, 64}) {
      compare_digests(*cryptopp_engines().hmac(hash, Bytes(key).first(size)),
                      *other->hmac(hash, Bytes(key).first(size)), digest_size(hash));
    }
    const Bytes text = Bytes(key).first(70);
    const std::vector<Bytes> few(20, text);
    for (std::size_t size = 0; size <= key.size(); ++size) {
      const auto first = cryptopp_engines().hmac(hash, Bytes(key).first(size));
      const auto second = other->hmac(hash, Bytes(key).first(size));
      if (digests(*first, {}, few, digest_size(hash)) !=
          digests(*second, {}, few, digest_size(hash))) {
        FAIL_CHECK("key of ", size);
      }
    }
  }
}

TEST_CASE("both providers give the same CMAC of every length") {
  const Engines* const other = other_engines();
  if (other == nullptr) return;
  for (const std::size_t key_size : {16, 24, 32}) {
    CAPTURE(key_size);
    const auto key = random_bytes(key_size, 4);
    compare_digests(*cryptopp_engines().cmac(key), *other->cmac(key), 16);
  }
}

TEST_CASE("both providers count alike, over every carry, and in place") {
  const Engines* const other = other_engines();
  if (other == nullptr) return;
  const auto bytes = random_bytes(3000, 5);
  const auto texts = texts_of(bytes);
  for (const std::size_t key_size : {16, 24, 32}) {
    const auto key = random_bytes(key_size, 6);
    const auto first = cryptopp_engines().counter(key);
    const auto second = other->counter(key);
    for (const std::size_t ones : {0, 4, 8, 12, 16}) {
      CAPTURE(ones);
      // The low bytes are about to wrap: the carry goes as far up as there are ones.
      std::array<std::uint8_t, 16> start{7};
      std::fill(start.end() - static_cast<std::ptrdiff_t>(ones), start.end(), std::uint8_t{0xff});
      start[15] = 0xfd;
      CHECK(counted(*first, start, texts) == counted(*second, start, texts));
      const std::vector<Bytes> large_texts{Bytes(bytes), Bytes(bytes).first(2999)};
      CHECK(counted(*first, start, large_texts) == counted(*second, start, large_texts));
      auto in_place = bytes;
      const Counting counting{start, in_place, in_place.data()};
      second->apply_many({&counting, 1});
      const auto expected = counted(*first, start, {large_texts.data(), 1}).front();
      CHECK(std::equal(in_place.begin(), in_place.end(), expected.begin()));
    }
  }
}

TEST_CASE("both providers encrypt any number of blocks alike") {
  const Engines* const other = other_engines();
  if (other == nullptr) return;
  const auto bytes = random_bytes(300 * 16, 9);
  for (const std::size_t key_size : {16, 24, 32}) {
    const auto key = random_bytes(key_size, 10);
    for (std::size_t count = 1; count <= 300; ++count) {
      std::vector<Block> first(count + 1);
      std::memcpy(first.data(), bytes.data(), count * sizeof(Block));
      std::vector<Block> second = first;
      cryptopp_engines().blocks(key)->encrypt(std::span(first).first(count));
      other->blocks(key)->encrypt(std::span(second).first(count));
      if (first != second || first.back() != Block{}) FAIL_CHECK(count, " blocks");
    }
  }
}

TEST_CASE("both providers seal alike with ChaCha20-Poly1305, open, and refuse every change") {
  const Engines* const other = other_engines();
  if (other == nullptr) return;
  const auto key = random_bytes(32, 7);
  const auto bytes = random_bytes(large[4], 8);
  const auto first = cryptopp_engines().chacha20_poly1305(key);
  const auto second = other->chacha20_poly1305(key);
  const Bytes nonce = Bytes(key).first(12);
  const auto agree = [&](std::size_t size, std::size_t data_size) {
    const Bytes text = Bytes(bytes).subspan(data_size, size);
    const Bytes data = Bytes(bytes).first(data_size);
    std::vector<std::uint8_t> sealed(size + 17, 0xaa);
    std::vector<std::uint8_t> expected(size + 17, 0xaa);
    first->seal(nonce, data, text, expected.data());
    second->seal(nonce, data, text, sealed.data());
    std::vector<std::uint8_t> opened(size + 1, 0xaa);
    return sealed == expected &&
           second->open(nonce, data, Bytes(sealed).first(size + 16), opened.data()) &&
           std::ranges::equal(Bytes(opened).first(size), text) && opened.back() == 0xaa;
  };
  for (std::size_t size = 0; size <= longest; ++size) {
    if (!agree(size, size % 67)) FAIL_CHECK("text of ", size);
  }
  for (std::size_t data_size = 0; data_size <= longest; ++data_size) {
    if (!agree(data_size % 50, data_size)) FAIL_CHECK("data of ", data_size);
  }
  for (const std::size_t size : large) CHECK(agree(size - 100, 100));

  std::string sealed(60 + 16, '\0');
  second->seal(nonce, as_bytes("data"), Bytes(bytes).first(60), test::data_of(sealed));
  test::for_each_bit_flip(sealed, [&](const std::string& changed) {
    std::string opened(60, '?');
    CHECK_FALSE(second->open(nonce, as_bytes("data"), as_bytes(changed), test::data_of(opened)));
    CHECK(opened == std::string(60, '\0'));
  });
}

// The library's jobs go round in a ring of 256, and each text that is counted takes a place.
TEST_CASE("digests are right wherever the library's ring of jobs has got to") {
  const Engines* const other = other_engines();
  if (other == nullptr) return;
  const auto bytes = random_bytes(3000, 4);
  const Bytes key = Bytes(bytes).first(32);
  const auto counter = other->counter(key);
  const auto hmac = other->hmac(Hash::sha256, key);
  std::vector<Bytes> texts;
  for (std::size_t i = 0; i < 128; ++i) texts.push_back(Bytes(bytes).subspan(i, 1 + i * 37 % 200));
  const auto expected = digests(*cryptopp_engines().hmac(Hash::sha256, key), {}, texts, 32);
  for (std::size_t places = 0; places <= 256; ++places) {
    CAPTURE(places);
    counted(*counter, {}, std::vector(places, Bytes(bytes).first(20)));
    CHECK(digests(*hmac, {}, texts, 32) == expected);
  }
}
