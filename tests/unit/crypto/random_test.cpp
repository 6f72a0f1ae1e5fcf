#include "modules/crypto/random.h"

#include <array>
#include <set>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace adyton::crypto;

TEST_CASE("random bytes fill every length, also past what one system call gives") {
  for (const std::size_t size : {0UL, 1UL, 255UL, 257UL, 100000UL}) {
    std::vector<std::uint8_t> bytes(size + 1, 0);
    fill_random({bytes.data(), size});
    CHECK(bytes[size] == 0);
    if (size < 257) continue;
    CHECK(std::set<std::uint8_t>(bytes.begin(), bytes.end() - 1).size() > 100);
    CHECK(std::set<std::uint8_t>(bytes.end() - 201, bytes.end() - 1).size() > 50);
  }
}

TEST_CASE("the nonces of a batch are all different") {
  constexpr std::size_t count = 2000;  // several blocks
  RandomBatch batch(count * 12);
  std::set<std::string> seen;
  for (std::size_t i = 0; i < count; ++i) {
    std::array<std::uint8_t, 12> nonce{};
    batch.fill(nonce);
    seen.emplace(nonce.begin(), nonce.end());
  }
  CHECK(seen.size() == count);
}

TEST_CASE("a batch that was promised too few bytes draws more") {
  RandomBatch batch(12);
  std::array<std::uint8_t, 12> first{};
  std::array<std::uint8_t, 24> second{};
  batch.fill(first);
  batch.fill(second);
  CHECK(std::set<std::uint8_t>(second.begin(), second.end()).size() > 8);
}

TEST_CASE("a forked child draws other bytes than its parent") {
  std::array<int, 2> ends{};
  REQUIRE(::pipe(ends.data()) == 0);
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  std::array<std::uint8_t, 16> bytes{};
  fill_random(bytes);
  if (child == 0) {
    const bool written = ::write(ends[1], bytes.data(), bytes.size()) == 16;
    ::_exit(written ? 0 : 1);
  }
  std::array<std::uint8_t, 16> theirs{};
  CHECK(::read(ends[0], theirs.data(), theirs.size()) == 16);
  int status = 0;
  ::waitpid(child, &status, 0);
  CHECK(status == 0);
  CHECK(bytes != theirs);
  ::close(ends[0]);
  ::close(ends[1]);
}
